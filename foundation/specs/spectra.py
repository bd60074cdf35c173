"""Options of average spectra. Names and defaults are the published ones."""

from dataclasses import dataclass

from foundation.specs.options import option

_NUM = "Number of images; a random subset of a dataset, default: all. Required for a network."
_SOURCE = "Dataset (zip file or folder) or network (file, URL or run folder)."
_DEVICE = "Device to render on: auto, cpu, cuda, cuda:1 or mps."


@dataclass(frozen=True, kw_only=True)
class StatsSpec:
    """Print the mean and the standard deviation of all pixels, for `spectra calc`.

    Use the training set's values for everything that is compared with it.
    """

    source: str = option(metavar="SOURCE", help=_SOURCE)
    num: int | None = option(None, help=_NUM, low=1)
    seed: int = option(0, help="Decides the choice; first seed of a network's pictures.", low=0)
    device: str = option("auto", help=_DEVICE)


@dataclass(frozen=True, kw_only=True)
class CalcSpec:
    """Average the power spectra of many images and write the result to a file."""

    source: str = option(metavar="SOURCE", help=_SOURCE)
    dest: str = option(metavar="FILE", endings=(".npz",), help="Output file (.npz).")
    mean: float = option(help="Mean of the training set's pixels, as printed by `spectra stats`.")
    std: float = option(help="Their standard deviation, likewise.", low=0)
    num: int | None = option(None, help=_NUM, low=1)
    seed: int = option(0, help="Decides the choice; first seed of a network's pictures.", low=0)
    beta: float = option(8.0, help="Shape of the Kaiser window; 0 for none.", low=0)
    interp: int = option(4, help="Samples of the spectrum for each frequency of an image.", low=1, high=16)
    device: str = option("auto", help=_DEVICE)


@dataclass(frozen=True, kw_only=True)
class HeatmapSpec:
    """Plot a spectrum over both frequencies."""

    source: str = option(metavar="FILE", help="Spectrum written by `spectra calc`.")
    save: str | None = option(
        None, metavar="FILE", help="Output image (.png, .pdf, .svg); default: show it in a window."
    )
    dpi: int = option(100, help="Pixels to an inch.", low=10, high=2000)
    smooth: float = option(1.25, help="Blur of the decibels: standard deviation of a Gaussian, in frequencies.", low=0)


@dataclass(frozen=True, kw_only=True)
class SlicesSpec:
    """Plot slices of spectra along an axis and along a diagonal, one or several for comparison."""

    source: tuple[str, ...] = option(
        read=str, multiple=True, metavar="FILE", help="Spectrum written by `spectra calc`. Can be repeated."
    )
    save: str | None = option(
        None, metavar="FILE", help="Output image (.png, .pdf, .svg); default: show it in a window."
    )
    dpi: int = option(100, help="Pixels to an inch.", low=10, high=2000)
    smooth: float = option(0.0, help="Blur of the decibels: standard deviation of a Gaussian, in frequencies.", low=0)


@dataclass(frozen=True, kw_only=True)
class RadialSpec:
    """Compare the power of a network with that of a dataset, by distance from the frequency 0.

    Both spectra must have been made with the dataset's mean and deviation. Differences are of the mean power in bands
    of a third of an octave.
    """

    network: str = option(metavar="FILE", help="Spectrum of the network, written by `spectra calc`.")
    dataset: str = option(metavar="FILE", help="Spectrum of the dataset, likewise.")
    csv: str | None = option(None, metavar="FILE", endings=(".csv",), help="Table of both curves (.csv).")
