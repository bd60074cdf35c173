"""Kernels for images in bfloat16 against the reference in float32, to the second derivative."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from gan.ops import bias_act, upfirdn2d
from gan.ops.cpu import dispatch, half_kernels
from gan.ops.cpu.lanes import LANES

ROUNDING = 2.0**-8
"""Largest relative error of a number that is rounded to bfloat16 once."""

sizes = st.tuples(st.integers(1, 3), st.sampled_from([LANES, 3 * LANES]), st.integers(3, 9), st.integers(3, 9))
pads = st.tuples(*[st.integers(-1, 4)] * 4)
factors = st.integers(1, 3)


@pytest.fixture(autouse=True, scope="module")
def kernels():
    assert dispatch.enable()
    yield
    dispatch.disable()


def images(draw, size):
    return torch.randn(size, generator=draw).bfloat16().contiguous(memory_format=torch.channels_last)


def derivatives(op, x, draw, out_type):
    """The value, its gradient in the direction g, and what that gradient's product with h has for a gradient to g."""
    y = op(x.requires_grad_())
    g = images(draw, y.shape).to(out_type).requires_grad_()
    h = images(draw, x.shape).to(out_type)
    (first,) = torch.autograd.grad(y, x, g, create_graph=True)
    (second,) = torch.autograd.grad(first, g, h)
    return [t.detach().float() for t in (y, first, second)]


def assert_near(op, size, seed, monkeypatch, kernel, limit=None):
    calls = []
    called = getattr(half_kernels, kernel)
    monkeypatch.setattr(half_kernels, kernel, lambda *arguments: calls.append(1) or called(*arguments))
    x = images(torch.Generator().manual_seed(seed), size)
    found = derivatives(op, x.clone(), torch.Generator().manual_seed(seed), torch.bfloat16)
    assert calls, "no kernel answered"
    dispatch.disable()
    try:
        wanted = derivatives(op, x.clone().float(), torch.Generator().manual_seed(seed), torch.float32)
    finally:
        dispatch.enable()
    if limit is not None:  # what is rounded to the limit has another slope than what is just below it
        near = (wanted[0].abs() - limit).abs() < 2 * ROUNDING * limit
        assert near.float().mean() < 0.9
        found, wanted = ([torch.where(near, 0, t) for t in three] for three in (found, wanted))
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=ROUNDING, atol=ROUNDING * 1e-2 * float(other.abs().max()))


@given(
    size=sizes,
    up=st.tuples(factors, factors),
    down=st.tuples(factors, factors),
    padding=pads,
    taps=st.integers(1, 6),
    square=st.booleans(),
    flip=st.booleans(),
    seed=st.integers(0, 9),
)
def test_upfirdn2d(size, up, down, padding, taps, square, flip, seed):
    f = torch.rand(taps, generator=torch.Generator().manual_seed(seed)) + 0.1
    f = f.outer(f.flip(0) + 0.2) if square else f
    assume(size[3] * up[0] + sum(padding[:2]) >= taps and size[2] * up[1] + sum(padding[2:]) >= taps)
    with pytest.MonkeyPatch.context() as patch:
        op = lambda x: upfirdn2d(x, f, up=up, down=down, padding=padding, flip_filter=flip, gain=1.5)  # noqa: E731
        assert_near(op, size, seed, patch, "resampled")


@given(size=sizes, clamp=st.sampled_from([None, 0.5, 0.7071]), biased=st.booleans(), seed=st.integers(0, 9))
def test_bias_act(size, clamp, biased, seed):
    b = torch.randn(size[1], generator=torch.Generator().manual_seed(seed)).bfloat16() if biased else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "_activating_pays", lambda *arguments: True)
        op = lambda x: bias_act(x, None if b is None else b.to(x.dtype), act="lrelu", gain=1.5, clamp=clamp)  # noqa: E731
        assert_near(op, size, seed, patch, "activated", clamp)


@pytest.mark.parametrize("clamp", [0.5, 0.7071])  # the second is no bfloat16 number
def test_what_is_clamped_has_no_slope(clamp):
    x = torch.full((1, LANES, 64, 64), 9.0, dtype=torch.bfloat16).contiguous(memory_format=torch.channels_last)
    y = bias_act(x.requires_grad_(), act="lrelu", clamp=clamp)
    y.sum().backward()
    assert float(y.detach().max()) == pytest.approx(clamp, rel=ROUNDING)
    assert not x.grad.any()


def test_a_bias_learns():
    x = images(torch.Generator().manual_seed(0), (2, LANES, 96, 96))
    b = torch.zeros(LANES, dtype=torch.bfloat16, requires_grad=True)
    bias_act(x, b, act="lrelu").sum().backward()
    slopes = torch.where(x.float() > 0, 1.0, 0.2).sum(dim=[0, 2, 3]) * 2**0.5
    torch.testing.assert_close(b.grad.float(), slopes, rtol=2 * ROUNDING, atol=0)


@pytest.mark.parametrize(
    "x",
    [
        torch.zeros(1, LANES + 1, 8, 8, dtype=torch.bfloat16).contiguous(memory_format=torch.channels_last),
        torch.zeros(1, LANES, 8, 8, dtype=torch.bfloat16),
        torch.zeros(1, LANES, 8, 8, dtype=torch.float16).contiguous(memory_format=torch.channels_last),
    ],
    ids=["channels", "order", "float16"],
)
def test_the_reference_answers_for_other_images(x, monkeypatch):
    monkeypatch.setattr(half_kernels, "resampled", lambda *arguments: pytest.fail("a kernel answered"))
    assert upfirdn2d(x, torch.ones(3), padding=1).shape == x.shape


def test_a_filter_of_higher_rank_is_left_to_the_reference(monkeypatch):
    monkeypatch.setattr(half_kernels, "resampled", lambda *arguments: pytest.fail("a kernel answered"))
    x = images(torch.Generator().manual_seed(0), (1, LANES, 8, 8))
    assert upfirdn2d(x, torch.eye(3), padding=1).shape == x.shape
