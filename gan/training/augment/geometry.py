"""Pixel blitting and geometric augmentation: random affine maps, and one warp that applies them."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.ops.grid_sample import grid_sample
from gan.ops.upfirdn2d import downsample2d, upsample2d
from gan.training.augment.settings import Augmentations
from gan.training.draws import Draws

Probability = float | Tensor


def inverse_warps(a: Augmentations, batch: int, size: tuple[int, int], p: Probability, draws: Draws) -> Tensor | None:
    """Draw the maps from pixels of the augmented image to those of the original.

    Args:
        a: Multipliers and strengths.
        batch: Number of images.
        size: Height and width of the images.
        p: Overall probability.
        draws: Source of the random numbers.

    Returns:
        [batch, 3, 3] in pixels about the image's centre; None where nothing geometric is asked for.
    """
    height, width = size
    extent = torch.tensor([width, height], dtype=torch.float32)
    steps: list[Tensor] = []

    def gated(value: Tensor, neutral: float, probability: Probability) -> Tensor:
        # Shifts come as [batch, 2]; both coordinates share one decision.
        shape = (batch, *[1] * (value.ndim - 1))
        return torch.where(draws.gate(shape, probability), value, torch.full_like(value, neutral))

    def rotation(probability: Probability) -> None:
        angle = (draws.uniform((batch,)) * 2 - 1) * math.pi * a.rotate_max
        steps.append(_rotate(gated(angle, 0, probability)))

    if a.xflip > 0:
        flipped = gated((draws.uniform((batch,)) * 2).floor(), 0, a.xflip * p)
        steps.append(_scale(1 - 2 * flipped, torch.ones_like(flipped)))
    if a.rotate90 > 0:
        quarters = gated((draws.uniform((batch,)) * 4).floor(), 0, a.rotate90 * p)
        steps.append(_rotate(quarters * (math.pi / 2)))
    if a.xint > 0:
        shift = gated((draws.uniform((batch, 2)) * 2 - 1) * a.xint_max, 0, a.xint * p)
        steps.append(_shift(-(shift * extent.to(shift.device)).round()))
    # Either of two equal rotations alone makes any angle: so this is the probability that at least one happens.
    turning = 1 - (1 - torch.as_tensor(a.rotate * p)).clamp(0, 1).sqrt()
    if a.scale > 0:
        zoom = gated(torch.exp2(draws.normal((batch,)) * a.scale_std), 1, a.scale * p)
        steps.append(_scale(1 / zoom, 1 / zoom))
    if a.rotate > 0:
        rotation(turning)
    if a.aniso > 0:
        stretch = gated(torch.exp2(draws.normal((batch,)) * a.aniso_std), 1, a.aniso * p)
        steps.append(_scale(1 / stretch, stretch))
    if a.rotate > 0:
        rotation(turning)
    if a.xfrac > 0:
        shift = gated(draws.normal((batch, 2)) * a.xfrac_std, 0, a.xfrac * p)
        steps.append(_shift(-shift * extent.to(shift.device)))
    if not steps:
        return None
    inverse = steps[0]
    for step in steps[1:]:
        inverse = inverse @ step
    return inverse


def warp(images: Tensor, inverse: Tensor, taps: Tensor) -> Tensor:
    """Warp images at twice their resolution, between the wavelet's up- and downsampling.

    The border is continued by reflection, as far as any image of the batch needs.

    Args:
        images: [N, C, H, W].
        inverse: [N, 3, 3], from pixels of the result to pixels of `images`, about the centre.
        taps: Separable low-pass filter of an even length.

    Returns:
        [N, C, H, W].
    """
    _, _, height, width = images.shape
    reach = len(taps) // 4
    left, right, top, bottom = _margins(inverse, (height, width), 2 * reach)
    images = F.pad(images, [left, right, top, bottom], mode="reflect")
    images = upsample2d(images, taps)
    source_height, source_width = images.shape[2:]
    height, width = 2 * (height + 2 * reach), 2 * (width + 2 * reach)
    # After upsampling, and before downsampling, a pixel's sample sits half a (small) pixel before its centre.
    ahead = _matrix([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]], inverse)
    behind = _matrix([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]], inverse)
    centred = _matrix([[1, 0, (left - right) / 2], [0, 1, (top - bottom) / 2], [0, 0, 1]], inverse)
    inverse = ahead @ _diagonal(2, 2, inverse) @ centred @ inverse @ _diagonal(0.5, 0.5, inverse) @ behind
    # From pixels about the centre to the sampler's units, where an image reaches from -1 to 1.
    inverse = (
        _diagonal(2 / source_width, 2 / source_height, inverse) @ inverse @ _diagonal(width / 2, height / 2, inverse)
    )
    grid = F.affine_grid(inverse[:, :2, :], [len(images), 1, height, width], align_corners=False)
    images = grid_sample(images, grid)
    return downsample2d(images, taps, padding=-2 * reach, flip_filter=True)


def _margins(inverse: Tensor, size: tuple[int, int], extra: int) -> tuple[int, int, int, int]:
    """Left, right, top, bottom: how far beyond the image's border the warp looks."""
    height, width = size
    half = torch.tensor([(width - 1) / 2, (height - 1) / 2], device=inverse.device)
    signs = torch.tensor([[-1, -1], [1, -1], [1, 1], [-1, 1]], device=inverse.device)
    corners = torch.cat([signs * half, torch.ones_like(signs[:, :1])], dim=1)
    seen = (inverse[:, :2, :] @ corners.t()).permute(1, 0, 2).flatten(1)  # [2, 4 N]
    beyond = torch.stack([-seen.amin(dim=1), seen.amax(dim=1)]) + extra - half
    # A reflection cannot be longer than the image.
    (left, top), (right, bottom) = beyond.ceil().clamp_min(0).minimum(2 * half).int().tolist()
    return left, right, top, bottom


def _stack(rows: list[list[Tensor | float]], like: Tensor) -> Tensor:
    full = [[x if isinstance(x, Tensor) else torch.full_like(like, x) for x in row] for row in rows]
    return torch.stack([torch.stack(row, dim=-1) for row in full], dim=-2)


def _rotate(angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    return _stack([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]], angle)


def _scale(x: Tensor, y: Tensor) -> Tensor:
    return _stack([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]], x)


def _shift(xy: Tensor) -> Tensor:
    x, y = xy.unbind(dim=1)
    return _stack([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]], x)


def _matrix(rows: list[list[float]], like: Tensor) -> Tensor:
    return torch.tensor(rows, dtype=like.dtype, device=like.device)


def _diagonal(x: float, y: float, like: Tensor) -> Tensor:
    return _matrix([[x, 0, 0], [0, y, 0], [0, 0, 1]], like)
