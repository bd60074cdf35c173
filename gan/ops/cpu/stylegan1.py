"""Kernels between the matrix products of a StyleGAN1 synthesis, for one image in NHWC order.

Arrays are flat, float32; channels are padded (`gan.ops.cpu.lanes`). The kernels in `_half` read matrix products in
bfloat16 (see `gan.ops.cpu.vectors`). Each layer normalises its channels, so the pass that activates also sums them up:
sums of the tasks in `sums` [tasks, 3, channels] are a value of the channel, and the sums of the differences to it and
of their squares, which loses nothing where a channel's mean is large.
"""

from typing import Any

from gan.ops.cpu.jit import FLOAT, FLOATS, HALVES, INT, Kernel, inner, kernel
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.stylegan2 import column, mix
from gan.ops.cpu.vectors import add, fma, greater, load, multiply, splat, store

PIXELS = 64
"""Pixels of a task of `activate` and `style`."""


@inner
def _activated(v: Any, bias: Any, noise: Any, strength: Any, below: Any) -> Any:
    v = add(v, fma(splat(noise), strength, bias))
    return greater(multiply(v, below), v)


def _activate(
    worker: Any,
    begin: Any,
    end: Any,
    y: Any,
    pixels: Any,
    channels: Any,
    noise: Any,
    strength: Any,
    slope: Any,
    bias: Any,
    sums: Any,
    out: Any,
) -> None:
    """out = lrelu(y + noise * strength + bias), and its sums. Each task is `PIXELS` pixels.

    Args:
        y: [pixels, channels].
        pixels: See `y`.
        channels: See `y`.
        noise: [pixels], or empty for none.
        strength: Factors of the noise [channels].
        slope: Below zero, at most 1.
        bias: [channels].
        sums: [tasks, 3, channels].
        out: As y; may be the same memory.
    """
    for t in range(begin, end):
        below, minus, zero = splat(slope), splat(slope * 0 - 1), splat(slope * 0)
        last = min(pixels, (t + 1) * PIXELS)
        for c in range(0, channels, LANES):
            b, s = load(bias, c), load(strength, c)
            first = minus_first = total = squares = zero
            for p in range(t * PIXELS, last):
                n = noise[p] if len(noise) > 0 else slope * 0
                v = _activated(load(y, p * channels + c), b, n, s, below)
                store(out, p * channels + c, v)
                if p == t * PIXELS:
                    first = v
                    minus_first = multiply(v, minus)
                d = add(v, minus_first)
                total = add(total, d)
                squares = fma(d, d, squares)
            store(sums, 3 * t * channels + c, first)
            store(sums, (3 * t + 1) * channels + c, total)
            store(sums, (3 * t + 2) * channels + c, squares)


_ACTIVATE = (INT, INT, FLOATS, FLOATS, FLOAT, FLOATS, FLOATS, FLOATS)
activate = Kernel(_activate, (FLOATS, *_ACTIVATE))
activate_half = Kernel(_activate, (HALVES, *_ACTIVATE))


@kernel(FLOATS, INT, INT, FLOATS, FLOATS, FLOATS)
def style(
    worker: Any, begin: Any, end: Any, y: Any, pixels: Any, channels: Any, scale: Any, shift: Any, out: Any
) -> None:
    """out = y * scale + shift, with a scale and a shift for each channel. Each task is `PIXELS` pixels.

    Args:
        y: [pixels, channels].
        pixels: See `y`.
        channels: See `y`.
        scale: [channels].
        shift: [channels].
        out: As y; may be the same memory.
    """
    for t in range(begin, end):
        for p in range(t * PIXELS, min(pixels, (t + 1) * PIXELS)):
            for c in range(0, channels, LANES):
                i = p * channels + c
                store(out, i, fma(load(y, i), load(scale, c), load(shift, c)))


