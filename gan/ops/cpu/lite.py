"""Depthwise convolutions with ReLU6, unit vectors, and their gradients, for one image in NHWC order.

Arrays are flat, float32; channels of convolutions are a multiple of `LANES`. A kernel is compiled for each size and
stride, so that its loops over taps are unrolled.
"""

import math
from functools import cache
from typing import Any

import numpy as np

from gan.ops.cpu.jit import FLOAT, FLOATS, INT, Kernel, inner, kernel
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.vectors import fma, greater, less, load, multiply, select_inside, splat, store, total

EPSILON = 1e-10
"""Of lengths."""
SIX = 6.0
"""Limit of ReLU6."""


@inner
def _taps(x: Any, p: Any, line: Any, channels: Any, weight: Any, c: Any, v: Any, size: Any) -> Any:
    """v and the sum over all taps of a pixel whose first one is at p."""
    for ky in range(size):
        for kx in range(size):
            v = fma(load(x, p + ky * line + kx * channels), load(weight, (ky * size + kx) * channels + c), v)
    return v


@inner
def _some_taps(x: Any, p: Any, line: Any, channels: Any, weight: Any, c: Any, v: Any, size: Any, y0: Any, y1: Any,
               x0: Any, x1: Any) -> Any:  # fmt: skip
    """The same at a border."""
    for ky in range(y0, y1):
        for kx in range(x0, x1):
            v = fma(load(x, p + ky * line + kx * channels), load(weight, (ky * size + kx) * channels + c), v)
    return v


@cache
def depthwise(size: int, shift: int) -> Kernel:
    """Return the convolution with kernels of `size` and a stride of 2^shift, with ReLU6 behind it.

    It is called with a row of the output a task, and

    * x: [height, width, channels], height, width, channels
    * weight: [size, size, channels]
    * bias: [channels]
    * before: zeros on the left and on top
    * out: [rows, out_width, channels], out_width
    """

    def convolved(
        worker: Any, begin: Any, end: Any, x: Any, height: Any, width: Any, channels: Any, weight: Any, bias: Any,
        before: Any, out: Any, out_width: Any,
    ) -> None:  # fmt: skip
        zero = bias[0] * 0
        low, high = splat(zero), splat(zero + np.float32(SIX))
        line = width * channels
        for oy in range(begin, end):
            top = (oy << shift) - before
            y0, y1 = max(0, -top), min(size, height - top)
            for ox in range(out_width):
                left = (ox << shift) - before
                x0, x1 = max(0, -left), min(size, width - left)
                p, q = top * line + left * channels, (oy * out_width + ox) * channels
                if y1 - y0 == size and x1 - x0 == size:
                    for c in range(0, channels, LANES):
                        v = _taps(x, p + c, line, channels, weight, c, load(bias, c), size)
                        store(out, q + c, less(high, greater(low, v)))
                else:
                    for c in range(0, channels, LANES):
                        v = _some_taps(x, p + c, line, channels, weight, c, load(bias, c), size, y0, y1, x0, x1)
                        store(out, q + c, less(high, greater(low, v)))

    return Kernel(convolved, (FLOATS, INT, INT, INT, FLOATS, FLOATS, INT, FLOATS, INT))


@inner
def _some_back(dy: Any, rows: Any, columns: Any, channels: Any, weight: Any, c: Any, v: Any, iy: Any, ix: Any,
               size: Any, shift: Any) -> Any:  # fmt: skip
    """v and the sum over the taps that reach a pixel, its place counted from the first tap's at the border."""
    for ky in range(iy & ((1 << shift) - 1), size, 1 << shift):
        oy = (iy - ky) >> shift
        if oy < 0 or oy >= rows:
            continue
        for kx in range(ix & ((1 << shift) - 1), size, 1 << shift):
            ox = (ix - kx) >> shift
            if ox < 0 or ox >= columns:
                continue
            tap = load(weight, (ky * size + kx) * channels + c)
            v = fma(load(dy, (oy * columns + ox) * channels + c), tap, v)
    return v


@inner
def _taps_back(dy: Any, p: Any, line: Any, channels: Any, weight: Any, q: Any, v: Any, down: Any, across: Any,
               size: Any, stride: Any) -> Any:  # fmt: skip
    """The same within the image: so many taps down and across, the first at p and q."""
    for i in range(down):
        for j in range(across):
            tap = load(weight, q + (i * size + j) * stride * channels)
            v = fma(load(dy, p - i * line - j * channels), tap, v)
    return v


