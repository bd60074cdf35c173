"""Bias, leaky ReLU, gain and clamp of planes, and the derivative."""

from typing import Any

from gan.ops.cpu.jit import FLOAT, FLOATS, INT, inner, kernel
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.vectors import add, greater, less, load, multiply, select_inside, splat, store


@inner
def _activated(v: Any, slope: Any, gain: Any, clamp: Any, low: Any) -> Any:
    return less(clamp, greater(low, multiply(greater(multiply(v, slope), v), gain)))


@kernel(FLOATS, INT, INT, FLOATS, FLOAT, FLOAT, FLOAT, FLOATS)
def biased_lrelu(
    worker: Any, begin: Any, end: Any, x: Any, size: Any, channels: Any, bias: Any, slope: Any, gain: Any, clamp: Any,
    out: Any,
) -> None:  # fmt: skip
    """out = clamp(gain * lrelu(x + bias)), one plane of `size` numbers a task; an empty bias is 0, slopes are <= 1."""
    s, g, high, low = splat(slope), splat(gain), splat(clamp), splat(-clamp)
    for plane in range(begin, end):
        b = bias[plane % channels] if len(bias) > 0 else slope * 0
        shift = splat(b)
        i, stop = plane * size, (plane + 1) * size
        while i + LANES <= stop:
            store(out, i, _activated(add(load(x, i), shift), s, g, high, low))
            i += LANES
        while i < stop:
            v = x[i] + b
            v = gain * (v if v > 0 else v * slope)
            v = -clamp if v < -clamp else v
            out[i] = clamp if v > clamp else v
            i += 1


@kernel(FLOATS, FLOATS, INT, FLOAT, FLOAT, FLOAT, FLOATS)
def scaled_by_slope(
    worker: Any, begin: Any, end: Any, dy: Any, y: Any, size: Any, slope: Any, gain: Any, clamp: Any, out: Any
) -> None:
    """out = dy times the derivative of what made y in `biased_lrelu`, one plane a task. Of gain and slope > 0."""
    low, zero = gain * slope, slope * 0
    above, below, high = splat(gain), splat(low), splat(clamp)
    i, stop = begin * size, end * size
    while i + LANES <= stop:
        store(out, i, multiply(load(dy, i), select_inside(load(y, i), high, above, below)))
        i += LANES
    while i < stop:
        v = y[i]
        d = dy[i] * (gain if v > 0 else low)
        out[i] = d if -clamp < v < clamp else zero
        i += 1
