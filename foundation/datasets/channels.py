"""Channels of images: grey, grey with transparency, colour, colour with transparency."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

_GREY = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in brightness (ITU-R BT.601), as Pillow uses them."""


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
        share = alpha.astype(np.uint32)
        shown = (pixels[:-1].astype(np.uint32) * share + 255 * (255 - share) + 127) // 255
        return with_channels(shown.astype(np.uint8), channels)
    if channels == 1:
        return np.rint(np.tensordot(_GREY, pixels[:3].astype(np.float64), 1)).astype(np.uint8)[None]
    colour = pixels if len(pixels) >= 3 else pixels.repeat(3, axis=0)
    if channels == 4:
        return np.concatenate([colour[:3], np.full_like(colour[:1], 255)])
    return colour[:channels]
