import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.ops import conv2d_resample, upfirdn2d
from gan.ops.upfirdn2d import downsample_padding, upsample_padding
from tests.soak import times


def literal(x, w, f, up, down, padding, groups, flip_weight, flip_filter):
    """Pad and upsample, filter, convolve, filter, downsample, one after the other."""
    pads = list(padding)
    for extra in ([upsample_padding(f, up)] if up > 1 else []) + ([downsample_padding(f, down)] if down > 1 else []):
        pads = [a + b for a, b in zip(pads, extra, strict=True)]
    x = upfirdn2d(x, f if up > 1 else None, up=up, padding=pads, flip_filter=flip_filter, gain=up**2)
    x = F.conv2d(x, w if flip_weight else w.flip([2, 3]), groups=groups)
    return upfirdn2d(x, f, down=down, flip_filter=flip_filter) if down > 1 else x


@settings(max_examples=times(100))
@given(
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    taps=st.integers(0, 6),
    up=st.integers(1, 3),
    down=st.integers(1, 3),
    padding=st.tuples(*[st.integers(-1, 4)] * 4),
    groups=st.sampled_from([1, 2]),
    flip_weight=st.booleans(),
    flip_filter=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_every_shortcut_agrees_with_the_literal_order(
    kernel, taps, up, down, padding, groups, flip_weight, flip_filter, seed
):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(2, 4, 9, 8, dtype=torch.float64, generator=generator)
    w = torch.randn(6, 4 // groups, *kernel, dtype=torch.float64, generator=generator)
    f = torch.randn(taps, dtype=torch.float64, generator=generator) if taps else None
    wanted = literal(x, w, f, up, down, padding, groups, flip_weight, flip_filter)
    actual = conv2d_resample(x, w, f, up, down, padding, groups, flip_weight, flip_filter)
    assert torch.allclose(actual, wanted, atol=1e-10)


def test_the_weight_takes_the_dtype_of_the_input():
    x = torch.randn(1, 2, 4, 4, dtype=torch.bfloat16)
    assert conv2d_resample(x, torch.randn(3, 2, 3, 3), padding=1).dtype == torch.bfloat16


def test_errors():
    with pytest.raises(ValueError, match=r"weights \[3, 2, 3, 3\] in 2 group\(s\) do not fit"):
        conv2d_resample(torch.zeros(1, 2, 4, 4), torch.zeros(3, 2, 3, 3), groups=2)
