"""StyleGAN2's fused steps between matrix products against the reference operators, over random configurations."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.inference.cpu.packing import filter_taps, floats
from gan.ops import bias_act, setup_filter
from gan.ops.conv2d_resample import conv2d_resample
from gan.ops.cpu import stylegan2 as kernels
from gan.ops.cpu.lanes import LANES
from gan.ops.upfirdn2d import upsample2d
from tests.soak import times

TOLERANCE = 1e-5  # of the largest value
EXAMPLES = times(200)

filters = st.sampled_from([(1, 3, 3, 1), (1, 2, 1), (1, 1), (1, 2, 0, 3), (1,)])
sides = st.integers(1, 12)
activations = st.tuples(st.floats(0.01, 1), st.floats(0.1, 3), st.sampled_from([0.4, 256.0, float("inf")]))
"""Slope, gain, clamp."""
strengths = st.sampled_from([0.0, -0.7, 1.3])


def is_close(actual, expected, largest=None):
    """`largest`: of the values before they were clamped, whose rounding is seen where they just reach the clamp."""
    largest = expected.abs().max() if largest is None else largest
    return actual.shape == expected.shape and (actual - expected).abs().max() <= TOLERANCE * largest


def activated(y, scale, noise, strength, bias, slope, gain, clamp):
    """Reference for the last step of `finish` and `blur_phases`, and the largest value before the clamp."""
    y = y * scale[:, None, None] + noise * strength
    free = bias_act(y, bias, act="lrelu", alpha=slope, gain=gain)
    return bias_act(y, bias, act="lrelu", alpha=slope, gain=gain, clamp=clamp)[0], free.abs().max()


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    height=sides,
    width=sides,
    blocks=st.integers(1, 3),
    taps=filters,
    rows=st.integers(1, 12),
    activation=activations,
    strength=strengths,
    seed=st.integers(0, 99),
)
@torch.no_grad()
def test_upsampling_convolution(height, width, blocks, taps, rows, activation, strength, seed):
    torch.manual_seed(seed)
    inner, outer = 5, 16 * blocks
    x, w, f = torch.randn(1, inner, height, width), torch.randn(outer, inner, 3, 3), setup_filter(taps)
    scale, bias, noise = torch.rand(outer) + 0.5, torch.randn(outer), torch.randn(2 * height, 2 * width)
    y = conv2d_resample(x, w, f, up=2, padding=1, flip_weight=False)
    expected, largest = activated(y, scale, noise, strength, bias, *activation)
    products = x[0].permute(1, 2, 0).reshape(-1, inner) @ w.permute(1, 2, 3, 0).reshape(inner, -1)
    products = products.view(height, width, -1)
    out = torch.full((2 * height, 2 * width, outer), torch.nan)
    rows = min(rows, height)
    for first in range(0, height, rows):
        count = min(rows, height - first)
        part = torch.zeros(count + 2, width, 9 * outer)
        low, high = max(first - 1, 0), min(first + count + 1, height)
        part[low - first + 1 : high - first + 1] = products[low:high]
        kernels.blur_phases(
            count * (outer // LANES), 9 * width * LANES, floats(part), first, count, height, width, outer,
            floats(noise), strength, *activation, floats(scale), floats(bias), filter_taps(f, 2), floats(out),
        )  # fmt: skip
    assert is_close(out.permute(2, 0, 1), expected, largest)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    height=sides,
    width=sides,
    blocks=st.integers(1, 3),
    colours=st.integers(0, 3),
    activation=activations,
    strength=strengths,
    seed=st.integers(0, 99),
)
@torch.no_grad()
def test_noise_activation_and_colours(height, width, blocks, colours, activation, strength, seed):
    torch.manual_seed(seed)
    channels, pixels = 16 * blocks, height * width
    y, noise = torch.randn(1, channels, height, width), torch.randn(height, width)
    scale, bias, colour = torch.rand(channels) + 0.5, torch.randn(channels), torch.randn(3, channels)
    expected, largest = activated(y, scale, noise, strength, bias, *activation)
    flat, rgb = y[0].permute(1, 2, 0).contiguous(), torch.full((colours, pixels), torch.nan)
    kernels.finish(
        -(-pixels // kernels.FINISH_PIXELS), kernels.FINISH_PIXELS * channels, floats(flat), pixels, channels,
        floats(noise), strength, *activation, floats(scale), floats(bias), floats(colour), floats(rgb), colours,
        floats(flat),
    )  # fmt: skip
    assert is_close(flat.permute(2, 0, 1), expected, largest)
    if colours:
        wanted = colour[:colours] @ expected.flatten(1)
        assert (rgb - wanted).abs().max() <= TOLERANCE * channels**0.5 * largest * colour.abs().max()


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    planes=st.integers(1, 3),
    taps=filters,
    clamp=st.sampled_from([0.5, float("inf")]),
    alone=st.booleans(),
    seed=st.integers(0, 99),
)
@torch.no_grad()
def test_colours_of_two_resolutions(height, width, planes, taps, clamp, alone, seed):
    torch.manual_seed(seed)
    image, rgb = torch.randn(1, planes, height, width), torch.randn(1, planes, 2 * height, 2 * width)
    bias, f = torch.randn(planes), setup_filter(taps)
    own = (rgb + bias[:, None, None]).clamp(-clamp, clamp)
    expected = own if alone else own + upsample2d(image, f)
    out = torch.full_like(rgb, torch.nan)
    kernels.add_colours(
        planes * height, 8 * width, np.empty(0, np.float32) if alone else floats(image), floats(rgb), planes,
        2 * height, 2 * width, filter_taps(f, 2), floats(bias), clamp, floats(out),
    )  # fmt: skip
    assert torch.equal(rgb, own)
    assert is_close(out, expected)
