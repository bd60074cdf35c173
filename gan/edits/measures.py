"""Directions that change a measure of the picture, from its gradients or by a regression.

The direction is the one along which a standard deviation of w changes the measure most: `gan.edits.ascent`, from
gradients of the measure with respect to w in three quarters of the pictures. The others are pairs, which say how much
of the measure the mean gradient g explains that has seen none of them (R^2):

    measure(w + d) - measure(w - d) = 2 a g . d + error,   a by least squares of all other pairs

where w is a seed's at psi 0.7 and d the way of another seed from the mean at the same psi. Where gradients take too
long all pictures are pairs; then g is their ridge regression, its weight by leaving each pair out. A regression of the
measure itself would also have to explain how the seeds differ, and finds directions of less effect.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from foundation.specs.editing.defaults import MEASURE_SAMPLES, NEEDS_REGION
from gan.edits.ascent import Climb, Spread
from gan.edits.boundaries import keeping_fixed
from gan.edits.features import differentiable
from gan.edits.found import (
    MEASURED_ON,
    SPREAD_SEED,
    Found,
    Progress,
    Steps,
    checked_layers,
    finished,
    quiet,
    sampled_w,
    sampling,
    silent,
)
from gan.edits.looks import LOOKS, MEASURES, Floats, Look, Region, View
from gan.images import PLAIN, Label, RenderOptions, render
from gan.networks.generator import StyleGenerator

PSI = 0.7
TRACED = 0.75
"""Share of the pictures whose gradients are computed."""
TOGETHER = 8 * 64 * 64
"""Pixels of pictures whose gradients are computed together, at least one picture."""
_WEIGHTS = np.logspace(-2, 5, 15)


Draw = Callable[[torch.Tensor, int], Floats]
"""Draws ws [num_ws, w_dim], the picture of a number: [H, W, 3], 0..1."""
Trace = Callable[[torch.Tensor, int], torch.Tensor]
"""Draws ws [N, num_ws, w_dim], on which they depend with gradients, the pictures from a number on: see `seen`."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A direction whose measure shall stay."""

    vector: Floats
    """[w_dim]."""
    look: Look | None = None
    """The measure by which it was found; None where only the direction itself is left out."""
    view: View | None = None
    """Its region and reference; None for those of the search."""


@dataclass(frozen=True)
class Ways:
    """Ways to draw pictures for a measure."""

    draw: Draw
    trace: Trace | None = None
    """None where gradients take too long; the direction is then that of the regression."""


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


def explained(predicted: npt.ArrayLike, values: npt.ArrayLike) -> float:
    """Return R^2 of predictions [N] of values [N], times the factor that fits all others best."""
    x, y = np.asarray(predicted, np.float64), np.asarray(values, np.float64)
    others = (x * x).sum() - x * x
    errors = y - x * ((x * y).sum() - x * y) / np.where(others > 0, others, 1)
    return float(1 - (errors**2).sum() / max(((y - y.mean()) ** 2).sum(), 1e-300))


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


def tracing(G: StyleGenerator, options: RenderOptions = PLAIN) -> Trace:
    """Return what draws pictures of a generator with gradients."""
    synthesis = differentiable(G.synthesis)
    return lambda ws, number: seen(synthesis(ws, **options.arguments(number)))


def seen(images: torch.Tensor) -> torch.Tensor:
    """Return a network's images [N, C, H, W], -1..1, as they are shown, 0..1: [N, 3, H, W], not rounded."""
    colours = images[:, :3] if images.shape[1] >= 3 else images[:, :1].expand(-1, 3, -1, -1)
    return ((colours.float() + 1) / 2).clamp(0, 1)


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
    """Find the direction of w along which a measure grows most.

    Args:
        G: A generator.
        words: One of `gan.edits.looks.MEASURES`.
        region: Where to measure; None for the whole picture.
        reference: The picture in which the region was painted, [H, W, 3], 0..1; None where the measure needs none.
        samples: Number of pictures that are rendered and measured.
        layers: Positions in ws on which the direction acts; None for all.
        label: Class of all pictures, or the numbers of their condition; None for the class of each seed.
        options: How they are rendered.
        progress: Called with (pictures done, pictures in all).

    Raises:
        ValueError: there is no such measure or layer, the region is empty or of another size, or nothing varies.
    """
    ways = Ways(drawing(G, options), tracing(G, options))
    return finished(
        measure_steps(G, words, region, reference, ways, samples=samples, layers=layers, label=label), progress
    )


