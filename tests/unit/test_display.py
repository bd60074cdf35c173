"""Pixels equal the published ones, for any number of channels and any values."""

import math

import numpy as np
import pytest
import torch

from gan import display


def expected_bytes(x: np.ndarray) -> np.ndarray:
    return np.trunc(np.clip(x.astype(np.float32) * np.float32(127.5) + np.float32(128), 0, 255)).astype(np.uint8)


def test_bytes_follow_the_published_rule():
    img = torch.linspace(-1.5, 1.5, 3 * 100 * 70).reshape(3, 100, 70)
    pixels = display.to_rgba8(img)
    assert pixels.shape == (100, 70, 4)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels[..., :3], expected_bytes(img.numpy()).transpose(1, 2, 0))
    assert (pixels[..., 3] == 255).all()
    landmarks = display.to_rgba8(torch.tensor([-9, -1, 0, 1, 9.0]).reshape(1, 1, 5))[0, :, 0]
    assert landmarks.tolist() == [0, 0, 128, 255, 255]


def test_large_pictures_are_written_row_block_by_row_block():
    img = torch.randn(3, 300, 500, generator=torch.Generator().manual_seed(0))
    np.testing.assert_array_equal(display.to_rgba8(img)[..., :3], expected_bytes(img.numpy()).transpose(1, 2, 0))


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 7])
def test_channels(channels):
    img = torch.rand(channels, 4, 5) * 2 - 1
    pixels = display.to_rgba8(img)
    shown = [0, 1, 2] if channels >= 3 else [0, 0, 0]
    if channels == 4:
        np.testing.assert_array_equal(pixels[..., 3], expected_bytes(img.numpy())[3])
    np.testing.assert_array_equal(pixels[..., :3], expected_bytes(img.numpy())[shown].transpose(1, 2, 0))


def test_half_precision_and_gradients():
    img = torch.rand(3, 4, 4, dtype=torch.float16, requires_grad=True)
    np.testing.assert_array_equal(display.to_rgba8(img), display.to_rgba8(img.detach().float()))


def test_scale_and_normalize():
    img = torch.tensor([[[0.1, -0.2]], [[4.0, 8.0]], [[0.0, 0.0]]])
    scaled = display.to_rgba8(img, scale_db=20 * math.log10(2))
    np.testing.assert_array_equal(scaled, display.to_rgba8(img * 2))
    normal = display.to_rgba8(img, normalize=True)
    assert normal[0, :, 0].tolist() == [191, 0]  # 0.5, -1
    assert normal[0, :, 1].tolist() == [191, 255]  # 0.5, 1
    assert normal[0, :, 2].tolist() == [128, 128]
    np.testing.assert_array_equal(
        display.to_rgba8(img, normalize=True, scale_db=-20),
        display.to_rgba8(img / torch.tensor([2.0, 80, 1])[:, None, None]),
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_that_are_not_finite_show_in_magenta(value):
    img = torch.full((3, 2, 3), 0.5)
    img[1, 0, 2] = value
    for normalize in (False, True):
        pixels = display.to_rgba8(img, normalize=normalize)
        assert pixels[0, 2].tolist() == [255, 0, 255, 255]
        clean = np.delete(pixels.reshape(-1, 4), 2, axis=0)
        assert (clean == display.to_rgba8(torch.full((3, 1, 1), 1.0 if normalize else 0.5))[0, 0]).all()
    assert display.nonfinite(img) == 1


def test_nonfinite_counts_values_and_survives_overflow():
    assert display.nonfinite(torch.full((100,), 3e38)) == 0  # their sum overflows, they do not
    assert display.nonfinite(torch.tensor([math.inf, -math.inf, math.nan, 1.0])) == 3
    assert display.nonfinite(torch.zeros(0)) == 0


def test_statistics():
    x = torch.randn(4, 9, 9, generator=torch.Generator().manual_seed(3)) * 2 - 5
    found = display.statistics(x)
    assert found.mean == pytest.approx(float(x.mean()), rel=1e-5)
    assert found.std == pytest.approx(float(x.std()), rel=1e-5)
    assert found.max_abs == float(x.abs().max())
    assert display.statistics(torch.tensor([-3.0])) == (-3.0, 0.0, 3.0)
    assert display.statistics(torch.zeros(0)) == (0.0, 0.0, 0.0)
    assert math.isnan(display.statistics(torch.tensor([1.0, math.nan])).mean)


def test_mask_leaves_holes():
    pixels = display.to_rgba8(torch.zeros(3, 1, 2), mask=torch.tensor([[1.0, 0.0]]))
    assert pixels[0].tolist() == [[128, 128, 128, 255], [0, 0, 0, 0]]


def test_out_is_filled_in_place():
    img = torch.rand(3, 6, 5)
    wanted = display.to_rgba8(img)
    array = np.zeros((6, 5, 4), np.uint8)
    assert display.to_rgba8(img, out=array) is array
    np.testing.assert_array_equal(array, wanted)
    tensor = torch.zeros(6, 5, 4, dtype=torch.uint8)
    display.to_rgba8(img, out=tensor)
    np.testing.assert_array_equal(tensor.numpy(), wanted)
    with pytest.raises(ValueError, match="buffer must be"):
        display.to_rgba8(img, out=np.zeros((5, 6, 4), np.uint8))
    with pytest.raises(ValueError, match="channels, height, width"):
        display.to_rgba8(torch.zeros(4, 4))


def test_16_bits_are_those_of_8_between_their_steps():
    x = torch.from_numpy(np.random.default_rng(0).normal(0, 1.2, (4, 21, 17)).astype(np.float32))
    for part in (x, x[:3], x[:1]):
        deep, flat = display.to_rgba16(part), display.to_rgba8(part)
        assert deep.dtype == np.uint16
        np.testing.assert_array_equal((deep.astype(np.uint32) + 128) // 257, flat)
    assert len(np.unique(display.to_rgba16(x[:1])[..., 0])) > 256 or x[0].numel() < 400
    ends = torch.tensor([-1.0, 0.0, 1.0]).reshape(1, 1, 3)
    assert display.to_rgba16(ends)[0, :, 0].tolist() == [0, 32768, 65535]


def test_16_bits_follow_gain_mask_and_what_is_not_finite():
    x = torch.linspace(-0.5, 0.5, 60).reshape(3, 4, 5)
    for options in ({"scale_db": 6.0}, {"normalize": True}, {"normalize": True, "scale_db": -3.0}):
        deep, flat = display.to_rgba16(x, **options), display.to_rgba8(x, **options)
        np.testing.assert_allclose(deep / 257, flat, atol=0.5 + 1e-6)
    mask = torch.zeros(4, 5)
    mask[1, 2] = 1
    deep = display.to_rgba16(x, mask=mask)
    assert deep[1, 2, 3] == 65535
    assert deep.any(axis=2).sum() == 1
    x[0, 0, 0] = float("nan")
    assert display.to_rgba16(x)[0, 0].tolist() == [65535, 0, 65535, 65535]
