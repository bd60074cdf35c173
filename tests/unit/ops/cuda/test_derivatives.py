"""First and second derivatives of the kernels, interpreted, against the reference's in float64."""

import pytest
import torch

from gan import ops
from tests.unit.ops.cuda.interpreted import close, seeded, two_derivatives

from gan.ops.cuda import filtered_lrelu as fused  # isort: skip
from gan.ops.cuda.bias_act import bias_act  # isort: skip
from gan.ops.cuda.bias_act_kernel import KINDS  # isort: skip
from gan.ops.cuda.upfirdn2d import upfirdn2d  # isort: skip

TOLERANCE = 2e-5  # of the largest value; the promise is 1e-4


def compare(fast, reference, x: torch.Tensor, b: torch.Tensor | None) -> None:
    got = two_derivatives(fast, x, b)
    want = two_derivatives(reference, x.double(), None if b is None else b.double())
    for one, other in zip(got, want, strict=True):
        close(one, other, TOLERANCE)


@pytest.mark.parametrize("act", KINDS)
@pytest.mark.parametrize("clamp", [None, 0.8])
def test_bias_act(act: str, clamp: float | None):
    compare(
        lambda x, b: bias_act(x, b, act=act, clamp=clamp),
        lambda x, b: ops.bias_act(x, b, act=act, clamp=clamp),
        seeded(1, 3, 4, 5, 2),
        seeded(2, 4),
    )


def test_bias_act_in_channels_last_order():
    x = seeded(1, 2, 4, 5, 3).contiguous(memory_format=torch.channels_last)
    got = bias_act(x, seeded(2, 4), act="swish")
    assert got is not None
    assert got.is_contiguous(memory_format=torch.channels_last)
    compare(lambda x, b: bias_act(x, b, act="swish"), lambda x, b: ops.bias_act(x, b, act="swish"), x, seeded(2, 4))


@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("shape", [(4,), (4, 3)])
@pytest.mark.parametrize("flip", [False, True])
def test_upfirdn2d(order: torch.memory_format, shape: tuple[int, ...], flip: bool):
    f, rest = seeded(3, *shape), ((2, 3), (3, 2), (2, 1, -1, 4), flip, 4.0)
    x = seeded(1, 2, 2, 9, 7).contiguous(memory_format=order)
    # Squares, so that there is a second derivative.
    compare(lambda x: upfirdn2d(x, f, *rest).square(), lambda x: ops.upfirdn2d(x, f.double(), *rest).square(), x, None)


def radial(taps: int) -> torch.Tensor:
    return ops.design_lowpass_filter(taps, 0.5, 0.6, 4, radial=True)


LAYERS = {
    "as StyleGAN3-T": (seeded(1, 12) / 12, seeded(2, 12) / 12, 2, 2, (9, 8, 9, 8), 2**0.5, 0.2, 0.6, False),
    "four times up": (seeded(1, 24) / 12, seeded(2, 12) / 12, 4, 2, (-6, -9, -6, -9), 2**0.5, 0.2, None, False),
    "as StyleGAN3-R": (seeded(1, 12) / 12, radial(12), 2, 2, (11, 10, 11, 10), 2**0.5, 0.2, 0.6, False),
    "odd": (seeded(1, 7) / 7, seeded(2, 5) / 5, 3, 2, (4, -1, 0, 6), -1.5, 0.3, 0.3, True),
    "no filters": (None, None, 1, 1, 0, 1.0, 1.0, 0.9, False),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("tile", [32, 64])
def test_filtered_lrelu(name: str, tile: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fused, "_tile", lambda *arguments: tile)
    fu, fd, *rest = LAYERS[name]
    exact = [None if f is None else f.double() for f in (fu, fd)]
    compare(
        lambda x, b: fused.filtered_lrelu(x, fu, fd, b, *rest),
        lambda x, b: ops.filtered_lrelu(x, *exact, b, *rest),
        seeded(3, 2, 2, 18, 19),  # several of the small tiles
        seeded(4, 2) * 0.3,
    )


def test_a_third_derivative_of_filtered_lrelu():
    """Two operators are each other's derivatives, so there is no end to them."""
    fu, fd, *rest = LAYERS["as StyleGAN3-T"]

    def third(function, x):
        x = x.detach().requires_grad_()
        y = function(x)
        for _ in range(3):
            (x_grad,) = torch.autograd.grad(y.pow(3).sum(), x, create_graph=True)
            y = x_grad
        return y

    x = seeded(3, 1, 2, 10, 10)
    got = third(lambda x: fused.filtered_lrelu(x, fu, fd, None, *rest), x)
    want = third(lambda x: ops.filtered_lrelu(x, fu.double(), fd.double(), None, *rest), x.double())
    close(got, want, TOLERANCE)
