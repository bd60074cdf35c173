"""Kernels between the matrix products of a StyleGAN2 synthesis, for one image in NHWC order.

Arrays are flat, float32; channels are padded (`gan.ops.cpu.lanes`). The kernels in `_half` read matrix products in
bfloat16 (see `gan.ops.cpu.vectors`).
"""

from typing import Any

from gan.ops.cpu.jit import FLOAT, FLOATS, HALVES, INT, Kernel, inner, kernel
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.vectors import add, fma, greater, less, load, multiply, splat, store, total

FINISH_PIXELS = 64
"""Pixels of a task of `finish`."""
TAPS = 4
"""Of the low-pass filter, padded with zeros; the first acts one pixel before the output's."""


def _finish(
    worker: Any,
    begin: Any,
    end: Any,
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
    rgb: Any,
    colours: Any,
    out: Any,
) -> None:
    """out = clamp(gain * lrelu(y * scale + noise * strength + bias)), and a 1x1 convolution of it to colours.

    Each task is `FINISH_PIXELS` pixels.

    Args:
        y: [pixels, channels].
        pixels: See `y`.
        channels: See `y`.
        noise: [pixels]; read only where `strength` is not 0.
        strength: Factor of the noise.
        slope: Below zero, at most 1.
        gain: Not negative.
        clamp: Limit of the result.
        scale: [channels].
        bias: [channels].
        colour: Weights of the convolution [3, channels].
        rgb: Its result, planes [colours, pixels].
        colours: 0 (none) to 3.
        out: As y; may be the same memory.
    """
    for t in range(begin, end):
        below, up, high, low = splat(slope), splat(gain), splat(clamp), splat(-clamp)
        for p in range(t * FINISH_PIXELS, min(pixels, (t + 1) * FINISH_PIXELS)):
            n = splat(noise[p] * strength) if strength != 0 else splat(strength)
            r = g = b = splat(slope * 0)
            for c in range(0, channels, LANES):
                v = add(fma(load(y, p * channels + c), load(scale, c), load(bias, c)), n)
                v = multiply(greater(multiply(v, below), v), up)
                v = less(high, greater(low, v))
                store(out, p * channels + c, v)
                if colours > 0:
                    r = fma(v, load(colour, c), r)
                    g = fma(v, load(colour, channels + c), g)
                    b = fma(v, load(colour, 2 * channels + c), b)
            if colours > 0:
                rgb[p] = total(r)
            if colours > 1:
                rgb[pixels + p] = total(g)
            if colours > 2:
                rgb[2 * pixels + p] = total(b)


_FINISH = (INT, INT, FLOATS, *[FLOAT] * 4, *[FLOATS] * 4, INT, FLOATS)
finish = Kernel(_finish, (FLOATS, *_FINISH))
finish_half = Kernel(_finish, (HALVES, *_FINISH))


