"""Operators with kernels against the reference, over random configurations, to the second derivative."""

import math

import pytest
import torch
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from gan.ops import bias_act, design_lowpass_filter, filtered_lrelu, upfirdn2d
from gan.ops.cpu import dispatch
from gan.ops.upfirdn2d import parse_factors
from tests.soak import times

FORWARD, DERIVATIVES = 1e-5, 1e-4  # of the largest value
EPSILON = torch.finfo(torch.float32).eps
EXAMPLES = times(200)


@pytest.fixture(autouse=True, scope="module")
def everything():
    """Kernels answer, whether it pays or not."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_resampling_pays", "_activating_pays"):
            patch.setattr(dispatch, name, lambda *arguments: True)
        assert dispatch.enable()
        yield


def derivatives(op, inputs, seed):
    """The value, the gradients of a loss, and those of the gradients' product with something."""
    draw = torch.Generator().manual_seed(seed)
    inputs = [x.clone().requires_grad_() for x in inputs]
    y = op(*inputs)
    weights = torch.randn(y.shape, generator=draw)
    first = torch.autograd.grad((y.square() * weights + y * weights).sum(), inputs, create_graph=True)
    against = sum((g * torch.randn(g.shape, generator=draw)).sum() for g in first)
    return [y.detach()], [g.detach() for g in first], torch.autograd.grad(against, inputs)


def assert_same(op, inputs, seed=0, inner=0.0):
    """Compare both ways; `inner` is the largest number on the way to an output, whose rounding stays in it."""
    answered = []
    functions = (dispatch._Resample, dispatch._BiasAct)
    forwards = [f.forward for f in functions]

    def counting(forward):
        return staticmethod(lambda *a: answered.append(1) or forward(*a))

    for function, forward in zip(functions, forwards, strict=True):
        function.forward = counting(forward)
    try:
        actual = derivatives(op, inputs, seed)
    finally:
        for function, forward in zip(functions, forwards, strict=True):
            function.forward = staticmethod(forward)
    assert answered, "no kernel answered"
    dispatch.disable()
    try:
        expected = derivatives(op, inputs, seed)
    finally:
        dispatch.enable()
    for mine, theirs, tolerance in zip(actual, expected, (FORWARD, DERIVATIVES, DERIVATIVES), strict=True):
        # A bias's gradient is a sum of the image's, which may all but cancel: their rounding is measured by the latter.
        largest = max(b.abs().max() for b in theirs)
        for a, b in zip(mine, theirs, strict=True):
            assert a.shape == b.shape
            assert (a - b).abs().max() <= tolerance * largest + 1e-30


def assume_something_is_left(size, up, padding):
    """The reference cannot crop all from the first to the last pixel, even where padding makes up for it."""
    up_x, up_y = parse_factors(up)
    x0, x1, y0, y1 = (min(pad, 0) for pad in padding)
    assume((size[3] - 1) * up_x + 1 + x0 + x1 > 0)
    assume((size[2] - 1) * up_y + 1 + y0 + y1 > 0)


sizes = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, times(24, 40)), st.integers(1, times(40, 70)))
factors = st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4)))
paddings = st.tuples(*[st.integers(-4, 12)] * 4)


@st.composite
def filters(draw, most=14):
    torch.manual_seed(draw(st.integers(0, 99)))
    kind = draw(st.sampled_from(["line", "square", "radial"]))
    if kind == "line":
        return torch.rand(draw(st.integers(1, most))) + 0.1
    if kind == "radial":  # a sum of up to four separable ones; longer ones are left to the reference
        return design_lowpass_filter(2 * draw(st.integers(2, 4)), draw(st.floats(0.4, 0.8)), 0.6, 4, radial=True)
    return torch.rand(draw(st.integers(1, 4)), draw(st.integers(1, 4))) + 0.1


