"""Loops through z in which every number walks a circle in a noise field of its own (dvschultz's noise loop).

The field is OpenSimplex noise (Kurt Spencer, 2014) in two dimensions: gradients at the corners of a grid of triangles,
faded out by (2 - r^2)^4.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STRETCH, _SQUISH, _SCALE = (1 / math.sqrt(3) - 1) / 2, (math.sqrt(3) - 1) / 2, 47.0
_GRADIENTS = ((5, 2), (2, 5), (-5, 2), (-2, 5), (5, -2), (2, -5), (-5, -2), (-2, -5))
_BITS = 2**64


@lru_cache(maxsize=4096)
def _permutation(seed: int) -> tuple[int, ...]:
    """Order of 0..255 by a linear congruential generator (Knuth's MMIX)."""
    state = seed % _BITS

    def drawn() -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % _BITS
        return state - _BITS if state >= _BITS // 2 else state

    for _ in range(3):
        drawn()
    left, found = list(range(256)), [0] * 256
    for i in range(255, -1, -1):
        r = (drawn() + 31) % (i + 1)
        found[i], left[r] = left[r], left[i]
    return tuple(found)


def noise(seed: int, x: float, y: float) -> float:
    """Value of the field `seed` at a point, within -1..1."""
    order, total = _permutation(seed), 0.0
    shift = (x + y) * _STRETCH
    u, v = math.floor(x + shift), math.floor(y + shift)
    inside_u, inside_v = x + shift - u, y + shift - v
    for du, dv in _corners(inside_u, inside_v):
        # A corner of the grid, back in the plane.
        squish = (u + du + v + dv) * _SQUISH
        dx, dy = x - (u + du + squish), y - (v + dv + squish)
        fade = 2 - dx * dx - dy * dy
        if fade > 0:
            gx, gy = _GRADIENTS[(order[(order[(u + du) & 255] + v + dv) & 255] & 14) // 2]
            total += fade**4 * (gx * dx + gy * dy)
    return total / _SCALE


def _corners(u: float, v: float) -> tuple[tuple[int, int], ...]:
    """The four corners of the grid that reach a point at (u, v) in its cell."""
    rest = 1 - u - v
    if rest >= 0:
        beyond = ((1, -1) if u > v else (-1, 1)) if rest > u or rest > v else (1, 1)
        return (1, 0), (0, 1), (0, 0), beyond
    rest += 1
    beyond = ((2, 0) if u > v else (0, 2)) if rest < u or rest < v else (0, 0)
    return (1, 0), (0, 1), (1, 1), beyond


def noise_loop(size: int, diameter: float, frames: int, seed: int, *, rescaled: bool = False) -> Floats:
    """Walk a loop of z [frames, size].

    Number i at the angle g = 2 pi f / frames is the field i + seed at (d (cos g + 1) / 2, d (sin g + 1) / 2).

    Args:
        size: Numbers in z.
        diameter: d of the circle; a larger one changes more on the way.
        frames: Length of the loop.
        seed: First field.
        rescaled: Divide by the deviation of all, so that z is about as long as the network was trained with; that
            program does not, and its deviation is about a third.
    """
    angles = [2 * math.pi * f / frames for f in range(frames)]
    places = [(diameter * (math.cos(g) + 1) / 2, diameter * (math.sin(g) + 1) / 2) for g in angles]
    found = np.array([[noise(i + seed, x, y) for i in range(size)] for x, y in places])
    return found / found.std() if rescaled else found
