"""Spectra against the plain definition, and their colours and radial means."""

import math

import numpy as np
import pytest
import torch

from gan.analysis import spectra


def plain_spectrum(x: np.ndarray, beta: float) -> np.ndarray:
    """The definition, spelled out in float64 with NumPy."""
    x = x.astype(np.float64)
    x = x - x.mean(axis=(1, 2), keepdims=True)
    x = x * np.kaiser(x.shape[1], beta)[:, None] * np.kaiser(x.shape[2], beta)[None, :]
    power = (np.abs(np.fft.fft2(x)) ** 2).sum(axis=0)
    return 10 * np.log10(np.fft.fftshift(power / power.mean()) + 1e-30)


def test_kaiser_window_is_symmetric():
    np.testing.assert_allclose(spectra.kaiser_window(33, 8).numpy(), np.kaiser(33, 8), atol=1e-6)
    assert spectra.kaiser_window(5, 0).tolist() == [1] * 5


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 17, 17), (2, 16, 25), (5, 31, 20)])
@pytest.mark.parametrize("beta", [0.0, 8.0])
def test_spectrum_is_the_definition(shape, beta):
    x = torch.randn(*shape, generator=torch.Generator().manual_seed(0)) + 3
    found = spectra.image_spectrum(x, beta).numpy()
    wanted = plain_spectrum(x.numpy(), beta)
    strong = wanted > -60  # float32 cannot see deeper
    np.testing.assert_allclose(found[strong], wanted[strong], atol=0.01)


def test_a_wave_is_a_pair_of_peaks_at_its_frequency():
    x = torch.cos(2 * math.pi * (torch.arange(64) * 8 / 64)).expand(1, 64, 64)
    db = spectra.image_spectrum(x, 0)
    peaks = sorted(divmod(int(i), 64) for i in db.flatten().topk(2).indices)
    assert peaks == [(32, 24), (32, 40)]


def test_flat_pictures_have_no_power():
    db = spectra.image_spectrum(torch.full((3, 8, 8), 0.25))
    assert torch.isfinite(db).all()
    assert db.max() < -200


def test_interpolation_adds_frequencies_between():
    x = torch.randn(2, 12, 10, generator=torch.Generator().manual_seed(1))
    coarse = spectra.power_spectrum(x)
    fine = spectra.power_spectrum(x, interp=4)
    assert fine.shape == (48, 40)
    torch.testing.assert_close(fine[::4, ::4], coarse, rtol=1e-3, atol=1e-4)
    with pytest.raises(ValueError, match="channels, height, width"):
        spectra.power_spectrum(x[0])
    with pytest.raises(ValueError, match="channels, height, width"):
        spectra.image_spectrum(x[0])


def test_colors():
    db = torch.tensor([[-50.0, 0.0, 50.0], [-500.0, math.nan, 500.0]])
    colors = spectra.to_color(db, 50, "viridis")
    assert colors.shape == (2, 3, 3)
    assert colors[:, 0].tolist() == [[0x44, 0x01, 0x54]] * 2
    assert colors[:, 2].tolist() == [[0xFD, 0xE7, 0x25]] * 2
    assert colors[1, 1].tolist() == [0x44, 0x01, 0x54]
    np.testing.assert_allclose(colors[0, 1], [0x21, 0x91, 0x8C], atol=4)  # viridis' middle
    assert (spectra.to_color(torch.zeros(1, 1), cmap="blue-orange") >= 254).all()
    quarter = spectra.to_color(torch.tensor([[25.0]]), 100)
    np.testing.assert_array_equal(quarter, spectra.to_color(torch.tensor([[12.5]]), 50))
    with pytest.raises(ValueError, match="no colour map"):
        spectra.to_color(db, cmap="jet")
    with pytest.raises(ValueError, match="above 0 dB"):
        spectra.to_color(db, 0)


def test_colors_into_a_buffer():
    out = np.zeros((4, 4, 4), np.uint8)
    db = torch.linspace(-60, 60, 16).reshape(4, 4)
    assert spectra.color_rgba8(db, out=out) is out
    np.testing.assert_array_equal(out[..., :3], spectra.to_color(db))
    assert (out[..., 3] == 255).all()


@pytest.mark.parametrize("shape", [(64, 64), (33, 48)])
def test_white_noise_is_flat_and_rings_reach_half(shape):
    x = torch.randn(16, *shape, generator=torch.Generator().manual_seed(2))
    frequency, db = spectra.radial_power(spectra.image_spectrum(x))
    assert len(frequency) == min(shape) // 2 + 1
    assert frequency[-1] == pytest.approx(0.5, abs=0.02)
    assert np.abs(db[3:]).max() < 1.0


def test_rings_find_a_blur():
    noise = torch.randn(8, 64, 64, generator=torch.Generator().manual_seed(2))
    kernel = torch.tensor([1.0, 2.0, 1.0]) / 4  # |response| = cos^2(pi f) along each axis
    blurred = torch.nn.functional.conv2d(noise[:, None], (kernel[:, None] * kernel)[None, None], padding=1)[:, 0]
    _, before = spectra.radial_power(spectra.image_spectrum(noise))
    _, after = spectra.radial_power(spectra.image_spectrum(blurred))
    drop = (before - after) - (before - after)[2]
    assert drop[16] == pytest.approx(5.85, abs=0.6)  # -6.0 along the axes, -5.7 on the diagonals
    assert drop[30] > drop[16] > 0
