"""Positions of seeds on the window's grid; their latents are tested in tests/unit/test_latents.py."""

from foundation.seeds import GRID_WIDTH, neighbours, seed_at


def test_a_seed_and_its_place_belong_together():
    assert seed_at(3, 2) == 203
    assert seed_at(-4, 0) == -4
    assert seed_at(0.5, 1.0) == 100.5
    assert all(neighbours(x, y) == ((seed_at(x, y), 1.0),) for x in range(-2, 3) for y in range(-2, 3))
    assert GRID_WIDTH == 100
