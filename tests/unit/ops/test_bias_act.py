import math

import pytest
import torch

from gan.ops import ACTIVATIONS, bias_act


def test_by_hand():
    x = torch.tensor([[[-1.0, 2.0]], [[0.5, -4.0]]])  # [2, 1, 2]
    b = torch.tensor([0.0, 1.0])
    y = bias_act(x, b, dim=2, act="lrelu", alpha=0.1, gain=2.0, clamp=3.0)
    assert torch.allclose(y, torch.tensor([[[-0.2, 3.0]], [[1.0, -0.6]]]))


def test_defaults_are_those_of_the_table():
    x = torch.linspace(-3, 3, 13).reshape(1, 13)
    for name, spec in ACTIVATIONS.items():
        assert torch.equal(bias_act(x, act=name), bias_act(x, act=name, alpha=spec.alpha, gain=spec.gain)), name
    assert torch.equal(bias_act(x), x)
    assert ACTIVATIONS["lrelu"].alpha == 0.2
    assert ACTIVATIONS["lrelu"].gain == math.sqrt(2)


def test_the_input_is_left_alone_and_the_dtype_kept():
    x = torch.randn(2, 3, 4, 4, dtype=torch.bfloat16)
    before = x.clone()
    y = bias_act(x, torch.ones(3), act="relu", clamp=1.0)
    assert y.dtype == torch.bfloat16
    assert torch.equal(x, before)


@pytest.mark.parametrize("act", ["lrelu", "softplus", "swish"])
def test_two_derivatives(act):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    b = torch.randn(3, dtype=torch.float64, generator=generator, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, b: bias_act(x, b, act=act), (x, b))
    assert torch.autograd.gradgradcheck(lambda x, b: bias_act(x, b, act=act), (x, b))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"act": "gelu"}, "unknown activation 'gelu'; choose one of linear, relu"),
        ({"clamp": -1.0}, "clamp must not be negative"),
        ({"b": torch.zeros(4)}, r"bias of shape \[4\] does not fit dimension 1 of \[2, 3\]"),
        ({"b": torch.zeros(3, 1)}, r"bias of shape \[3, 1\] does not fit"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        bias_act(torch.zeros(2, 3), **options)
