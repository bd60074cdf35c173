"""Finding directions: twenty strips of PCA, the list of SeFa, and what thirty choices on two piles reach.

python -m benchmarks.directions            # all
python -m benchmarks.directions piles      # one of strips, sefa, piles
"""

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from gan.edits.measures import PSI
from gan.edits.piles import Coordinates, coordinates, fitted, sort_piles
from renderer.document.directions.searches import FoundTable, PcaSearch, SefaSearch, Way
from renderer.document.parts import Direction
from renderer.engine.base import Host
from renderer.engine.finding.drawing import drawing
from renderer.engine.jobs import begin
from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import Display, ImageState, Network, RenderRequest, SampleW, Search, ThumbnailRequest

STEPS = (0, -3, 3, -1, 1, -2, 2)
STRIPS = 20
LABELS, CHOICES, HELD, REPEATS = 2000, 30, 500, 10
SAMPLE = 400


class _Quiet:
    """A watch that lets everything run."""

    def check(self, share: float) -> None:
        """Nothing."""

    def loading(self, share: float | None) -> None:
        """Nothing."""


def _finished(pipeline: Pipeline, work: Search | SampleW) -> np.ndarray:
    running = begin(work, pipeline)
    while True:
        step = running.step(_Quiet())
        if step.done >= step.total and step.result is not None:
            return np.asarray(step.result)


def _found(pipeline: Pipeline, request: RenderRequest, way: Way) -> tuple[FoundTable, float]:
    started = time.perf_counter()
    table = FoundTable.of(_finished(pipeline, Search(request, way)))
    return table, time.perf_counter() - started


def strips(pipeline: Pipeline, request: RenderRequest) -> Iterator[str]:
    """Measure PCA of 10,000 w and twenty strips of its first components."""
    table, seconds = _found(pipeline, request, PcaSearch())
    yield f"PCA of 10 000 w: {seconds:.2f} s"
    arrays, started = pipeline._caches.arrays, time.perf_counter()
    for row in range(STRIPS):
        ref = arrays.add(table.vectors[row] * table.sigma[row])
        for step in STEPS:
            image = ImageState(request.image.network, directions=(Direction("", ref, float(step), 0, 99),))
            wanted = ThumbnailRequest("", RenderRequest(0, image, request.device, Display()))
            pipeline.thumbnails((wanted,), False, _Quiet())
    yield f"{STRIPS} strips of 7 pictures: {time.perf_counter() - started:.2f} s (wanted: under 10 s)"


def sefa(pipeline: Pipeline, request: RenderRequest) -> Iterator[str]:
    """Measure SeFa's list."""
    table, seconds = _found(pipeline, request, SefaSearch())
    yield f"SeFa, {len(table.vectors)} directions: {seconds:.2f} s (wanted: under 1 s)"


def piles(pipeline: Pipeline, request: RenderRequest) -> Iterator[str]:
    """Sort by the brightness of the middle: accuracy on 500 other seeds by choices, and by the order of pictures."""
    w = _finished(pipeline, SampleW(request, 0, LABELS + HELD)).astype(np.float64)
    model = pipeline._models.get(request.image.network, request.device, lambda share: None)
    draw, mean = drawing(model, request), w.mean(axis=0)
    seen = [
        draw(torch.from_numpy(mean + PSI * (one - mean)).float().expand(model.G.num_ws, -1), i)
        for i, one in enumerate(w)
    ]
    pictures = np.stack(seen)
    side = pictures.shape[1]
    middle = slice(side // 4, side - side // 4)
    value = pictures[:, middle, middle].mean(axis=(1, 2, 3))
    bright = value > np.median(value)
    block = side // 8
    small = pictures.reshape(len(w), 8, block, 8, block, 3).mean(axis=(2, 4)).reshape(len(w), -1)
    held = np.arange(LABELS, LABELS + HELD)
    whole = coordinates(w[:LABELS], count=w.shape[1])
    weights = fitted(whole.of(w[:LABELS])[None], bright[:LABELS][None].astype(float), np.array([1.0]))[0]
    best = float((((whole.of(w[held]) @ weights[:-1] + weights[-1]) > 0) == bright[held]).mean())
    yield f"{LABELS} labels: {best:.3f}"
    for name, seen_by in (("w alone", None), ("with pictures", small[:SAMPLE])):
        space = coordinates(w[:SAMPLE], seen_by)
        for order in ("random", "least sure"):
            row = []
            for choices in (12, 20, CHOICES):
                runs = [_sorted(w, bright, space, order, choices, held, turn) for turn in range(REPEATS)]
                row.append(f"{np.mean(runs):.3f}")
            yield f"{name}, {order:10s}: " + ", ".join(
                f"{count} choices {text}" for count, text in zip((12, 20, CHOICES), row, strict=True)
            )


def _sorted(
    w: np.ndarray, truth: np.ndarray, space: Coordinates, order: str, choices: int, held: np.ndarray, turn: int
) -> float:
    """Return the accuracy on held-out seeds after so many choices."""
    waiting, chosen = list(np.random.RandomState(turn).permutation(SAMPLE)), []
    while len(chosen) < choices or min(truth[chosen].sum(), (~truth[chosen]).sum()) < 4:
        sides, place = truth[chosen], len(chosen)
        by_chance = order == "random" or place < 8 or place % 5 == 4 or sides.all() or not sides.any()
        at = 0
        if not by_chance:
            x = space.of(w[chosen])[None]
            weights = fitted(x, sides[None].astype(float), np.array([1.0]))[0]
            odds = space.of(w[waiting]) @ weights[:-1] + weights[-1]
            at = int(np.abs(odds).argmin())
        chosen.append(waiting.pop(at))
    found = sort_piles(w[chosen], truth[chosen], space)
    return float(((found.odds(w[held]) > 0) == truth[held]).mean())


PARTS: dict[str, Callable[[Pipeline, RenderRequest], Iterator[str]]] = {"strips": strips, "sefa": sefa, "piles": piles}


def main(names: list[str]) -> None:
    """Run the parts of these names, or all."""
    pipeline = Pipeline(Host(), wait_for_kernels=True)
    request = RenderRequest(1, ImageState(Network("")), "cpu")
    pipeline.still(request, _Quiet())
    for name in names or PARTS:
        for line in PARTS[name](pipeline, request):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
