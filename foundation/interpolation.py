"""Interpolation between keyframes in time. NumPy only.

Every kind is linear in the keyframes' values, so the functions give weights, which serve numbers and latents alike.
"""

import bisect
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Kind = Literal["cubic", "linear", "slerp", "hold"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Ease = Literal["even", "in", "out", "both"]
EASES: tuple[Ease, ...] = get_args(Ease)

MOST_KNOTS = 256
"""Keys of which all slopes are solved for at once, which takes memory by the square of their number."""
REACH = 60
"""Keys on each side that determine a slope to the last bit."""

Floats = npt.NDArray[np.float64]


def eased(share: float, ease: Ease) -> float:
    """Map a fraction 0..1 of the time to a fraction of the distance: ease "in", ease "out", or both."""
    match ease:
        case "in":
            return share * share
        case "out":
            return share * (2 - share)
        case "both":
            return share * share * (3 - 2 * share)
        case _:
            return share


def span(times: tuple[float, ...], t: float, period: float | None, eases: tuple[Ease, ...]) -> tuple[int, int, float]:
    """Return the indices of the keys before and after time t, and the fraction 0..1 between them.

    Args:
        times: Of the K keys, at least one, increasing; in a loop none beyond the first's + period.
        t: Time; before the first and after the last key those hold, in a loop they join.
        period: Period of a loop; None for no loop.
        eases: Easing of the segment after each key; empty: linear.
    """
    last = len(times) - 1
    if last == 0:
        return 0, 0, 0.0
    if period is not None and not times[0] <= t < times[0] + period:  # a key's own time must stay what it is
        t = times[0] + (t - times[0]) % period
    if t <= times[0]:
        return 0, 0, 0.0
    if t >= times[last] and period is None:
        return last, last, 0.0
    i = min(bisect.bisect_right(times, t) - 1, last)
    after, end = (i + 1, times[i + 1]) if i < last else (0, times[0] + (period or 0.0))
    share = (t - times[i]) / (end - times[i])
    return i, after, eased(share, eases[i]) if eases else share


def weights(
    times: tuple[float, ...], t: float, kind: Kind, period: float | None = None, eases: tuple[Ease, ...] = ()
) -> Floats:
    """Return the weight of each of the K keys at time t: [K], of sum 1; exactly one key at that key's time.

    "linear" and "slerp" go from key to key, "hold" stays on a key until the next, "cubic" is the curve whose speed and
    acceleration have no jumps: natural at its ends, or periodic. The other arguments are those of `span`.
    """
    before, after, share = span(times, t, period, eases)
    result = np.zeros(len(times))
    if share == 0 or kind == "hold":
        result[before] = 1
        return result
    if kind != "cubic":
        result[before], result[after] = 1 - share, share
        return result
    knots = times if period is None else (*times, times[0] + period)
    h, rest = knots[before + 1] - knots[before], 1 - share
    near, first, last, slopes = _near(times, before, after, period)
    result[before] += (1 + 2 * share) * rest * rest
    result[after] += (1 + 2 * rest) * share * share
    result[near] += h * share * rest * (rest * slopes[first] - share * slopes[last])
    return result


def _near(
    times: tuple[float, ...], before: int, after: int, period: float | None
) -> tuple[npt.NDArray[np.intp], int, int, Floats]:
    """Return the keys that act between two neighbouring ones: indices [N], places of the two in them, slopes [N, N].

    These are all of up to MOST_KNOTS keys. A key's influence on a slope at least halves from key to key, so of more
    keys those more than REACH away act by less than the last bit.
    """
    count = len(times)
    if count <= MOST_KNOTS:
        knots = times if period is None else (*times, times[0] + period)
        return np.arange(count), before, after, _slopes(knots, period is not None)
    low, high = before - REACH, before + 1 + REACH
    if period is None:
        low, high = max(low, 0), min(high, count - 1)
    places = range(low, high + 1)
    knots = tuple(times[i % count] + (i // count) * (period or 0.0) for i in places)
    return np.array([i % count for i in places]), before - low, before - low + 1, _slopes(knots, False)


def at(
    times: tuple[float, ...], values: npt.ArrayLike, t: float, kind: Kind = "linear", period: float | None = None
) -> Floats:
    """Interpolate the keys' values [K] or [K, ...] at time t; the other arguments are those of `weights`."""
    return np.tensordot(weights(times, t, kind, period), np.asarray(values, dtype=np.float64), axes=1)


def check(times: Sequence[float], kind: str, period: float | None = None) -> None:
    """Raise ValueError, with a sentence, for arguments that `weights` does not accept.

    These are: no keys, times that do not increase, a period that ends before the last key, or an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no interpolation {kind!r}; choose one of {', '.join(KINDS)}.")
    if not times:
        raise ValueError("There are no keyframes to interpolate between.")
    knots = times if period is None else (*times, times[0] + period)
    if not np.isfinite(knots).all() or (np.diff(knots) <= 0).any():
        raise ValueError("The times of keyframes must increase, and a loop must end after its last keyframe.")


@lru_cache(maxsize=256)
def _slopes(knots: tuple[float, ...], loop: bool) -> Floats:
    """The derivative at each key, as weights of the keys' values: [K, K].

    With s_i the slope of the straight line after key i, h_i its duration and m_i the derivative, the acceleration has
    no jump where

        m_{i-1} / h_{i-1} + 2 m_i (1 / h_{i-1} + 1 / h_i) + m_{i+1} / h_i = 3 (s_{i-1} / h_{i-1} + s_i / h_i)

    and is zero at the ends of a natural spline where 2 m_0 + m_1 = 3 s_0, and so at the other end.
    """
    pace = 1 / np.diff(np.array(knots))[:, None]
    count = len(knots) - 1 if loop else len(knots)
    each = np.eye(count)
    following = np.roll(each, -1, axis=0)
    straight = ((following - each)[: len(pace)]) * pace
    if loop:
        earlier = np.roll(pace, 1, axis=0)
        left = np.roll(each, 1, axis=0) * earlier + 2 * each * (earlier + pace) + following * pace
        right = 3 * (np.roll(straight, 1, axis=0) * earlier + straight * pace)
    else:
        left, right = np.zeros((count, count)), np.zeros((count, count))
        left[:-1] += 2 * each[:-1] * pace + following[:-1] * pace
        left[1:] += 2 * each[1:] * pace + each[:-1] * pace
        right[:-1] += 3 * straight * pace
        right[1:] += 3 * straight * pace
    return np.asarray(np.linalg.solve(left, right))
