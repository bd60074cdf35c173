"""The Triton kernel of filtered_lrelu: a tile is upsampled, activated and downsampled without leaving the chip.

Filters are products with banded matrices, y = Dv act(Uv x Uh^T) Dh^T, for Triton cannot shift between registers and the
tensor cores multiply for nothing. Zeros are never inserted. A program builds its matrices once and uses them for
several planes (images of one channel).
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from gan.ops.cuda.launching import blocks, power_of_two

_FAR = tl.constexpr(65536)
"""Steps added before a division that truncates, so that it rounds down; no padding is as large."""

_PLANES = 16
_LEAST_BLOCK = 16
"""The smallest side of a matrix that the tensor cores multiply."""


@triton.jit
def _up_matrix(
    f_ptr,
    start,
    pad,
    UP: tl.constexpr,
    TAPS: tl.constexpr,
    RANK: tl.constexpr,
    R: tl.constexpr,
    MID: tl.constexpr,
    IN: tl.constexpr,
):
    """Banded matrix [MID, R, IN] of an upsampling filter, and the first sample of the input that the tile reads.

    Row m of term r holds the taps that meet the upsampled sample `start + m`.
    """
    first = (start - pad + _FAR * UP + UP - 1) // UP - _FAR
    m = tl.arange(0, MID)[:, None, None]
    r = tl.arange(0, R)[None, :, None]
    i = tl.arange(0, IN)[None, None, :]
    k = (first + i) * UP + pad - (start + m)
    inside = (k >= 0) & (k < TAPS) & (r < RANK)
    return tl.load(f_ptr + r * TAPS + k, mask=inside, other=0.0), first


@triton.jit
def _down_matrix(
    f_ptr,
    DOWN: tl.constexpr,
    TAPS: tl.constexpr,
    RANK: tl.constexpr,
    R: tl.constexpr,
    OUT: tl.constexpr,
    MID: tl.constexpr,
):
    """Banded matrix [OUT, R, MID] of a downsampling filter."""
    o = tl.arange(0, OUT)[:, None, None]
    r = tl.arange(0, R)[None, :, None]
    m = tl.arange(0, MID)[None, None, :]
    k = m - o * DOWN
    inside = (k >= 0) & (k < TAPS) & (r < RANK)
    return tl.load(f_ptr + r * TAPS + k, mask=inside, other=0.0)


@triton.jit
def _expand(x, v, h, R: tl.constexpr, MID: tl.constexpr, IN: tl.constexpr, PRECISION: tl.constexpr):
    """sum_r v_r x h_r^T. v [R * MID, IN] and h [R * IN, MID], r outermost."""
    t = tl.dot(v, x, input_precision=PRECISION)
    if R > 1:
        t = tl.reshape(tl.permute(tl.reshape(t, (R, MID, IN)), (1, 0, 2)), (MID, R * IN))
    return tl.dot(t, h, input_precision=PRECISION)


@triton.jit
def _reduce(a, v, h, R: tl.constexpr, OUT: tl.constexpr, MID: tl.constexpr, PRECISION: tl.constexpr):
    """sum_r v_r a h_r^T. v [OUT, R * MID] and h [MID, R * OUT], r outermost."""
    t = tl.dot(a, h, input_precision=PRECISION)
    if R > 1:
        t = tl.reshape(tl.permute(tl.reshape(t, (MID, R, OUT)), (1, 0, 2)), (R * MID, OUT))
    return tl.dot(v, t, input_precision=PRECISION)


@triton.jit
def _load_tile(ptr, plane, y0, x0, HEIGHT, WIDTH, N: tl.constexpr, bias):
    """A tile [N, N] in float32. Outside of the image there are zeros without the bias: padding comes after it."""
    y = y0 + tl.arange(0, N)[:, None]
    x = x0 + tl.arange(0, N)[None, :]
    inside = (y >= 0) & (y < HEIGHT) & (x >= 0) & (x < WIDTH)
    start = ptr + tl.cast(plane, tl.int64) * HEIGHT * WIDTH
    value = tl.load(start + y * WIDTH + x, mask=inside, other=0.0).to(tl.float32)
    return tl.where(inside, value + bias, 0.0)


@triton.jit
def _up_factors(
    f_ptr,
    start_y,
    start_x,
    pad_y,
    pad_x,
    UP: tl.constexpr,
    TAPS: tl.constexpr,
    RANK: tl.constexpr,
    R: tl.constexpr,
    MID: tl.constexpr,
    IN: tl.constexpr,
):
    """Both factors as `_expand` wants them, and where the tile's input begins. f [2, RANK, TAPS], vertical first."""
    v, y0 = _up_matrix(f_ptr, start_y, pad_y, UP, TAPS, RANK, R, MID, IN)
    h, x0 = _up_matrix(f_ptr + RANK * TAPS, start_x, pad_x, UP, TAPS, RANK, R, MID, IN)
    v = tl.reshape(tl.permute(v, (1, 0, 2)), (R * MID, IN))
    h = tl.reshape(tl.permute(h, (1, 2, 0)), (R * IN, MID))
    return v, h, y0, x0


