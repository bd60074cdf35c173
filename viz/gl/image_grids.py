"""Division of a training run's image grids into images."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_RULES = (((1920, 1080), (4, 3), (16, 9)), ((7680, 4320), (7, 4), (32, 32)))
"""Rules of our runs and of the official ones: a grid has as many images as fit into an area in pixels, within a minimum
and a maximum per side.
"""


class Tiling(NamedTuple):
    """Columns and rows of a grid."""

    columns: int
    rows: int


ONE = Tiling(1, 1)


def tilings(width: int, height: int) -> tuple[Tiling, ...]:
    """Return the possible divisions of a grid of this size in pixels, the finest last; empty if it is no grid of a run.

    A run writes square images of R pixels, clip(1920 / R, 4, 16) per row in clip(1080 / R, 3, 9) rows; an official run
    clip(7680 / R, 7, 32) per row in clip(4320 / R, 4, 32) rows.
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
    """Return the division of `pixels` [H, W, C], read from a file of `width` x `height` pixels; 1 x 1 if it is no grid.

    If several divisions fit the size, the finest one with visible borders is chosen.
    """
    possible = tilings(width, height)
    for one in reversed(possible[1:]):
        if _bordered(pixels, one.columns):
            return one
    return possible[0] if possible else ONE


def _bordered(pixels: NDArray[np.uint8], columns: int) -> bool:
    """Return True if adjacent pixel columns differ more at the borders of `columns` images than beside them."""
    line = pixels[..., :3].astype(np.float32)
    steps = np.abs(np.diff(line, axis=1)).mean(axis=(0, 2))
    borders = (np.arange(1, columns, 2) * pixels.shape[1] / columns).round().astype(int) - 1
    inner = np.concatenate([borders - 3, borders + 3])
    return bool(steps[borders].mean() > 1.5 * steps[inner.clip(0, steps.size - 1)].mean())


def _fit(area: int, least: int, most: int, side: int) -> int:
    return min(max(area // side, least), most)


def cell(tiles: Tiling, index: int, width: int, height: int) -> tuple[float, float, float, float]:
    """Return the texture coordinates (u0, v0, u1, v1) of image `index`, row by row, in a texture of this size.

    They are inset by half a pixel, so that neighbours do not bleed in.
    """
    row, column = divmod(index, tiles.columns)
    u, v = 1 / tiles.columns, 1 / tiles.rows
    x, y = min(0.5 / width, u / 4), min(0.5 / height, v / 4)
    return column * u + x, row * v + y, (column + 1) * u - x, (row + 1) * v - y
