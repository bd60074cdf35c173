"""Seeds: the points z that they name, their classes, and their places on the window's grid.

A seed means the same image here as in the published tools. NumPy is imported where a seed is drawn.
"""

import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Number = TypeVar("Number", int, float)

SEED_RANGE = 2**32
"""NumPy's legacy generator takes seeds of 32 bits; other whole numbers are taken modulo this."""

RANDOM_SEEDS = 100_000
"""Upper bound of random seeds: short enough to remember and to type."""
GRID_WIDTH = 100
"""Seeds in one row of the window's grid: position (x, y) is seed x + 100 y."""


def seed_z(seed: int, z_dim: int) -> "npt.NDArray[np.float64]":
    """Return the latent z of a seed: `RandomState(seed mod 2^32).randn(z_dim)`, float64 [z_dim]."""
    import numpy as np

    return np.random.RandomState(seed % SEED_RANGE).randn(z_dim)


def seed_class(seed: int, z_dim: int, c_dim: int) -> int:
    """Return the class 0..c_dim-1 of a seed without a chosen class: the first `randint(c_dim)` after z was drawn."""
    import numpy as np

    if c_dim < 1:
        raise ValueError(f"a network with c_dim {c_dim} has no classes to choose from")
    state = np.random.RandomState(seed % SEED_RANGE)
    state.randn(z_dim)
    return int(state.randint(c_dim))


def seed_at(x: Number, y: Number) -> Number:
    """Return the seed x + 100 y at a position of the window's grid; a fraction lies between seeds."""
    return x + GRID_WIDTH * y


def neighbours(x: float, y: float) -> tuple[tuple[int, float], ...]:
    """Return the seeds around a position on the window's grid, each with its bilinear weight.

    Whole positions are seeds: (x, y) is seed x + 100 y. Between them up to four seeds share the weight 1; those
    that would get none are left out, so a whole position gives exactly one. Seeds may be negative or large: `seed_z`
    takes them modulo 2^32.
    """
    return tuple((seed_at(*corner), weight) for corner, weight in corners(x, y))


def corners(x: float, y: float) -> tuple[tuple[tuple[int, int], float], ...]:
    """Return the whole positions around a position on the window's grid, each with its bilinear weight above 0."""
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"the grid has no position ({x}, {y}): both must be finite numbers")
    x0, y0 = math.floor(x), math.floor(y)
    fx, fy = x - x0, y - y0
    around = (
        ((x0, y0), (1 - fx) * (1 - fy)),
        ((x0 + 1, y0), fx * (1 - fy)),
        ((x0, y0 + 1), (1 - fx) * fy),
        ((x0 + 1, y0 + 1), fx * fy),
    )
    return tuple((corner, weight) for corner, weight in around if weight > 0)
