"""Channels of images: grey, grey with transparency, colour, colour with transparency."""

from collections.abc import Callable, Collection

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

_GREY = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in brightness (ITU-R BT.601), as Pillow uses them."""
_BAND = 1 << 20
"""Pixels that are converted at once."""


def common_channels(found: Collection[int]) -> int:
    """Return the channels to write for images with these numbers of them: theirs if they agree, 1 for grey, else 3."""
    if len(found) == 1:
        return next(iter(found))
    return 1 if found and max(found) <= 2 else 3


def with_channels(pixels: Bytes, channels: int) -> Bytes:
    """Return an image [C, H, W] with another number of channels; transparency that is not kept becomes white."""
    if len(pixels) == channels:
        return pixels
    if len(pixels) in (2, 4):
        alpha = pixels[-1:]
        if channels == 4:
            return np.concatenate([pixels[:-1].repeat(4 - len(pixels) + 1, axis=0), alpha])
        return with_channels(_by_bands(_on_white, pixels, len(pixels) - 1), channels)
    if channels == 1:
        return _by_bands(_as_grey, pixels[:3], 1)
    colour = pixels if len(pixels) >= 3 else pixels.repeat(3, axis=0)
    if channels == 4:
        return np.concatenate([colour[:3], np.full_like(colour[:1], 255)])
    return colour[:channels]


def _on_white(pixels: Bytes) -> npt.NDArray[np.uint32]:
    share = pixels[-1:].astype(np.uint32)
    return np.asarray((pixels[:-1].astype(np.uint32) * share + 255 * (255 - share) + 127) // 255, np.uint32)


def _as_grey(pixels: Bytes) -> npt.NDArray[np.float64]:
    return np.asarray(np.rint(np.tensordot(_GREY, pixels.astype(np.float64), 1))[None], np.float64)


def _by_bands(convert: Callable[[Bytes], npt.NDArray[np.generic]], pixels: Bytes, channels: int) -> Bytes:
    """Convert an image [C, H, W] to so many channels, a few rows at a time: wide numbers of all take gigabytes."""
    _, height, width = pixels.shape
    found, rows = np.empty((channels, height, width), np.uint8), max(_BAND // max(width, 1), 1)
    for top in range(0, height, rows):
        found[:, top : top + rows] = convert(pixels[:, top : top + rows])
    return found
