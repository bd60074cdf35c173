import numpy as np
import pytest
import torch

from gan.ops import design_lowpass_filter
from gan.ops.filters import kaiser_attenuation, kaiser_beta


def response(taps, frequency, fs):
    """Magnitude of the response along x, in units of the constant's."""
    line = taps.double().numpy() if taps.ndim == 1 else taps.double().numpy().sum(axis=0)
    return abs((line * np.exp(-2j * np.pi * frequency / fs * np.arange(len(line)))).sum())


@pytest.mark.parametrize("radial", [False, True])
@pytest.mark.parametrize("numtaps", [23, 24])
def test_it_passes_low_frequencies_and_stops_high_ones(numtaps, radial):
    taps = design_lowpass_filter(numtaps, cutoff=8, width=8, fs=64, radial=radial)
    assert taps.shape == ((numtaps, numtaps) if radial else (numtaps,))
    assert taps.dtype == torch.float32
    assert torch.allclose(taps, taps.flip(list(range(taps.ndim))), atol=1e-7)
    assert response(taps, 0, 64) == pytest.approx(1, abs=1e-6)
    assert response(taps, 8, 64) == pytest.approx(0.5, abs=0.05 if radial else 0.01)
    stopband = max(response(taps, frequency, 64) for frequency in np.linspace(13, 32, 50))
    assert 20 * np.log10(stopband) < -35


def test_a_radial_filter_is_the_same_in_all_directions():
    taps = design_lowpass_filter(24, cutoff=8, width=8, fs=64, radial=True).double()
    t = torch.arange(24, dtype=torch.float64)
    for frequency in (4.0, 8.0, 11.0):
        values = []
        for angle in (0.0, 0.4, np.pi / 4):
            fx, fy = frequency * np.cos(angle), frequency * np.sin(angle)
            wave = torch.exp(-2j * np.pi / 64 * (fx * t[None, :] + fy * t[:, None]))
            values.append(abs((taps * wave).sum().item()))
        assert max(values) - min(values) < 0.01
    line = design_lowpass_filter(24, cutoff=8, width=8, fs=64).double()
    diagonal = torch.exp(-2j * np.pi / 64 * 8 / 2**0.5 * t)
    assert abs((line * diagonal).sum().item()) ** 2 > 0.65  # a separable one passes more along the diagonal


def test_one_tap_is_no_filter():
    assert design_lowpass_filter(1, cutoff=2, width=4, fs=16) is None


def test_kaisers_formulas():
    assert kaiser_attenuation(12, 0.5) == pytest.approx(2.285 * 11 * np.pi * 0.5 + 7.95)
    assert kaiser_beta(60) == pytest.approx(5.65326)
    assert kaiser_beta(30) == pytest.approx(2.11662, abs=1e-4)
    assert kaiser_beta(20) == 0


def test_it_does_not_depend_on_the_default_device():
    with torch.device("meta"):
        assert design_lowpass_filter(12, 4, 4, 32, radial=True).device.type == "meta"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1, 1, 8), "at least one tap"),
        ((12, 4, 1, 8), "must lie between 0 and half the sampling rate"),
        ((12, 0, 1, 8), "must lie between 0 and half the sampling rate"),
        ((12, 1, 0, 8), "transition width must be positive"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        design_lowpass_filter(*arguments)
