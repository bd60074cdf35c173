"""Checks of each kernel on a small case against the CPU reference, before its first use. Imports Triton."""

import subprocess
from collections.abc import Callable

import torch
from torch import Tensor
from triton.errors import TritonError

from gan.ops.cuda.bias_act import bias_act
from gan.ops.cuda.filtered_lrelu import filtered_lrelu
from gan.ops.cuda.upfirdn2d import upfirdn2d

_TOLERANCE = {torch.float32: 1e-3, torch.float16: 1e-2}
"""Of the largest value: enough for TF32, far below what a wrong kernel would be off by."""

_LEAST_CAPABILITY = (7, 5)
"""Turing: the first devices that Triton supports with all that the kernels use."""

_FAILURES = (TritonError, RuntimeError, OSError, ValueError, ImportError, subprocess.SubprocessError)
"""Exceptions of Triton where it cannot compile or launch: no compiler or headers, little shared memory, a driver."""

Operator = Callable[..., Tensor | None]


def problem(name: str, device: torch.device, with_gradients: bool) -> str | None:
    """Reason why an operator's kernel cannot be used on a CUDA device, to follow a colon; None where it can."""
    if torch.version.cuda is None:
        return "the kernels are made for CUDA"
    if torch.cuda.get_device_capability(device) < _LEAST_CAPABILITY:
        return "the device is too old for Triton"
    try:
        return disagreement(name, device, with_gradients)
    except _FAILURES as error:
        if "C compiler" in str(error):
            return "Triton finds no C compiler (install gcc, or name one in CC)"
        return f"Triton could not run {name} ({(str(error).strip() or type(error).__name__).splitlines()[0]})"


def disagreement(name: str, device: torch.device, with_gradients: bool) -> str | None:
    """Compare an operator's kernel with the reference; None where they agree, also in the derivative if asked for."""
    for dtype, tolerance in _TOLERANCE.items():
        with torch.inference_mode(False), torch.enable_grad():
            got = _results(*_case(name, fast=True, device=device, dtype=dtype), with_gradients)
            want = _results(*_case(name, fast=False, device=torch.device("cpu"), dtype=torch.float64), with_gradients)
        for one, other in zip(got, want, strict=True):
            if not bool((one.cpu().double() - other).abs().max() <= tolerance * other.abs().max()):
                return f"the kernel of {name} gives other numbers here"
    return None


def _case(name: str, fast: bool, device: torch.device, dtype: torch.dtype) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """An operator as a function of x [2, 3, 20, 20], with a layer's usual arguments, and x."""
    # Imported here, for these modules choose the kernels whose trials these are.
    from gan import ops

    def spread(count: int, step: float) -> Tensor:
        return torch.sin(torch.arange(count, dtype=torch.float64) * step)

    x = spread(2 * 3 * 20 * 20, 0.7).reshape(2, 3, 20, 20).half().to(device, dtype)
    b = spread(3, 1.1).half().to(device, dtype)
    f = (spread(12, 0.5) + 1.5).half().to(device, torch.float32 if fast else dtype) / 18
    operators: dict[str, tuple[Operator, Operator, tuple[object, ...]]] = {
        "bias_act": (bias_act, ops.bias_act, (b, 1, "lrelu", None, None, 0.9)),
        "upfirdn2d": (upfirdn2d, ops.upfirdn2d, (torch.outer(f[:4], f[:4]), 2, 1, (2, 1, 2, 1), False, 4.0)),
        "filtered_lrelu": (filtered_lrelu, ops.filtered_lrelu, (f, f, b, 2, 2, (9, 8, 9, 8), 2**0.5, 0.2, 0.6, False)),
    }
    kernel, reference, arguments = operators[name]

    def function(x: Tensor) -> Tensor:
        y = (kernel if fast else reference)(x, *arguments)
        assert y is not None
        return y

    return function, x


def _results(function: Callable[[Tensor], Tensor], x: Tensor, with_gradients: bool) -> list[Tensor]:
    """The function's value and, if asked for, the gradient of the sum of its squares."""
    x = x.detach().requires_grad_(with_gradients)
    y = function(x)
    return [y.detach(), *(torch.autograd.grad(y.square().sum(), x) if with_gradients else ())]
