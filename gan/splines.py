"""Interpolation between keyframes in time, for numbers and vectors of any kind. Needs NumPy only.

Every kind is linear in the keyframes' values: the value at a time is a weighted sum of them. So this module gives the
weights [K], which serve numbers, arrays and tensors alike.
"""

import bisect
import functools
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Kind = Literal["linear", "cubic"]
KINDS: tuple[str, ...] = get_args(Kind)

Weights = npt.NDArray[np.float64]


def weights(times: Sequence[float], t: float, kind: Kind = "linear", period: float | None = None) -> Weights:
    """Weight of each of the K keyframes at time t: [K], of sum 1.

    Args:
        times: Of the keyframes, in seconds or any other unit, increasing.
        t: The time asked for. Before the first and after the last keyframe those hold.
        kind: "linear" goes straight from one to the next; "cubic" is the cubic spline, whose speed and acceleration
            have no jumps. It stands still in its acceleration at both ends (a natural spline), or is periodic.
        period: Of a loop: after the last keyframe it goes on to the first, which comes again at times[0] + period.
            None for no loop.

    Raises:
        ValueError: no keyframes, times that do not increase, a period that ends before the last keyframe, or an
            unknown kind.
    """
    knots = _checked(tuple(times), kind, period)
    count = len(times)
    if count == 1:
        return np.ones(1)
    if period is not None:
        t = knots[0] + (t - knots[0]) % period
    else:
        t = min(max(t, knots[0]), knots[-1])
    i = min(bisect.bisect_right(knots, t) - 1, len(knots) - 2)
    h = knots[i + 1] - knots[i]
    b = (t - knots[i]) / h
    a = 1 - b
    result = np.zeros(count)
    after = (i + 1) % count
    result[i] += a
    result[after] += b
    if kind == "cubic":
        curvature = _curvatures(knots, period is not None)
        result += ((a**3 - a) * curvature[i] + (b**3 - b) * curvature[after]) * (h * h / 6)
    return result


def at(
    times: Sequence[float], values: npt.ArrayLike, t: float, kind: Kind = "linear", period: float | None = None
) -> npt.NDArray[np.float64]:
    """The value at time t between keyframes' values [K] or [K, ...]; the other arguments are those of `weights`."""
    return np.tensordot(weights(times, t, kind, period), np.asarray(values, dtype=np.float64), axes=1)


@functools.lru_cache(maxsize=64)
def _checked(times: tuple[float, ...], kind: str, period: float | None) -> tuple[float, ...]:
    """The knots between which there are pieces: the times, and for a loop the first one again."""
    if kind not in KINDS:
        raise ValueError(f"There is no interpolation {kind!r}; choose one of {', '.join(KINDS)}.")
    if not times:
        raise ValueError("There are no keyframes to interpolate between.")
    knots = times if period is None else (*times, times[0] + period)
    if not np.isfinite(knots).all() or (np.diff(knots) <= 0).any():
        raise ValueError("The times of keyframes must increase, and a loop must end after its last keyframe.")
    return knots


@functools.lru_cache(maxsize=64)
def _curvatures(knots: tuple[float, ...], loop: bool) -> npt.NDArray[np.float64]:
    """The second derivative at each keyframe, as weights of the keyframes' values: [K, K].

    With h_i the time from keyframe i to the next, continuity of the first derivative asks for every inner one (for
    every one of a loop, indices modulo K), y being the values and m the second derivatives:

        h_{i-1} m_{i-1} + 2 (h_{i-1} + h_i) m_i + h_i m_{i+1} = 6 ( (y_{i+1} - y_i) / h_i - (y_i - y_{i-1}) / h_{i-1} )

    and a natural spline has m = 0 at both ends.
    """
    h = np.diff(knots)
    count = len(h) if loop else len(knots)
    left, right = np.zeros((count, count)), np.zeros((count, count))
    for i in range(count):
        if not loop and i in (0, count - 1):
            left[i, i] = 1
            continue
        before, after = (i - 1) % count, (i + 1) % count
        h0, h1 = h[(i - 1) % len(h)], h[i]
        left[i, before] += h0
        left[i, i] += 2 * (h0 + h1)
        left[i, after] += h1
        right[i, before] += 6 / h0
        right[i, i] -= 6 / h0 + 6 / h1
        right[i, after] += 6 / h1
    return np.asarray(np.linalg.solve(left, right), dtype=np.float64)
