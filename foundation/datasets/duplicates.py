"""Near-duplicates among images: equal but for compression, size or a few grey levels.

Each image is reduced to a fingerprint: 64 signs of horizontal brightness differences (a difference hash), and its mean
colours on a coarse grid. Two images are nearly the same if at most `BITS` signs differ and the colours do by at most
`LEVELS`; the colours keep plain surfaces of different colours apart, whose signs are all equal.
"""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
from PIL import Image

from foundation.datasets.channels import Bytes, with_channels

BITS = 4
"""Maximum number of signs, out of 64, that differ between near-duplicates."""
LEVELS = 8.0
"""Maximum root mean square difference of their colours, of 255."""
_GRID = 8
"""Rows and columns of signs, and of mean colours."""
_BANDS = (13, 13, 13, 13, 12)
"""Bits of the signs' parts. With one more part than `BITS`, near-duplicates agree in at least one."""
_MOST = 64
"""Maximum number of earlier images that are compared for each part: plain surfaces would agree with all."""


class Fingerprint:
    """Fingerprint of one image, uint8 [C, H, W] of 1 to 4 channels."""

    def __init__(self, pixels: Bytes) -> None:
        colour = np.ascontiguousarray(with_channels(pixels, 3).transpose(1, 2, 0))
        image = Image.fromarray(colour)
        small = image.resize((4 * _GRID, 4 * _GRID), Image.Resampling.BOX)
        self.colours: npt.NDArray[np.float32] = np.asarray(
            small.resize((_GRID, _GRID), Image.Resampling.BOX), np.float32
        )
        grey = np.asarray(small.convert("L").resize((_GRID + 1, _GRID), Image.Resampling.BOX), np.int16)
        self.signs = int.from_bytes(np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes(), "big")

    def near(self, other: "Fingerprint") -> bool:
        """Return True if the images of both are nearly the same."""
        if (self.signs ^ other.signs).bit_count() > BITS:
            return False
        return float(np.sqrt(np.mean((self.colours - other.colours) ** 2))) <= LEVELS


class Seen:
    """The images of a dataset so far, by fingerprint; about 1 KB for each."""

    def __init__(self) -> None:
        self._places: defaultdict[tuple[int, int], list[tuple[Fingerprint, str]]] = defaultdict(list)

    def before(self, pixels: Bytes, name: str) -> str:
        """Return the name of an earlier image that is nearly the same; else add this one, and return an empty text."""
        mark = Fingerprint(pixels)
        parts = _parts(mark.signs)
        for part in parts:
            for other, its_name in self._places[part]:
                if mark.near(other):
                    return its_name
        for part in parts:
            if len(self._places[part]) < _MOST:
                self._places[part].append((mark, name))
        return ""


def _parts(signs: int) -> list[tuple[int, int]]:
    found = []
    for number, width in enumerate(_BANDS):
        found.append((number, signs & (1 << width) - 1))
        signs >>= width
    return found
