"""How the picture grids of a training run are divided."""

from typing import NamedTuple

AREA = (7680, 4320)
LEAST, MOST = (7, 4), (32, 32)
"""A grid has as many pictures as fit into this area in pixels, but never fewer or more than these a side."""


class Tiling(NamedTuple):
    """Columns and rows of a grid."""

    columns: int
    rows: int


def tiling(width: int, height: int) -> Tiling:
    """The division of a grid of this size in pixels; one single picture where it is no grid of a run.

    A run draws square pictures of R pixels, clip(7680 / R, 7, 32) a row and clip(4320 / R, 4, 32) rows of them.
    """
    for columns in range(LEAST[0], MOST[0] + 1):
        side, rest = divmod(width, columns)
        if rest or not side or height % side:
            continue
        rows = height // side
        if (columns, rows) == tuple(_fit(*parts, side) for parts in zip(AREA, LEAST, MOST, strict=True)):
            return Tiling(columns, rows)
    return Tiling(1, 1)


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
