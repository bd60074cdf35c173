"""Bias, activation function, gain and clamp in one step: the point-wise part of every layer."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
import torch.nn.functional as F

from gan.ops import cuda
from gan.ops.cpu import dispatch

_SQRT2 = math.sqrt(2.0)


@dataclass(frozen=True)
class Activation:
    """A point-wise function and the constants that go with it."""

    function: Callable[[torch.Tensor, float], torch.Tensor]
    """Takes the tensor and alpha; most functions ignore alpha."""
    alpha: float
    """Shape parameter when the caller names none: the slope below zero of ``lrelu``."""
    gain: float
    """Gain that keeps the variance of a unit normal input near one: sqrt 2 for the functions that halve it."""


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "linear": Activation(lambda x, alpha: x, 0.0, 1.0),
        "relu": Activation(lambda x, alpha: F.relu(x), 0.0, _SQRT2),
        "lrelu": Activation(F.leaky_relu, 0.2, _SQRT2),
        "tanh": Activation(lambda x, alpha: torch.tanh(x), 0.0, 1.0),
        "sigmoid": Activation(lambda x, alpha: torch.sigmoid(x), 0.0, 1.0),
        "elu": Activation(lambda x, alpha: F.elu(x), 0.0, 1.0),
        "selu": Activation(lambda x, alpha: F.selu(x), 0.0, 1.0),
        "softplus": Activation(lambda x, alpha: F.softplus(x), 0.0, 1.0),
        "swish": Activation(lambda x, alpha: x * torch.sigmoid(x), 0.0, _SQRT2),
    }
)
"""Every activation by name; the only place where their default slopes and gains stand."""


def bias_act(
    x: torch.Tensor,
    b: torch.Tensor | None = None,
    dim: int = 1,
    act: str = "linear",
    alpha: float | None = None,
    gain: float | None = None,
    clamp: float | None = None,
) -> torch.Tensor:
    """Compute ``clamp(gain * act(x + b))``.

    Args:
        x: Any shape and floating dtype.
        b: Bias [x.shape[dim]], added along ``dim``; None adds nothing.
        dim: The dimension of ``x`` that ``b`` runs along.
        act: A name in ``ACTIVATIONS``.
        alpha: Shape parameter; None takes the activation's own.
        gain: Factor after the activation; None takes the activation's own.
        clamp: The result is limited to [-clamp, clamp]; None leaves it alone.

    Returns:
        A tensor of the shape and dtype of ``x``.

    Raises:
        ValueError: The activation is unknown, ``b`` does not fit ``x``, or ``clamp`` is negative.
    """
    spec = ACTIVATIONS.get(act)
    if spec is None:
        raise ValueError(f"unknown activation {act!r}; choose one of {', '.join(ACTIVATIONS)}")
    if clamp is not None and clamp < 0:
        raise ValueError(f"clamp must not be negative, got {clamp}; pass None to disable it")
    if b is not None and (b.ndim != 1 or b.shape[0] != x.shape[dim]):
        raise ValueError(f"bias of shape {list(b.shape)} does not fit dimension {dim} of {list(x.shape)}")
    alpha, gain = spec.alpha if alpha is None else alpha, spec.gain if gain is None else gain
    if (fast := cuda.attempt("bias_act", x, b, dim, act, alpha, gain, clamp)) is not None:
        return fast
    if (fast := dispatch.bias_act(x, b, dim, act, alpha, gain, clamp)) is not None:
        return fast
    if b is not None:
        shape = [1] * x.ndim
        shape[dim] = -1
        x = x + b.to(x.dtype).reshape(shape)
    x = spec.function(x, alpha)
    if gain != 1:
        x = x * gain
    return x if clamp is None else x.clamp(-clamp, clamp)
