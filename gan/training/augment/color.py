"""Colour augmentation: one random affine map of the channels for each image."""

import math

import torch
from torch import Tensor

from gan.training.augment.settings import Augmentations
from gan.training.draws import Draws


def color_matrices(a: Augmentations, batch: int, channels: int, p: float | Tensor, draws: Draws) -> Tensor | None:
    """Draw the colour maps.

    Luma is the projection on (1, ..., 1), whatever the number of channels; a single channel is all luma.

    Args:
        a: Multipliers and strengths.
        batch: Number of images.
        channels: Channels of the images.
        p: Overall probability.
        draws: Source of the random numbers.

    Returns:
        [batch, channels, channels + 1]: the matrix, and in the last column what is added; None where no colour
        change is asked for.
    """
    luma = torch.full((channels, channels), 1 / channels)  # the projection on luma
    chroma = torch.eye(channels) - luma
    matrix: Tensor | None = None
    added: Tensor | None = None

    def gated(value: Tensor, neutral: float, probability: float | Tensor) -> Tensor:
        return torch.where(draws.gate(value.shape, probability), value, torch.full_like(value, neutral))

    def then(step: Tensor) -> None:
        nonlocal matrix, added
        matrix = step if matrix is None else step @ matrix
        added = None if added is None else step @ added

    if a.brightness > 0:
        shift = gated(draws.normal((batch,)) * a.brightness_std, 0, a.brightness * p)
        added = shift[:, None, None].expand(batch, channels, 1)
    if a.contrast > 0:
        factor = gated(torch.exp2(draws.normal((batch,)) * a.contrast_std), 1, a.contrast * p)
        then(factor[:, None, None] * torch.eye(channels, device=factor.device))
    if a.lumaflip > 0:
        flipped = gated((draws.uniform((batch, 1, 1)) * 2).floor(), 0, a.lumaflip * p)
        then((luma + chroma).to(flipped.device) - 2 * flipped * luma.to(flipped.device))
    if a.hue > 0 and channels == 3:
        angle = gated((draws.uniform((batch,)) * 2 - 1) * math.pi * a.hue_max, 0, a.hue * p)
        then(_turn_about_luma(angle))
    if a.saturation > 0 and channels > 1:
        factor = gated(torch.exp2(draws.normal((batch, 1, 1)) * a.saturation_std), 1, a.saturation * p)
        then(luma.to(factor.device) + chroma.to(factor.device) * factor)
    if matrix is None and added is None:
        return None
    like = matrix if matrix is not None else added
    assert like is not None
    if matrix is None:
        matrix = torch.eye(channels, device=like.device).expand(batch, channels, channels)
    if added is None:
        added = torch.zeros(batch, channels, 1, device=like.device)
    return torch.cat([matrix, added], dim=2)


def recolor(images: Tensor, matrices: Tensor) -> Tensor:
    """Apply `color_matrices` [N, C, C + 1] to images [N, C, H, W]."""
    flat = torch.baddbmm(matrices[:, :, -1:], matrices[:, :, :-1], images.flatten(2))
    return flat.reshape(images.shape)


def _turn_about_luma(angle: Tensor) -> Tensor:
    """Rotation [N, 3, 3] of RGB about (1, 1, 1) / sqrt 3, by Rodrigues' formula."""
    axis = torch.full((3, 3), 1 / 3, device=angle.device)
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=angle.device) / math.sqrt(3)
    cos, sin = angle.cos()[:, None, None], angle.sin()[:, None, None]
    return cos * torch.eye(3, device=angle.device) + sin * cross + (1 - cos) * axis
