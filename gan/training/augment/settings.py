"""Settings of the augmentation pipeline: probability multipliers and strengths."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Augmentations:
    """Strength of each augmentation; the names of the groups' members are the published ones.

    The numbers without a suffix are multipliers of p, 0 for off.
    """

    xflip: float = 0
    """Mirror."""
    rotate90: float = 0
    """Turn by multiples of 90 degrees."""
    xint: float = 0
    """Shift by whole pixels."""
    xint_max: float = 0.125
    """Longest such shift, in image sizes."""
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
    """Standard deviation of the shift, in image sizes."""
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
    """Size of the rectangle, in image sizes."""


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
"""Published combinations by name; training uses "bgc"."""
