"""The window's own work while a film is exported: `python -m benchmarks.film` prints JSON.

A walk of 10 s through the demo network is exported as an MP4 by the exporter's own process (niced, one thread) while ψ
is dragged to and fro in the real window, which renders the same network. UI time is the processor time of the window's
thread in each frame, as in `benchmarks.latency`: buffer swap and software rasterising are excluded. `alone` is the same
drag before the export, in the same run.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.drag import FRAME_LIMIT, percentiles

if TYPE_CHECKING:
    from viz.tour.stage import Stage

SECONDS, FPS, SIZE, ALONE_S, PATIENCE_S = 10.0, 60.0, 256, 5.0, 300.0


def _script(stage: "Stage", folder: Path, found: dict[str, Any]) -> Iterator[None]:
    from viz.exporting import Exporter, FilmOptions
    from viz.scene import ExportFilm
    from viz.walks import walked, walks

    hand, app = stage.hand, stage.app
    while not app.up_to_date:
        yield
    walk = next(one for one in walks() if one.id == "walk-random")
    app.change(lambda scene: walked(scene, app.facts, walk))
    yield from hand.wait(1.0)
    app.change(lambda scene: replace(scene, view=replace(scene.view, playback=replace(scene.view.playback, on=False))))
    yield from hand.wait(1.0)
    x0, y = hand.at("Generator/ψ", 0.1)
    x1, _ = hand.at("Generator/ψ", 0.9)
    exporter = app.scratch.get(Exporter)

    def drag(goes_on: Any) -> Iterator[None]:
        spent: list[float] = []
        start = time.perf_counter()
        yield from hand.move((x0, y))
        yield from hand.press()
        while goes_on(passed := time.perf_counter() - start):
            if passed > PATIENCE_S:
                raise TimeoutError("The film was not done in time.")
            yield from hand.move((x0 + (x1 - x0) * (1 - abs(1 - passed % 2)), y), 0)
            spent.append(float(app.meters.ui.values()[-1]))
        yield from hand.release()
        found["last"] = {"frames": len(spent), "seconds": round(time.perf_counter() - start, 1), **percentiles(spent)}

    yield from drag(lambda passed: passed < ALONE_S)
    found["alone"] = found.pop("last")
    options = FilmOptions(str(folder / "film.mp4"), FPS, 0.0, SECONDS, SIZE)
    app.change(lambda scene: scene.ask(ExportFilm(options)))
    yield from hand.wait(0.5)
    yield from drag(lambda passed: exporter.running)
    found["while_exporting"] = found.pop("last")
    state = exporter.state
    if state is None or state.problem:
        raise RuntimeError(f"The film was not made: {state and state.problem}")
    found["film_bytes"] = (folder / "film.mp4").stat().st_size


def main() -> None:
    """Measure and print."""
    from viz import headless  # first: it tells PyOpenGL how to draw without a display

    # isort: split
    from imgui_bundle import hello_imgui, immapp

    from renderer.client import Renderer
    from viz.app import App, Options
    from viz.settings import Settings
    from viz.tour.stage import Stage

    found: dict[str, Any] = {"machine": {"cores": psutil.cpu_count()}, "film_s": SECONDS, "fps": FPS, "size": SIZE}
    renderer = Renderer(hello_imgui.request_refresh)
    app = App(Settings(frame_limit=FRAME_LIMIT, vsync=False), renderer, Options(keep=False, size=(1280, 720)))
    stage = Stage(app, time.perf_counter)
    headless.prepare()
    params = app.runner_params()
    with tempfile.TemporaryDirectory() as folder:
        stage.attach(params, _script(stage, Path(folder), found))
        try:
            immapp.run(params, app.add_ons())
        finally:
            app.close()
            renderer.close()
    if stage.problem:
        raise stage.problem
    found["targets"] = {"ui_p95_under_20_ms": found["while_exporting"]["p95"] < 20.0}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