@triton.jit
def filtered_lrelu_kernel(
    v_ptr, x_ptr, b_ptr, y_ptr, fu_ptr, fd_ptr, fm_ptr,
    planes, channels, VH, VW, XH, XW, YH, YW, tiles_x, pad_x, pad_y, mask_pad_x, mask_pad_y,
    mid_gain, out_gain, slope, clamp,
    UP: tl.constexpr, UP_TAPS: tl.constexpr, UP_RANK: tl.constexpr, UR: tl.constexpr,
    DOWN: tl.constexpr, DOWN_TAPS: tl.constexpr, DOWN_RANK: tl.constexpr, DR: tl.constexpr,
    MASK_UP: tl.constexpr, MASK_TAPS: tl.constexpr, MASK_RANK: tl.constexpr, MR: tl.constexpr,
    IN: tl.constexpr, MASK_IN: tl.constexpr, MID: tl.constexpr, OUT: tl.constexpr, STEP: tl.constexpr,
    PLANES: tl.constexpr, TANGENT: tl.constexpr, HAS_BIAS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """One tile of STEP x STEP outputs, for PLANES planes.

    TANGENT False: y = out_gain * D act(mid_gain * U(v + b)).
    TANGENT True:  y = out_gain * D (s * U v), s = act'(mid_gain * M(x + b)), computed again from x: with the filters of
    the forward pass its derivative along v; with the flipped and swapped ones, the adjoint of that.
    """
    tile = tl.program_id(0)
    oy = (tile // tiles_x) * STEP
    ox = (tile % tiles_x) * STEP
    uv, uh, vy, vx = _up_factors(fu_ptr, oy * DOWN, ox * DOWN, pad_y, pad_x, UP, UP_TAPS, UP_RANK, UR, MID, IN)
    dv = tl.reshape(_down_matrix(fd_ptr, DOWN, DOWN_TAPS, DOWN_RANK, DR, OUT, MID), (OUT, DR * MID))
    dh = _down_matrix(fd_ptr + DOWN_RANK * DOWN_TAPS, DOWN, DOWN_TAPS, DOWN_RANK, DR, OUT, MID)
    dh = tl.reshape(tl.permute(dh, (2, 1, 0)), (MID, DR * OUT))
    if TANGENT:
        mv, mh, my, mx = _up_factors(
            fm_ptr, oy * DOWN, ox * DOWN, mask_pad_y, mask_pad_x, MASK_UP, MASK_TAPS, MASK_RANK, MR, MID, MASK_IN
        )

    row = oy + tl.arange(0, OUT)[:, None]
    col = ox + tl.arange(0, OUT)[None, :]
    owned = (row < YH) & (row < oy + STEP) & (col < YW) & (col < ox + STEP)
    begin = tl.program_id(1) * PLANES
    for plane in range(begin, min(begin + PLANES, planes)):
        bias = 0.0
        if HAS_BIAS:
            bias = tl.load(b_ptr + plane % channels).to(tl.float32)
        if TANGENT:
            a = _expand(_load_tile(v_ptr, plane, vy, vx, VH, VW, IN, 0.0), uv, uh, UR, MID, IN, PRECISION)
            x = _load_tile(x_ptr, plane, my, mx, XH, XW, MASK_IN, bias)
            u = _expand(x, mv, mh, MR, MID, MASK_IN, PRECISION) * mid_gain
            factor = tl.where(u > 0, 1.0, slope)
            a = tl.where(tl.abs(u * factor) <= clamp, a * factor, 0.0)
        else:
            u = _expand(_load_tile(v_ptr, plane, vy, vx, VH, VW, IN, bias), uv, uh, UR, MID, IN, PRECISION) * mid_gain
            a = tl.where(u > 0, u, u * slope)
            # Not minimum and maximum: they return the limit for what is not a number.
            a = tl.where(a > clamp, clamp, tl.where(a < -clamp, -clamp, a))
        y = _reduce(a, dv, dh, DR, OUT, MID, PRECISION) * out_gain
        target = y_ptr + tl.cast(plane, tl.int64) * YH * YW
        tl.store(target + row * YW + col, y.to(y_ptr.dtype.element_ty), mask=owned)


def plan_tile(
    up: int, up_taps: int, down: int, down_taps: int, mask_up: int, mask_taps: int, mid: int, most_in: int = 32
) -> dict[str, int]:
    """Sizes of a tile's blocks.

    STEP outputs a side need at most MID upsampled samples and, where that leaves a choice, `most_in` of the input.

    Args:
        up: Upsampling factor.
        up_taps: Taps of its filter.
        down: Downsampling factor.
        down_taps: Taps of its filter.
        mask_up: Upsampling factor on the way to the derivative of the activation.
        mask_taps: Taps of its filter.
        mid: Wanted MID; more where the filter alone needs more.
        most_in: See above.
    """
    mid = max(mid, power_of_two(down_taps))

    def reach(step: int) -> tuple[int, int]:
        used = (step - 1) * down + down_taps
        return (used + up_taps - 2) // up + 1, (used + mask_taps - 2) // mask_up + 1

    step = (mid - down_taps) // down + 1
    while step > 1 and max(reach(step)) > most_in:
        step -= 1
    inputs, mask_inputs = reach(step)
    return {
        "STEP": step,
        "OUT": power_of_two(step, _LEAST_BLOCK),
        "MID": mid,
        "IN": power_of_two(inputs, _LEAST_BLOCK),
        "MASK_IN": power_of_two(mask_inputs, _LEAST_BLOCK),
    }


def launch_filtered_lrelu(
    v: Tensor,
    x: Tensor | None,
    b: Tensor | None,
    filters: tuple[Tensor, Tensor, Tensor],
    out_size: tuple[int, int],
    factors: tuple[int, int, int],
    pads: tuple[tuple[int, int], tuple[int, int]],
    numbers: tuple[float, float, float, float],
    mid: int,
    precision: str,
) -> Tensor:
    """The kernel over whole tensors.

    Args:
        v: [N, C, height, width].
        x: What the activation's derivative is computed from; None for the operator itself.
        b: Bias [C] or None.
        filters: Terms [2, rank, taps] of the filters up, down and up on the way to the derivative.
        out_size: Height and width of the result.
        factors: up, down and up on the way to the derivative.
        pads: (left, top) of the upsampled v, and of the upsampled x.
        numbers: mid_gain, out_gain, slope and clamp, as the kernel's.
        mid: Side of the upsampled tile.
        precision: Of the products: "tf32x3" is float32's but for the last bits, "tf32" has 10 bits.

    Returns:
        [N, C, *out_size] in the dtype of v.
    """
    n, c, height, width = v.shape
    y = torch.empty((n, c, *out_size), dtype=v.dtype, device=v.device)
    if y.numel() == 0:
        return y
    v = v.contiguous()
    seen = v if x is None else x.contiguous()
    (up, down, mask_up), (fu, fd, fm) = factors, filters
    tile = plan_tile(up, fu.shape[2], down, fd.shape[2], mask_up, fm.shape[2], mid)
    tiles_y, tiles_x = (blocks(size, tile["STEP"]) for size in out_size)
    with torch.cuda.device_of(v):
        filtered_lrelu_kernel[(tiles_y * tiles_x, blocks(n * c, _PLANES))](
            v,
            seen,
            v if b is None else b.contiguous(),
            y,
            fu,
            fd,
            fm,
            n * c,
            c,
            height,
            width,
            *seen.shape[2:],
            *out_size,
            tiles_x,
            *pads[0],
            *pads[1],
            *numbers,
            **_filter_sizes("UP", "UR", fu),
            **_filter_sizes("DOWN", "DR", fd),
            **_filter_sizes("MASK", "MR", fm),
            UP=up,
            DOWN=down,
            MASK_UP=mask_up,
            **tile,
            PLANES=_PLANES,
            TANGENT=x is not None,
            HAS_BIAS=b is not None,
            PRECISION=precision,
            num_warps=4,
            num_stages=2,
        )
    return y


def _filter_sizes(name: str, padded: str, terms: Tensor) -> dict[str, int]:
    rank, taps = terms.shape[1:]
    return {f"{name}_TAPS": taps, f"{name}_RANK": rank, padded: power_of_two(rank)}
