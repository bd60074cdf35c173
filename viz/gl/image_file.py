"""Picture files as pixels that a texture takes."""

import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LIMIT = 2048
"""Longest side of the texture in pixels: every OpenGL driver takes it."""


def read_sized(path: str, limit: int = LIMIT) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The picture as RGBA [H, W, 4], made smaller where a side is longer than `limit`, and its size (width, height).

    Raises ValueError with one sentence where it cannot be read.
    """
    try:
        with warnings.catch_warnings(), Image.open(path) as opened:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # grids of a run are big, and not hostile
            size = opened.size
            opened.thumbnail((limit, limit), Image.Resampling.BOX, reducing_gap=None)
            return np.array(opened.convert("RGBA")), size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"The picture {path} cannot be read: {error}") from error
