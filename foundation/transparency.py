"""Images with transparency over something opaque. Numpy only."""

import numpy as np
import numpy.typing as npt

from foundation.specs.formats import CHECKERBOARD, color_of

Pixels = npt.NDArray[np.uint8]

SQUARE = 8
"""Side of its squares in pixels."""
SHADES = (153, 102)
"""Grey levels of its squares, the upper left one first."""


def checkerboard(height: int, width: int) -> Pixels:
    """Return squares of two greys, uint8 [height, width, 3]."""
    odd = (np.arange(height)[:, None] // SQUARE + np.arange(width) // SQUARE) % 2
    grey = np.array(SHADES, np.uint8)[odd]
    return np.repeat(grey[..., None], 3, axis=2)


def over(pixels: Pixels, background: str = CHECKERBOARD) -> Pixels:
    """Return pixels [H, W, 3 or 4] over a background, opaque, [H, W, 3]. Raises ValueError as `color_of`."""
    color = color_of(background)
    if pixels.shape[2] == 3:
        return pixels
    shown = pixels[..., :3]
    if pixels[..., 3].min(initial=255) == 255:
        return shown
    behind = checkerboard(*pixels.shape[:2]) if color is None else np.array(color, np.uint8)
    alpha = pixels[..., 3:].astype(np.uint32)
    mixed = (alpha * shown + (255 - alpha) * behind + 127) // 255
    return np.asarray(mixed.astype(np.uint8))


def trimmed(pixels: Pixels) -> Pixels:
    """Return pixels [H, W, 4] without their alpha where all of them are opaque, [H, W, 3]; contiguous."""
    opaque = pixels.shape[2] == 4 and pixels[..., 3].min(initial=255) == 255
    return np.ascontiguousarray(pixels[..., :3] if opaque else pixels)
