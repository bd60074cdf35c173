"""Radial power of pictures, added up one by one, and the difference of two sets of them in decibels.

The power on a ring is the mean over its frequencies of an average spectrum (see `gan.analysis.average_spectra`,
interp 1): of windowed channels (x - m) / s, m and s the mean and deviation of the training set. Both are known only at
the end, so sums are kept from which the power for any m and s follows: with F and W the transforms of the windowed
picture and of the window,

    |F - m W|^2 = |F|^2 - 2 m Re(conj(W) F) + m^2 |W|^2

Values are counted from the middle of 0..255, which keeps m small.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gan.analysis.average_spectra import Spectrum
from gan.analysis.spectra import KAISER_BETA, kaiser_window, radial_power
from gan.constants import cached_tensors

Floats = npt.NDArray[np.float64]

MIDDLE = 127.5
"""Value from which pixels are counted."""
BAND_OCTAVES = 1 / 3
"""Width of the bands in which the largest difference is looked for."""
_FLOOR = 1e-30
_FIELDS = ("power", "cross", "power2", "cross2", "both")


@cached_tensors(maxsize=8)
def _rings(size: int) -> tuple[Tensor, Floats, Floats]:
    """Ring of each frequency of a half spectrum [size, size // 2 + 1], its weight, and the frequencies of each ring.

    Ring k holds those nearest to k / size, up to 0.5; one beyond the last collects the rest.
    """
    fy, fx = np.fft.fftfreq(size)[:, None], np.arange(size // 2 + 1)[None, :] / size
    beyond = size // 2 + 1
    rings = np.minimum(np.rint(np.hypot(fy, fx) * size).astype(np.int64), beyond).ravel()
    own = (np.arange(size // 2 + 1) == 0) | (2 * np.arange(size // 2 + 1) == size)  # columns that are their own mirror
    weights = np.broadcast_to(np.where(own, 1.0, 2.0), (size, size // 2 + 1)).ravel()
    counts = np.asarray(np.bincount(rings, weights, beyond + 1)[:beyond], np.float64)
    return torch.from_numpy(rings), np.ascontiguousarray(weights), counts


@cached_tensors(maxsize=8)
def _window(size: int, beta: float) -> tuple[Tensor, Tensor]:
    """Return the window [size, size] and its transform."""
    one = kaiser_window(size, beta).double()
    two = one[:, None] * one[None, :]
    return two.float(), torch.fft.rfft2(two).to(torch.complex64)


@lru_cache(maxsize=8)
def _bands(size: int) -> Floats:
    """Return the matrix [K, K] that averages the rings around each one, over `BAND_OCTAVES`, by their frequencies."""
    counts, k = _rings(size)[2], np.arange(size // 2 + 1)
    half = 2 ** (BAND_OCTAVES / 2)
    inside = (k[None] >= k[:, None] / half - 1e-9) & (k[None] <= k[:, None] * half + 1e-9)
    weights = np.where(inside, counts[None], 0.0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _rows(power: Floats, size: int) -> Floats:
    """Return sums over a half spectrum as means on rings, and the same over bands: [2, K]."""
    rings, weights, counts = _rings(size)
    means = np.bincount(rings.numpy(), power * weights, len(counts) + 1)[: len(counts)] / counts
    return np.stack([means, _bands(size) @ means])


class PowerSums:
    """Sums over pictures of one size, from which their radial power follows.

    Args:
        size: Width and height of the pictures.
        beta: Shape of the Kaiser window.
    """

    def __init__(self, size: int, beta: float = KAISER_BETA) -> None:
        self.size, self.beta, self.count = size, beta, 0
        self._values = np.zeros(3)  # number of values, their sum, and that of their squares; exact below 2^53
        self._sums = np.zeros((len(_FIELDS), 2, size // 2 + 1))

    def add(self, image: Tensor) -> None:
        """Add a picture uint8 [channels, size, size].

        Raises:
            ValueError: it has another size.
        """
        if image.shape[1:] != (self.size, self.size):
            raise ValueError(f"A picture of {image.shape[2]}x{image.shape[1]} pixels is not one of {self.size}.")
        whole = image.to(torch.int64)
        self._values += [whole.numel(), int(whole.sum()), int(whole.square().sum())]
        window, flat = _window(self.size, self.beta)
        power = cross = torch.zeros(flat.shape)
        for channel in image.float() - MIDDLE:
            found = torch.fft.rfft2(channel * window)
            power = power + torch.view_as_real(found).square().sum(dim=-1)
            cross = cross + (flat.conj() * found).real
        a, c = (_rows(one.double().numpy().ravel() / len(image), self.size) for one in (power, cross))
        self._sums += np.stack([a, c, a * a, c * c, a * c])
        self.count += 1

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation of all values 0..255."""
        number, total, squares = self._values.tolist()
        if not number:
            raise ValueError("There are no pictures to make statistics of.")
        return total / number, math.sqrt(max(squares * number - total * total, 0)) / number

    def power(self, mean: float, std: float) -> Floats:
        """Return the power on rings, in bands, and the standard error of the latter, [3, K], for m and s of a set."""
        m, n = mean - MIDDLE, max(self.count, 1)
        window, flat = _window(self.size, self.beta)
        energy = float(window.double().square().sum()) * std**2
        e = _rows(torch.view_as_real(flat).double().square().sum(dim=-1).numpy().ravel(), self.size)
        power, cross, power2, cross2, both = self._sums / n
        found = power - 2 * m * cross + m * m * e
        squares = power2 + 4 * m * m * cross2 - 4 * m * both
        variance = np.maximum(squares - (power - 2 * m * cross) ** 2, 0.0) * n / max(n - 1, 1)
        error = np.sqrt(variance[1] / n) if self.count > 1 else np.full(len(variance[1]), np.inf)
        return np.stack([found[0], found[1], error]) / energy

    def arrays(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return everything as arrays, for `restored`."""
        return {"sums": self._sums, "values": self._values, "about": np.array([self.size, self.beta, self.count])}

    @classmethod
    def restored(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> "PowerSums":
        """Return what `arrays` gave. Raises ValueError where they are something else."""
        try:
            size, beta, count = np.asarray(arrays["about"], np.float64).tolist()
            made = cls(int(size), beta)
            sums, values = (np.asarray(arrays[name], np.float64) for name in ("sums", "values"))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("These are no sums of pictures.") from error
        if sums.shape != made._sums.shape or values.shape != (3,) or not np.isfinite(sums).all():
            raise ValueError("These are no sums of pictures.")
        made._sums, made._values, made.count = sums.copy(), values.copy(), int(count)
        return made


@dataclass(frozen=True, eq=False)
class Compared:
    """Radial power of a network beside that of a dataset, at the frequencies that both have.

    Attributes:
        frequency: [K] in cycles per pixel of the network's pictures, from 0.
        network: [K] in dB; 0 dB is white noise of the dataset's deviation.
        dataset: [K] in dB.
        difference: [K]: network - dataset in dB, of the mean power in a band around each frequency.
        error: [K]: standard error of the difference in dB; nan where it is not known.
    """

    frequency: Floats
    network: Floats
    dataset: Floats
    difference: Floats
    error: Floats

    @property
    def largest(self) -> int:
        """Index of the largest difference, the frequency 0 left out."""
        return 1 + int(np.abs(self.difference[1:]).argmax()) if len(self.difference) > 1 else 0

    @property
    def average(self) -> float:
        """Mean magnitude of the differences in dB, the frequency 0 left out."""
        return float(np.abs(self.difference[1:]).mean()) if len(self.difference) > 1 else 0.0


def compared(network: PowerSums, dataset: PowerSums) -> Compared:
    """Compare a network's pictures with those of a dataset, whose mean and deviation count for both.

    Of other sizes the frequencies that the smaller pictures have are compared; a picture of n times as many pixels in
    each direction has n^2 times the power at the same frequency of the scene.
    """
    mean, std = dataset.moments
    if std <= 0:
        raise ValueError("All pixels of the dataset are the same, so it has no spectrum.")
    count = min(network.size, dataset.size) // 2 + 1
    n, d = network.power(mean, std)[:, :count], dataset.power(mean, std)[:, :count]
    return _in_decibels(n, d * (network.size / dataset.size) ** 2, network.size)


def compared_spectra(network: Spectrum, dataset: Spectrum) -> Compared:
    """Compare average spectra, made with the same mean and deviation, as `compared` does; errors are not known."""
    count = min(network.size, dataset.size) // 2 + 1
    n, d = (np.pad(_on_rings(one)[:, :count], ((0, 1), (0, 0)), constant_values=np.nan) for one in (network, dataset))
    return _in_decibels(n, d * (network.size / dataset.size) ** 2, network.size)


def _on_rings(spectrum: Spectrum) -> Floats:
    """Return the power on rings and in bands of an average spectrum, [2, K], at the frequencies of its pictures."""
    size = spectrum.size
    step = len(spectrum.power) // size
    power = spectrum.power[len(spectrum.power) // 2 % step :: step, len(spectrum.power) // 2 % step :: step]
    _, decibels = radial_power(torch.from_numpy(10 * np.log10(np.maximum(power, _FLOOR))))
    means = 10 ** (decibels / 10)
    return np.stack([means, _bands(size) @ means])


def _in_decibels(n: Floats, d: Floats, size: int) -> Compared:
    own, other, band, base = (10 * np.log10(np.maximum(one, _FLOOR)) for one in (n[0], d[0], n[1], d[1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        error = 10 / math.log(10) * np.hypot(n[2] / n[1], d[2] / d[1])
    error = np.where(np.isfinite(error), error, np.nan)
    return Compared(np.arange(len(own)) / size, own, other, band - base, error)
