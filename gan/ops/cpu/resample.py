"""Upsampling, filtering and downsampling of planes, for any factors, paddings and filters.

Along one axis, with correlation taps t: y[o] = sum over k of t[k] x'[o down + k - pad], where x' has x at every up-th
place and 0 elsewhere. Outputs of the same remainder modulo `up` meet the same taps, so each remainder is an ordinary
convolution of the pixels, read at every `down`-th place: pixels are sorted by their remainder modulo `down` first, and
results by theirs modulo `up` last, so that all between is whole vectors.
"""

from typing import Any

import numpy as np

from gan.ops.cpu.jit import FLOATS, INT, inner, kernel
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.vectors import evens, fma, load, odds, splat, store, zip_high, zip_low


@inner
def _whole(n: Any) -> Any:
    """The multiple of LANES that holds n."""
    return (n + LANES - 1) // LANES * LANES


@inner
def _sort(x: Any, start: Any, width: Any, lowest: Any, down: Any, spread: Any, pitch: Any) -> None:
    """Pixel lowest + p + q down of a row goes to spread[p, q]; the places of pixels that there are not stay."""
    q0 = max(0, -lowest // down)
    i = lowest + q0 * down
    most = min(width, lowest + pitch * down)
    q = q0
    if down == 1:
        while i + LANES <= most:
            store(spread, q, load(x, start + i))
            i += LANES
            q += LANES
    elif down == 2:
        while i + 2 * LANES <= most:
            a, b = load(x, start + i), load(x, start + i + LANES)
            store(spread, q, evens(a, b))
            store(spread, pitch + q, odds(a, b))
            i += 2 * LANES
            q += LANES
    p = 0
    while i < most:
        spread[p * pitch + q] = x[start + i]
        i += 1
        p += 1
        if p == down:
            p = 0
            q += 1


@inner
def _unsort(sorted_: Any, pitch: Any, up: Any, count: Any, out: Any, start: Any) -> None:
    """sorted_[r, j] goes to place r + j up of a row of `count` numbers, which has room for whole vectors."""
    if up == 2:
        for j in range(0, (count + 1) // 2, LANES):
            a, b = load(sorted_, j), load(sorted_, pitch + j)
            store(out, start + 2 * j, zip_low(a, b))
            store(out, start + 2 * j + LANES, zip_high(a, b))
        return
    for r in range(up):
        for j in range((count - r + up - 1) // up):
            out[start + r + j * up] = sorted_[r * pitch + j]


@inner
def _convolve(spread: Any, offsets: Any, weights: Any, first: Any, taps: Any, count: Any, out: Any, start: Any) -> None:
    """out[start + j] = sum of weights[k] spread[offsets[k] + j], for `taps` k from `first` on, whole vectors of j."""
    for j in range(0, count, LANES):
        s = splat(np.float32(0))
        for k in range(first, first + taps):
            s = fma(splat(weights[k]), load(spread, offsets[k] + j), s)
        store(out, start + j, s)


@inner
def _table(
    taps: Any, up: Any, down: Any, pad: Any, lowest: Any, pitch: Any, offsets: Any, weights: Any, counts: Any
) -> None:
    """For each remainder of the output, the taps that it meets and where in `spread` their pixels lie."""
    n = len(taps)
    for r in range(up):
        m = 0
        k = (pad - r * down) % up
        while k < n:
            c = (r * down + k - pad) // up - lowest
            offsets[r * n + m] = c % down * pitch + c // down
            weights[r * n + m] = taps[k]
            m += 1
            k += up
        counts[r] = m


@inner
def _across(x: Any, height: Any, width: Any, start: Any, taps: Any, up: Any, down: Any, pad: Any, columns: Any,
            half: Any, base: Any, pitch: Any) -> None:  # fmt: skip
    """Resample the rows of a plane horizontally, into half[base:], rows `pitch` apart."""
    n = len(taps)
    lowest = (-pad // up) // down * down
    count = _whole((columns + up - 1) // up)
    length = _whole(count + (n // up + down) // down + 2)
    spread = np.zeros(down * length, np.float32)
    sorted_ = np.empty(up * count, np.float32)
    offsets, weights = np.empty(up * n, np.int64), np.empty(up * n, np.float32)
    counts = np.empty(up, np.int64)
    _table(taps, up, down, pad, lowest, length, offsets, weights, counts)
    for i in range(height):
        _sort(x, start + i * width, width, lowest, down, spread, length)
        if up == 1:
            _convolve(spread, offsets, weights, 0, counts[0], columns, half, base + i * pitch)
        else:
            for r in range(up):
                _convolve(spread, offsets, weights, r * n, counts[r], count, sorted_, r * count)
            _unsort(sorted_, count, up, columns, half, base + i * pitch)


@inner
def _along(half: Any, height: Any, rank: Any, pitch: Any, along: Any, up: Any, down: Any, pad: Any, rows: Any,
           columns: Any, out: Any, start: Any) -> None:  # fmt: skip
    """Resample a plane's horizontally resampled rows vertically, and add up the separable filters."""
    n = len(along) // rank
    offsets, weights = np.empty(rank * n, np.int64), np.empty(rank * n, np.float32)
    rest = np.empty(LANES, np.float32)
    whole = columns // LANES * LANES
    for o in range(rows):
        m = 0
        for j in range(rank):
            k = (pad - o * down) % up
            while k < n:
                i = (o * down + k - pad) // up
                if 0 <= i < height:
                    offsets[m], weights[m] = (j * height + i) * pitch, along[j * n + k]
                    m += 1
                k += up
        _convolve(half, offsets, weights, 0, m, whole, out, start + o * columns)
        if whole < columns:
            for k in range(m):
                offsets[k] += whole
            _convolve(half, offsets, weights, 0, m, 1, rest, 0)
            for i in range(columns - whole):
                out[start + o * columns + whole + i] = rest[i]


@kernel(FLOATS, INT, INT, FLOATS, INT, INT, INT, FLOATS, FLOATS, *[INT] * 6)
def resample(
    worker: Any, begin: Any, end: Any, x: Any, height: Any, width: Any, out: Any, out_height: Any, out_width: Any,
    rank: Any, across: Any, along: Any, up_x: Any, up_y: Any, down_x: Any, down_y: Any, left: Any, top: Any,
) -> None:  # fmt: skip
    """Resample planes, one a task: x [planes, height, width] to out [planes, out_height, out_width].

    The filter is the sum of `rank` separable ones: horizontal taps `across` [rank, n], vertical ones `along` [rank, m],
    both as a correlation.
    """
    n = len(across) // rank
    pitch = _whole(out_width) + 2 * LANES
    half = np.empty(rank * height * pitch, np.float32)
    for plane in range(begin, end):
        for j in range(rank):
            _across(x, height, width, plane * height * width, across[j * n : (j + 1) * n], up_x, down_x, left,
                    out_width, half, j * height * pitch, pitch)  # fmt: skip
        _along(half, height, rank, pitch, along, up_y, down_y, top, out_height, out_width, out,
               plane * out_height * out_width)  # fmt: skip
