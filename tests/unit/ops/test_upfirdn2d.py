import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.ops import downsample2d, filter2d, setup_filter, upfirdn2d, upsample2d
from tests.soak import times

from .literal import upfirdn

factors = st.tuples(st.integers(1, 3), st.integers(1, 3))
pads = st.tuples(*[st.integers(-2, 6)] * 4)


@settings(max_examples=times(80))
@given(factors, factors, pads, st.integers(1, 5), st.integers(1, 5), st.booleans(), st.integers(0, 1000))
def test_it_does_what_its_definition_says(up, down, pads, width, height, flip, seed):
    random = np.random.RandomState(seed)
    x, f = random.randn(1, 2, 5, 6), random.randn(height, width)
    if min(5 * up[1] + pads[2] + pads[3] - height, 6 * up[0] + pads[0] + pads[1] - width) < 0:
        with pytest.raises(ValueError, match="smaller than the"):
            upfirdn2d(torch.from_numpy(x), torch.from_numpy(f), up, down, pads)
        return
    y = upfirdn2d(torch.from_numpy(x), torch.from_numpy(f), up, down, pads, flip, gain=1.5)
    wanted = np.stack([upfirdn(channel, f, up, down, pads, flip, 1.5) for channel in x[0]])
    np.testing.assert_allclose(y[0].numpy(), wanted, atol=1e-12)


@pytest.mark.parametrize("up", [1, 2, (1, 3)])
@pytest.mark.parametrize("down", [1, 2, (3, 1)])
@pytest.mark.parametrize("flip", [False, True])
def test_a_separable_filter_is_its_outer_product(up, down, flip):
    x = torch.randn(2, 3, 7, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    f = torch.tensor([1.0, 3.0, -2.0, 0.5, 4.0], dtype=torch.float64)
    for padding in (4, (5, 3, 2, 6), (7, -1)):
        one = upfirdn2d(x, f, up, down, padding, flip, gain=3.0)
        two = upfirdn2d(x, torch.outer(f, f), up, down, padding, flip, gain=3.0)
        assert torch.allclose(one, two, atol=1e-12)


def test_no_filter():
    x = torch.arange(6.0).reshape(1, 1, 2, 3)
    assert torch.equal(upfirdn2d(x, None), x)
    assert torch.equal(upfirdn2d(x, None, down=2, gain=2.0), torch.tensor([[[[0.0, 4.0]]]]))
    assert torch.equal(
        upfirdn2d(x, None, up=(2, 1), padding=(1, 0, 0, -1))[0, 0], torch.tensor([[0.0, 0, 0, 1, 0, 2, 0]])
    )


def test_resized_pictures_keep_size_brightness_and_place():
    f = setup_filter([1, 3, 3, 1])
    flat = torch.ones(1, 1, 8, 8)
    assert filter2d(flat, f).shape == flat.shape
    assert filter2d(flat, f)[0, 0, 4, 4].item() == pytest.approx(1)
    large = upsample2d(flat, f)
    assert large.shape == (1, 1, 16, 16)
    assert large[0, 0, 4:12, 4:12].numpy() == pytest.approx(np.ones((8, 8)))
    assert downsample2d(large, f).shape == flat.shape
    # A ramp's value at each pixel's centre stays where it was: the filter does not shift the image.
    ramp = torch.arange(16.0).expand(1, 1, 16, 16)
    assert downsample2d(ramp, f)[0, 0, 4, 2:6].tolist() == pytest.approx([4.5, 6.5, 8.5, 10.5])
    assert upsample2d(ramp, f)[0, 0, 16, 8:12].tolist() == pytest.approx([3.75, 4.25, 4.75, 5.25])


def test_setup_filter():
    assert torch.equal(setup_filter(None), torch.ones(1, 1))
    assert torch.equal(setup_filter([1, 1]), torch.full((2, 2), 0.25))
    assert torch.equal(setup_filter([1, 3], separable=True, flip_filter=True), torch.tensor([0.75, 0.25]))
    assert setup_filter(list(range(1, 9))).shape == (8,)
    assert setup_filter([1, 1], gain=4, separable=True).tolist() == [1, 1]
    assert setup_filter([[1, 2], [3, 4]], normalize=False).tolist() == [[1, 2], [3, 4]]
    assert setup_filter(np.ones(3)).dtype == torch.float32


def test_two_derivatives():
    x = torch.randn(1, 2, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    f = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
    for options in ({"up": 2, "padding": 2}, {"down": 2, "padding": (1, 2)}, {"up": 3, "down": 2, "padding": 3}):
        assert torch.autograd.gradcheck(lambda x, o=options: upfirdn2d(x, f, **o), (x,))
        assert torch.autograd.gradgradcheck(lambda x, o=options: upfirdn2d(x, f, **o).square(), (x,))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x": torch.zeros(3, 4, 4)}, r"expected images \[N, C, H, W\]"),
        ({"f": torch.zeros(1, 1, 1)}, "a filter is"),
        ({"f": torch.zeros(0)}, "a filter is"),
        ({"up": 0}, "sampling factor"),
        ({"down": (1, 2, 3)}, "sampling factor"),
        ({"padding": (1, 2, 3)}, "a padding is"),
        ({"padding": -2}, "smaller than the 1 x 1 filter"),
        ({"gain": -1.0}, "gain must not be negative"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        upfirdn2d(**({"x": torch.zeros(1, 1, 4, 4), "f": None} | options))


def test_setup_filter_errors():
    for taps in ([], [[[1.0]]]):
        with pytest.raises(ValueError, match="a filter is"):
            setup_filter(taps)
    with pytest.raises(ValueError, match="cannot be taken as separable"):
        setup_filter([[1.0, 2.0]], separable=True)
