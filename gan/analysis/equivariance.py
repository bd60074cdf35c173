"""EQ-T and EQ-R of the Alias-Free GAN paper: accuracy with which the image moves when the network's input moves.

Both compare two images of the same w, one whose input was moved and one that was moved itself, where the latter is
known, and give the peak signal-to-noise ratio in dB (arXiv 2106.12423, section 2.3 and appendix E). The operators here
are those of the published metrics: translation by whole pixels, by fractions, and rotation.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F

from gan.transforms import SUPPORT, Matrix, affine, inverse, resample, rotation_filter, translate_fractional

__all__ = [
    "PEAK_TO_PEAK",
    "Render",
    "equivariance_db",
    "pseudo_rotate",
    "psnr",
    "rotate",
    "rotation_error",
    "squared_error",
    "translate_fractional",
    "translate_integer",
    "translation_error",
]

Render = Callable[[Matrix], torch.Tensor]
"""Renders one batch of images [N, C, H, W] with the `input_transform` it is given, everything else kept the same."""

PEAK_TO_PEAK = 2.0
"""The range of an image's values, -1..1."""


def translate_integer(img: torch.Tensor, tx: float, ty: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Move [N, C, H, W] by the whole pixels nearest to (tx, ty) image widths and heights (appendix E.1).

    Returns the moved image, zeros where it came from outside, and the mask [H, W] of the rest.
    """
    h, w = img.shape[-2:]
    dx, dy = round(tx * w), round(ty * h)
    moved, mask = torch.zeros_like(img), img.new_zeros(h, w)
    if abs(dx) < w and abs(dy) < h:
        rows, columns = slice(max(dy, 0), h + min(dy, 0)), slice(max(dx, 0), w + min(dx, 0))
        moved[..., rows, columns] = img[..., max(-dy, 0) : h - max(dy, 0), max(-dx, 0) : w - max(dx, 0)]
        mask[rows, columns] = 1
    return moved, mask


def rotate(img: torch.Tensor, radians: float, a: int = SUPPORT) -> tuple[torch.Tensor, torch.Tensor]:
    """Turn [N, C, H, W] counterclockwise about its centre, within the band that both pixel grids share (appendix E.3).

    Returns the turned image and the mask [H, W] of the pixels that are known. Images that are not square are turned
    as if stretched to a square, as in the published metric.
    """
    return resample(img, affine(degrees=math.degrees(radians)), a)


def pseudo_rotate(img: torch.Tensor, radians: float, a: int = SUPPORT) -> tuple[torch.Tensor, torch.Tensor]:
    """Filter [N, C, H, W], an image that the network turned, as `rotate` filters one that it turns itself.

    Only what both pixel grids can carry is compared, so the image whose input was turned loses the corners of its
    spectrum too, without moving. Returns the filtered image and the mask [H, W] of the pixels that saw no outside.
    """
    n, c, h, w = img.shape
    taps = rotation_filter(-radians, 1, a)
    radius = len(taps) // 2
    kernel = torch.tensor(taps, device=img.device, dtype=img.dtype)[None, None]
    filtered = F.conv2d(img.reshape(n * c, 1, h, w), kernel, padding=radius).reshape(n, c, h, w)
    mask = img.new_zeros(h, w)
    mask[radius : h - radius, radius : w - radius] = 1
    return filtered, mask


def squared_error(a: torch.Tensor, b: torch.Tensor, mask: torch.Tensor) -> tuple[float, float]:
    """The sum of (a - b)^2 over the masked pixels of [N, C, H, W], and how many values were summed.

    `mask` broadcasts against the images. Sums of several batches may be added before `equivariance_db`.
    """
    wide = torch.float32 if a.device.type == "mps" else torch.float64  # MPS knows no float64
    difference = torch.square(a.to(wide) - b.to(wide))
    weight = mask.to(wide).expand_as(difference)
    return float((difference * weight).sum()), float(weight.sum())


def equivariance_db(error: float, count: float, peak_to_peak: float = PEAK_TO_PEAK) -> float:
    """The PSNR of a mean squared error: 10 log10(range^2 / (error / count)) dB, 20 log10 2 - 10 log10 E for -1..1.

    Equal images give inf; where nothing was compared (count 0) the answer is nan.
    """
    if count == 0:
        return math.nan
    if error == 0:
        return math.inf
    return 10 * math.log10(peak_to_peak**2 * count / error)


def psnr(a: torch.Tensor, b: torch.Tensor, mask: torch.Tensor | None = None) -> float:
    """Similarity of two images of values -1..1, in dB, over the pixels of `mask` (all of them when None)."""
    return equivariance_db(*squared_error(a, b, torch.ones_like(a) if mask is None else mask))


def translation_error(render: Render, still: torch.Tensor, tx: float, ty: float, whole: bool) -> tuple[float, float]:
    """One batch's share of EQ-T: the squared error, and the number of values, of moving input against moving output.

    `still` is render(identity). (tx, ty) in image widths; `whole` rounds them to whole pixels (EQ-T, eqt50k_int),
    else they are taken as they are (EQ-T frac, eqt50k_frac). Add up batches, then `equivariance_db`.
    """
    h, w = still.shape[-2:]
    if whole:
        tx, ty = round(tx * w) / w, round(ty * h) / h
    moved = render(inverse(affine((tx, ty))))
    wanted, mask = (translate_integer if whole else translate_fractional)(still, tx, ty)
    return squared_error(moved, wanted, mask)


def rotation_error(render: Render, still: torch.Tensor, radians: float) -> tuple[float, float]:
    """One batch's share of EQ-R: the squared error, and the number of values, for a rotation about the centre.

    `still` is render(identity). Add up batches, then `equivariance_db`.
    """
    turned = render(inverse(affine(degrees=math.degrees(radians))))
    wanted, wanted_mask = rotate(still, radians)
    turned, turned_mask = pseudo_rotate(turned, radians)
    return squared_error(turned, wanted, wanted_mask * turned_mask)