def _enlarge_phases(
    worker: Any,
    begin: Any,
    end: Any,
    products: Any,
    first: Any,
    rows: Any,
    height: Any,
    width: Any,
    channels: Any,
    noise: Any,
    strength: Any,
    slope: Any,
    bias: Any,
    taps: Any,
    sums: Any,
    out: Any,
) -> None:
    """From products of pixels and kernels to the enlarged, blurred, activated image and its sums.

    Repeating pixels, correlating and blurring is the transposed convolution of `stylegan2.blur_phases` with a filter
    of its own, but for the edges: the blur reads nothing beyond the image, so the outermost rows and columns have
    other taps.

    Args:
        products: As in `blur_phases`, like all up to `channels`. Each task is a row of the input and `LANES` channels.
        first: See `products`.
        rows: See `products`.
        height: See `products`.
        width: See `products`.
        channels: See `products`.
        noise: [2 height, 2 width], or empty for none.
        strength: As in `activate`, like `slope` and `bias`.
        slope: See `strength`.
        bias: See `strength`.
        taps: [2, 3, 4]: vertical and horizontal filter; within, of the first row or column, and of the last one.
        sums: [height, 3, channels].
        out: [2 height, 2 width, channels].
    """
    blocks = channels // LANES
    pixel = 9 * channels
    line = width * pixel
    kx = channels
    ky = 3 * channels
    wide = 2 * width * channels
    for task in range(begin, end):
        row, c = task // blocks, task % blocks * LANES
        below, minus, zero = splat(slope), splat(slope * 0 - 1), splat(slope * 0)
        above, here, under = row * line + c, (row + 1) * line + c, (row + 2) * line + c
        s, b = load(strength, c), load(bias, c)
        y = 2 * (first + row)
        even = 4 if first + row == 0 else 0
        odd = 8 if first + row == height - 1 else 0
        pilot = minus_pilot = total = squares = zero
        # As in `blur_phases`.
        e1 = e2 = o1 = o2 = zero
        f0 = f1 = f2 = h0 = h1 = h2 = zero
        for j in range(width + 1):
            n0 = n1 = n2 = m0 = m1 = m2 = zero
            if j < width:
                d = j * pixel
                n0, m0 = column(taps, even, odd, products, above + d, here + d, under + d, ky)
                d += kx
                n1, m1 = column(taps, even, odd, products, above + d, here + d, under + d, ky)
                d += kx
                n2, m2 = column(taps, even, odd, products, above + d, here + d, under + d, ky)
            if j > 0:
                p = y * 2 * width + 2 * (j - 1)
                q = p * channels + c
                left = 16 if j == 1 else 12
                right = 20 if j == width else 12
                a0 = a1 = a2 = a3 = slope * 0
                if len(noise) > 0:
                    a0, a1, a2, a3 = noise[p], noise[p + 1], noise[p + 2 * width], noise[p + 2 * width + 1]
                u1, u3 = add(f0, e2), add(n0, f2)
                v0 = _activated(mix(taps, left, e1, u1, f1, u3), b, a0, s, below)
                store(out, q, v0)
                v1 = _activated(mix(taps, right, u1, f1, u3, n1), b, a1, s, below)
                store(out, q + channels, v1)
                u1, u3 = add(h0, o2), add(m0, h2)
                v2 = _activated(mix(taps, left, o1, u1, h1, u3), b, a2, s, below)
                store(out, q + wide, v2)
                v3 = _activated(mix(taps, right, u1, h1, u3, m1), b, a3, s, below)
                store(out, q + wide + channels, v3)
                if j == 1:
                    pilot = v0
                    minus_pilot = multiply(v0, minus)
                d0, d1, d2, d3 = add(v0, minus_pilot), add(v1, minus_pilot), add(v2, minus_pilot), add(v3, minus_pilot)
                total = add(total, add(add(d0, d1), add(d2, d3)))
                squares = fma(d0, d0, fma(d1, d1, fma(d2, d2, fma(d3, d3, squares))))
            e1, e2, o1, o2 = f1, f2, h1, h2
            f0, f1, f2, h0, h1, h2 = n0, n1, n2, m0, m1, m2
        place = 3 * (first + row) * channels + c
        store(sums, place, pilot)
        store(sums, place + channels, total)
        store(sums, place + 2 * channels, squares)


_PHASES = (*[INT] * 5, FLOATS, FLOATS, FLOAT, *[FLOATS] * 4)
enlarge_phases = Kernel(_enlarge_phases, (FLOATS, *_PHASES))
enlarge_phases_half = Kernel(_enlarge_phases, (HALVES, *_PHASES))
