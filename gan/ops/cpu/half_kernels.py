"""The operators' kernels for images in bfloat16 with the channels last, as training in half precision has them.

Numbers are computed in float32 and rounded once, when they are stored. Channels must fill whole vectors.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gan.ops.cpu.jit import FLOAT, FLOATS, HALVES, INT, inner, kernel
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.vectors import add, fma, greater, less, load, multiply, select_inside, splat, store

PIXELS = 64
"""Pixels of a task of the pointwise kernels."""


def tasks(shape: Sequence[int]) -> tuple[int, int]:
    """Return the tasks of the pointwise kernels for images [N, C, H, W], and the numbers of each."""
    n, channels, height, width = shape
    return -(-n * height * width // PIXELS), PIXELS * channels


@kernel(HALVES, INT, INT, FLOATS, FLOAT, FLOAT, FLOAT, HALVES)
def activated(
    worker: Any, begin: Any, end: Any, x: Any, pixels: Any, channels: Any, bias: Any, slope: Any, gain: Any, clamp: Any,
    out: Any,
) -> None:  # fmt: skip
    """out = clamp(gain * lrelu(x + bias)) of [pixels, channels]; bias is [channels], slopes are <= 1."""
    s, g, high, low = splat(slope), splat(gain), splat(clamp), splat(-clamp)
    for p in range(begin * PIXELS, min(pixels, end * PIXELS)):
        for c in range(0, channels, LANES):
            v = add(load(x, p * channels + c), load(bias, c))
            v = multiply(greater(multiply(v, s), v), g)
            store(out, p * channels + c, less(high, greater(low, v)))


@kernel(HALVES, HALVES, INT, INT, FLOAT, FLOAT, FLOAT, HALVES)
def sloped(
    worker: Any, begin: Any, end: Any, dy: Any, y: Any, pixels: Any, channels: Any, slope: Any, gain: Any, clamp: Any,
    out: Any,
) -> None:  # fmt: skip
    """out = dy times the derivative of what made y in `activated`. Of gain and slope > 0."""
    above, below, high = splat(gain), splat(gain * slope), splat(clamp)
    for i in range(begin * PIXELS * channels, min(pixels, end * PIXELS) * channels, LANES):
        store(out, i, multiply(load(dy, i), select_inside(load(y, i), high, above, below)))


@inner
def _sources(taps: Any, up: Any, down: Any, pad: Any, size: Any, out_size: Any, places: Any, weights: Any) -> Any:
    """For each output along an axis, the inputs that it reads and their weights: as `gan.ops.cpu.resample` has it.

    Fills places and weights [out_size, len(taps)], and returns how many there are for each output.
    """
    n = len(taps)
    counts = np.zeros(out_size, np.int64)
    for o in range(out_size):
        m = 0
        k = (pad - o * down) % up
        while k < n:
            i = (o * down + k - pad) // up
            if 0 <= i < size:
                places[o * n + m], weights[o * n + m] = i, taps[k]
                m += 1
            k += up
        counts[o] = m
    return counts


@inner
def _mixed(x: Any, base: Any, pitch: Any, places: Any, weights: Any, first: Any, count: Any, out: Any, start: Any,
           length: Any) -> None:  # fmt: skip
    """out[start + j] = sum of weights[k] x[base + places[k] pitch + j] over `count` k from `first` on."""
    for j in range(0, length, LANES):
        s = splat(np.float32(0))
        for k in range(first, first + count):
            s = fma(splat(weights[k]), load(x, base + places[k] * pitch + j), s)
        store(out, start + j, s)


@kernel(HALVES, INT, INT, INT, HALVES, INT, INT, FLOATS, FLOATS, *[INT] * 6)
def resampled(
    worker: Any, begin: Any, end: Any, x: Any, height: Any, width: Any, channels: Any, out: Any, out_height: Any,
    out_width: Any, across: Any, along: Any, up_x: Any, up_y: Any, down_x: Any, down_y: Any, left: Any, top: Any,
) -> None:  # fmt: skip
    """Resample x [N, height, width, channels] to out [N, out_height, out_width, channels], a row of `out` a task.

    `across` and `along` are horizontal and vertical taps, as a correlation.
    """
    n, m = len(across), len(along)
    columns, rows = np.empty(out_width * n, np.int64), np.empty(out_height * m, np.int64)
    weights_x, weights_y = np.empty(out_width * n, np.float32), np.empty(out_height * m, np.float32)
    counts_x = _sources(across, up_x, down_x, left, width, out_width, columns, weights_x)
    counts_y = _sources(along, up_y, down_y, top, height, out_height, rows, weights_y)
    pitch = width * channels
    row = np.empty(pitch, np.float32)
    for task in range(begin, end):
        image, o = task // out_height, task % out_height
        _mixed(x, image * height * pitch, pitch, rows, weights_y, o * m, counts_y[o], row, 0, pitch)
        start = task * out_width * channels
        for p in range(out_width):
            _mixed(row, 0, channels, columns, weights_x, p * n, counts_x[p], out, start + p * channels, channels)
