"""Decoding of image files into pixels for a texture."""

import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LIMIT = 2048
"""Longest side of a texture in pixels, supported by every OpenGL driver."""


def read_sized(path: str, limit: int = LIMIT) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Return an image as RGBA [H, W, 4], reduced so that no side exceeds `limit`, and its original (width, height).

    Raises ValueError with one sentence if it cannot be read.
    """
    try:
        with warnings.catch_warnings(), Image.open(path) as opened:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # grids of a run are large, not hostile
            size = opened.size
            opened.thumbnail((limit, limit), Image.Resampling.BOX, reducing_gap=None)
            return np.array(opened.convert("RGBA")), size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"The picture {path} cannot be read: {error}") from error
