"""Colours of the difference of two images."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderer.document.arrays import AnyArray

LEVELS = 255
"""Largest difference of two channels."""
LARGEST = 3 * LEVELS
"""Largest difference of two pixels: the sum over R, G and B."""
_BLUE, _ORANGE = (33, 102, 172), (230, 97, 1)
"""Ends of the colour scale, safe for colour blindness."""


ENDS = tuple("#{:02X}{:02X}{:02X}".format(*color) for color in (_BLUE, (255, 255, 255), _ORANGE))
"""Colours of the lowest, no and the highest difference."""


def levels(value: float) -> str:
    """Return the difference of a pixel as text: the mean over its channels, of 255, from the sum."""
    shown = f"{value / 3:+.1f}"
    return "0.0" if shown in ("+0.0", "-0.0") else shown.replace("-", "\N{MINUS SIGN}")


def described(sums: AnyArray) -> str:
    """Return the mean and the largest magnitude of differences [H, W], in levels of 255."""
    sizes = np.abs(sums.astype(np.float64)) / 3
    return f"A \N{MINUS SIGN} B: mean {sizes.mean():.1f}, largest {sizes.max(initial=0):.0f} of {LEVELS}"


def full_scale(gain: float) -> str:
    """Return the difference at the end of the colour scale, in levels."""
    return f"{LEVELS / gain:.3g}"


@lru_cache(maxsize=2)
def _colours(gain: float) -> NDArray[np.uint8]:
    """Return the colours [2 LARGEST + 1, 4] of the differences -LARGEST..LARGEST."""
    shares = np.clip(np.arange(-LARGEST, LARGEST + 1) / LARGEST * gain, -1, 1)[:, None]
    ends = np.where(shares < 0, np.array(_BLUE), np.array(_ORANGE))
    colours = np.full((2 * LARGEST + 1, 4), 255, np.uint8)
    colours[:, :3] = np.rint(255 + np.abs(shares) * (ends - 255))
    return colours


def colored(sums: AnyArray, gain: float) -> NDArray[np.uint8]:
    """Map differences [H, W], as in `protocol.Difference`, to colours [H, W, 4].

    d = gain * sums / LARGEST, from blue at -1 through white at 0 to orange at 1.
    """
    picture: NDArray[np.uint8] = _colours(gain)[np.clip(sums, -LARGEST, LARGEST).astype(np.intp) + LARGEST]
    return picture
