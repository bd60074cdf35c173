"""Options of average spectra. Names and defaults are the published ones."""

from dataclasses import dataclass

from foundation.specs.options import option

_NUM = "How many pictures; a random choice of a dataset, all of it if not given. A network needs it."
_SOURCE = "Dataset (zip file or folder) or network (file, address or run folder)."
_DEVICE = "Where a network draws: auto, cpu, cuda, cuda:1 or mps."


@dataclass(frozen=True, kw_only=True)
class StatsSpec:
    """Tell the mean and the standard deviation of all pixels, for `spectra calc`.

    Take those of the training set for everything that is to be compared with it.
    """

    source: str = option(metavar="SOURCE", help=_SOURCE)
    num: int | None = option(None, help=_NUM, low=1)
    seed: int = option(0, help="Decides the choice; first seed of a network's pictures.", low=0)
    device: str = option("auto", help=_DEVICE)


@dataclass(frozen=True, kw_only=True)
class CalcSpec:
    """Average the power spectrum of many pictures and write it to a file."""

    source: str = option(metavar="SOURCE", help=_SOURCE)
    dest: str = option(metavar="FILE", help="Where to write the spectrum (.npz).")
    mean: float = option(help="Mean of the training set's pixels, as `spectra stats` tells it.")
    std: float = option(help="Their standard deviation, likewise.", low=0)
    num: int | None = option(None, help=_NUM, low=1)
    seed: int = option(0, help="Decides the choice; first seed of a network's pictures.", low=0)
    beta: float = option(8.0, help="Shape of the Kaiser window; 0 for none.", low=0)
    interp: int = option(4, help="Points of the spectrum for each frequency that a picture has.", low=1, high=16)
    device: str = option("auto", help=_DEVICE)


@dataclass(frozen=True, kw_only=True)
class HeatmapSpec:
    """Draw a spectrum over both frequencies."""

    source: str = option(metavar="FILE", help="A spectrum that `spectra calc` wrote.")
    save: str = option(metavar="FILE", help="The picture to write (.png, .pdf, .svg).")
    dpi: int = option(100, help="Pixels to an inch.", low=10, high=2000)
    smooth: float = option(1.25, help="Blur, a Gaussian's standard deviation in points of the spectrum.", low=0)


@dataclass(frozen=True, kw_only=True)
class SlicesSpec:
    """Draw cuts through spectra along an axis and along a diagonal, one or several for comparison."""

    source: tuple[str, ...] = option(
        read=str, multiple=True, metavar="FILE", help="A spectrum that `spectra calc` wrote. May be given again."
    )
    save: str = option(metavar="FILE", help="The picture to write (.png, .pdf, .svg).")
    dpi: int = option(100, help="Pixels to an inch.", low=10, high=2000)
    smooth: float = option(0.0, help="Blur, a Gaussian's standard deviation in points of the spectrum.", low=0)
