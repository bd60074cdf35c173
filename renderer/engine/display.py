"""Shows the output of a network: channels, gain, untransform, spectrum, figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from foundation.specs.formats import ALPHA_CHANNELS
from gan import display, transforms
from gan.analysis import spectra
from gan.device import fetch
from gan.display import fitted, framed
from renderer.engine.keys import DisplayKey, SpectrumKey
from renderer.engine.models import Model
from renderer.engine.synthesis import matrix_of, statistics_of
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import Channels, Statistics, Transform


@dataclass(frozen=True)
class Image:
    """A shown output and its figures."""

    pixels: torch.Tensor
    """uint8 [H, W, 4], on the CPU or on the device."""
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
class QueuedImage:
    """An image that a device may still be computing."""

    pixels: torch.Tensor
    """uint8 [H, W, 4]."""
    figures: torch.Tensor
    """float64 [8]: all of `Image`, and whether every value is finite; `finished_image` reads them."""


@dataclass(frozen=True)
class PowerSpectrum:
    """A power spectrum and its mean on rings."""

    decibels: torch.Tensor
    """[H, W], the frequency 0 in the middle."""
    radial: tuple[tuple[float, float], ...]
    """(cycles per pixel, dB)."""


def select(output: torch.Tensor, channels: Channels, channel: int, is_image: bool = False) -> torch.Tensor:
    """Return the shown channels of [C, H, W]: three, or one in grey; at the end of the channels, the last ones.

    All four of an image with transparency, unless others of it are chosen.
    """
    available = output.shape[0]
    if is_image and available == ALPHA_CHANNELS and channels == "rgb" and channel <= 0:
        return output
    count = 3 if channels == "rgb" and available >= 3 else 1
    first = min(max(channel, 0), available - count)
    return output[first : first + count]


def shown_part(output: torch.Tensor, key: DisplayKey) -> torch.Tensor:
    """Return the channels of an output [C, H, W] that its display shows."""
    return select(output, key.channels, key.channel, is_image=key.output.layer is None)


def make_image(model: Model, output: torch.Tensor, key: DisplayKey) -> Image:
    """Make the image of an output [C, H, W]. Figures are those of the output, before gain and untransform."""
    shown = shown_part(output, key)
    bad = int((~torch.isfinite(shown)).any(dim=0).sum()) if display.nonfinite(shown) else 0
    statistics, selected = statistics_of(output), statistics_of(shown)
    moved, mask = _untransformed(model, shown, key)
    rgba = torch.from_numpy(display.to_rgba8(moved, scale_db=key.scale_db, normalize=key.normalize, mask=mask))
    return Image(_enlarged(rgba, model) if key.output.synthesis.low_res else rgba, statistics, selected, bad)


def deep_pixels(model: Model, output: torch.Tensor, key: DisplayKey) -> npt.NDArray[np.uint16]:
    """Return the image of an output [C, H, W] with 16 bits a channel, uint16 [H, W, 4]; see `make_image`."""
    moved, mask = _untransformed(model, shown_part(output, key), key)
    return display.to_rgba16(moved, scale_db=key.scale_db, normalize=key.normalize, mask=mask)


def _enlarged(rgba: torch.Tensor, model: Model) -> torch.Tensor:
    """Return a low-res image uint8 [H, W, 4] at the full resolution. Floats would take ten times as long on a CPU."""
    size = (model.info.height, model.info.width)
    return F.interpolate(rgba.permute(2, 0, 1)[None], size, mode="bilinear")[0].permute(1, 2, 0).contiguous()


def queue_image(model: Model, output: torch.Tensor, key: DisplayKey) -> QueuedImage:
    """Do the work of `make_image` on the device of `output`, without waiting for it."""
    if key.output.synthesis.low_res:
        output = F.interpolate(output[None], (model.info.height, model.info.width), mode="bilinear")[0]
    shown = shown_part(output, key)
    whole = display.figures(output)
    figures = (
        whole,
        whole if shown.shape == output.shape else display.figures(shown),
        (~torch.isfinite(shown)).any(dim=0).sum()[None],
        torch.isfinite(output).all()[None],
    )
    moved, mask = _untransformed(model, shown, key)
    pixels = display.to_pixels(moved, scale_db=key.scale_db, normalize=key.normalize, mask=mask)
    return QueuedImage(pixels, torch.cat([part.double() for part in figures]))


def finished_image(queued: QueuedImage, figures: Sequence[float]) -> tuple[Image, bool]:
    """Return the image, and whether all values of the output are finite, once the figures are known."""
    mean, std, largest, *selected, bad, finite = figures
    return Image(queued.pixels, Statistics(mean, std, largest), Statistics(*selected), int(bad)), bool(finite)


def _untransformed(model: Model, shown: torch.Tensor, key: DisplayKey) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Return the shown channels, moved back if asked for, and a mask of the known pixels."""
    matrix = _layer_matrix(model, key.output.layer, key.output.synthesis.transform) if key.untransform else None
    if matrix is None:
        return shown, None
    return transforms.untransform(_with_float64(shown), matrix)


def _with_float64(x: torch.Tensor) -> torch.Tensor:
    """Return x on a device with float64, which exact positions and sums need: Apple's GPUs have none."""
    return x.cpu() if x.device.type == "mps" else x


def _layer_matrix(model: Model, layer: str | None, transform: Transform) -> npt.NDArray[np.float64] | None:
    """Return the motion of an output [3, 3], in widths of that output: layers have a margin around the image."""
    matrix = matrix_of(transform, model.info.resolution) if model.info.has_transform else None
    if matrix is None or layer is None:
        return matrix
    matrix[:2, 2] *= model.G.synthesis.image_share(layer)
    return matrix


def power_spectrum(output: torch.Tensor, key: SpectrumKey) -> PowerSpectrum:
    """Return the spectrum of all channels of an output [C, H, W], or of the selected ones."""
    seen = _with_float64(output if key.selected is None else select(output, *key.selected))
    decibels = spectra.image_spectrum(seen, key.beta)
    frequency, power = spectra.radial_power(decibels)
    return PowerSpectrum(decibels, tuple(zip(frequency.tolist(), power.tolist(), strict=True)))


def spectrum_image(spectrum: PowerSpectrum, range_db: float) -> RGBA:
    """Return a spectrum as an image [H, W, 4]: colours from -range_db to range_db."""
    return spectra.color_rgba8(spectrum.decibels, range_db)


def thumbnail(output: torch.Tensor, key: DisplayKey, size: int) -> RGBA:
    """Return a thumbnail [size, size, 4] of an output [C, H, W], each pixel the mean of the area it covers.

    Smaller outputs are enlarged smoothly, as the canvas enlarges images.
    """
    part = shown_part(output, key)
    height, width = part.shape[-2:]
    if (longest := max(height, width)) < size:
        sides = round(height * size / longest), round(width * size / longest)
        part = F.interpolate(part[None], sides, mode="bilinear")[0]
    small = fitted(part, size)
    return framed(display.to_rgba8(small, scale_db=key.scale_db, normalize=key.normalize), size)
