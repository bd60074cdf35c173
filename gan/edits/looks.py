"""Measures of pictures through which gradients flow: how bright, red or sharp a region is, or how large.

Each takes pictures [N, 3, H, W], 0..1, and gives one number for each, which grows with what its words say.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from foundation.specs.editing.defaults import MEASURE_WORDS
from gan.constants import plain_tensors

Floats = npt.NDArray[np.float32]
Region = npt.NDArray[np.float32]
"""[H, W]: 1 inside, 0 outside, in between at soft edges."""

LUMA = (0.2126, 0.7152, 0.0722)
_LEAST = 1e-10
"""Added under roots, whose slope at 0 has no bound."""
_BLUR = 4
"""Deviations of the Gaussian of `_similarity`, of one pixel, that its taps reach to."""


@dataclass(frozen=True, eq=False)
class View:
    """Inputs of a measure besides the picture."""

    region: Region
    reference: Floats
    """The picture on which the region was painted, [H, W, 3], 0..1."""

    @cached_property
    @plain_tensors
    def inside(self) -> Tensor:
        """The region, [H, W]."""
        return torch.tensor(self.region)

    @cached_property
    @plain_tensors
    def painted(self) -> Tensor:
        """The reference, [3, H, W]."""
        return torch.tensor(self.reference).movedim(-1, 0)

    @cached_property
    @plain_tensors
    def places(self) -> tuple[Tensor, Tensor]:
        """Row and column of each pixel, [H, W]."""
        rows, columns = torch.meshgrid(*(torch.arange(side).float() for side in self.region.shape), indexing="ij")
        return rows, columns

    @cached_property
    @plain_tensors
    def thing(self) -> "Thing":
        """The thing that was painted."""
        colours = self.painted.flatten(1)
        if (self.inside > 0.5).any():
            colours = self.painted[:, self.inside > 0.5]
        rows, columns = self.places
        y, x = (_mean(one, self) for one in (rows, columns))
        radius = max(2.0, 2 * math.sqrt(float(self.inside.sum()) / math.pi))
        return Thing(
            colours.mean(dim=1)[:, None, None],
            max(0.08, 1.5 * float(colours.std(dim=1, correction=0).mean())),
            torch.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * radius**2)),
        )


@dataclass(frozen=True, eq=False)
class Thing:
    """A thing in a picture, known by its colour near where it was."""

    colour: Tensor
    """[3, 1, 1]."""
    spread: float
    near: Tensor
    """[H, W]: 1 at its centre, less far from it."""

    def part(self, pictures: Tensor) -> Tensor:
        """Return the share of each pixel in it, [N, H, W]."""
        away = (pictures - self.colour).square().sum(dim=1)
        return torch.exp(-away / (2 * self.spread**2)) * self.near


Look = Callable[[Tensor, View], Tensor]
"""Pictures [N, 3, H, W], 0..1 -> their values [N]."""


def _mean(values: Tensor, view: View) -> Tensor:
    return (values * view.inside).sum(dim=(-2, -1)) / view.inside.sum()


def _light(pictures: Tensor) -> Tensor:
    return torch.einsum("nchw,c->nhw", pictures, torch.tensor(LUMA, dtype=pictures.dtype))


def _brightness(pictures: Tensor, view: View) -> Tensor:
    return _mean(_light(pictures), view)


def _channel(number: int) -> Look:
    others = [one for one in range(3) if one != number]

    def look(pictures: Tensor, view: View) -> Tensor:
        return _mean(pictures[:, number] - pictures[:, others].mean(dim=1), view)

    return look


def _colourfulness(pictures: Tensor, view: View) -> Tensor:
    return _mean((pictures.var(dim=1, correction=0) + _LEAST).sqrt(), view)


def _contrast(pictures: Tensor, view: View) -> Tensor:
    light = _light(pictures)
    away = light - _mean(light, view)[:, None, None]
    return (_mean(away.square(), view) + _LEAST).sqrt()


def _sharpness(pictures: Tensor, view: View) -> Tensor:
    light = _light(pictures)
    edged = F.pad(light[:, None], (1, 1, 1, 1), mode="replicate")[:, 0]
    around = edged[:, :-2, 1:-1] + edged[:, 2:, 1:-1] + edged[:, 1:-1, :-2] + edged[:, 1:-1, 2:]
    return _mean((around - 4 * light).abs(), view)


def _size(pictures: Tensor, view: View) -> Tensor:
    return view.thing.part(pictures).sum(dim=(-2, -1))


def _place(axis: int) -> Look:
    def look(pictures: Tensor, view: View) -> Tensor:
        part, places = view.thing.part(pictures) + 1e-9, view.places[axis]
        centre = (part * places).sum(dim=(-2, -1)) / part.sum(dim=(-2, -1))
        return -centre / places.shape[axis]

    return look


def _similarity(pictures: Tensor, view: View) -> Tensor:
    away = _soft(pictures - view.painted)
    return -_mean(away.square().mean(dim=1), view)


def _soft(pictures: Tensor) -> Tensor:
    """Blur pictures with a Gaussian of one pixel, borders repeated."""
    taps = torch.exp(-(torch.arange(-_BLUR, _BLUR + 1.0) ** 2) / 2)
    taps = (taps / taps.sum()).to(pictures.dtype).expand(3, 1, 1, -1)
    edged = F.pad(pictures, (_BLUR,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(edged, taps, groups=3), taps.transpose(2, 3), groups=3)


_IN_ORDER: tuple[Look, ...] = (
    _brightness,
    _channel(0),
    _channel(1),
    _channel(2),
    _colourfulness,
    _contrast,
    _sharpness,
    _size,
    _place(1),
    _place(0),
    _similarity,
)
LOOKS: Mapping[str, Look] = dict(zip(MEASURE_WORDS, _IN_ORDER, strict=True))
"""Measures by the words that choose them."""


def _of_one(look: Look) -> "Measure":
    @torch.inference_mode()
    def measure(picture: Floats, view: View) -> float:
        return float(look(torch.from_numpy(np.array(picture, np.float32)).movedim(-1, 0)[None], view)[0])

    return measure


Measure = Callable[[Floats, View], float]
"""Value of a picture [H, W, 3], 0..1."""
MEASURES: Mapping[str, Measure] = {words: _of_one(look) for words, look in LOOKS.items()}
"""The same, of one picture, without gradients."""
