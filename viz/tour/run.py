"""Run the tour: open the window, play the script, and write screenshots and a film."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from imgui_bundle import immapp
from numpy.typing import NDArray

from foundation.bundled import FIRST, RECORDED_RUNS
from renderer.ipc.interface import AnyRenderer
from viz.shell import headless
from viz.shell.app import App, Options
from viz.shell.offscreen import Target
from viz.state.settings import Settings
from viz.tour.film import Film
from viz.tour.script import Script
from viz.tour.stage import Stage

SIZE = (1280, 720)


def run(folder: Path, renderer: AnyRenderer, network: str = "", device: str = "auto") -> list[Path]:
    """Play the tour and return the paths of the screenshots and the film written to `folder`.

    The user's settings, layouts and captures are not touched.

    Raises RuntimeError or LookupError if the window or a step of the tour fails.
    """
    captures, runs = str(folder / "captures"), os.pathsep.join((str(folder / "runs"), str(RECORDED_RUNS)))
    settings = Settings(device=device, capture_dir=captures, run_dirs=runs, vsync=False, frame_limit=30)
    app = App(
        settings, renderer, Options(network=network, first=str(FIRST), keep=False, size=SIZE, chance=random.Random(7))
    )
    stage = Stage(app, time.perf_counter)
    film = Film(folder)

    def shot(name: str) -> Iterator[None]:
        taken: list[NDArray[np.uint8]] = []
        app.photograph(taken.append)
        while not taken:
            yield
        film.shot(taken[0], name)

    def script() -> Iterator[None]:
        for _ in Script(app, stage.hand, shot, time.perf_counter).play():
            if film.due(now := time.perf_counter()):
                app.photograph(lambda pixels, now=now: film.frame(pixels, now))  # type: ignore[misc]
            yield

    headless.prepare()
    params = app.runner_params()
    stage.attach(params, script())
    Target(SIZE).attach(params)
    try:
        immapp.run(params, App.add_ons())
    finally:
        app.close()
        movie = film.close()
    if stage.problem is not None:
        raise stage.problem
    return [*film.shots, movie]
