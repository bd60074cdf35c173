"""filtered_lrelu as torch operators over its Triton kernel, closed under differentiation.

With U (upsample), D (downsample) and the activation's derivative s, which is constant almost everywhere:

    activate(x, b)        = D act(U(x + b))        its backward in x:  tangent(g, adjoint=True)
    tangent(v)            = D s U v                its backward in v:  tangent(g, adjoint=True)
    tangent(v, adjoint)   = U^T s D^T v            its backward in v:  tangent(g, adjoint=False)

s is computed again from x in every pass: keeping it would take two bits for each upsampled sample.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gan.ops.cuda.bias_act import bias_act, sum_to_bias
from gan.ops.cuda.filtered_lrelu_kernel import launch_filtered_lrelu
from gan.ops.cuda.launching import NO_CLAMP
from gan.ops.cuda.terms import MOST_TERMS, terms, tolerance_of
from gan.ops.cuda.tiles import SMALL, choose_tile
from gan.ops.upfirdn2d import Padding, filter_size, parse_padding


@torch.library.custom_op("stylescope::filtered_lrelu", mutates_args=())
def activate(
    x: Tensor,
    b: Tensor | None,
    fu: Tensor | None,
    fd: Tensor | None,
    geometry: list[int],
    gain: float,
    slope: float,
    clamp: float,
    flip: bool,
) -> Tensor:
    """The operator; `geometry` is up, down, left, right, top, bottom."""
    out_gain = -1.0 if gain < 0 else 1.0
    return _forward(x, None, b, fu, fd, geometry, (abs(gain) * geometry[0] ** 2, out_gain, slope, clamp), flip)


@torch.library.custom_op("stylescope::filtered_lrelu_tangent", mutates_args=())
def tangent(
    v: Tensor,
    x: Tensor,
    b: Tensor | None,
    fu: Tensor | None,
    fd: Tensor | None,
    geometry: list[int],
    gain: float,
    slope: float,
    clamp: float,
    flip: bool,
    adjoint: bool,
) -> Tensor:
    """The derivative of `activate` at x along v, or its adjoint applied to v."""
    up, down, left, _, top, _ = geometry
    numbers = (abs(gain) * up**2, gain * up**2, slope, clamp)
    if not adjoint:
        return _forward(v, x, b, fu, fd, geometry, numbers, flip)
    forwards, downwards = _terms(fu, x, flip), _terms(fd, x, flip)
    reach_up, reach_down = filter_size(fu)[0] - 1, filter_size(fd)[0] - 1
    # Upsampled sample n of this pass is sample n + left - reach_up of the forward pass: hence the mask's padding.
    return launch_filtered_lrelu(
        v,
        x,
        b,
        (_terms(fd, x, not flip), _terms(fu, x, not flip), forwards),
        (x.shape[2], x.shape[3]),
        (down, up, up),
        ((reach_up + reach_down - left, reach_up + reach_down - top), (reach_up, reach_up)),
        numbers,
        _tile(x, True, forwards, downwards),
        _precision(x),
    )


def _forward(
    v: Tensor,
    x: Tensor | None,
    b: Tensor | None,
    fu: Tensor | None,
    fd: Tensor | None,
    geometry: list[int],
    numbers: tuple[float, float, float, float],
    flip: bool,
) -> Tensor:
    """D act(U(v + b)), or with x the tangent D s U v; `numbers` are the gains, slope and clamp of the kernel."""
    up, down, left, _, top, _ = geometry
    upwards, downwards = _terms(fu, v, flip), _terms(fd, v, flip)
    return launch_filtered_lrelu(
        v,
        x,
        b,
        (upwards, downwards, upwards),
        _out_size(v.shape[2:], geometry, fu, fd),
        (up, down, up),
        ((left, top), (left, top)),
        numbers,
        _tile(v, x is not None, upwards, downwards),
        _precision(v),
    )


def _out_size(size: Sequence[int], geometry: Sequence[int], fu: Tensor | None, fd: Tensor | None) -> tuple[int, int]:
    up, down, left, right, top, bottom = geometry
    lost = filter_size(fu)[0] + filter_size(fd)[0] - 2
    return (
        (size[0] * up + top + bottom - lost + down - 1) // down,
        (size[1] * up + left + right - lost + down - 1) // down,
    )


def _terms(f: Tensor | None, x: Tensor, flip: bool) -> Tensor:
    return terms(f, flip, tolerance_of(x.dtype), x.device)


def _precision(x: Tensor) -> str:
    """Of the products. 16 bits fit into TF32 with their whole range; float32 takes three of its products."""
    if x.dtype != torch.float32 or torch.get_float32_matmul_precision() != "highest":
        return "tf32"
    return "tf32x3"


def _tile(x: Tensor, tangent: bool, *filters: Tensor) -> int:
    """Side of the tile for these terms. None of those that fit is a matter for the caller: see `_fits`."""
    most = max(f.shape[1] for f in filters)
    return choose_tile(min(most, MOST_TERMS), tangent, x.dtype != torch.float32, x.device) or SMALL


@activate.register_fake
def _(x: Tensor, b: Tensor | None, fu: Tensor | None, fd: Tensor | None, geometry: list[int], *rest: Any) -> Tensor:
    return x.new_empty((*x.shape[:2], *_out_size(x.shape[2:], geometry, fu, fd)))


@tangent.register_fake
def _(
    v: Tensor,
    x: Tensor,
    b: Tensor | None,
    fu: Tensor | None,
    fd: Tensor | None,
    geometry: list[int],
    gain: float,
    slope: float,
    clamp: float,
    flip: bool,
    adjoint: bool,
) -> Tensor:
    size = tuple(x.shape[2:]) if adjoint else _out_size(x.shape[2:], geometry, fu, fd)
    return v.new_empty((*v.shape[:2], *size))


def _setup(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    x, b, fu, fd, *ctx.rest = inputs
    ctx.save_for_backward(x, b, fu, fd)


def _backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
    x, b, fu, fd = ctx.saved_tensors
    gx = tangent(g, x, b, fu, fd, *ctx.rest, True)
    return gx, sum_to_bias(gx, b, 1) if ctx.needs_input_grad[1] else None, *[None] * 7


def _setup_tangent(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    _, x, b, fu, fd, *ctx.rest, ctx.adjoint = inputs
    ctx.save_for_backward(x, b, fu, fd)


def _backward_tangent(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
    x, b, fu, fd = ctx.saved_tensors
    return tangent(g, x, b, fu, fd, *ctx.rest, not ctx.adjoint), *[None] * 10  # s is constant: nothing reaches x and b


activate.register_autograd(_backward, setup_context=_setup)
tangent.register_autograd(_backward_tangent, setup_context=_setup_tangent)


def filtered_lrelu(
    x: Tensor,
    fu: Tensor | None,
    fd: Tensor | None,
    b: Tensor | None,
    up: int,
    down: int,
    padding: Padding,
    gain: float,
    slope: float,
    clamp: float | None,
    flip_filter: bool,
) -> Tensor | None:
    """As `gan.ops.filtered_lrelu`; None for what the kernel does not cover, such as arguments that do not fit."""
    pads = parse_padding(padding)
    if x.ndim != 4 or not (isinstance(up, int) and isinstance(down, int)) or min(up, down) < 1:
        return None
    if not _covers(fu) or not _covers(fd) or (b is not None and b.shape != (x.shape[1],)):
        return None
    geometry = [up, down, *pads]
    if min(_out_size(x.shape[2:], geometry, fu, fd)) < 1:
        return None
    if fu is None and fd is None and up == down == 1 and not any(pads):
        return bias_act(x, b, act="lrelu", alpha=slope, gain=gain, clamp=clamp)
    if not torch.compiler.is_compiling() and not _fits(fu, fd, x):
        return None
    limit = NO_CLAMP if clamp is None else float(clamp)
    result: Tensor = activate(x, b, fu, fd, geometry, float(gain), float(slope), limit, flip_filter)
    return result


def _covers(f: Tensor | None) -> bool:
    """True if the kernel can take the filter."""
    return f is None or (not f.requires_grad and f.numel() > 0 and f.ndim <= 2 and f.shape[0] == f.shape[-1])


def _fits(fu: Tensor | None, fd: Tensor | None, x: Tensor) -> bool:
    """True if the filters have few enough terms for the kernel and for the device's shared memory."""
    most = max(_terms(f, x, False).shape[1] for f in (fu, fd))
    tangent = torch.is_grad_enabled() and x.requires_grad
    return most <= MOST_TERMS and choose_tile(most, tangent, x.dtype != torch.float32, x.device) is not None
