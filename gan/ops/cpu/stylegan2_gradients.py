"""Kernels of the derivatives of a StyleGAN2 synthesis, between its convolutions, for one image in NHWC order.

Arrays are flat, float32; channels are padded (`gan.ops.cpu.lanes`). The kernels in `_half` write or read the gradients
that go through convolutions in bfloat16 (see `gan.ops.cpu.vectors`). Sums over pixels are left as one part for each
task, so that they do not depend on which thread does it.
"""

from typing import Any

import numpy as np

from gan.ops.cpu.jit import FLOAT, FLOATS, HALVES, INT, Kernel, inner
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.vectors import add, fma, less, load, multiply, select_inside, splat, store, total

PIXELS = 64
"""Pixels of a task of `finish_back` and `modulate_back`."""
SUMS = 4
"""Sums of `finish_back` over pixels, for each channel: of the scale, and of three colours."""


def _finish_back(
    worker: Any,
    begin: Any,
    end: Any,
    dy: Any,
    y: Any,
    pixels: Any,
    channels: Any,
    noise: Any,
    strength: Any,
    slope: Any,
    gain: Any,
    clamp: Any,
    scale: Any,
    bias: Any,
    colour: Any,
    drgb: Any,
    colours: Any,
    dz: Any,
    sums: Any,
    dnoise: Any,
) -> None:
    """Gradients of `gan.ops.cpu.stylegan2.finish`, whose result is y, from those of y and of the colours.

    Each task is `PIXELS` pixels.

    Args:
        dy: Gradient of y, or empty for 0.
        y: [pixels, channels].
        pixels: See `y`.
        channels: See `y`.
        noise: [pixels]; read only where `strength` is not 0.
        strength: Factor of the noise.
        slope: Below zero, at most 1, above 0.
        gain: Above 0.
        clamp: Limit of y.
        scale: [channels].
        bias: [channels].
        colour: Weights of the colours [3, channels].
        drgb: Gradient of the colours, planes [colours, pixels].
        colours: 0 (none) to 3.
        dz: Gradient of what was scaled [pixels, channels].
        sums: [tasks, SUMS, channels]: the gradient of the scale, times the scale, and that of `colour`.
        dnoise: Gradient of the noise [pixels]; written only where `strength` is not 0.
    """
    rows = np.empty(PIXELS * LANES, np.float32)
    zero = slope * 0
    none, above, below, high = splat(zero), splat(gain), splat(gain * slope), splat(clamp)
    back, steep, minus = splat(1 / gain), splat(1 / slope), splat(zero - 1)
    for t in range(begin, end):
        first, last = t * PIXELS, min(pixels, (t + 1) * PIXELS)
        for i in range(last - first):
            store(rows, i * LANES, none)
        for c in range(0, channels, LANES):
            s, b = load(scale, c), multiply(load(bias, c), minus)
            total_scale = total_r = total_g = total_b = none
            red = load(colour, c) if colours > 0 else none
            green = load(colour, channels + c) if colours > 1 else none
            blue = load(colour, 2 * channels + c) if colours > 2 else none
            for p in range(first, last):
                q = p * channels + c
                v = load(y, q)
                g = load(dy, q) if len(dy) > 0 else none
                if colours > 0:
                    d = splat(drgb[p])
                    g, total_r = fma(red, d, g), fma(v, d, total_r)
                if colours > 1:
                    d = splat(drgb[pixels + p])
                    g, total_g = fma(green, d, g), fma(v, d, total_g)
                if colours > 2:
                    d = splat(drgb[2 * pixels + p])
                    g, total_b = fma(blue, d, g), fma(v, d, total_b)
                g = multiply(g, select_inside(v, high, above, below))
                # What was activated, from the result: v / gain, and below zero that by the slope.
                v = multiply(v, back)
                v = add(less(v, multiply(v, steep)), b)
                if strength != 0:
                    v = add(v, splat(zero - noise[p] * strength))
                    i = (p - first) * LANES
                    store(rows, i, add(load(rows, i), g))
                total_scale = fma(g, v, total_scale)
                store(dz, q, multiply(g, s))
            r = t * SUMS * channels + c
            store(sums, r, total_scale)
            store(sums, r + channels, total_r)
            store(sums, r + 2 * channels, total_g)
            store(sums, r + 3 * channels, total_b)
        if strength != 0:
            for i in range(last - first):
                dnoise[first + i] = total(load(rows, i * LANES)) * strength


