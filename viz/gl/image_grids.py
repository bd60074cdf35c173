"""How the picture grids of a training run are divided."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_RULES = (((1920, 1080), (4, 3), (16, 9)), ((7680, 4320), (7, 4), (32, 32)))
"""Of our runs, and of the official ones: a grid has as many pictures as fit into this area in pixels, but never fewer
or more than these a side.
"""


class Tiling(NamedTuple):
    """Columns and rows of a grid."""

    columns: int
    rows: int


ONE = Tiling(1, 1)


def tilings(width: int, height: int) -> tuple[Tiling, ...]:
    """How a grid of this size in pixels may be divided, the finest last; none where it is no grid of a run.

    A run draws square pictures of R pixels: clip(1920 / R, 4, 16) a row and clip(1080 / R, 3, 9) rows of them, an
    official one clip(7680 / R, 7, 32) and clip(4320 / R, 4, 32).
    """
    found = set()
    for rule in _RULES:
        for columns in range(rule[1][0], rule[2][0] + 1):
            side, rest = divmod(width, columns)
            if rest or not side or height % side:
                continue
            rows = height // side
            if (columns, rows) == tuple(_fit(*parts, side) for parts in zip(*rule, strict=True)):
                found.add(Tiling(columns, rows))
    return tuple(sorted(found))


def tiling(pixels: NDArray[np.uint8], width: int, height: int) -> Tiling:
    """The division of the picture `pixels` [H, W, C] whose file is `width` x `height` pixels; one picture where it is
    no grid. Where its size fits several divisions, the finest whose borders are seen is taken.
    """
    possible = tilings(width, height)
    for one in reversed(possible[1:]):
        if _bordered(pixels, one.columns):
            return one
    return possible[0] if possible else ONE


def _bordered(pixels: NDArray[np.uint8], columns: int) -> bool:
    """Whether neighbouring columns of pixels differ more at the borders of so many pictures than beside them."""
    line = pixels[..., :3].astype(np.float32)
    steps = np.abs(np.diff(line, axis=1)).mean(axis=(0, 2))
    borders = (np.arange(1, columns, 2) * pixels.shape[1] / columns).round().astype(int) - 1
    inner = np.concatenate([borders - 3, borders + 3])
    return bool(steps[borders].mean() > 1.5 * steps[inner.clip(0, steps.size - 1)].mean())


def _fit(area: int, least: int, most: int, side: int) -> int:
    return min(max(area // side, least), most)


def cell(tiles: Tiling, index: int, width: int, height: int) -> tuple[float, float, float, float]:
    """Corner coordinates (u0, v0, u1, v1) of the `index`-th picture, row by row, in a texture of this size: half a
    pixel inside, so that neighbours do not bleed in.
    """
    row, column = divmod(index, tiles.columns)
    u, v = 1 / tiles.columns, 1 / tiles.rows
    x, y = min(0.5 / width, u / 4), min(0.5 / height, v / 4)
    return column * u + x, row * v + y, (column + 1) * u - x, (row + 1) * v - y
