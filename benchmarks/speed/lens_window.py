"""The lens beside large networks, in the window: `python -m benchmarks.speed.lens_window [--network NAME]` prints JSON.

NAME is one of `benchmarks.live`, with random weights; the window has room for all figures (1600 x 900). First, seconds
from the opening of the lens until each of its figures has a first value: equivariance where the network has an input to
move, the path length along a timeline of two keys, diversity and radial power against a folder of pictures. Then new
seeds are shown, in turn with the lens closed and while it measures: median seconds until the first picture of each, and
until the whole one, and the ratio of both. Progress goes to stderr.
"""

import argparse
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.live import network
from benchmarks.window import play
from renderer.document.parts import Latent, Transform
from renderer.document.timeline import Key, Track
from viz.analysis import lens, lens_equivariance, lens_path, lens_power
from viz.state.params import put
from viz.tour.stage import Stage

TARGET = 1.3
"""Most times the time of a picture while the lens measures, in that while it is closed."""
WAIT_S = 120.0
SIZE, REST = (1600, 900), 30
"""Of the window, and frames without a change before a seed is shown."""


def until(found: Callable[[], Any], most_s: float = WAIT_S) -> Iterator[None]:
    """Draw frames until `found()` is true, or the time is over."""
    end = time.perf_counter() + most_s
    while not found() and time.perf_counter() < end:
        yield


def whole(stage: Stage) -> bool:
    """Return True if the image shown is that of the document in full resolution."""
    frame = stage.app.link.frame
    return stage.app.up_to_date and frame is not None and not frame.low_res and not frame.fast


_seeds = itertools.count(100)
"""Each is shown once: pictures are kept."""


def shown(stage: Stage) -> Generator[None, None, tuple[float, float]]:
    """Show a new seed; return the seconds until its first picture and until the whole one."""
    app = stage.app
    yield from until(lambda: whole(stage))
    for _ in range(REST):
        yield
    before, began = app.link.image_version, time.perf_counter()
    app.store.adopt(put(app.scene, "document.latent", Latent(float(next(_seeds)))))
    yield
    yield from until(lambda: app.link.image_version != before)
    first = time.perf_counter() - began
    yield from until(lambda: whole(stage))
    return first, time.perf_counter() - began


def compared(stage: Stage, rounds: int, found: dict[str, Any]) -> Iterator[None]:
    """Show seeds with the lens closed and while it measures, in turn, and note medians and ratios."""
    app = stage.app
    taken: dict[str, list[tuple[float, float]]] = {"closed": [], "measuring": []}
    for number in range(rounds):
        for name, times in taken.items():
            on = name == "measuring"
            app.store.adopt(lens.shown(app.scene, on))
            yield from until(lambda on=on: bool(app.facts.jobs.running) is on)
            times.append((yield from shown(stage)))
            note(f"round {number + 1}, {name}: {times[-1][0]:.2f} s, whole {times[-1][1]:.2f} s")
    for name, times in taken.items():
        first, last = (statistics.median(column) for column in zip(*times, strict=True))
        found[name] = {"first_picture_s": first, "whole_picture_s": last}


def note(text: str) -> None:
    """Tell of the progress."""
    print(text, file=sys.stderr, flush=True)


def measured(stage: Stage, folder: str, seconds: float, found: dict[str, float]) -> Iterator[None]:
    """Open the lens on everything it has, and note when each figure has a first value."""
    app = stage.app
    timeline = replace(
        app.scene.document.timeline, tracks=(Track("latent.x", (Key(0.0, 0.0), Key(4.0, 2.0))),), seconds=4.0
    )
    scene = put(app.scene, "document.timeline", timeline)
    assert app.facts.model is not None
    moves = app.facts.model.has_transform
    if moves:
        scene = put(scene, "document.transform", Transform(0.1, -0.05, 10.0))
    scene = lens.opened(lens_power.with_dataset(put(scene, "view.workspace", "analyse"), folder))
    app.store.adopt(scene)
    scratch, began = app.facts.scratch, time.perf_counter()
    note("the lens opens")

    def equivariance() -> bool:
        return scratch.get(lens_equivariance.Measured).found is not None

    figures: dict[str, Callable[[], bool]] = {
        "path_length": lambda: scratch.get(lens_path.Speed).result is not None,
        "diversity": lambda: scratch.get(lens_power.Pairs).result is not None,
        "power": lambda: scratch.get(lens_power.Power).found is not None,
    }
    if moves:
        figures["equivariance"] = equivariance
    while time.perf_counter() - began < seconds and len(found) < len(figures):
        yield
        for name, ready in figures.items():
            if name not in found and ready():
                found[name] = round(time.perf_counter() - began, 2)
                note(f"{name}: first value after {found[name]} s")


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="sg2-1024")
    parser.add_argument("--seconds", type=float, default=60.0, help="longest wait for the first figures")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--tiny", action="store_true", help="the bundled network, once")
    given = parser.parse_args(arguments)
    name, times, seconds = ("demo", 1, 5.0) if given.tiny else (given.network, given.times, given.seconds)
    found: dict[str, Any] = {"network": name, "first_figures_s": {}}
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        for number in range(16):
            noise = np.random.RandomState(number).randint(0, 256, (64, 64, 3)).astype(np.uint8)
            Image.fromarray(noise).save(pictures / f"{number}.png")

        def script(stage: Stage) -> Iterator[None]:
            yield from until(lambda: stage.app.facts.model is not None and whole(stage))
            yield from shown(stage)
            yield from measured(stage, str(pictures), seconds, found["first_figures_s"])
            yield from compared(stage, times, found)

        play(script, network=network(name, Path(folder)), size=SIZE)
    for key in ("first_picture_s", "whole_picture_s"):
        found[f"{key}_ratio"] = found["measuring"][key] / found["closed"][key]
    found["targets"] = {f"pictures_within_{TARGET:g}": found["first_picture_s_ratio"] <= TARGET}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
