"""The Triton kernel of bias_act: the function, its first and its second derivative."""

import math

import torch
import triton
import triton.language as tl
from torch import Tensor

from gan.ops.cuda.launching import blocks, dense, is_channels_last, memory_format

KINDS = ("linear", "relu", "lrelu", "tanh", "sigmoid", "elu", "selu", "softplus", "swish")
"""Activations by the number that the kernel knows them by; the first three have no curvature."""

LINEAR, RELU, LRELU, TANH, SIGMOID, ELU, SELU, SOFTPLUS = (tl.constexpr(i) for i in range(8))
_SELU_SCALE = tl.constexpr(1.0507009873554805)
_SELU_ALPHA = tl.constexpr(1.6732632423543772)
_BLOCK = 1024


@triton.jit
def _sigmoid(u):
    """1 / (1 + exp(-u)), without overflowing."""
    e = tl.exp(-tl.abs(u))
    return tl.where(u > 0, 1.0, e) / (1.0 + e)


@triton.jit
def _exp_minus_1(u, e):
    """exp(u) - 1 for u <= 0 and e = exp(u): near 0, where the difference has no digits left, by its series."""
    return tl.where(u > -0.01, u * (1.0 + u * (0.5 + u * (1.0 / 6.0))), e - 1.0)


@triton.jit
def _activation(u, alpha, ACT: tl.constexpr):
    """(f(u), f'(u), f''(u)) in float32; the compiler drops what is not used. What is not a number stays so in f."""
    zero = u * 0.0
    if ACT == LINEAR:
        return u, zero + 1.0, zero
    elif ACT == RELU:
        return tl.where(u < 0, 0.0, u), tl.where(u > 0, 1.0, 0.0), zero
    elif ACT == LRELU:
        return tl.where(u > 0, u, u * alpha), tl.where(u > 0, 1.0, alpha), zero
    elif ACT == TANH:
        e = tl.exp(-2.0 * tl.abs(u))
        t = tl.where(u > 0, 1.0, -1.0) * (1.0 - e) / (1.0 + e)
        d = 1.0 - t * t
        return t, d, -2.0 * t * d
    elif ACT == SIGMOID:
        s = _sigmoid(u)
        d = s * (1.0 - s)
        return s, d, d * (1.0 - 2.0 * s)
    elif ACT == ELU:
        low = tl.where(u > 0, 0.0, u)
        e = tl.exp(low)
        return tl.where(u > 0, u, _exp_minus_1(low, e)), tl.where(u > 0, 1.0, e), tl.where(u > 0, 0.0, e)
    elif ACT == SELU:
        low = tl.where(u > 0, 0.0, u)
        e = tl.exp(low)
        factor = _SELU_SCALE * _SELU_ALPHA
        return (
            tl.where(u > 0, u * _SELU_SCALE, factor * _exp_minus_1(low, e)),
            tl.where(u > 0, _SELU_SCALE, factor * e),
            tl.where(u > 0, 0.0, factor * e),
        )
    elif ACT == SOFTPLUS:
        s = _sigmoid(u)
        return tl.where(u < 0, 0.0, u) + tl.log(1.0 + tl.exp(-tl.abs(u))), s, s * (1.0 - s)
    else:
        s = _sigmoid(u)
        d = s * (1.0 - s)
        return u * s, s + u * d, d * (2.0 + u * (1.0 - 2.0 * s))


@triton.jit
def bias_act_kernel(
    x_ptr,
    b_ptr,
    g_ptr,
    gg_ptr,
    y_ptr,
    count,
    inner,
    channels,
    alpha,
    gain,
    clamp,
    ACT: tl.constexpr,
    ORDER: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """ORDER 0: clamp(gain * f(x + b)). ORDER 1: g * d/dx of it. ORDER 2: g * gg * d2/dx2 of it."""
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    owned = at < count
    u = tl.load(x_ptr + at, mask=owned, other=0.0).to(tl.float32)
    if HAS_BIAS:
        u += tl.load(b_ptr + (at // inner) % channels, mask=owned, other=0.0).to(tl.float32)
    y, first, second = _activation(u, alpha, ACT)
    y *= gain
    if ORDER == 0:
        # Not minimum and maximum: they return the limit for what is not a number.
        out = tl.where(y > clamp, clamp, tl.where(y < -clamp, -clamp, y))
    else:
        out = tl.load(g_ptr + at, mask=owned, other=0.0).to(tl.float32) * gain
        if ORDER == 1:
            out *= first
        else:
            out *= second * tl.load(gg_ptr + at, mask=owned, other=0.0).to(tl.float32)
        out = tl.where(tl.abs(y) <= clamp, out, 0.0)
    tl.store(y_ptr + at, out.to(y_ptr.dtype.element_ty), mask=owned)


def launch_bias_act(
    x: Tensor,
    b: Tensor | None,
    g: Tensor | None,
    gg: Tensor | None,
    dim: int,
    kind: int,
    alpha: float,
    gain: float,
    clamp: float,
) -> Tensor:
    """Elementwise over x in its own memory order; b runs along `dim`, 1 for x in channels_last order.

    g and gg choose the derivative's order.
    """
    x = dense(x)
    order = memory_format(x)
    y = torch.empty_like(x)
    if x.numel() == 0:
        return y
    derivative = (g is not None) + (gg is not None)
    g = x if g is None else g.contiguous(memory_format=order)
    gg = x if gg is None else gg.contiguous(memory_format=order)
    channels = 1 if b is None else x.shape[dim]
    inner = 1 if b is None or is_channels_last(x) else math.prod(x.shape[dim + 1 :])
    with torch.cuda.device_of(x):
        bias_act_kernel[(blocks(x.numel(), _BLOCK),)](
            x,
            x if b is None else b.contiguous(),
            g,
            gg,
            y,
            x.numel(),
            inner,
            channels,
            float(alpha),
            float(gain),
            float(clamp),
            ACT=kind,
            ORDER=derivative,
            HAS_BIAS=b is not None,
            BLOCK=_BLOCK,
        )
    return y
