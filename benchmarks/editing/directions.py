"""Finding directions: twenty strips of PCA, the list of SeFa, and the window meanwhile.

python -m benchmarks.editing.directions            # all
python -m benchmarks.editing.directions sefa       # one of strips, sefa, window

Times are of the clock and of the CPU: on a busy machine the second says more. Frames of the window are compared with
those at rest of the same run. What two piles reach is in `benchmarks.editing.piles`.
"""

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from renderer.document.directions.effects import Effects
from renderer.document.directions.searches import FoundTable, PcaSearch, SefaSearch, Way
from renderer.document.parts import Direction, Truncation
from renderer.engine.base import Host
from renderer.engine.jobs import begin
from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import Display, ImageState, Network, RenderRequest, Search, ThumbnailRequest

if TYPE_CHECKING:
    from viz.tour.stage import Stage

NETWORK = "assets/demo.safetensors"
STEPS = (0, -3, 3, -1, 1, -2, 2)
STRIPS = 20


class _Quiet:
    """A watch that lets everything run."""

    def check(self, share: float) -> None:
        """Nothing."""

    def loading(self, share: float | None) -> None:
        """Nothing."""


class _Clock:
    """Time since it was made, as text."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __str__(self) -> str:
        return f"{time.perf_counter() - self._wall:.2f} s, {time.process_time() - self._cpu:.2f} s of CPU"


def _finished(pipeline: Pipeline, work: Search | Effects) -> np.ndarray:
    running = begin(work, pipeline)
    while True:
        step = running.step(_Quiet())
        if step.done >= step.total and step.result is not None:
            return np.asarray(step.result)


def _found(pipeline: Pipeline, request: RenderRequest, way: Way) -> FoundTable:
    return FoundTable.of(_finished(pipeline, Search(request, way)))


def strips(pipeline: Pipeline, request: RenderRequest) -> Iterator[str]:
    """Measure PCA of 10,000 w, twenty strips of its first components, and the layers on which those act."""
    clock = _Clock()
    table = _found(pipeline, request, PcaSearch())
    yield f"PCA of 10 000 w: {clock}"
    arrays, clock = pipeline._caches.arrays, _Clock()
    refs = [arrays.add(table.vectors[row] * table.sigma[row]) for row in range(STRIPS)]
    for ref in refs:
        for step in STEPS:
            image = ImageState(request.image.network, directions=(Direction("", ref, float(step), 0, 99),))
            wanted = ThumbnailRequest("", RenderRequest(0, image, request.device, Display()))
            pipeline.thumbnails((wanted,), False, _Quiet())
    yield f"{STRIPS} strips of 7 pictures: {clock} (wanted: under 10 s)"
    clock = _Clock()
    for ref in refs:
        _finished(pipeline, Effects(request, ref, 0, 99))
    yield f"layers and places of {STRIPS} directions: {clock}"


def sefa(pipeline: Pipeline, request: RenderRequest) -> Iterator[str]:
    """Measure SeFa's list."""
    clock = _Clock()
    table = _found(pipeline, request, SefaSearch())
    yield f"SeFa, {len(table.vectors)} directions: {clock} (wanted: under 1 s)"


def window(pipeline: Pipeline, request: RenderRequest) -> Iterator[str]:
    """Measure the frames of the window at rest, during a search, and while strips and layers are drawn."""
    found = frames(request.image.network.source)
    rest = found["at rest"]
    for name, (ui, seconds, cpu) in found.items():
        yield (
            f"{name}: {len(ui)} frames, UI {np.median(ui):.2f} ms, p95 {np.percentile(ui, 95):.2f} ms "
            f"({np.median(ui) / np.median(rest[0]):.2f} of that at rest), {seconds:.2f} s, renderer {cpu:.2f} s of CPU"
        )


Phase = tuple[list[float], float, float]
"""UI times in milliseconds, seconds, and CPU seconds of the renderer."""


def frames(network: str) -> dict[str, Phase]:
    """Return the phases of a search in the real window."""
    from benchmarks.window import play
    from renderer.ipc.client import Renderer

    held: list[Renderer] = []

    def make(wake: Callable[[], None]) -> Renderer:
        held.append(Renderer(wake))
        return held[0]

    found: dict[str, Phase] = {}
    play(lambda stage: _script(stage, held, found), make, network=network)
    return found


def _script(stage: "Stage", held: list[Any], found: dict[str, Phase]) -> Iterator[None]:
    from viz.directions import search
    from viz.state.finding import finder
    from viz.state.params import put
    from viz.ui.widgets import spots

    app = stage.app

    def phase(name: str, over: Callable[[], bool]) -> Iterator[None]:
        child = psutil.Process(held[0].pid)
        ui, started, cpu = [], time.perf_counter(), sum(child.cpu_times()[:2])
        while not over():
            yield
            ui.append(float(app.meters.ui.values()[-1]))
        found[name] = ui, time.perf_counter() - started, sum(child.cpu_times()[:2]) - cpu

    def after(count: int) -> Callable[[], bool]:
        left = iter(range(count))
        return lambda: next(left, None) is None

    while not app.up_to_date:
        yield
    app.change(lambda scene: finder.shown(scene, way="pca"))
    yield from stage.hand.wait(1.5)
    spots.unwatch()
    yield from phase("at rest", after(200))
    app.change(lambda scene: search.begun(scene, app.facts))
    yield
    yield from phase("PCA of 10 000 w", lambda: bool(app.scene.view.finds.groups))

    def drawn() -> bool:
        now = app.scene.view.finds.groups[0].rows
        return not app.facts.thumbnails.waiting and not app.facts.jobs.running and any(one.effects for one in now)

    yield from phase("strips in sight, and their layers", drawn)
    yield from phase("at rest, with the list", after(200))

    def pulled() -> bool:
        number = next(count, None)
        if number is not None:
            psi = 0.7 + 0.3 * abs(number % 40 - 20) / 20
            app.change(lambda scene: put(scene, "document.truncation", Truncation(psi)))
        return number is None

    count = iter(range(200))
    yield from phase("psi changing in each frame, as in `benchmarks.latency`", pulled)


PARTS: dict[str, Callable[[Pipeline, RenderRequest], Iterator[str]]] = {
    "strips": strips,
    "sefa": sefa,
    "window": window,
}


def main(names: list[str]) -> None:
    """Run the parts of these names, or all."""
    pipeline = Pipeline(Host(), wait_for_kernels=True)
    request = RenderRequest(1, ImageState(Network(NETWORK)), "cpu")
    pipeline.still(request, _Quiet())
    for name in names or PARTS:
        for line in PARTS[name](pipeline, request):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
