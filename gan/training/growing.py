"""Progressive growing: the schedule of resolutions (Progressive GAN, arXiv 1710.10196, section 2)."""

import math

import torch
from torch import Tensor

from gan.networks.stylegan1_layers import enlarge, shrink

FIRST_RESOLUTION = 8
"""First resolution of a growing network, as in StyleGAN1."""


def level_of_detail(nimg: int, resolution: int, kimg: float) -> float:
    """Return the missing doublings of the resolution; a fraction while a resolution fades in.

    Each resolution is trained for `kimg` thousand images, then the next one fades in for as long.

    Args:
        nimg: Images shown so far.
        resolution: Final width and height, a power of two of at least 8.
        kimg: Thousands of images of each stage.
    """
    missing = int(math.log2(resolution // FIRST_RESOLUTION))
    stage, rest = divmod(nimg / 1000, 2 * kimg)
    fading = max(rest - kimg, 0.0) / kimg
    return max(missing - stage - fading, 0.0)


def at_level_of_detail(images: Tensor, lod: float) -> Tensor:
    """Reduce the detail of real images [N, C, R, R] to that of a growing generator; the size stays R x R.

    Pixels are averaged to R / 2^n, and while a resolution fades in blended with those of half of it.
    """
    if lod == 0:
        return images
    levels, rest = int(lod), lod % 1.0
    images = shrink(images, 2**levels)
    if rest:
        images = torch.lerp(images, enlarge(shrink(images, 2), 2), rest)
    return enlarge(images, 2**levels)
