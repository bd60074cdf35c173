import math
import sys

import pytest
import torch
import torch.nn.functional as F

from gan.ops import design_lowpass_filter, filtered_lrelu

module = sys.modules["gan.ops.filtered_lrelu"]  # `gan.ops` has a function of that name


def tensors(dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 6, 7, dtype=dtype, generator=generator)
    b = torch.randn(3, dtype=dtype, generator=generator)
    f = design_lowpass_filter(12, 4, 8, 32).to(dtype)
    return x, f, b


def test_without_filters_it_is_a_leaky_relu():
    x, _, b = tensors()
    before = x.clone()
    y = filtered_lrelu(x, b=b, clamp=0.8)
    wanted = (F.leaky_relu(x + b.reshape(1, 3, 1, 1), 0.2) * math.sqrt(2)).clamp(-0.8, 0.8)
    assert torch.allclose(y, wanted)
    assert torch.equal(x, before)


def test_the_size_is_as_documented():
    x, f, _ = tensors()
    y = filtered_lrelu(x, f, f, up=4, down=2, padding=(3, 4, -2, 9))
    height, width = 6 * 4 - 2 + 9 - 22, 7 * 4 + 3 + 4 - 22
    assert y.shape == (2, 3, math.ceil(height / 2), math.ceil(width / 2))


@pytest.mark.parametrize("gain", [1.3, 0.0, -2.0])
@pytest.mark.parametrize("clamp", [None, 0.7])
def test_the_same_with_and_without_gradients(gain, clamp):
    """Without gradients it works in place; the result and the input must not show it."""
    x, f, b = tensors()
    before = x.clone()
    options = {"up": 2, "down": 2, "padding": 10, "gain": gain, "clamp": clamp, "slope": 0.3}
    plain = filtered_lrelu(x, f, f, None, **options)
    tracked = filtered_lrelu(x.clone().requires_grad_(), f, f, None, **options)
    assert torch.allclose(plain, tracked, atol=1e-14)
    assert torch.equal(x, before)
    assert filtered_lrelu(x, f, f, b, **options).shape == plain.shape
    assert torch.equal(x, before)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("size", [9, 40])
def test_large_images_are_the_same_some_channels_at_a_time(monkeypatch, size: int, biased: bool):
    generator = torch.Generator().manual_seed(0)
    x, b = torch.randn(1, 40, size, size, generator=generator), torch.randn(40, generator=generator)
    f = design_lowpass_filter(12, 4, 8, 32)
    options = {"b": b if biased else None, "up": 2, "down": 2, "padding": 10, "clamp": 0.7}
    seen: list[int] = []
    reference = module._reference
    monkeypatch.setattr(module, "_reference", lambda x, *rest: seen.append(x.shape[1]) or reference(x, *rest))
    with torch.no_grad():
        whole = filtered_lrelu(x, f, f, **options)
        monkeypatch.setattr(module, "_PART_BYTES", 1000)
        parts = filtered_lrelu(x, f, f, **options)
    assert seen == [40, 16, 16, 8]
    assert torch.equal(parts, whole)
    made: list[bool] = []
    monkeypatch.setattr(module, "make_room", lambda: made.append(True))
    for limit, expected in ((4 * (2 * size) ** 2 * 40, []), (4 * (2 * size) ** 2 * 40 - 1, [True])):
        monkeypatch.setattr(module, "_LARGE_BYTES", limit)
        with torch.no_grad():
            assert torch.equal(filtered_lrelu(x, f, f, **options), whole)
        assert made == expected
    tracked = filtered_lrelu(x.requires_grad_(), f, f, **options)
    assert seen[-1] == 40
    assert torch.equal(tracked, whole)


def test_a_gain_is_a_factor():
    x, f, b = tensors()
    once = filtered_lrelu(x, f, f, b, up=2, down=2, padding=10, gain=1.0)
    assert torch.allclose(filtered_lrelu(x, f, f, b, up=2, down=2, padding=10, gain=-2.0), -2 * once)
    assert torch.allclose(filtered_lrelu(x, f, f, b, up=2, down=2, padding=10, gain=0.25), once / 4)


def test_two_derivatives():
    x, f, b = tensors()
    x, b = x[:1, :2, :4, :4].clone().requires_grad_(), b[:2].clone().requires_grad_()

    def function(x, b):
        return filtered_lrelu(x, f, f, b, up=2, down=2, padding=9, clamp=0.9).square()

    assert torch.autograd.gradcheck(function, (x, b))
    assert torch.autograd.gradgradcheck(function, (x, b))


def test_errors():
    x, f, _ = tensors()
    with pytest.raises(ValueError, match="clamp must not be negative"):
        filtered_lrelu(x, f, f, up=2, padding=10, clamp=-1)
    with pytest.raises(ValueError, match="smaller than the 12 x 12 filter"):
        filtered_lrelu(x, f)
