"""The interpreted kernels against the reference over random configurations: at least 200 of each operator."""

import pytest

pytest.importorskip("hypothesis")

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gan import ops
from tests.unit.ops.cuda.interpreted import close, seeded

from gan.ops.cuda.bias_act import bias_act  # isort: skip
from gan.ops.cuda.bias_act_kernel import KINDS  # isort: skip
from gan.ops.cuda.filtered_lrelu import filtered_lrelu  # isort: skip
from gan.ops.cuda.upfirdn2d import upfirdn2d  # isort: skip
from tests.soak import times

FORWARD, HALF = 1e-5, 4e-3
DRAWN = settings(max_examples=times(200))
SIZES = (times(6, 9), times(12, 20))
"""Largest heights and widths of images for upfirdn2d and for filtered_lrelu."""

dtypes = st.sampled_from([torch.float32, torch.float32, torch.float32, torch.float16])
clamps = st.sampled_from([None, 0.0, 0.4, 256.0])
seeds = st.integers(0, 999)


def agree(got: torch.Tensor | None, want: torch.Tensor, dtype: torch.dtype) -> None:
    """`want` was computed in float64."""
    assert got is not None
    assert got.dtype == dtype
    close(got, want, FORWARD if dtype == torch.float32 else HALF)


@DRAWN
@given(data=st.data())
def test_bias_act(data):
    draw = data.draw
    dtype, act = draw(dtypes), draw(st.sampled_from(KINDS))
    shape = draw(st.lists(st.integers(0, 5), min_size=1, max_size=5))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    x = (seeded(draw(seeds), *shape) * 2).to(dtype)
    if len(shape) == 4 and draw(st.booleans()):
        x = x.contiguous(memory_format=torch.channels_last)
    if len(shape) > 1 and draw(st.booleans()):
        x = x.transpose(0, 1)  # in no order that a kernel likes
    b = seeded(draw(seeds), x.shape[dim]).to(dtype) if draw(st.booleans()) else None
    options = {
        "dim": dim,
        "act": act,
        "alpha": draw(st.sampled_from([None, 0.1, 1.5])),
        "gain": draw(st.sampled_from([None, 0.5, -2.0])),
        "clamp": draw(clamps),
    }
    got = bias_act(x, b, **options)
    if got is None:  # a bias along the rows of a channels_last image
        assert b is not None
        assert dim % x.ndim != 1
        return
    agree(got, ops.bias_act(x.double(), None if b is None else b.double(), **options), dtype)


@st.composite
def filters(draw, most=4, square=False):
    """None, [taps], or [height, width]."""
    kind = draw(st.sampled_from(["none", "line", "plane", "plane"]))
    if kind == "none":
        return None
    if kind == "line":
        return seeded(draw(seeds), draw(st.integers(1, most)))
    height, width = draw(st.integers(1, most)), draw(st.integers(1, most))
    return seeded(draw(seeds), height, height if square else width)


pads = st.tuples(*[st.integers(-3, 7)] * 4)


@DRAWN
@given(data=st.data())
def test_upfirdn2d(data):
    draw = data.draw
    dtype, f = draw(dtypes), draw(filters())
    pair = st.tuples(st.integers(1, 4), st.integers(1, 4))
    x = seeded(draw(seeds), *draw(st.tuples(*[st.integers(1, 2)] * 2, *[st.integers(1, SIZES[0])] * 2))).to(dtype)
    if draw(st.booleans()):
        x = x.contiguous(memory_format=torch.channels_last)
    options = {
        "up": draw(pair),
        "down": draw(pair),
        "padding": draw(pads),
        "flip_filter": draw(st.booleans()),
        "gain": draw(st.sampled_from([0.0, 1.0, 4.0])),
    }
    try:
        want = ops.upfirdn2d(x.double(), None if f is None else f.double(), **options)
    except (ValueError, RuntimeError):  # too small for its filter; cropped to nothing
        assume(False)
    agree(upfirdn2d(x, f, **options), want, dtype)


@DRAWN
@given(data=st.data())
def test_filtered_lrelu(data):
    draw = data.draw
    dtype, fu, fd = draw(dtypes), draw(filters(square=True)), draw(filters(square=True))
    x = seeded(draw(seeds), *draw(st.tuples(*[st.integers(1, 2)] * 2, *[st.integers(1, SIZES[1])] * 2))).to(dtype)
    b = seeded(draw(seeds), x.shape[1]).to(dtype) if draw(st.booleans()) else None
    rest = (
        draw(st.integers(1, 4)),
        draw(st.integers(1, 3)),
        draw(pads),
        draw(st.sampled_from([1.0, 2**0.5, 0.0, -1.5])),
        draw(st.sampled_from([0.2, 1.0, 0.0, -0.5, 2.0])),
        draw(clamps),
        draw(st.booleans()),
    )
    exact = [None if t is None else t.double() for t in (fu, fd, b)]
    try:
        want = ops.filtered_lrelu(x.double(), *exact, *rest)
    except (ValueError, RuntimeError):  # too small for its filters; cropped to nothing
        assume(False)
    agree(filtered_lrelu(x, fu, fd, b, *rest), want, dtype)