compared = dict.fromkeys(("upfirdn2d", "bias_act", "filtered_lrelu"), 0)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(size=sizes, f=filters(), up=factors, down=factors, padding=paddings, flip=st.booleans(), gain=st.floats(0.1, 4))
def test_upfirdn2d(size, f, up, down, padding, flip, gain):
    assume_something_is_left(size, up, padding)
    torch.manual_seed(1)
    x = torch.randn(size)

    def op(x):
        return upfirdn2d(x, f, up=up, down=down, padding=padding, flip_filter=flip, gain=gain)

    try:
        op(x)
    except ValueError:
        reject()  # smaller than the filter
    assert_same(op, [x])
    compared["upfirdn2d"] += 1


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    size=sizes,
    slope=st.floats(0.01, 1),
    gain=st.floats(0.1, 3),
    clamp=st.sampled_from([None, 0.4, 256.0]),
    biased=st.booleans(),
    flat=st.booleans(),
)
def test_bias_act(size, slope, gain, clamp, biased, flat):
    torch.manual_seed(2)
    x, b = torch.randn(size[:2] if flat else size), torch.randn(size[1])

    def op(x, b=None):
        return bias_act(x, b, act="lrelu", alpha=slope, gain=gain, clamp=clamp)

    assert_same(op, [x, b] if biased else [x])
    compared["bias_act"] += 1


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    size=sizes,
    fu=filters(),
    fd=filters(),
    up=st.integers(1, 4),
    down=st.integers(1, 4),
    padding=paddings,
    slope=st.floats(0.01, 1),
    gain=st.floats(0.1, 3),
    clamp=st.sampled_from([None, 0.4, 256.0]),
    flip=st.booleans(),
)
def test_filtered_lrelu(size, fu, fd, up, down, padding, slope, gain, clamp, flip):
    assume_something_is_left(size, up, padding)
    torch.manual_seed(3)
    x, b = torch.randn(size), torch.randn(size[1])

    def op(x, b):
        return filtered_lrelu(x, fu, fd, b, up, down, padding, gain, slope, clamp, flip)

    try:
        op(x, b)
    except ValueError:
        reject()  # smaller than the filters
    # Where rounding puts a pixel on the other side of a corner, derivatives differ by right: no drawn one may be there.
    between = bias_act(x, b)
    between = upfirdn2d(between, fu, up=up, padding=padding, flip_filter=flip, gain=gain * up**2)
    corners = [between.abs()] if clamp is None else [
        between.abs(), (between - clamp).abs(), (between * slope + clamp).abs()
    ]  # fmt: skip
    assume(min(float(torch.where(c == 0, 1.0, c).min()) for c in corners) >= 1e-6)
    # Where all but a few pixels are clamped, those few hold the rounding of numbers far above the clamp.
    passed_on = float(fd.sum()) ** (2 if fd.ndim == 1 else 1)
    assert_same(op, [x, b], inner=float(between.abs().max()) * passed_on)
    compared["filtered_lrelu"] += 1


def test_what_is_left_of_large_numbers_after_the_clamp():
    torch.manual_seed(3)
    x, b = torch.randn(1, 1, 36, 5), torch.randn(1)
    fu = torch.tensor([0.6349, 0.2988, 0.7592, 0.7569, 0.3328, 0.5251, 0.3071, 0.7297, 0.4653])
    fd = torch.tensor([0.5963])
    largest = float(upfirdn2d(bias_act(x, b), fu, up=4, gain=32.0).abs().max())
    assert largest > 20
    assert_same(
        lambda x, b: filtered_lrelu(x, fu, fd, b, 4, 1, 0, 2.0, 1.0, 0.4, False),
        [x, b],
        inner=largest * float(fd.sum()) ** 2,
    )


@pytest.mark.parametrize("test", [test_upfirdn2d, test_bias_act, test_filtered_lrelu])
def test_each_operator_is_compared_200_times(test):
    name = test.__name__.removeprefix("test_")
    if compared[name] < EXAMPLES:  # chosen alone
        test()
    assert compared[name] >= EXAMPLES


def test_without_being_enabled_the_reference_answers():
    dispatch.disable()
    try:
        assert dispatch.bias_act(torch.randn(1, 2, 64, 64), None, 1, "lrelu", 0.2, 1.0, None) is None
    finally:
        dispatch.enable()


@pytest.mark.parametrize(
    "x",
    [
        torch.randn(1, 2, 64, 64, dtype=torch.float64),
        torch.randn(1, 2, 64, 64).contiguous(memory_format=torch.channels_last),
        torch.randn(1, 2, 64, 64, device="meta"),
    ],
    ids=["float64", "channels last", "another device"],
)
def test_what_the_kernels_do_not_cover(x):
    assert dispatch.bias_act(x, None, 1, "lrelu", 0.2, math.sqrt(2), None) is None
    f = torch.ones(4, device=x.device)
    assert dispatch.upfirdn2d(x, f, (1, 1), (1, 1), (0, 0, 0, 0), False, 1.0) is None


def test_a_filter_that_learns_is_left_to_the_reference():
    f = torch.ones(4, requires_grad=True)
    upfirdn2d(torch.randn(1, 2, 64, 64), f).sum().backward()
    assert f.grad is not None


@pytest.mark.parametrize(
    ("width", "up", "down", "taps", "pays"),
    [
        (48, 2, 1, 12, True),
        (47, 2, 1, 12, False),
        (63, 2, 1, 4, False),
        (64, 2, 1, 4, True),
        (64, 1, 1, 4, False),
        (96, 1, 1, 4, True),
        (95, 1, 2, 12, False),
        (96, 1, 2, 12, True),
        (256, 1, 4, 4, False),
        (256, 1, 4, 24, True),
    ],
)
def test_where_resampling_pays(width, up, down, taps, pays):
    assert dispatch._kernel_pays(width, up, down, taps) == pays
