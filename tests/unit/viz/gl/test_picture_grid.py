"""Division of grids into cells, by the rules of those who write them."""

import numpy as np
import pytest

from viz.gl.image_grids import ONE, Tiling, cell, tiling, tilings


@pytest.mark.parametrize("side", [8, 16, 32, 64, 128, 256, 512, 1024])
@pytest.mark.parametrize("rule", [((1920, 1080), (4, 3), (16, 9)), ((7680, 4320), (7, 4), (32, 32))])
def test_a_grid_is_divided_as_it_was_drawn(side, rule):
    columns, rows = (int(np.clip(area // side, low, high)) for area, low, high in zip(*rule, strict=True))
    size = (columns * side, rows * side)
    assert Tiling(columns, rows) in tilings(*size)
    rng = np.random.default_rng(0)
    colours = rng.integers(40, 200, (rows, columns, 4), np.uint8)
    inner = max(4, 2048 // size[0] * side if size[0] > 2048 else min(side, 32))
    pixels = colours.repeat(inner, axis=0).repeat(inner, axis=1) + rng.integers(0, 9, (1, columns * inner, 1), np.uint8)
    assert tiling(pixels, *size) == Tiling(columns, rows)


def test_any_other_picture_is_one():
    for width, height in ((640, 480), (8, 8), (333, 77)):
        assert tiling(np.zeros((height, width, 4), np.uint8), width, height) == ONE


def test_cells_lie_within_their_places():
    tiles = Tiling(16, 9)
    u0, v0, u1, v1 = cell(tiles, 17, 512, 288)
    assert 1 / 16 < u0 < u1 < 2 / 16
    assert 1 / 9 < v0 < v1 < 2 / 9
    assert u0 - 1 / 16 == pytest.approx(0.5 / 512)