def measure_steps(
    G: StyleGenerator,
    words: str,
    region: Region | None,
    reference: Floats | None,
    ways: Ways,
    *,
    samples: int = MEASURE_SAMPLES,
    layers: Sequence[int] | None = None,
    label: Label | None = None,
    keep: Sequence[Kept] = (),
) -> Steps[Found]:
    """Do `measure_direction` in steps of some pictures, drawn in the ways that there are.

    Where others are kept fixed, the direction as it is without them follows it.
    """
    if words not in MEASURES:
        raise ValueError(f"There is no measure {words!r}: choose one of {', '.join(MEASURES)}.")
    if words in NEEDS_REGION and (region is None or reference is None):
        raise ValueError("Paint a region first: this measures something in the picture.")
    chosen = checked_layers(layers, G.num_ws)
    with_gradients = 0 if ways.trace is None else round(samples * TRACED)
    pairs = (samples - with_gradients) // 2
    more = with_gradients // 2 if keep else 0  # and as many more where others are kept fixed
    total = 2 * pairs + with_gradients + more + 1
    w = sampled_w(G, 2 * pairs + with_gradients + more, label=label)
    starts = _Starts(G, w, w[: 2 * pairs + with_gradients].mean(dim=0), chosen)  # the same with more and without
    values, view = np.zeros(2 * pairs), None
    for number in range(2 * pairs):
        picture = ways.draw(starts.paired(number), number)
        view = view or _view(picture.shape[:2], region, reference if reference is not None else picture)
        values[number] = MEASURES[words](picture, view)
        yield number + 1, total
    differences, both = values[::2] - values[1::2], 2 * starts.ways(pairs)
    w = (yield from quiet(sampling(G, MEASURED_ON, first_seed=SPREAD_SEED, label=label), 2 * pairs, total)).double()
    spread = Spread.of(w.cpu().numpy())
    fixed = [one.vector for one in keep]
    if ways.trace is None:
        found = regress(both, differences)
        vector, held_out = found.slope / np.linalg.norm(found.slope), found.held_out
        own = keeping_fixed(vector, fixed) if keep else vector
    else:
        assert view is not None
        gradients = _Gradients(ways.trace, LOOKS[words], view)
        climb = Climb(spread, with_gradients)
        yield from _climbing(climb, gradients, starts, 2 * pairs, total)
        own = vector = climb.direction()
        held_out = explained(both @ climb.slope, differences)
        if keep:
            gradients = replace(gradients, keep=[one for one in keep if one.look is not None])
            climb = climb.keeping(fixed, more)
            yield from _climbing(climb, gradients, starts, 2 * pairs + with_gradients, total)
            own = climb.direction()
    vectors = [own, vector] if keep else [own]
    title = words[0].upper() + words[1:]
    return Found(
        "measure",
        np.array(vectors, np.float32),
        np.array([spread.deviation(one) for one in vectors], np.float32),
        np.full(len(vectors), held_out, np.float32),
        "R^2, held out",
        (title, f"{title} before")[: len(vectors)],
        chosen,
    )


def _climbing(climb: Climb, gradients: "_Gradients", starts: "_Starts", before: int, total: int) -> Steps[None]:
    """Take the gradients of a climb at the seeds from `before` on."""
    for part in climb.batches(max(1, TOGETHER // gradients.view.region.size)):
        ws = torch.stack([starts.moved(before + number, climb.place(number)) for number in part])
        slopes, *held = (starts.of_w(one) for one in gradients.slopes(ws, before + part[0]))
        climb.take(part, slopes, np.stack(held) if held else None)
        yield before + part[-1] + 1, total


class _Starts:
    """Seeds at psi 0.7, moved on some layers.

    Args:
        G: A generator.
        w: Of the seeds [N, w_dim]; the first 2 P make P pairs.
        mean: Of w [w_dim].
        layers: Positions in ws that are moved.
    """

    def __init__(self, G: StyleGenerator, w: torch.Tensor, mean: torch.Tensor, layers: Sequence[int]) -> None:
        self._mean, self._num_ws, self._layers = mean, G.num_ws, list(layers)
        self._from_mean = PSI * (w - self._mean)

    def ways(self, pairs: int) -> npt.NDArray[np.float32]:
        """Return the ways d of the first pairs [P, w_dim]."""
        return np.asarray(self._from_mean[1 : 2 * pairs : 2].float().cpu().numpy())

    def paired(self, number: int) -> torch.Tensor:
        """Return ws [num_ws, w_dim] of one picture of a pair: w + d, w - d."""
        first = number // 2 * 2
        return self._moved(first, self._from_mean[first + 1] * (1 - 2 * (number % 2)))

    def of_w(self, slopes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return gradients with respect to w [N, w_dim] of those with respect to ws [N, num_ws, w_dim]."""
        return np.asarray(slopes[:, self._layers].sum(axis=1))

    def moved(self, seed: int, move: npt.NDArray[np.float64]) -> torch.Tensor:
        """Return ws [num_ws, w_dim] of a seed, moved."""
        return self._moved(seed, torch.from_numpy(move).to(self._mean))

    def _moved(self, seed: int, move: torch.Tensor) -> torch.Tensor:
        ws = (self._mean + self._from_mean[seed]).repeat(self._num_ws, 1)
        ws[self._layers] += move
        return ws


@dataclass(frozen=True)
class _Gradients:
    """Gradients of a measure, and of those that shall stay, with respect to ws."""

    trace: Trace
    look: Look
    view: View
    keep: Sequence[Kept] = ()

    def slopes(self, ws: torch.Tensor, number: int) -> list[npt.NDArray[np.float64]]:
        """Return the gradients of each [N, num_ws, w_dim] at the pictures of ws, from a number on."""
        found = []
        with torch.inference_mode(False), torch.enable_grad():
            own = ws.clone().requires_grad_(True)
            pictures = self.trace(own, number).cpu()
            values = [self.look(pictures, self.view)]
            values += [one.look(pictures, one.view or self.view) for one in self.keep if one.look is not None]
            for one in values:
                (slope,) = torch.autograd.grad(one.sum(), own, retain_graph=one is not values[-1])
                found.append(np.asarray(slope.double().cpu().numpy()))
        return found


def _view(size: tuple[int, ...], region: Region | None, reference: Floats) -> View:
    if region is None:
        region = np.ones(size, np.float32)
    if region.shape != size:
        raise ValueError(f"The region has the size {list(region.shape)}, the pictures {list(size)}; paint it anew.")
    if not region.sum() > 0:
        raise ValueError("The region is empty: paint where to measure.")
    return View(np.asarray(region, np.float32), np.asarray(reference, np.float32))
