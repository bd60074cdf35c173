"""Data of curves for plots: smoothed, and reduced to the number of points that the plot can resolve."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_NEGLIGIBLE = 1e-6
"""Weights below this are dropped."""


@dataclass(frozen=True)
class CurveRequest:
    """Request for one curve of a plot."""

    folder: str
    """Run folder."""
    name: str
    """Name of a statistic or of a metric's value."""
    metric: bool = False
    smoothing: float = 0.0
    """Smoothing weight: share of the previous smoothed value, 0 (no smoothing) to below 1."""
    points: int = 1000
    """Approximate number of points: two per pixel."""
    low: float = -np.inf
    high: float = np.inf
    """Visible kimg range."""
    raw: bool = True
    """True to draw the unsmoothed values as well."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of one curve; compared by identity to avoid comparing arrays in every frame."""

    x: Numbers
    """kimg, ascending except where a run was resumed."""
    y: Numbers
    """Smoothed values."""
    raw_x: Numbers
    raw_y: Numbers
    """Unsmoothed values; empty if identical."""
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    """Finite value range of the whole curve, beyond the visible part."""
    newest: float
    """Last unsmoothed value."""
    request: CurveRequest = field(default_factory=lambda: CurveRequest("", ""))


def smoothed(values: Numbers, weight: float) -> Numbers:
    """Exponential moving average without a bias at its start, as in TensorBoard.

    y_n = (1 - a) sum_k a^k x_{n-k} / (1 - a^{n+1}) with a = `weight`, 0..1 (exclusive). The recursive filter
    1 / (1 - a z) is computed as the product of (1 + a^(2^k) z^(2^k)), which needs no loop over the values [N].
    Non-finite values are left unchanged and do not affect their neighbours.
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
    """Reduce to about `points` points that look the same: minimum and maximum of each group, in order."""
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
    """Sort measurements of snapshots by kimg; of several for one snapshot the newest is used."""
    kimg, last = np.unique(x[::-1], return_index=True)
    return kimg, y[::-1][last]


def curve(kimg: Sequence[float] | Numbers, values: Sequence[float] | Numbers, request: CurveRequest) -> Curve | None:
    """Return the curve of a column; None if no part of it can be drawn."""
    x, y = np.asarray(kimg, np.float64), np.asarray(values, np.float64)
    kept = np.isfinite(x) & np.isfinite(y)
    x, y = x[kept], y[kept]
    if not x.size:
        return None
    if request.metric:
        x, y = in_time(x, y)
    soft = smoothed(y, request.smoothing)
    first, last = _in_sight(x, request)
    shown_x, shown_y = thinned(x[first:last], soft[first:last], request.points)
    empty = np.zeros(0)
    raw = (empty, empty) if soft is y or not request.raw else thinned(x[first:last], y[first:last], request.points)
    drawn = _usual(y) if soft is y else _together(soft, y) if request.raw else soft
    x_range, y_range = ((float(one.min()), float(one.max())) for one in (x, drawn))
    return Curve(shown_x, shown_y, *raw, x_range, y_range, float(y[-1]), request)


def _in_sight(x: Numbers, request: CurveRequest) -> tuple[int, int]:
    """Return the range of rows to draw, with one neighbour on each side so that lines leave the plot."""
    inside = np.flatnonzero((x >= request.low) & (x <= request.high))
    if not inside.size:
        return 0, x.size
    return max(0, int(inside[0]) - 1), min(x.size, int(inside[-1]) + 2)


def _usual(y: Numbers) -> Numbers:
    """Remove extreme outliers, which would flatten the rest."""
    if y.size < 50:
        return y
    low, high = np.percentile(y, [0.5, 99.5])
    return np.clip(y, low, high)


def _together(soft: Numbers, raw: Numbers) -> Numbers:
    return np.concatenate([soft, _usual(raw)])
