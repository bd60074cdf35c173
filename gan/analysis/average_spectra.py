"""Power at each frequency, averaged over many images of a dataset or a network (Alias-Free GAN, arXiv 2106.12423).

Spectra are linear power, float64 [size, size], the frequency 0 in the middle; white noise of variance 1 (after the
images' mean and deviation were taken out) has power 1 everywhere, 0 dB. Files hold them in the order of an FFT, the
frequency 0 at [0, 0], as the published tool writes and reads them.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from foundation.arrays import read_arrays
from foundation.files import replacing
from foundation.network_files import NETWORK_SUFFIXES
from foundation.networks.published import address_of
from foundation.runs import snapshots
from foundation.seeds import seed_class, seed_z
from gan.analysis.spectra import KAISER_BETA, kaiser_window, power_spectrum
from gan.data import ImageSource
from gan.display import to_uint8
from gan.images import load_generator
from gan.io.download import is_url
from gan.networks.protocol import Generator

Floats = npt.NDArray[np.float64]

_FLOOR = 1e-30
_FFT_ORDER = "fft_order"
"""Mark of files with `count`: those of before held it too, with the centred order and without the mark."""


@dataclass(frozen=True)
class ImageSet:
    """The images of a dataset or of a network, uint8 [channels, size, size] each, in order.

    Attributes:
        count: How many.
        size: Their width and height.
        each: Starts to give them.
    """

    count: int
    size: int
    each: Callable[[], Iterator[Tensor]]


@dataclass(frozen=True)
class Spectrum:
    """An average spectrum.

    Attributes:
        power: [interp size, interp size], see the module.
        size: Width and height of the images.
        count: How many images it is of.
    """

    power: Floats
    size: int
    count: int


def open_images(source: str, count: int | None, seed: int, device: str = "auto") -> ImageSet:
    """The images that a spectrum is to be made of.

    Args:
        source: A dataset (zip file or folder), or a network (file, address or run folder).
        count: How many; of a dataset that has more a random choice, None for all. A network needs it.
        seed: Decides the choice; the first seed of a network's images.
        device: Device of a network.

    Raises:
        ValueError: there is no such source, or no count for a network.
        LoadError: the network cannot be read.
    """
    path = Path(source).expanduser()
    if is_url(str(address_of(source))) or path.suffix.lower() in NETWORK_SUFFIXES or snapshots(path):
        if count is None:
            raise ValueError("A network makes any number of pictures: say how many with --num.")
        G = load_generator(source, device)
        height, width = G.img_size
        if height != width:
            raise ValueError(f"Average spectra are those of square pictures, and this network makes {width}x{height}.")
        return ImageSet(count, width, lambda: _rendered(G, range(seed, seed + count)))
    dataset = ImageSource(path)
    chosen = chosen_pictures(dataset, count, seed)
    return ImageSet(len(chosen), dataset.resolution, lambda: _read(dataset, chosen.tolist()))


def chosen_pictures(dataset: ImageSource, count: int | None, seed: int) -> npt.NDArray[np.int64]:
    """Return the indices of a dataset's pictures that a spectrum is made of, ascending: all, or a random choice."""
    chosen = np.arange(len(dataset))
    if count is not None and count < len(chosen):
        chosen = np.sort(np.random.RandomState(seed % 2**32).permutation(chosen)[:count])
    return chosen


def statistics(images: Iterable[Tensor], report: Callable[[int], None] = lambda done: None) -> tuple[float, float]:
    """Mean and standard deviation of all values 0..255 of all images; exact, in one pass."""
    count = total = squares = 0
    for done, image in enumerate(images, 1):
        values = image.to(torch.int64)
        count += values.numel()
        total += int(values.sum())
        squares += int(values.square().sum())
        report(done)
    if not count:
        raise ValueError("There are no pictures to make statistics of.")
    mean = total / count
    return mean, float(np.sqrt(max(squares * count - total * total, 0)) / count)


