"""The Triton kernel of upfirdn2d: one gather for each tap that meets a pixel."""

import torch
import triton
import triton.language as tl
from torch import Tensor

from gan.ops.cuda.launching import blocks, dense, is_channels_last, memory_format

_FAR = tl.constexpr(65536)
"""Steps added before a division that truncates, so that it rounds down; no padding is as large."""

_BLOCK = (16, 64, 1)
_CHANNELS_LAST_BLOCK = (2, 8, 64)
"""Rows, columns and channels of a block: what lies together in memory is read together."""


@triton.jit
def upfirdn2d_kernel(
    x_ptr,
    f_ptr,
    y_ptr,
    channels,
    XH,
    XW,
    YH,
    YW,
    tiles_x,
    tiles,
    blocks_c,
    x_n,
    x_c,
    x_y,
    x_x,
    y_n,
    y_c,
    y_y,
    y_x,
    pad_x,
    pad_y,
    gain,
    UX: tl.constexpr,
    UY: tl.constexpr,
    DX: tl.constexpr,
    DY: tl.constexpr,
    TX: tl.constexpr,
    TY: tl.constexpr,
    FLIP: tl.constexpr,
    HAS_FILTER: tl.constexpr,
    BY: tl.constexpr,
    BX: tl.constexpr,
    BC: tl.constexpr,
):
    """One block of outputs. Each meets only every UX-th and UY-th tap: the polyphase form, for each by itself."""
    tile = tl.program_id(0) % tiles
    rest = tl.program_id(0) // tiles
    row = (tile // tiles_x) * BY + tl.arange(0, BY)[:, None, None]
    col = (tile % tiles_x) * BX + tl.arange(0, BX)[None, :, None]
    channel = (rest % blocks_c) * BC + tl.arange(0, BC)[None, None, :]
    sample = tl.cast(rest // blocks_c, tl.int64)
    owned = (row < YH) & (col < YW) & (channel < channels)
    base_y = row * DY - pad_y
    base_x = col * DX - pad_x
    y0 = (base_y + _FAR * UY + UY - 1) // UY - _FAR
    x0 = (base_x + _FAR * UX + UX - 1) // UX - _FAR
    source = x_ptr + sample * x_n + tl.cast(channel, tl.int64) * x_c
    total = tl.full((BY, BX, BC), 0.0, tl.float32)
    for j in range((TY + UY - 1) // UY):
        y = y0 + j
        ky = y * UY - base_y
        for i in range((TX + UX - 1) // UX):
            x = x0 + i
            kx = x * UX - base_x
            live = (y >= 0) & (y < XH) & (ky < TY) & (x >= 0) & (x < XW) & (kx < TX)
            value = tl.load(source + y * x_y + x * x_x, mask=live & owned, other=0.0).to(tl.float32)
            if HAS_FILTER:
                k = ky * TX + kx
                if not FLIP:
                    k = TX * TY - 1 - k
                value *= tl.load(f_ptr + k, mask=live, other=0.0).to(tl.float32)
            total += value
    target = y_ptr + sample * y_n + tl.cast(channel, tl.int64) * y_c
    tl.store(target + row * y_y + col * y_x, (total * gain).to(y_ptr.dtype.element_ty), mask=owned)


def launch_upfirdn2d(
    x: Tensor,
    f: Tensor | None,
    up: tuple[int, int],
    down: tuple[int, int],
    pad: tuple[int, int],
    out_size: tuple[int, int],
    flip: bool,
    gain: float,
) -> Tensor:
    """x [N, C, H, W], f [height, width] or None for the identity -> [N, C, *out_size] in the memory order of x.

    `up`, `down` and `pad` (left, top) are (x, y), `out_size` is (height, width); `flip` correlates.
    """
    x = dense(x)
    n, c, height, width = x.shape
    y = torch.empty((n, c, *out_size), dtype=x.dtype, device=x.device, memory_format=memory_format(x))
    if y.numel() == 0:
        return y
    by, bx, bc = _CHANNELS_LAST_BLOCK if is_channels_last(x) else _BLOCK
    tiles_x, tiles_y, blocks_c = blocks(out_size[1], bx), blocks(out_size[0], by), blocks(c, bc)
    with torch.cuda.device_of(x):
        upfirdn2d_kernel[(tiles_x * tiles_y * blocks_c * n,)](
            x,
            x if f is None else f.contiguous(),
            y,
            c,
            height,
            width,
            *out_size,
            tiles_x,
            tiles_x * tiles_y,
            blocks_c,
            *x.stride(),
            *y.stride(),
            *pad,
            float(gain),
            UX=up[0],
            UY=up[1],
            DX=down[0],
            DY=down[1],
            TX=1 if f is None else f.shape[1],
            TY=1 if f is None else f.shape[0],
            FLIP=flip,
            HAS_FILTER=f is not None,
            BY=by,
            BX=bx,
            BC=bc,
        )
    return y