@inner
def mix(f: Any, i: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """f[i] a + f[i+1] b + f[i+2] c + f[i+3] d."""
    return fma(splat(f[i]), a, fma(splat(f[i + 1]), b, fma(splat(f[i + 2]), c, multiply(splat(f[i + 3]), d))))


@inner
def column(taps: Any, even: Any, odd: Any, products: Any, above: Any, here: Any, under: Any, ky: Any) -> Any:
    """Two rows of the vertically filtered image, at one pixel, from the products of three rows.

    `even` and `odd` are the places in `taps` of their filters.
    """
    t0 = load(products, above + ky)
    t1 = add(load(products, here), load(products, above + 2 * ky))
    t2 = load(products, here + ky)
    t3 = add(load(products, under), load(products, here + 2 * ky))
    t4 = load(products, under + ky)
    return mix(taps, even, t0, t1, t2, t3), mix(taps, odd, t1, t2, t3, t4)


@inner
def _activate(v: Any, scale: Any, bias: Any, n: Any, below: Any, up: Any, low: Any, high: Any) -> Any:
    v = add(fma(v, scale, bias), splat(n))
    return less(high, greater(low, multiply(greater(multiply(v, below), v), up)))


def _blur_phases(
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
    gain: Any,
    clamp: Any,
    scale: Any,
    bias: Any,
    taps: Any,
    out: Any,
) -> None:
    """From products of pixels and kernels to the upsampled, filtered, activated image.

    The transposed 3 x 3 convolution with stride 2 is t[2i + ky, 2j + kx] += x[i, j] . w[ky, kx]. Here the dot
    products are given; their sum, the filter and what `finish` does are computed in registers, so t is never stored.

    Args:
        products: Rows `first` - 1 to `first` + rows of [height, width, 3 (ky), 3 (kx), channels]; rows outside of the
            image are 0.
        first: First row of the input to work on, which gives two rows of the output.
        rows: Number of them.
        height: Of the input.
        width: Of the input.
        channels: Of the output.
        noise: [2 height, 2 width]; read only where `strength` is not 0.
        strength: As in `finish`, like all up to `bias`.
        slope: Below zero.
        gain: After the activation.
        clamp: Limit of the result.
        scale: Demodulation, of each channel of the output.
        bias: Likewise.
        taps: The vertical filter, then the horizontal one, [2 * TAPS], each with the gain of 2.
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
        below, up, high, low = splat(slope), splat(gain), splat(clamp), splat(-clamp)
        above, here, under = row * line + c, (row + 1) * line + c, (row + 2) * line + c
        s, b, zero = load(scale, c), load(bias, c), splat(slope * 0)
        y = 2 * (first + row)
        # e, o: the rows 2m and 2m + 1 of the vertically filtered image; 0, 1, 2: kx; of the columns before and here.
        e1 = e2 = o1 = o2 = zero
        f0 = f1 = f2 = h0 = h1 = h2 = zero
        for j in range(width + 1):
            n0 = n1 = n2 = m0 = m1 = m2 = zero
            if j < width:
                d = j * pixel
                n0, m0 = column(taps, 0, 0, products, above + d, here + d, under + d, ky)
                d += kx
                n1, m1 = column(taps, 0, 0, products, above + d, here + d, under + d, ky)
                d += kx
                n2, m2 = column(taps, 0, 0, products, above + d, here + d, under + d, ky)
            if j > 0:
                p = y * 2 * width + 2 * (j - 1)
                q = p * channels + c
                a = b0 = b1 = b2 = slope * 0
                if strength != 0:
                    a, b0 = noise[p] * strength, noise[p + 1] * strength
                    b1, b2 = noise[p + 2 * width] * strength, noise[p + 2 * width + 1] * strength
                u1, u3 = add(f0, e2), add(n0, f2)
                v = mix(taps, 4, e1, u1, f1, u3)
                store(out, q, _activate(v, s, b, a, below, up, low, high))
                v = mix(taps, 4, u1, f1, u3, n1)
                store(out, q + channels, _activate(v, s, b, b0, below, up, low, high))
                u1, u3 = add(h0, o2), add(m0, h2)
                v = mix(taps, 4, o1, u1, h1, u3)
                store(out, q + wide, _activate(v, s, b, b1, below, up, low, high))
                v = mix(taps, 4, u1, h1, u3, m1)
                store(out, q + wide + channels, _activate(v, s, b, b2, below, up, low, high))
            e1, e2, o1, o2 = f1, f2, h1, h2
            f0, f1, f2, h0, h1, h2 = n0, n1, n2, m0, m1, m2


_BLUR = (*[INT] * 5, FLOATS, *[FLOAT] * 4, *[FLOATS] * 4)
blur_phases = Kernel(_blur_phases, (FLOATS, *_BLUR))
blur_phases_half = Kernel(_blur_phases, (HALVES, *_BLUR))


@kernel(FLOATS, FLOATS, INT, INT, INT, FLOATS, FLOATS, FLOAT, FLOATS)
def add_colours(
    worker: Any, begin: Any, end: Any, image: Any, rgb: Any, planes: Any, height: Any, width: Any, taps: Any, bias: Any,
    clamp: Any, out: Any,
) -> None:  # fmt: skip
    """rgb = clamp(rgb + bias), in place, and out = rgb + image enlarged by 2; an empty `image` adds nothing.

    Args:
        image: Planes [planes, height / 2, width / 2] or empty.
        rgb: Planes [planes, height, width].
        planes: See `rgb`.
        height: See `rgb`.
        width: See `rgb`.
        taps: As in `blur_phases`.
        bias: [planes].
        clamp: Limit of rgb.
        out: As `rgb`.
    """
    h, w = (height + 1) // 2, width // 2  # only images that nothing is added to may be odd
    for task in range(begin, end):
        plane, m = task // h, task % h
        for odd in range(min(2, height - 2 * m)):
            y = (plane * height + 2 * m + odd) * width
            for x in range(width):
                v = rgb[y + x] + bias[plane]
                v = min(max(v, -clamp), clamp) if v == v else v
                rgb[y + x] = v
                out[y + x] = v
            if len(image) == 0:
                continue
            # Row 2m reads the rows m - 1 and m, row 2m + 1 the rows m and m + 1; columns likewise.
            for k in range(2):
                i = m - 1 + odd + k
                if i < 0 or i >= h:
                    continue
                f = taps[2 * k + odd]
                source = (plane * h + i) * w
                for j in range(w):
                    v = f * image[source + j]
                    q = y + 2 * j
                    out[q] += taps[6] * v
                    out[q + 1] += taps[5] * v
                    if j > 0:
                        out[q - 1] += taps[7] * v
                    if j < w - 1:
                        out[q + 2] += taps[4] * v


@kernel(FLOATS, INT, INT, INT, FLOATS, FLOATS)
def enlarge(
    worker: Any, begin: Any, end: Any, small: Any, height: Any, width: Any, channels: Any, taps: Any, out: Any
) -> None:
    """out = small enlarged by 2: as `add_colours` enlarges its planes, of pixels with their channels.

    Each task is a row of `small`, which gives two of `out`.

    Args:
        small: [height, width, channels].
        height: See `small`.
        width: See `small`.
        channels: See `small`.
        taps: As in `blur_phases`.
        out: [2 height, 2 width, channels].
    """
    line = width * channels
    for m in range(begin, end):
        above, under = max(m - 1, 0) * line, min(m + 1, height - 1) * line
        zero = taps[0] * 0
        t0, t3 = splat(taps[0] if m > 0 else zero), splat(taps[3] if m < height - 1 else zero)
        t1, t2 = splat(taps[1]), splat(taps[2])
        before, here, first, after = splat(taps[4]), splat(taps[6]), splat(taps[5]), splat(taps[7])
        for c in range(0, channels, LANES):
            # e, o: the vertically filtered rows 2m and 2m + 1; 0, 1, 2: of the columns before, here and after.
            e0 = o0 = e1 = o1 = splat(zero)
            for j in range(width + 1):
                e2 = o2 = splat(zero)
                if j < width:
                    p = j * channels + c
                    x = load(small, m * line + p)
                    e2 = fma(t0, load(small, above + p), multiply(t2, x))
                    o2 = fma(t3, load(small, under + p), multiply(t1, x))
                if j > 0:
                    q = (4 * m * width + 2 * (j - 1)) * channels + c
                    store(out, q, fma(before, e0, multiply(here, e1)))
                    store(out, q + channels, fma(after, e2, multiply(first, e1)))
                    q += 2 * width * channels
                    store(out, q, fma(before, o0, multiply(here, o1)))
                    store(out, q + channels, fma(after, o2, multiply(first, o1)))
                e0, o0, e1, o1 = e1, o1, e2, o2
