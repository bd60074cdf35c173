"""Curves as a plot of so many pixels needs them: smoothed, and with no more points than can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_NEGLIGIBLE = 1e-6
"""Weights below this are left out."""


@dataclass(frozen=True)
class CurveWish:
    """One curve as a plot wants it."""

    folder: str
    """The run."""
    name: str
    """The statistic, or the figure of a metric."""
    metric: bool = False
    smoothing: float = 0.0
    """Share of the smoothed value that is taken over from one row to the next, 0 (as measured) to below 1."""
    points: int = 1000
    """About so many are drawn: two for each pixel."""
    low: float = -np.inf
    high: float = np.inf
    """The kimg in sight."""
    raw: bool = True
    """Whether what was measured is drawn too, where it is smoothed."""


@dataclass(frozen=True, eq=False)
class Curve:
    """What is drawn; compared by identity, so that nobody compares numbers in every frame."""

    x: Numbers
    """kimg, ascending but where a run was resumed."""
    y: Numbers
    """Smoothed."""
    raw_x: Numbers
    raw_y: Numbers
    """As measured; empty where that is the same."""
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    """What the whole curve spans, not only the part in sight; without what is not finite."""
    newest: float
    """Last value as measured."""
    wish: CurveWish = field(default_factory=lambda: CurveWish("", ""))


def smoothed(values: Numbers, weight: float) -> Numbers:
    """Exponential moving average without a bias at its start, as TensorBoard draws it.

    y_n = (1 - a) sum_k a^k x_{n-k} / (1 - a^{n+1}) with a = `weight`, 0..1 (exclusive). The recursive filter
    1 / (1 - a z) is taken as the product of (1 + a^(2^k) z^(2^k)), which needs no loop over the values [N]. What is
    not finite is left as it is and does not touch its neighbours.
    """
    if not 0 < weight < 1 or values.size < 2:
        return values
    good = np.isfinite(values)
    total, mass = np.where(good, values, 0.0), good.astype(np.float64)
    for column in (total, mass):
        share, step = weight, 1
        while share > _NEGLIGIBLE and step < values.size:
            column[step:] += share * column[:-step]
            share, step = share * share, step * 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(good, total / mass, values)


def thinned(x: Numbers, y: Numbers, points: int) -> tuple[Numbers, Numbers]:
    """At most about `points` points that look the same: the lowest and the highest of every group, in their order."""
    groups = max(1, points // 2)
    if x.size <= 2 * groups:
        return x, y
    size = -(-x.size // groups)
    padded = np.full(groups * size, np.nan)
    padded[: y.size] = y
    rows = padded.reshape(groups, size)
    rows = rows[: -(-y.size // size)]
    low = np.where(np.isnan(rows), np.inf, rows).argmin(axis=1)
    high = np.where(np.isnan(rows), -np.inf, rows).argmax(axis=1)
    starts = np.arange(len(rows)) * size
    picked = np.unique(np.concatenate([starts + low, starts + high]))
    picked = picked[picked < y.size]
    return x[picked], y[picked]


def in_time(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Measurements of snapshots by their kimg, in whatever order they were made; of one snapshot the newest."""
    kimg, last = np.unique(x[::-1], return_index=True)
    return kimg, y[::-1][last]


def curve(kimg: Sequence[float] | Numbers, values: Sequence[float] | Numbers, wish: CurveWish) -> Curve | None:
    """The curve of a column; None where nothing of it can be drawn."""
    x, y = np.asarray(kimg, np.float64), np.asarray(values, np.float64)
    kept = np.isfinite(x) & np.isfinite(y)
    x, y = x[kept], y[kept]
    if not x.size:
        return None
    if wish.metric:
        x, y = in_time(x, y)
    soft = smoothed(y, wish.smoothing)
    first, last = _in_sight(x, wish)
    shown_x, shown_y = thinned(x[first:last], soft[first:last], wish.points)
    empty = np.zeros(0)
    raw = (empty, empty) if soft is y or not wish.raw else thinned(x[first:last], y[first:last], wish.points)
    drawn = _usual(y) if soft is y else _together(soft, y) if wish.raw else soft
    x_range, y_range = ((float(one.min()), float(one.max())) for one in (x, drawn))
    return Curve(shown_x, shown_y, *raw, x_range, y_range, float(y[-1]), wish)


def _in_sight(x: Numbers, wish: CurveWish) -> tuple[int, int]:
    """The rows to draw, with a neighbour at each side so that lines leave the plot."""
    inside = np.flatnonzero((x >= wish.low) & (x <= wish.high))
    if not inside.size:
        return 0, x.size
    return max(0, int(inside[0]) - 1), min(x.size, int(inside[-1]) + 2)


def _usual(y: Numbers) -> Numbers:
    """Without the rarest outliers, which would flatten all the rest."""
    if y.size < 50:
        return y
    low, high = np.percentile(y, [0.5, 99.5])
    return np.clip(y, low, high)


def _together(soft: Numbers, raw: Numbers) -> Numbers:
    return np.concatenate([soft, _usual(raw)])
