"""upfirdn2d as a torch operator over its Triton kernel. It is linear: its derivative is itself with other numbers."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gan.ops.cuda.launching import dense, memory_format
from gan.ops.cuda.upfirdn2d_kernel import launch_upfirdn2d
from gan.ops.upfirdn2d import Factors, Padding, parse_factors, parse_padding


@torch.library.custom_op("stylescope::upfirdn2d", mutates_args=())
def resample(x: Tensor, f: Tensor | None, geometry: list[int], flip: bool, gain: float) -> Tensor:
    """x [N, C, H, W] by f [height, width]; `geometry` is up x, up y, down x, down y, left, right, top, bottom."""
    up_x, up_y, down_x, down_y, left, _, top, _ = geometry
    size = _out_size(x.shape[2:], f, geometry)
    return launch_upfirdn2d(x, f, (up_x, up_y), (down_x, down_y), (left, top), size, flip, gain)


def _out_size(size: Sequence[int], f: Tensor | None, geometry: Sequence[int]) -> tuple[int, int]:
    up_x, up_y, down_x, down_y, x0, x1, y0, y1 = geometry
    rows, columns = (1, 1) if f is None else f.shape
    return (size[0] * up_y + y0 + y1 - rows) // down_y + 1, (size[1] * up_x + x0 + x1 - columns) // down_x + 1


@resample.register_fake
def _(x: Tensor, f: Tensor | None, geometry: list[int], flip: bool, gain: float) -> Tensor:
    x = dense(x)
    size = (*x.shape[:2], *_out_size(x.shape[2:], f, geometry))
    return torch.empty(size, dtype=x.dtype, device=x.device, memory_format=memory_format(x))


def _setup(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    x, f, ctx.geometry, ctx.flip, ctx.gain = inputs
    ctx.size, ctx.out_size = x.shape[2:], output.shape[2:]
    ctx.save_for_backward(f)


def _backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
    (f,) = ctx.saved_tensors
    up_x, up_y, down_x, down_y, x0, _, y0, _ = ctx.geometry
    (height, width), (out_height, out_width) = ctx.size, ctx.out_size
    rows, columns = (1, 1) if f is None else f.shape
    pads = (
        columns - 1 - x0,
        width * up_x - out_width * down_x + x0 - up_x + 1,
        rows - 1 - y0,
        height * up_y - out_height * down_y + y0 - up_y + 1,
    )
    return resample(g, f, [down_x, down_y, up_x, up_y, *pads], not ctx.flip, ctx.gain), None, None, None, None


resample.register_autograd(_backward, setup_context=_setup)


def upfirdn2d(
    x: Tensor,
    f: Tensor | None,
    up: Factors = 1,
    down: Factors = 1,
    padding: Padding = 0,
    flip_filter: bool = False,
    gain: float = 1.0,
) -> Tensor | None:
    """As `gan.ops.upfirdn2d`, with arguments that it has checked; None for what the kernel does not cover."""
    if f is not None and f.requires_grad:
        return None
    (up_x, up_y), (down_x, down_y) = parse_factors(up), parse_factors(down)
    x0, x1, y0, y1 = parse_padding(padding)
    if f is None or f.ndim == 2:
        return _resampled(x, f, [up_x, up_y, down_x, down_y, x0, x1, y0, y1], flip_filter, gain)
    x = _resampled(x, f[None], [up_x, 1, down_x, 1, x0, x1, 0, 0], flip_filter, math.sqrt(gain))
    return _resampled(x, f[:, None], [1, up_y, 1, down_y, 0, 0, y0, y1], flip_filter, math.sqrt(gain))


def _resampled(x: Tensor, f: Tensor | None, geometry: list[int], flip: bool, gain: float) -> Tensor:
    result: Tensor = resample(x, f, geometry, flip, float(gain))
    return result
