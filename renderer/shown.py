"""From a network's output to what is looked at: channels, gain, untransform, spectrum, figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from gan import display, transforms
from gan.analysis import spectra
from gan.device import fetch
from renderer.frames import RGBA
from renderer.models import Model
from renderer.protocol import Display, Statistics, Transform
from renderer.synthesis import matrix_of, statistics_of


@dataclass(frozen=True)
class Picture:
    """A shown output and its figures."""

    pixels: torch.Tensor
    """uint8 [H, W, 4], on the CPU or where it was drawn."""
    statistics: Statistics
    """Of all channels, before gain."""
    selected: Statistics
    """Of the shown channels, before gain."""
    nonfinite: int
    """Pixels with a value that is not finite."""

    @property
    def rgba(self) -> RGBA:
        """The pixels on the CPU."""
        return np.asarray(fetch(self.pixels).numpy())


@dataclass(frozen=True)
class Drawing:
    """A picture that a device was told to draw, and may still be drawing."""

    pixels: torch.Tensor
    """uint8 [H, W, 4]."""
    figures: torch.Tensor
    """float64 [8]: all of `Picture`, and whether every value is finite; `picture_of` reads them."""


@dataclass(frozen=True)
class PowerSpectrum:
    """A power spectrum and its mean on rings."""

    decibels: torch.Tensor
    """[H, W], the frequency 0 in the middle."""
    radial: tuple[tuple[float, float], ...]
    """(cycles per pixel, dB)."""


def select(output: torch.Tensor, view: Display) -> torch.Tensor:
    """The shown channels of [C, H, W]: three, or one in grey; at the end of the channels, the last ones."""
    channels = output.shape[0]
    count = 3 if view.channels == "rgb" and channels >= 3 else 1
    first = min(max(view.channel, 0), channels - count)
    return output[first : first + count]


def draw(model: Model, output: torch.Tensor, view: Display, transform: Transform) -> Picture:
    """The picture of a network's or a layer's output [C, H, W]. Figures are those of the output, before all else."""
    shown = select(output, view)
    bad = int((~torch.isfinite(shown)).any(dim=0).sum()) if display.nonfinite(shown) else 0
    statistics, selected = statistics_of(output), statistics_of(shown)
    moved, mask = _standing(model, shown, view, transform)
    rgba = display.to_rgba8(moved, scale_db=view.scale_db, normalize=view.normalize, mask=mask)
    return Picture(torch.from_numpy(rgba), statistics, selected, bad)


def begin_drawing(model: Model, output: torch.Tensor, view: Display, transform: Transform) -> Drawing:
    """What `draw` does, told to the device of `output` without waiting for it."""
    shown = select(output, view)
    whole = display.figures(output)
    figures = (
        whole,
        whole if shown.shape == output.shape else display.figures(shown),
        (~torch.isfinite(shown)).any(dim=0).sum()[None],
        torch.isfinite(output).all()[None],
    )
    moved, mask = _standing(model, shown, view, transform)
    pixels = display.to_pixels(moved, scale_db=view.scale_db, normalize=view.normalize, mask=mask)
    return Drawing(pixels, torch.cat([part.double() for part in figures]))


def picture_of(drawing: Drawing, figures: Sequence[float]) -> tuple[Picture, bool]:
    """The picture, and whether all values of the output are finite, once the figures are known."""
    mean, std, largest, *selected, bad, sound = figures
    return Picture(drawing.pixels, Statistics(mean, std, largest), Statistics(*selected), int(bad)), bool(sound)


def _standing(
    model: Model, shown: torch.Tensor, view: Display, transform: Transform
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The shown channels, moved back where that is asked for, and then which pixels are known."""
    if view.untransform and (matrix := _layer_matrix(model, view.layer, transform)) is not None:
        return transforms.untransform(_with_float64(shown), matrix)
    return shown, None


def _with_float64(x: torch.Tensor) -> torch.Tensor:
    """x where float64 exists, which exact positions and sums need: Apple's GPUs have none."""
    return x.cpu() if x.device.type == "mps" else x


def _layer_matrix(model: Model, layer: str | None, transform: Transform) -> npt.NDArray[np.float64] | None:
    """How the shown output moves, in widths of that output: layers have a margin around the picture."""
    matrix = matrix_of(transform, model.info.resolution) if model.info.has_transform else None
    if matrix is None or layer is None:
        return matrix
    matrix[:2, 2] *= model.G.synthesis.image_share(layer)
    return matrix


def power_spectrum(output: torch.Tensor, view: Display) -> PowerSpectrum:
    """The spectrum of all channels of an output [C, H, W], or of the shown ones."""
    seen = _with_float64(select(output, view) if view.spectrum.selected_only else output)
    decibels = spectra.image_spectrum(seen, view.spectrum.beta)
    frequency, power = spectra.radial_power(decibels)
    return PowerSpectrum(decibels, tuple(zip(frequency.tolist(), power.tolist(), strict=True)))


def draw_spectrum(spectrum: PowerSpectrum, range_db: float) -> RGBA:
    """A spectrum's picture [H, W, 4]: colours from -range_db to range_db."""
    return spectra.color_rgba8(spectrum.decibels, range_db)


def draw_thumbnail(output: torch.Tensor, view: Display, size: int) -> RGBA:
    """A small picture [size, size, 4] of an output [C, H, W], each pixel the mean of the area it covers."""
    small = F.interpolate(select(output, view)[None], (size, size), mode="area")[0]
    return display.to_rgba8(small, scale_db=view.scale_db, normalize=view.normalize)
