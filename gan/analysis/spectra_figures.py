"""Drawings of average spectra. They need Matplotlib, of the optional extra `metrics`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from foundation.files import replacing
from gan.analysis.average_spectra import Spectrum, decibels, slices

DPI = 100
_CONTOURS_DB = np.arange(-40.0, 20.1, 5.0)
"""Lines of equal power, as published."""
_RANGE_DB = (-50.0, 30.0)
"""Vertical range of slices, as published."""
_INCHES = (6.4, 5.4)
_NO_WINDOW = ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")
"""Matplotlib's backends that only write files."""


def heatmap(spectrum: Spectrum, path: Path | None, dpi: int = DPI, smooth: float = 1.25) -> None:
    """Draw a spectrum over both frequencies in colours, with a line every 5 dB from -40 to 20 dB.

    Args:
        spectrum: See `gan.analysis.average_spectra`.
        path: The image to write, whose ending decides the format; None to show it in a window until that is closed.
        dpi: Pixels to an inch; the image is 6.4 by 5.4 inches.
        smooth: Standard deviation of a Gaussian, in frequencies of an image.

    Raises:
        ValueError: Matplotlib is missing, knows no such format, or can open no window.
    """
    figure, axes = _figure(shown=path is None)
    db = decibels(spectrum, smooth)
    edges = np.linspace(-0.5, 0.5, len(db))
    low, high = float(_CONTOURS_DB[0]), float(_CONTOURS_DB[-1])
    colours = axes.pcolormesh(edges, edges, db, shading="nearest", cmap="viridis", rasterized=True, vmin=low, vmax=high)
    levels = _CONTOURS_DB[(db.min() <= _CONTOURS_DB) & (db.max() >= _CONTOURS_DB)]
    if len(levels) and db.min() < db.max():
        axes.contour(edges, edges, db, levels=levels, colors="white", linewidths=0.5, alpha=0.6, linestyles="solid")
    axes.set(aspect="equal", xlabel="cycles per pixel, horizontal", ylabel="cycles per pixel, vertical")
    figure.colorbar(colours, ax=axes, label="power, dB", extend="both")
    _write(figure, path, dpi)


def curves(spectra: Mapping[str, Spectrum], path: Path | None, dpi: int = DPI, smooth: float = 0.0) -> None:
    """Draw cuts through spectra along an axis (0 degrees) and along a diagonal (45 degrees).

    Args:
        spectra: By the name to write beside each.
        path: See `heatmap`.
        dpi: Likewise.
        smooth: Likewise.

    Raises:
        ValueError: as `heatmap`.
    """
    figure, axes = _figure(shown=path is None)
    cuts = {name: slices(decibels(spectrum, smooth)) for name, spectrum in spectra.items()}
    for i, (name, cut) in enumerate(cuts.items()):
        for angle, line in ((0, "-"), (45, "--")):
            axes.plot(*cut[angle], line, color=f"C{i}", linewidth=1.2, label=f"{name}, {angle}°")
    axes.set(xlabel="cycles per pixel", ylabel="power, dB", ylim=_RANGE_DB)
    axes.axvline(0.5, color="grey", linewidth=0.5)
    axes.grid(alpha=0.3)
    axes.legend()
    _write(figure, path, dpi)


def _figure(shown: bool) -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ValueError("Drawings of spectra need Matplotlib: pip install 'stylescope[metrics]'.") from error
    if not shown:
        figure = Figure(figsize=_INCHES, layout="constrained")  # without pyplot: no window, no state
        return figure, figure.add_subplot()
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=_INCHES, layout="constrained")
    if pyplot.get_backend().lower() in _NO_WINDOW:
        pyplot.close(figure)
        raise ValueError("Matplotlib can open no window here: name a picture to write with --save.")
    return figure, figure.add_subplot()


def _write(figure: Any, path: Path | None, dpi: int) -> None:
    if path is None:
        from matplotlib import pyplot

        pyplot.show()
        pyplot.close(figure)
        return
    kind = path.suffix.lstrip(".").lower()
    known = figure.canvas.get_supported_filetypes()
    if kind not in known:
        raise ValueError(f"Pictures cannot be written as {path.name}: use an ending such as .png, .pdf or .svg.")
    with replacing(path) as part:
        figure.savefig(part, dpi=dpi, format=kind)
