"""Published paths through z or w that are no straight lines, as NumPy functions in double precision.

They are here so that walks made with other programs can be made again: dvschultz's and eps696's forks of StyleGAN2. The
window's own walks are `gan.animation.walks` and the timeline.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter

Floats = npt.NDArray[np.float64]

_PARALLEL = 0.9995
"""Cosine from which on two vectors have no circle worth following."""


def great_circle(a: npt.ArrayLike, b: npt.ArrayLike, t: float) -> Floats:
    """Follow the great circle from a to b (dvschultz): arrays of one shape, taken as one vector each.

    (sin((1 - t) theta) a + sin(t theta) b) / sin(theta), theta the angle between them, applied to the vectors with
    their lengths: between vectors of unlike length the result has no even speed. Nearly parallel ones go straight,
    where that program fails.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    cosine = float((a * b).sum() / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-300))
    if abs(cosine) > _PARALLEL:
        return np.asarray(a + t * (b - a))
    theta = math.acos(cosine)
    return np.asarray((math.sin((1 - t) * theta) * a + math.sin(t * theta) * b) / math.sin(theta))


def great_circles(points: npt.ArrayLike, steps: int) -> Floats:
    """Follow great circles from point to point [K, ...]: [(K - 1) steps, ...]; the last point is not reached."""
    whole = np.asarray(points, np.float64)
    return np.stack([great_circle(a, b, i / steps) for a, b in pairwise(whole) for i in range(steps)])


def rescaled_line(a: npt.ArrayLike, b: npt.ArrayLike, t: float) -> Floats:
    """Follow the straight line, rescaled by how much the chord of equal length shrinks (eps696's `slerp`).

    With p = a + t (b - a) and q = a + t (b |a| / |b| - a) the result is p |a| / |q|. Between vectors of equal length it
    stays on the sphere, at uneven speed.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    length = float(np.linalg.norm(a))
    p, q = a + t * (b - a), a + t * (b * (length / max(float(np.linalg.norm(b)), 1e-300)) - a)
    return np.asarray(p * (length / max(float(np.linalg.norm(q)), 1e-300)))


def smoothstep(x: npt.ArrayLike, order: float = 1.0) -> Floats:
    """Ease x in 0..1 by the polynomial smoothstep of the order M = ceil(order) (eps696).

    x^(M+1) sum_n C(M+n, n) C(2M+1, M-n) (-x)^n, n from 0 to M; a fractional order averages it with x.
    """
    x, m = np.clip(np.asarray(x, np.float64), 0, 1), math.ceil(order)
    curve = sum(math.comb(m + n, n) * math.comb(2 * m + 1, m - n) * (-x) ** n for n in range(m + 1)) * x ** (m + 1)
    return np.asarray(curve if order == m else (curve + x) / 2)


def line_of(
    points: tuple[npt.ArrayLike, npt.ArrayLike], steps: int, smooth: float = 0.0, rescaled: bool = False
) -> Floats:
    """Go from a point to another in `steps` steps, both ends included (eps696): [steps, ...].

    Args:
        points: The two.
        steps: At least 2.
        smooth: Order of the smoothstep that eases the way; 0 for none.
        rescaled: Follow `rescaled_line` instead of the straight line.
    """
    way = np.arange(steps) / (steps - 1)
    way = smoothstep(way, smooth) if smooth > 0 else way
    a, b = (np.asarray(point, np.float64) for point in points)
    return np.stack([rescaled_line(a, b, float(t)) if rescaled else a + t * (b - a) for t in way])


def circular_loop(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, diameter: float, frames: int) -> Floats:
    """Circle around a, in the plane towards b and c (dvschultz): [frames, ...].

    z(t) = a + r sin(2 pi t) x + r cos(2 pi t) y with r half the diameter and x, y the unit vectors (a - b) / |a - b|
    and (a - c) / |a - c|, which that program does not make orthogonal: the circle is an ellipse. Its times add up
    1 / frames while they are below 1, so that rounding can add a frame.
    """
    a, b, c = (np.asarray(point, np.float64) for point in (a, b, c))
    x, y = ((a - other) / np.linalg.norm(a - other) for other in (b, c))
    times, t = [], 0.0
    while t < 1.0:
        times.append(t)
        t += 1.0 / frames
    angles = 2 * math.pi * np.array(times)
    waves = (np.multiply.outer(wave(angles), way) for wave, way in ((np.sin, x), (np.cos, y)))
    return np.asarray(a + diameter / 2 * sum(waves))


def spline_loop(keys: npt.ArrayLike, steps: int) -> Floats:
    """Follow a cubic spline through keys [K, ...] and back to the first (eps696): [K steps + 1, ...].

    The ends are not-a-knot ones, so that the loop has a kink at its seam; `gan.animation.walks` has none.
    """
    whole = np.asarray(keys, np.float64)
    closed = np.concatenate([whole, whole[:1]])
    spline = CubicSpline(np.arange(len(closed)) * steps, closed)
    return np.asarray(spline(np.arange(len(whole) * steps + 1)))


def key_loop(
    keys: npt.ArrayLike, frames: int, transit: int, *, cubic: bool = False, gauss: bool = False, smooth: float = 0.5
) -> Floats:
    """Walk through keys [K, D] and back, as eps696's `latent_anima` does: [frames, D].

    Args:
        keys: As many as frames // transit.
        frames: Length of the loop.
        transit: Frames from a key to the next one.
        cubic: Follow `spline_loop`; else the rescaled lines, every key twice, after one more copy of the first.
        gauss: Filter along time by a Gaussian of the deviation `transit`, and give every vector the length sqrt(D).
        smooth: Order of the smoothstep of the rescaled lines.
    """
    whole = np.asarray(keys, np.float64)
    if cubic:
        found = spline_loop(whole, transit)
    else:
        nexts = np.roll(whole, -1, axis=0)
        lines = [line_of((a, b), transit, smooth, rescaled=True) for a, b in zip(whole, nexts, strict=True)]
        found = np.concatenate([whole[:1], *lines])
    if gauss:
        found = gaussian_filter(found, [transit, *[0] * (found.ndim - 1)], mode="wrap")
        found = found / np.linalg.norm(found, axis=-1, keepdims=True) * math.sqrt(found.shape[-1])
    return found[max(len(found) - frames, 0) :]


def _bounce(t: float) -> float:
    if t < 4 / 11:
        return 121 * t * t / 16
    if t < 8 / 11:
        return 363 / 40 * t * t - 99 / 10 * t + 17 / 5
    if t < 9 / 10:
        return 4356 / 361 * t * t - 35442 / 1805 * t + 16061 / 1805
    return 54 / 5 * t * t - 513 / 25 * t + 268 / 25


def _back(t: float) -> float:
    p = 1 - t
    return 1 - (p**3 - p * math.sin(math.pi * p))


EASINGS: Mapping[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "easeInOutQuad": lambda t: 2 * t * t if t < 0.5 else -2 * t * t + 4 * t - 1,
    "circularEaseOut": lambda t: math.sqrt((2 - t) * t),
    "circularEaseOut2": lambda t: math.sqrt(math.sqrt((2 - t) * t)),
    "backEaseOut": _back,
    "bounceEaseOut": _bounce,
}
"""Easings of dvschultz's lines, from a share 0..1 of the time to a share of the way, by their names there."""
