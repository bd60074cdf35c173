"""Adaptive discriminator augmentation: the pipeline (ADA, arXiv 2006.06676, appendix B).

Every augmentation is applied with a probability of p times its own multiplier, so that what the discriminator sees
leaks nothing to the generator as long as p stays below one. In the order of the paper: pixel blitting, general
geometric and colour transformations, image-space filtering, additive noise and cutout. Blitting and geometry are one
warp, all colour changes one matrix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from torch import Tensor, nn

from gan.ops.upfirdn2d import setup_filter
from gan.training.augment.color import color_matrices, recolor
from gan.training.augment.corruption import add_noise, cut_out
from gan.training.augment.filters import amplify_bands, band_filters
from gan.training.augment.geometry import inverse_warps, warp
from gan.training.augment.wavelets import SYM6
from gan.training.draws import Draws


@dataclass(frozen=True)
class Augmentations:
    """How much of what; the names of the groups' members are the published ones.

    The numbers without a suffix are multipliers of p, 0 for off.
    """

    xflip: float = 0
    """Mirror."""
    rotate90: float = 0
    """Turn by multiples of 90 degrees."""
    xint: float = 0
    """Shift by whole pixels."""
    xint_max: float = 0.125
    """Longest such shift, in picture sizes."""
    scale: float = 0
    """Zoom."""
    rotate: float = 0
    """Turn by any angle, before and after `aniso`."""
    aniso: float = 0
    """Stretch one axis and shrink the other."""
    xfrac: float = 0
    """Shift by any distance."""
    scale_std: float = 0.2
    """Standard deviation of log2 of the zoom."""
    rotate_max: float = 1
    """Largest angle, in half turns."""
    aniso_std: float = 0.2
    """Standard deviation of log2 of the stretch."""
    xfrac_std: float = 0.125
    """Standard deviation of the shift, in picture sizes."""
    brightness: float = 0
    """Add a constant."""
    contrast: float = 0
    """Multiply by a constant."""
    lumaflip: float = 0
    """Mirror at the plane of no luma."""
    hue: float = 0
    """Turn about the axis of greys."""
    saturation: float = 0
    """Stretch the distance from that axis."""
    brightness_std: float = 0.2
    """Standard deviation of what is added, on the scale of -1..1."""
    contrast_std: float = 0.5
    """Standard deviation of log2 of the factor."""
    hue_max: float = 1
    """Largest angle, in half turns."""
    saturation_std: float = 1
    """Standard deviation of log2 of the stretch."""
    imgfilter: float = 0
    """Amplify frequency bands."""
    imgfilter_bands: tuple[float, float, float, float] = (1, 1, 1, 1)
    """Multipliers of the bands, from the lowest up."""
    imgfilter_std: float = 1
    """Standard deviation of log2 of the amplification."""
    noise: float = 0
    """Add noise to the pixels."""
    cutout: float = 0
    """Blank a rectangle."""
    noise_std: float = 0.1
    """The noise's standard deviation is half-normal with this one."""
    cutout_size: float = 0.5
    """Size of the rectangle, in picture sizes."""


_BLIT = ("xflip", "rotate90", "xint")
_GEOM = ("scale", "rotate", "aniso", "xfrac")
_COLOR = ("brightness", "contrast", "lumaflip", "hue", "saturation")


def _all_of(*names: str) -> Augmentations:
    return Augmentations(**dict.fromkeys(names, 1.0))  # type: ignore[arg-type]


PIPELINES: Mapping[str, Augmentations] = MappingProxyType(
    {
        "blit": _all_of(*_BLIT),
        "geom": _all_of(*_GEOM),
        "color": _all_of(*_COLOR),
        "filter": _all_of("imgfilter"),
        "noise": _all_of("noise"),
        "cutout": _all_of("cutout"),
        "bg": _all_of(*_BLIT, *_GEOM),
        "bgc": _all_of(*_BLIT, *_GEOM, *_COLOR),
        "bgcf": _all_of(*_BLIT, *_GEOM, *_COLOR, "imgfilter"),
        "bgcfn": _all_of(*_BLIT, *_GEOM, *_COLOR, "imgfilter", "noise"),
        "bgcfnc": _all_of(*_BLIT, *_GEOM, *_COLOR, "imgfilter", "noise", "cutout"),
    }
)
"""The published combinations by name; training uses "bgc"."""


class AugmentPipe(nn.Module):
    """Augments batches of images. Holds filters only; p is an argument, as the draws are.

    Args:
        augmentations: Which ones, and how strong.
    """

    warp_filter: Tensor
    bands: Tensor

    def __init__(self, augmentations: Augmentations) -> None:
        super().__init__()
        self.augmentations = augmentations
        self.register_buffer("warp_filter", setup_filter(SYM6), persistent=False)
        self.register_buffer("bands", band_filters(), persistent=False)

    def forward(self, images: Tensor, p: float | Tensor, draws: Draws) -> Tensor:
        """Augment every image with draws of its own.

        Args:
            images: [N, C, H, W], -1..1; gradients of any order flow through.
            p: Overall probability 0..1.
            draws: Where the random numbers come from.

        Returns:
            Images of the same shape. Hue exists for three channels only, saturation for two or more.
        """
        a = self.augmentations
        batch, channels, height, width = images.shape
        inverse = inverse_warps(a, batch, (height, width), p, draws)
        if inverse is not None:
            images = warp(images, inverse.to(images.device), self.warp_filter)
        matrices = color_matrices(a, batch, channels, p, draws)
        if matrices is not None:
            images = recolor(images, matrices.to(images.device))
        if a.imgfilter > 0:
            images = amplify_bands(images, a, self.bands, p, draws)
        if a.noise > 0:
            images = add_noise(images, a, p, draws)
        if a.cutout > 0:
            images = cut_out(images, a, p, draws)
        return images
