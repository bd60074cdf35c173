"""Directions that change a measure of the picture: regressions over some hundred pictures.

    measure(w + d) - measure(w - d) = 2 b . d + error,   b by ridge regression, its weight by leaving each pair out

where w is a seed's at psi 0.7 and d the way of another seed from the mean at the same psi. Such pairs say how the
measure answers to a change; a regression of the measure itself also has to explain how the seeds differ, and finds on
the demo networks directions of less effect (redder hair: 0.029 instead of 0.037 a standard deviation).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # imports its parts when they are used
import torch

from foundation.specs.editing.defaults import MEASURE_SAMPLES, MEASURE_WORDS, NEEDS_REGION
from gan.edits.found import (
    Found,
    Progress,
    Steps,
    checked_layers,
    deviating,
    finished,
    quiet,
    sampled_w,
    silent,
)
from gan.images import PLAIN, Label, RenderOptions, render
from gan.networks.generator import StyleGenerator

Floats = npt.NDArray[np.float32]
Region = npt.NDArray[np.float32]
"""[H, W]: 1 inside, 0 outside, in between at soft edges."""

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
PSI = 0.7
WEAK = 0.1
"""R^2 below which a measure hardly varies with w."""
_WEIGHTS = np.logspace(-2, 5, 15)


@dataclass(frozen=True, eq=False)
class View:
    """Inputs of a measure besides the picture."""

    region: Region
    reference: Floats
    """The picture on which the region was painted, [H, W, 3], 0..1."""


Measure = Callable[[Floats, View], float]
"""Value of a picture [H, W, 3], 0..1."""
Draw = Callable[[torch.Tensor, int], Floats]
"""Draws ws [num_ws, w_dim], the picture of a number: [H, W, 3], 0..1."""


def _mean(values: Floats, region: Region) -> float:
    return float((values * region).sum() / region.sum())


def _brightness(picture: Floats, view: View) -> float:
    return _mean(picture @ LUMA, view.region)


def _channel(number: int) -> Measure:
    others = [one for one in range(3) if one != number]

    def measure(picture: Floats, view: View) -> float:
        return _mean(picture[..., number] - picture[..., others].mean(axis=-1), view.region)

    return measure


def _colourfulness(picture: Floats, view: View) -> float:
    return _mean(np.asarray(picture.std(axis=-1), np.float32), view.region)


def _contrast(picture: Floats, view: View) -> float:
    light = picture @ LUMA
    return float(np.sqrt(_mean((light - _mean(light, view.region)) ** 2, view.region)))


def _sharpness(picture: Floats, view: View) -> float:
    return _mean(np.abs(scipy.ndimage.laplace(picture @ LUMA, mode="nearest")), view.region)


def _similarity(picture: Floats, view: View) -> float:
    soft = [scipy.ndimage.gaussian_filter(one, (1, 1, 0), mode="nearest") for one in (picture, view.reference)]
    return -_mean(((soft[0] - soft[1]) ** 2).mean(axis=-1), view.region)


def _part(picture: Floats, view: View) -> Floats:
    """Share of each pixel in what was painted: by its colour, near where it was."""
    colours = view.reference[view.region > 0.5] if (view.region > 0.5).any() else view.reference.reshape(-1, 3)
    middle = colours.mean(axis=0)
    spread = max(0.08, 1.5 * float(colours.std(axis=0).mean()))
    near = np.exp(-((picture - middle) ** 2).sum(axis=-1) / (2 * spread**2))
    y, x = scipy.ndimage.center_of_mass(view.region)
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    radius = max(2.0, 2 * float(np.sqrt(view.region.sum() / np.pi)))
    return np.asarray(near * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * radius**2)), np.float32)


def _size(picture: Floats, view: View) -> float:
    return float(_part(picture, view).sum())


def _place(axis: int) -> Measure:
    def measure(picture: Floats, view: View) -> float:
        centre = scipy.ndimage.center_of_mass(_part(picture, view) + 1e-9)
        return -float(centre[axis]) / float(picture.shape[axis])

    return measure


_IN_ORDER: tuple[Measure, ...] = (
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
MEASURES: Mapping[str, Measure] = dict(zip(MEASURE_WORDS, _IN_ORDER, strict=True))
"""Measures by the words that choose them; what they say is more of the measure."""


@dataclass(frozen=True, eq=False)
class Regression:
    """A linear measure of w."""

    slope: npt.NDArray[np.float64]
    """[w_dim]: change of the measure by w."""
    held_out: float
    """R^2 of predictions by regressions that had not seen the picture."""


def regress(w: npt.ArrayLike, values: npt.ArrayLike) -> Regression:
    """Regress values [N] on w [N, w_dim]. Raises ValueError where the values do not vary."""
    samples, measured = np.asarray(w, np.float64), np.asarray(values, np.float64)
    spread = float(measured.std())
    if len(measured) < 8:
        raise ValueError(f"{len(measured)} pictures are too few for a measure; give at least 8.")
    if not spread > 1e-9:
        raise ValueError("The measure is the same in every picture, so no direction changes it; paint another region.")
    scale = float(samples.std(axis=0).mean())
    x, y = (samples - samples.mean(axis=0)) / scale, (measured - measured.mean()) / spread
    from sklearn.linear_model import RidgeCV  # takes longer to import than torch

    model = RidgeCV(_WEIGHTS, store_cv_results=True).fit(x, y)
    errors = model.cv_results_.reshape(len(y), -1).mean(axis=0).min()
    return Regression(model.coef_ * spread / scale, float(1 - errors / y.var()))


def pictures(
    G: StyleGenerator, ws: torch.Tensor, options: RenderOptions = PLAIN, progress: Progress = silent
) -> list[Floats]:
    """Render ws [N, num_ws, w_dim] or w [N, w_dim]: N pictures [H, W, 3], 0..1."""
    draw = drawing(G, options)
    found = []
    for number, one in enumerate(ws):
        found.append(draw(one.expand(G.num_ws, -1).contiguous(), number))
        progress(number + 1, len(ws))
    return found


def drawing(G: StyleGenerator, options: RenderOptions = PLAIN) -> Draw:
    """Return what draws pictures of a generator."""
    return lambda ws, number: np.asarray(render(G, ws, options, number)[..., :3] / 255, np.float32)


def measure_direction(
    G: StyleGenerator,
    words: str,
    region: Region | None = None,
    reference: Floats | None = None,
    *,
    samples: int = MEASURE_SAMPLES,
    layers: Sequence[int] | None = None,
    label: Label | None = None,
    options: RenderOptions = PLAIN,
    progress: Progress = silent,
) -> Found:
    """Find the direction of w along which a measure grows.

    Args:
        G: A generator.
        words: One of `MEASURES`.
        region: Where to measure; None for the whole picture.
        reference: The picture in which the region was painted, [H, W, 3], 0..1; None where the measure needs none.
        samples: Number of pictures that are rendered and measured, half of them to each side.
        layers: Positions in ws on which the direction acts; None for all.
        label: Class of all pictures, or the numbers of their condition; None for the class of each seed.
        options: How they are rendered.
        progress: Called with (pictures done, pictures in all).

    Raises:
        ValueError: there is no such measure or layer, the region is empty or of another size, or nothing varies.
    """
    draw = drawing(G, options)
    return finished(
        measure_steps(G, words, region, reference, draw, samples=samples, layers=layers, label=label), progress
    )


def measure_steps(
    G: StyleGenerator,
    words: str,
    region: Region | None,
    reference: Floats | None,
    draw: Draw,
    *,
    samples: int = MEASURE_SAMPLES,
    layers: Sequence[int] | None = None,
    label: Label | None = None,
) -> Steps[Found]:
    """Do `measure_direction` in steps of one picture, drawn by `draw`."""
    if words not in MEASURES:
        raise ValueError(f"There is no measure {words!r}: choose one of {', '.join(MEASURES)}.")
    if words in NEEDS_REGION and (region is None or reference is None):
        raise ValueError("Paint a region first: this measures something in the picture.")
    chosen = checked_layers(layers, G.num_ws)
    drawn = sampled_w(G, samples // 2 * 2, label=label)
    from_mean = PSI * (drawn - drawn.mean(dim=0))
    start, way = (drawn.mean(dim=0) + from_mean[::2])[:, None].repeat(1, G.num_ws, 1), from_mean[1::2]
    moves = torch.zeros_like(start)
    moves[:, list(chosen)] = way[:, None]
    both = torch.stack([start + moves, start - moves], dim=1).flatten(0, 1)
    values, view = np.zeros(len(both)), None
    for number, ws in enumerate(both):
        picture = draw(ws, number)
        view = view or _view(picture.shape[:2], region, reference if reference is not None else picture)
        values[number] = MEASURES[words](picture, view)
        yield number + 1, len(both) + 1
    found = regress(2 * way.cpu().numpy(), values[::2] - values[1::2])
    length = float(np.linalg.norm(found.slope))
    vector = (found.slope / length)[None].astype(np.float32)
    return Found(
        "measure",
        vector,
        (yield from quiet(deviating(G, vector, label=label), len(both), len(both) + 1)),
        np.array([found.held_out], np.float32),
        "R^2, held out",
        (words[0].upper() + words[1:],),
        chosen,
    )


def _view(size: tuple[int, ...], region: Region | None, reference: Floats) -> View:
    if region is None:
        region = np.ones(size, np.float32)
    if region.shape != size:
        raise ValueError(f"The region has the size {list(region.shape)}, the pictures {list(size)}; paint it anew.")
    if not region.sum() > 0:
        raise ValueError("The region is empty: paint where to measure.")
    return View(np.asarray(region, np.float32), np.asarray(reference, np.float32))
