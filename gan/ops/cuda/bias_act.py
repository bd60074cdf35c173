"""bias_act as torch operators over its Triton kernel: differentiable twice, opaque to torch.compile."""

from typing import Any

import torch
from torch import Tensor

from gan.ops.bias_act import ACTIVATIONS
from gan.ops.cuda.bias_act_kernel import KINDS, launch_bias_act
from gan.ops.cuda.launching import NO_CLAMP, dense, is_channels_last

_CURVED_FROM = KINDS.index("tanh")


@torch.library.custom_op("stylescope::bias_act", mutates_args=())
def activate(x: Tensor, b: Tensor | None, dim: int, kind: int, alpha: float, gain: float, clamp: float) -> Tensor:
    """clamp(gain * f(x + b)); `kind` counts `KINDS`, `dim` from 0 up."""
    return launch_bias_act(x, b, None, None, dim, kind, alpha, gain, clamp)


@torch.library.custom_op("stylescope::bias_act_slope", mutates_args=())
def slope(
    g: Tensor, x: Tensor, b: Tensor | None, dim: int, kind: int, alpha: float, gain: float, clamp: float
) -> Tensor:
    """g times the derivative of `activate` in x."""
    return launch_bias_act(x, b, g, None, dim, kind, alpha, gain, clamp)


@torch.library.custom_op("stylescope::bias_act_curve", mutates_args=())
def curve(
    gg: Tensor, g: Tensor, x: Tensor, b: Tensor | None, dim: int, kind: int, alpha: float, gain: float, clamp: float
) -> Tensor:
    """g times gg times the second derivative of `activate` in x. It cannot be differentiated further."""
    return launch_bias_act(x, b, g, gg, dim, kind, alpha, gain, clamp)


@activate.register_fake
def _(x: Tensor, b: Tensor | None, *rest: Any) -> Tensor:
    return torch.empty_like(dense(x))


@slope.register_fake
def _(g: Tensor, x: Tensor, b: Tensor | None, *rest: Any) -> Tensor:
    return torch.empty_like(dense(x))


@curve.register_fake
def _(gg: Tensor, g: Tensor, x: Tensor, b: Tensor | None, *rest: Any) -> Tensor:
    return torch.empty_like(dense(x))


def sum_to_bias(g: Tensor, b: Tensor | None, dim: int) -> Tensor | None:
    """A gradient [..., C, ...] summed over all but `dim`, in float32, as the bias's; None where there is no bias."""
    if b is None:
        return None
    return g.sum([d for d in range(g.ndim) if d != dim], dtype=torch.float32).to(b.dtype)


def _setup(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    x, b, *ctx.rest = inputs
    ctx.save_for_backward(x, b)


def _backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
    x, b = ctx.saved_tensors
    gx = slope(g, x, b, *ctx.rest)
    return gx, sum_to_bias(gx, b, ctx.rest[0]) if ctx.needs_input_grad[1] else None, *[None] * 5


def _setup_slope(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    g, x, b, *ctx.rest = inputs
    ctx.save_for_backward(g, x, b)


def _backward_slope(ctx: Any, gg: Tensor) -> tuple[Tensor | None, ...]:
    g, x, b = ctx.saved_tensors
    gx = gb = None
    if ctx.rest[1] >= _CURVED_FROM and any(ctx.needs_input_grad[1:3]):
        gx = curve(gg, g, x, b, *ctx.rest)
        gb = sum_to_bias(gx, b, ctx.rest[0]) if ctx.needs_input_grad[2] else None
    return slope(gg, x, b, *ctx.rest), gx, gb, *[None] * 5


activate.register_autograd(_backward, setup_context=_setup)
slope.register_autograd(_backward_slope, setup_context=_setup_slope)


def bias_act(
    x: Tensor,
    b: Tensor | None = None,
    dim: int = 1,
    act: str = "linear",
    alpha: float | None = None,
    gain: float | None = None,
    clamp: float | None = None,
) -> Tensor | None:
    """As `gan.ops.bias_act`, with arguments that it has checked; None for what the kernel does not cover."""
    spec = ACTIVATIONS[act]
    if act not in KINDS or (b is not None and (dim % x.ndim != 1 and is_channels_last(x))):
        return None
    result: Tensor = activate(
        x,
        b,
        dim % x.ndim,
        KINDS.index(act),
        float(spec.alpha if alpha is None else alpha),
        float(spec.gain if gain is None else gain),
        NO_CLAMP if clamp is None else float(clamp),
    )
    return result