def average_spectrum(
    images: ImageSet,
    mean: float,
    std: float,
    beta: float = KAISER_BETA,
    interp: int = 4,
    report: Callable[[int], None] = lambda done: None,
) -> Spectrum:
    """The mean over images and channels of

        | F[ (x - mean) / std * w ] |^2,   w a Kaiser window in both directions, of squares that add up to 1.

    Args:
        images: At least one.
        mean: What is taken off the values 0..255; the same for all images that are to be compared.
        std: What they are divided by; likewise.
        beta: Shape of the window; 0 for none.
        interp: Points for each frequency that an image has.
        report: Called with the number of images that are done.
    """
    if std <= 0:
        raise ValueError("The standard deviation must be above 0: take what `spectra stats` says.")
    energy = float(kaiser_window(images.size, beta).double().square().sum()) ** 2
    total = torch.zeros(images.size * interp, images.size * interp, dtype=torch.float64)
    count = 0
    for image in images.each():
        x = (image.float() - mean) / std
        total += power_spectrum(x, beta, interp).double().cpu() / (len(x) * energy)
        count += 1
        report(count)
    return Spectrum((total / max(count, 1)).numpy(), images.size, count)


def save(spectrum: Spectrum, path: Path) -> None:
    """Write a `.npz` file, whole or not at all: the published arrays, with the number of images beside them."""
    arrays = {
        "spectrum": np.fft.ifftshift(spectrum.power),
        "image_size": np.array(spectrum.size),
        "count": np.array(spectrum.count),
        _FFT_ORDER: np.array(1),
    }
    with replacing(path) as part, part.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def load(path: Path) -> Spectrum:
    """Read what `save` wrote, now or in earlier versions, or the published tool.

    Raises:
        ValueError: there is no such file, or it holds no spectrum.
    """
    if not os.path.isfile(path):
        raise ValueError(f"There is no file {path}: make one with `python -m gan spectra calc`.")
    try:
        stored = read_arrays(path)
        power, size = stored["spectrum"].astype(np.float64), int(stored["image_size"])
        count = int(stored["count"]) if "count" in stored else 0
        centred = "count" in stored and _FFT_ORDER not in stored
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} holds no spectrum: make one with `python -m gan spectra calc`.") from error
    if power.ndim != 2 or power.shape[0] != power.shape[1] or power.shape[0] % max(size, 1):
        raise ValueError(f"{path} holds no spectrum of square pictures: make one with `python -m gan spectra calc`.")
    return Spectrum(power if centred else np.fft.fftshift(power), size, count)


def decibels(spectrum: Spectrum, smooth: float = 0.0) -> Floats:
    """Return 10 log10 of the power, [n + 1, n + 1]: the first row and column again at the end, as it is periodic.

    Args:
        spectrum: [n, n].
        smooth: Standard deviation of a Gaussian that blurs the decibels, in frequencies of an image, which has
            n / size points for each; edges are continued by their last value.
    """
    db = np.asarray(10 * np.log10(np.maximum(spectrum.power, _FLOOR)))
    db = np.pad(db, (0, 1), mode="wrap")
    if smooth > 0:
        from scipy.ndimage import gaussian_filter

        db = gaussian_filter(db, len(spectrum.power) / spectrum.size * smooth, mode="nearest")
    return db


def slices(db: Floats) -> dict[int, tuple[Floats, Floats]]:
    """Cuts from the frequency 0 outward: {0: along an axis, 45: along a diagonal}.

    Args:
        db: As of `decibels`.

    Returns:
        (frequencies in cycles per pixel, dB) each: to 0.5 along the axis, to 0.5 sqrt 2 along the diagonal.
    """
    n = len(db) - 1
    middle = n // 2
    frequency = np.arange(n - middle + 1) / n
    return {0: (frequency, db[middle, middle:]), 45: (frequency * np.sqrt(2), np.diagonal(db)[middle:])}


def _read(dataset: ImageSource, indices: Sequence[int]) -> Iterator[Tensor]:
    for index in indices:
        yield torch.from_numpy(dataset.images([index])[0])


@torch.inference_mode()
def _rendered(G: Generator, seeds: Iterable[int]) -> Iterator[Tensor]:
    device = next(iter(G.parameters())).device
    for seed in seeds:
        z = torch.from_numpy(seed_z(seed, G.z_dim))[None].float().to(device)
        c = torch.zeros(1, G.c_dim, device=device)
        if G.c_dim:
            c[0, seed_class(seed, G.z_dim, G.c_dim)] = 1
        yield to_uint8(G(z, c))[0]
