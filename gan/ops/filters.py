"""Design of the low-pass filters between the layers of an alias-free network.

The method is the windowed ideal filter with a Kaiser window (Oppenheim and Schafer, Discrete-Time Signal
Processing, section 7.5; Alias-Free GAN, arXiv 2106.12423, appendix C).
"""

import math

import numpy as np
import numpy.typing as npt
import torch


def design_lowpass_filter(
    numtaps: int, cutoff: float, width: float, fs: float, radial: bool = False
) -> torch.Tensor | None:
    """Low-pass filter of unit sum.

    Args:
        numtaps: Length in samples (of each side, when radial).
        cutoff: Frequency where the response is about one half, 0 < cutoff < fs / 2, in the unit of ``fs``.
        width: Width of the transition band around the cutoff, above 0, in the unit of ``fs``.
        fs: Sampling rate.
        radial: Design a square filter with a radially symmetric ideal response instead of a separable one.

    Returns:
        float32 [numtaps], or [numtaps, numtaps] when radial; None for one tap, which is the identity.

    Raises:
        ValueError: A number is out of its range.
    """
    if numtaps < 1:
        raise ValueError(f"a filter needs at least one tap, got {numtaps}")
    if numtaps == 1:
        return None
    if not 0 < cutoff < fs / 2:
        raise ValueError(f"cutoff {cutoff} must lie between 0 and half the sampling rate {fs}")
    if width <= 0:
        raise ValueError(f"the transition width must be positive, got {width}")
    t = (np.arange(numtaps) - (numtaps - 1) / 2) / fs  # in seconds, the centre at 0
    window = np.kaiser(numtaps, kaiser_beta(kaiser_attenuation(numtaps, width / (fs / 2))))
    if radial:
        taps = _jinc(np.hypot(t[:, None], t[None, :]), cutoff) * np.outer(window, window)
    else:
        taps = np.sinc(2 * cutoff * t) * window
    return torch.as_tensor(taps / taps.sum(), dtype=torch.float32)


def kaiser_attenuation(numtaps: int, width: float) -> float:
    """Stopband attenuation in dB that ``numtaps`` taps reach.

    ``width`` is the transition's width in units of the Nyquist frequency (Kaiser's formula).
    """
    return 2.285 * (numtaps - 1) * math.pi * width + 7.95


def kaiser_beta(attenuation: float) -> float:
    """Shape parameter of the Kaiser window for a stopband attenuation in dB (Kaiser's formula)."""
    if attenuation > 50:
        return 0.1102 * (attenuation - 8.7)
    if attenuation > 21:
        return 0.5842 * math.pow(attenuation - 21, 0.4) + 0.07886 * (attenuation - 21)
    return 0.0


def _jinc(r: npt.NDArray[np.float64], cutoff: float) -> npt.NDArray[np.float64]:
    """Ideal radial low-pass ``J1(2 pi cutoff r) / r``, up to a factor; the limit at 0 is pi cutoff."""
    # from_numpy, unlike as_tensor, stays on the CPU when a network is built under another default device.
    bessel = torch.special.bessel_j1(torch.from_numpy(2 * math.pi * cutoff * r)).numpy()
    values = np.full_like(r, math.pi * cutoff)
    np.divide(bessel, r, out=values, where=r != 0)
    return values