@cache
def depthwise_back(size: int, shift: int) -> Kernel:
    """Return the gradient of what ReLU6 made x of, which `depthwise` convolves.

    It is called with a row of x a task, and

    * dy: gradient of the convolution's result, before ReLU6 (`masked`), [rows, columns, channels], rows, columns,
      channels
    * weight: [size, size, channels]
    * before: zeros on the left and on top
    * x: [height, width, channels], width
    * dx: as x
    """
    stride = 1 << shift
    most, least = (size + stride - 1) // stride, size // stride  # taps along an axis, from the first and the second on

    def convolved_back(
        worker: Any, begin: Any, end: Any, dy: Any, rows: Any, columns: Any, channels: Any, weight: Any, before: Any,
        x: Any, width: Any, dx: Any,
    ) -> None:  # fmt: skip
        zero = weight[0] * 0
        none, high = splat(zero), splat(zero + np.float32(SIX))
        line = columns * channels
        for row in range(begin, end):
            iy = row + before
            ky = iy & (stride - 1)
            oy = (iy - ky) >> shift
            for column in range(width):
                ix = column + before
                kx = ix & (stride - 1)
                ox = (ix - kx) >> shift
                p, q = (oy * columns + ox) * channels, (ky * size + kx) * channels
                at = (row * width + column) * channels
                if oy >= rows or oy < most - 1 or ox >= columns or ox < most - 1:
                    for c in range(0, channels, LANES):
                        v = _some_back(dy, rows, columns, channels, weight, c, none, iy, ix, size, shift)
                        store(dx, at + c, select_inside(load(x, at + c), high, v, none))
                elif ky == 0 and kx == 0:
                    for c in range(0, channels, LANES):
                        v = _taps_back(dy, p + c, line, channels, weight, q + c, none, most, most, size, stride)
                        store(dx, at + c, select_inside(load(x, at + c), high, v, none))
                elif ky == 0:
                    for c in range(0, channels, LANES):
                        v = _taps_back(dy, p + c, line, channels, weight, q + c, none, most, least, size, stride)
                        store(dx, at + c, select_inside(load(x, at + c), high, v, none))
                elif kx == 0:
                    for c in range(0, channels, LANES):
                        v = _taps_back(dy, p + c, line, channels, weight, q + c, none, least, most, size, stride)
                        store(dx, at + c, select_inside(load(x, at + c), high, v, none))
                else:
                    for c in range(0, channels, LANES):
                        v = _taps_back(dy, p + c, line, channels, weight, q + c, none, least, least, size, stride)
                        store(dx, at + c, select_inside(load(x, at + c), high, v, none))

    return Kernel(convolved_back, (FLOATS, INT, INT, INT, FLOATS, INT, FLOATS, INT, FLOATS))


@kernel(FLOATS, FLOATS, INT)
def masked(worker: Any, begin: Any, end: Any, dy: Any, y: Any, numbers: Any) -> None:
    """dy = 0 in place where ReLU6, whose results are y, is flat; `numbers` of both a task."""
    none, high = splat(np.float32(0)), splat(np.float32(SIX))
    for i in range(begin * numbers, end * numbers, LANES):
        store(dy, i, select_inside(load(y, i), high, load(dy, i), none))


@kernel(FLOATS, INT, FLOAT, FLOATS)
def unit(worker: Any, begin: Any, end: Any, x: Any, channels: Any, factor: Any, out: Any) -> None:
    """out = x / (|x| + EPSILON) * factor, x [pixels, channels]; a pixel a task, of any number of channels."""
    zero = factor * 0
    whole = channels // LANES * LANES
    for p in range(begin, end):
        first = p * channels
        vectors, rest = splat(zero), zero
        for c in range(first, first + whole, LANES):
            v = load(x, c)
            vectors = fma(v, v, vectors)
        for c in range(first + whole, first + channels):
            rest += x[c] * x[c]
        scale = factor / (math.sqrt(total(vectors) + rest) + np.float32(EPSILON))
        for c in range(first, first + whole, LANES):
            store(out, c, multiply(load(x, c), splat(scale)))
        for c in range(first + whole, first + channels):
            out[c] = x[c] * scale


@kernel(FLOATS, FLOATS, INT, FLOAT, FLOATS)
def unit_back(worker: Any, begin: Any, end: Any, dy: Any, x: Any, channels: Any, factor: Any, dx: Any) -> None:
    """Gradient of x in `unit`, from that of its result."""
    zero = factor * 0
    whole = channels // LANES * LANES
    for p in range(begin, end):
        first = p * channels
        squares = products = splat(zero)
        square, product = zero, zero
        for c in range(first, first + whole, LANES):
            v = load(x, c)
            squares, products = fma(v, v, squares), fma(v, load(dy, c), products)
        for c in range(first + whole, first + channels):
            square += x[c] * x[c]
            product += x[c] * dy[c]
        length = math.sqrt(total(squares) + square)
        scale = factor / (length + np.float32(EPSILON))
        along = zero
        if length > 0:
            along = -(total(products) + product) * scale / (length * (length + np.float32(EPSILON)))
        a, b = splat(scale), splat(along)
        for c in range(first, first + whole, LANES):
            store(dx, c, fma(load(x, c), b, multiply(load(dy, c), a)))
        for c in range(first + whole, first + channels):
            dx[c] = x[c] * along + dy[c] * scale
