"""The fused filtered leaky ReLU against the reference, over random configurations."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gan.ops.cpu.filtered_lrelu import FilteredLrelu
from gan.ops.filtered_lrelu import filtered_lrelu
from gan.ops.filters import design_lowpass_filter
from tests.soak import times

TOLERANCE = 1e-5  # of the largest value


def radial(taps, down):
    return design_lowpass_filter(taps, 0.5, 0.6, 2 * down, radial=True)


def lopsided(taps):
    return torch.from_numpy(np.random.RandomState(taps).uniform(0.1, 1, taps).astype(np.float32)) / taps


# Each is a kernel that takes seconds to compile the first time; what it is not specialised to is drawn.
SHAPES = {
    "as StyleGAN3-T": (2, 2, design_lowpass_filter(12, 0.8, 0.4, 4), design_lowpass_filter(12, 0.8, 0.4, 4), (1, 0)),
    "twice up": (4, 2, design_lowpass_filter(24, 0.8, 0.4, 8), design_lowpass_filter(12, 0.8, 0.4, 4), (2, 2)),
    "as StyleGAN3-R": (2, 2, design_lowpass_filter(12, 0.8, 0.4, 4), radial(12, 2), (1, 1)),
    "nothing but the activation": (1, 1, None, None, (0, 0)),
    "no upsampling, lopsided": (1, 2, lopsided(3), lopsided(5), (0, 0)),
    "no downsampling": (2, 1, lopsided(5), lopsided(3), (0, 1)),
    "by three and two": (3, 2, lopsided(7), lopsided(4), (1, 2)),
}


MANY = {"as StyleGAN3-T", "as StyleGAN3-R"}
"""Configurations that networks use."""


@pytest.mark.parametrize("shape", SHAPES)
def test_drawn_configurations(shape):
    drawn = settings(max_examples=times(200 if shape in MANY else 40), deadline=None)
    drawn(given(data=st.data())(_as_the_reference))(shape=shape)


@torch.no_grad()
def _as_the_reference(shape, data):
    up, down, fu, fd, (phase_x, phase_y) = SHAPES[shape]
    draw = data.draw
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 90))
    channels = 16 * draw(st.integers(1, 2))
    # The kernel is specialised to the phase of the horizontal padding, and to whether the slope is above 1.
    left, top = up * draw(st.integers(0, 6)) + phase_x, up * draw(st.integers(0, 6)) + phase_y
    right, bottom = draw(st.integers(0, 20)), draw(st.integers(0, 20))
    gain, slope = draw(st.floats(0.1, 3)), draw(st.floats(-0.5, 1))
    clamp, flip = draw(st.sampled_from([None, 0.5, 256.0])), draw(st.booleans())
    torch.manual_seed(draw(st.integers(0, 99)))
    x, b = torch.randn(1, channels, height, width), torch.randn(channels)
    scale = torch.rand(channels) + 0.5
    op = FilteredLrelu.design(fu, fd, up, down, (left, right, top, bottom), gain, slope, clamp, flip)
    assert op is not None
    out_height, out_width = op.size(height, width)
    assume(out_height >= 1 and out_width >= 1)
    arguments = {"padding": (left, right, top, bottom), "gain": gain, "slope": slope, "clamp": clamp}
    expected = filtered_lrelu(x * scale[:, None, None], fu, fd, b, up, down, flip_filter=flip, **arguments)[0]
    out = np.full((out_height, out_width, channels), np.nan, np.float32)
    op(x[0].permute(1, 2, 0).contiguous().numpy(), scale.numpy(), b.numpy(), out)
    actual = torch.from_numpy(out).permute(2, 0, 1)
    assert actual.shape == expected.shape
    assert (actual - expected).abs().max() <= TOLERANCE * expected.abs().max() + 1e-30


@torch.no_grad()
def test_a_slope_above_one():
    x = torch.randn(1, 16, 9, 9)
    op = FilteredLrelu.design(None, None, 1, 1, (0, 0, 0, 0), 1.0, 3.0, None)
    assert op is not None and op.variant.steep  # noqa: PT018
    out, ones = np.zeros((9, 9, 16), np.float32), np.ones(16, np.float32)
    op(x[0].permute(1, 2, 0).contiguous().numpy(), ones, 0 * ones, out)
    expected = torch.where(x > 0, x, 3 * x)[0].permute(1, 2, 0)
    assert np.array_equal(out, expected.numpy())


def test_not_a_number_stays_one():
    op = FilteredLrelu.design(None, None, 1, 1, (0, 0, 0, 0), 1.0, 0.2, 1.0)
    assert op is not None
    x, out, ones = np.full((3, 3, 16), np.nan, np.float32), np.zeros((3, 3, 16), np.float32), np.ones(16, np.float32)
    op(x, ones, ones, out)
    assert np.isnan(out).all()


@pytest.mark.parametrize(
    "arguments",
    [
        (np.ones((3, 3)), None, 2, 1, (0, 0, 0, 0), 1.0, 0.2, None),
        (None, np.ones((3, 4)), 1, 1, (0, 0, 0, 0), 1.0, 0.2, None),
        (None, None, 1, 1, (0, 0, 0, 0), -1.0, 0.2, None),
        (np.ones(2), np.ones(2), 7, 5, (0, 0, 0, 0), 1.0, 0.2, None),
        (None, np.random.RandomState(0).randn(12, 12), 1, 2, (0, 0, 0, 0), 1.0, 0.2, None),
    ],
    ids=["square up", "not square", "negative gain", "many phases", "full rank"],
)
def test_what_no_kernel_covers(arguments):
    assert FilteredLrelu.design(*arguments) is None
