"""The kernels without a device: Triton's interpreter runs them in numpy. Import this before anything that has kernels.

Where there is a device, nothing is interpreted; `tests/gpu` then compares the kernels themselves.
"""

import dataclasses
import os

import pytest
import torch

if torch.cuda.is_available():
    pytest.skip("a device is here: tests/gpu runs the kernels on it", allow_module_level=True)
os.environ.setdefault("TRITON_INTERPRET", "1")  # read while a kernel is defined
pytest.importorskip("triton", reason="Triton is not installed")

from triton.runtime.interpreter import interpreter_builder

from tests.soak import ON

# Half of the interpreter's time goes into checking each sum and product of integers for an overflow.
interpreter_builder.options = dataclasses.replace(interpreter_builder.options, sanitize_overflow=ON)

CPU = torch.device("cpu")


def close(got: torch.Tensor, want: torch.Tensor, tolerance: float) -> None:
    """Equal up to a share of the largest value, with values that are no numbers in the same places."""
    assert got.shape == want.shape
    if want.numel():
        assert (got.double() - want.double()).abs().max() <= tolerance * want.double().abs().max() + 1e-30


def seeded(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def two_derivatives(function, x: torch.Tensor, b: torch.Tensor | None, seed: int = 5) -> list[torch.Tensor]:
    """y, its gradients, and those of a penalty on the gradients, which R1 and path length regularisation need."""
    inputs = [t.detach().requires_grad_() for t in (x, b) if t is not None]
    y = function(*inputs)
    g = seeded(seed, *y.shape).to(y.dtype).requires_grad_()
    first = torch.autograd.grad(y, inputs, g, create_graph=True)
    penalty = sum(t.square().sum() + t.pow(3).sum() * 0.1 for t in first)
    second = torch.autograd.grad(penalty, [g, *inputs], allow_unused=True)
    return [y, *first, *(torch.zeros_like(t) if s is None else s for s, t in zip(second, (g, *inputs), strict=True))]
