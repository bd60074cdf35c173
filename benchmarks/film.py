"""UI time while a film is exported: `python -m benchmarks.film` prints JSON.

Exports a 10 s film (600 frames) of a walk through the demo network (separate process, niced, one thread) while ψ is
dragged back and forth in the real window with its real renderer. Measures the UI thread's work per frame until the film
is done, up to the submission of Dear ImGui's vertices to OpenGL; buffer swap and (software) rasterisation are excluded.
Target: p95 below 20 ms.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.window import play
from renderer.document.timeline import Timeline
from renderer.document.walk_keys import random_walk

if TYPE_CHECKING:
    from viz.tour.stage import Stage

SECONDS, TARGET_MS, LONGEST_S = 10.0, 20.0, 400.0


def _script(stage: "Stage", path: Path, seconds: float, ui: list[float], found: dict[str, Any]) -> Iterator[None]:
    from viz.state.scene import ExportFilm, Scene
    from viz.timeline.export import Exporter, FilmOptions
    from viz.ui.widgets import spots

    hand, app = stage.hand, stage.app
    while not app.up_to_date:
        yield
    yield from hand.wait(1.0)
    x0, y = hand.at("Generator/ψ", 0.1)
    x1, _ = hand.at("Generator/ψ", 0.9)
    spots.unwatch()

    def begin(scene: Scene) -> Scene:
        walk = random_walk(Timeline(seconds=seconds), scene.document.latent, Random(0))
        options = FilmOptions(str(path), walk.fps, 0.0, walk.seconds)
        return replace(scene, document=replace(scene.document, timeline=walk)).ask(ExportFilm(options))

    app.change(begin)
    exporter = app.scratch.get(Exporter)
    while not exporter.running:
        yield
    yield from hand.move((x0, y))
    yield from hand.press()
    start = time.perf_counter()
    while exporter.running and (passed := time.perf_counter() - start) < LONGEST_S:
        share = 1 - abs(1 - passed % 2)
        yield from hand.move((x0 + (x1 - x0) * share, y), 0)
        ui.append(float(app.meters.ui.values()[-1]))
    yield from hand.release()
    state = exporter.state
    assert state is not None
    found |= {"export_s": round(time.perf_counter() - start, 1), "frames": state.done, "problem": state.problem}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of the film")
    given = parser.parse_args(arguments)
    ui: list[float] = []
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        play(lambda stage: _script(stage, Path(folder, "film.mp4"), given.seconds, ui, found))
    p95 = float(np.percentile(ui, 95))
    found |= {"window_frames": len(ui), "ui_ms": {"median": round(float(np.median(ui)), 2), "p95": round(p95, 2)}}
    found["targets"] = {"ui_under_20_ms_while_a_film_is_exported": p95 < TARGET_MS and not found["problem"]}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
