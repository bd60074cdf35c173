"""Pixels of opened image files, as a dataset takes them."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from foundation.inputs import PictureError, open_picture, upright

MODES = {
    **dict.fromkeys(("1", "L"), "L"),
    **dict.fromkeys(("P", "RGB", "CMYK", "YCbCr"), "RGB"),
    **dict.fromkeys(("LA", "La"), "LA"),
    **dict.fromkeys(("RGBA", "RGBa", "PA"), "RGBA"),
}
"""Mode that each of Pillow's 8-bit modes is converted to."""
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I")
"""Modes of 16 bits; some versions of Pillow open such files as "I"."""


def channels_of(data: bytes) -> int | None:
    """Return the number of channels of an image file from its header; None if it cannot be read."""
    try:
        with open_picture(data) as image:
            transparent = image.mode == "P" and "transparency" in image.info
            mode = "RGBA" if transparent else "L" if image.mode in _DEEP else MODES.get(image.mode, "")
    except PictureError:
        return None
    return len(mode) or None


def pixels_of(image: Image.Image) -> npt.NDArray[np.uint8] | None:
    """Return the pixels, uint8 [C, H, W]: upright as the camera was held, 16 bits rounded to 8; None for other depths.

    Raises:
        OSError, SyntaxError: the file is damaged.
    """
    turned = upright(image)
    if turned.mode in _DEEP:
        return _from_16_bits(np.asarray(turned))
    if turned.mode not in MODES:
        return None
    transparent = turned.mode == "P" and "transparency" in turned.info
    pixels = np.asarray(turned.convert("RGBA" if transparent else MODES[turned.mode]))
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def _from_16_bits(values: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8] | None:
    if values.size and not 0 <= int(values.min()) <= int(values.max()) < 1 << 16:
        return None
    return ((values.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)[None]