_FINISH = (FLOATS, FLOATS, INT, INT, FLOATS, *[FLOAT] * 4, *[FLOATS] * 4, INT)
finish_back = Kernel(_finish_back, (*_FINISH, FLOATS, FLOATS, FLOATS))
finish_back_half = Kernel(_finish_back, (*_FINISH, HALVES, FLOATS, FLOATS))


@inner
def _column(dz: Any, t0: Any, t1: Any, t2: Any, t3: Any, r0: Any, r1: Any, r2: Any, r3: Any, p: Any) -> Any:
    """Sum of four rows of a column, by the vertical taps."""
    return fma(
        t0, load(dz, r0 + p), fma(t1, load(dz, r1 + p), fma(t2, load(dz, r2 + p), multiply(t3, load(dz, r3 + p))))
    )


def _blur_back(
    worker: Any, begin: Any, end: Any, dz: Any, height: Any, width: Any, channels: Any, taps: Any, out: Any
) -> None:
    """Gradient of what `gan.ops.cpu.stylegan2.blur_phases` filters, from that of the filtered image.

    Each task is a row of `out`.

    Args:
        dz: [height, width, channels].
        height: See `dz`.
        width: See `dz`.
        channels: See `dz`.
        taps: The vertical filter, then the horizontal one, four taps each: output o reads o - 1 to o + 2.
        out: [height + 1, width + 1, channels].
    """
    line = width * channels
    zero = taps[0] * 0
    h0, h1, h2, h3 = splat(taps[4]), splat(taps[5]), splat(taps[6]), splat(taps[7])
    for i in range(begin, end):
        t0 = splat(taps[0] if i + 1 < height else zero)
        t1 = splat(taps[1] if i < height else zero)
        t2 = splat(taps[2] if i >= 1 else zero)
        t3 = splat(taps[3] if i >= 2 else zero)
        r0, r1 = min(i + 1, height - 1) * line, min(i, height - 1) * line
        r2, r3 = max(i - 1, 0) * line, max(i - 2, 0) * line
        for c in range(0, channels, LANES):
            before = last = splat(zero)
            here = _column(dz, t0, t1, t2, t3, r0, r1, r2, r3, c)
            q = i * (width + 1) * channels + c
            for j in range(width + 1):
                after = splat(zero)
                if j + 1 < width:
                    after = _column(dz, t0, t1, t2, t3, r0, r1, r2, r3, (j + 1) * channels + c)
                store(out, q, fma(h0, after, fma(h1, here, fma(h2, before, multiply(h3, last)))))
                q += channels
                last, before, here = before, here, after


_BLUR = (FLOATS, INT, INT, INT, FLOATS)
blur_back = Kernel(_blur_back, (*_BLUR, FLOATS))
blur_back_half = Kernel(_blur_back, (*_BLUR, HALVES))


def _modulate_back(
    worker: Any, begin: Any, end: Any, dz: Any, x: Any, pixels: Any, channels: Any, scale: Any, dx: Any, sums: Any
) -> None:
    """Gradients of x * scale: dx = dz * scale, and parts of that of the scale. Each task is `PIXELS` pixels.

    Args:
        dz: [pixels, channels].
        x: [pixels, channels].
        pixels: See `x`.
        channels: See `x`.
        scale: [channels].
        dx: [pixels, channels].
        sums: [tasks, channels].
    """
    for t in range(begin, end):
        first, last = t * PIXELS, min(pixels, (t + 1) * PIXELS)
        for c in range(0, channels, LANES):
            s = load(scale, c)
            sum_ = multiply(s, splat(np.float32(0)))
            for p in range(first, last):
                q = p * channels + c
                d = load(dz, q)
                sum_ = fma(d, load(x, q), sum_)
                store(dx, q, multiply(d, s))
            store(sums, t * channels + c, sum_)


_MODULATE = (FLOATS, INT, INT, FLOATS, FLOATS, FLOATS)
modulate_back = Kernel(_modulate_back, (FLOATS, *_MODULATE))
modulate_back_half = Kernel(_modulate_back, (HALVES, *_MODULATE))
