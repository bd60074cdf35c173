"""Cost of large collections in the window: `python -m benchmarks.screens` prints JSON.

The real window (1280x720, off screen without a display) on 200 runs, one of them with 751 image grids and snapshots,
and on a dataset of 70,000 pictures with labels. For each screen: the UI thread's work per frame (CPU time), the time
between frames, and the process's memory afterwards. `explore` is the screen to compare with, in the same run; `survey`
is the dialog of a new dataset while the pictures are looked at, `form` that of a new run with the dataset chosen.
`gallery` is the sheet of 10,000 seeds at rest, `gallery_scroll` while it scrolls; `similar_s` are the seconds that a
sort by similarity takes once all w vectors are known.
"""

import argparse
import io
import json
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from PIL import Image

from benchmarks.tailing import Series, line
from benchmarks.window import play

if TYPE_CHECKING:
    from viz.tour.stage import Stage


@dataclass(frozen=True)
class Size:
    """Size of the benchmark."""

    runs: int = 200
    ticks: int = 751
    """Image grids and snapshots of the long run."""
    pictures: int = 70_000
    frames: int = 12
    seeds: int = 10_000
    """Seeds of the gallery."""


_TINY = Size(5, 8, 40, 3, 400)
_DIFFERENT = 64
"""Number of different pictures; the others repeat them."""


def make_runs(folder: Path, size: Size) -> str:
    """Create run folders; returns that of the long run."""
    grid = io.BytesIO()
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (288, 512, 3)).astype(np.uint8)).save(grid, "PNG")
    for number in range(size.runs):
        run = folder / f"{number:05d}-benchmark"
        run.mkdir(parents=True)
        ticks = size.ticks if number == size.runs - 1 else 2
        (run / "stats.jsonl").write_text("".join(line(4.0 * k, 1.0) for k in range(ticks)))
        told = {"state": "stopped", "kimg": 4.0 * ticks, "total_kimg": 25_000.0, "updated": time.time() + number}
        (run / "status.json").write_text(json.dumps(told))
        (run / "run.yaml").write_text("kind: train\nspec: {}\n")
        (run / "log.txt").write_text("".join(f"tick {k}\n" for k in range(ticks)))
        for k in range(ticks):
            (run / f"fakes{4 * k:06d}.png").write_bytes(grid.getvalue())
            (run / f"network-snapshot-{4 * k:06d}.safetensors").touch()
    return str(run)


def make_dataset(path: Path, size: Size) -> None:
    """Write a labelled dataset of 32 x 32 pixels."""
    contents = []
    for seed in range(_DIFFERENT):
        stream = io.BytesIO()
        pixels = np.random.RandomState(seed).randint(0, 256, (8, 8, 3)).astype(np.uint8)
        Image.fromarray(pixels).resize((32, 32)).save(stream, "PNG")
        contents.append(stream.getvalue())
    names = [f"{index // 1000:05d}/img{index:08d}.png" for index in range(size.pictures)]
    with zipfile.ZipFile(path, "w") as archive:
        for index, name in enumerate(names):
            archive.writestr(name, contents[index % _DIFFERENT])
        labels = [[name, index % 10] for index, name in enumerate(names)]
        archive.writestr("dataset.json", json.dumps({"labels": labels}))


def _measured(stage: "Stage", size: Size, name: str, found: dict[str, Any]) -> Iterator[None]:
    """Measure some frames in which everything is drawn, as while the mouse moves."""
    from imgui_bundle import imgui

    series, last = Series(), time.perf_counter()
    for k in range(size.frames):
        imgui.get_io().add_mouse_pos_event(300.0 + k % 400, 300.0 + k % 100)
        yield
        now = time.perf_counter()
        series.ui.append(float(stage.app.meters.ui.values()[-1]))
        series.wall.append((now - last) * 1000)
        last = now
    found[name] = {**series.figures(), "memory_mb": round(psutil.Process().memory_info().rss / 1e6)}


def _script(stage: "Stage", size: Size, long: str, data: str, found: dict[str, Any]) -> Iterator[None]:
    from viz.runs.data import RUN_FILES
    from viz.runs.new_dataset.state import MAKING, MakeDataset
    from viz.runs.new_run.actions import TrainWith
    from viz.runs.new_run.dialog import form_of
    from viz.runs.selection import choosing, chosen_alone
    from viz.state.params import put
    from viz.state.scene import Scene
    from viz.ui.widgets import spots

    app, hand = stage.app, stage.hand
    while not app.up_to_date:
        yield
    yield from hand.wait(1.5)
    spots.unwatch()
    yield from _measured(stage, size, "explore", found)
    yield from _gallery(stage, size, found)
    began = time.perf_counter()
    app.change(lambda scene: put(scene, "view.workspace", "train"))
    while len(app.facts.runs) < size.runs:
        yield
    found["list_s"] = round(time.perf_counter() - began, 2)
    yield from _measured(stage, size, "list", found)
    files = app.services[RUN_FILES]
    app.change(lambda scene: chosen_alone(scene, long))
    while len(files.listing(long).grids) < size.ticks or not files.record(long).stats:
        yield
    yield from _measured(stage, size, "long_run", found)

    def slid(scene: Scene) -> Scene:
        kimg = scene.interaction.runs.kimg or 0.0
        return choosing(scene, kimg=(kimg + 12.0) % (4.0 * size.ticks))

    series, last = Series(), time.perf_counter()
    for _ in range(size.frames):
        app.change(slid)
        yield
        series.ui.append(float(app.meters.ui.values()[-1]))
        series.wall.append((time.perf_counter() - last) * 1000)
        last = time.perf_counter()
    found["fakes_slider"] = {**series.figures(), "memory_mb": round(psutil.Process().memory_info().rss / 1e6)}
    app.change(lambda scene: put(scene, "view.workspace", "explore").request(MakeDataset(data)))
    making = app.services[MAKING]
    began = time.perf_counter()
    while not making.survey.looked:
        yield
    yield from _measured(stage, size, "survey", found)
    found["surveyed_per_s"] = round(making.survey.looked / (time.perf_counter() - began))
    making.surveyor.look("", 1.0)
    app.change(lambda scene: scene.request(TrainWith("data", data)))
    yield
    while form_of(app.facts).looker.ask(data, lambda: None) is None:
        yield
    yield from _measured(stage, size, "form", found)


def _gallery(stage: "Stage", size: Size, found: dict[str, Any]) -> Iterator[None]:
    """Measure the gallery of seeds, at rest and while it scrolls, and its sort by similarity."""
    from viz.gallery.known import KNOWN
    from viz.gallery.order import by_values, similarity
    from viz.gallery.view import Gallery
    from viz.state.params import put

    app = stage.app
    app.change(lambda scene: put(put(scene, "view.gallery.count", size.seeds), "view.gallery.on", True))
    known = app.services[KNOWN]
    while (w := known.of(0, size.seeds)) is None or known.mean is None or known.picture is None:
        yield
    began = time.perf_counter()
    by_values(np.arange(size.seeds), similarity(w, known.mean, known.picture), descending=True)
    found["similar_s"] = round(time.perf_counter() - began, 4)
    yield from _measured(stage, size, "gallery", found)
    sheet, series, last = app.scratch.get(Gallery).sheet, Series(), time.perf_counter()
    for k in range(size.frames):
        sheet.reveal = (k * 7 * sheet.columns + sheet.columns * sheet.rows) % size.seeds
        yield
        series.ui.append(float(app.meters.ui.values()[-1]))
        series.wall.append((time.perf_counter() - last) * 1000)
        last = time.perf_counter()
    found["gallery_scroll"] = {**series.figures(), "memory_mb": round(psutil.Process().memory_info().rss / 1e6)}
    app.change(lambda scene: put(scene, "view.gallery.on", False))
    yield


def measure(size: Size) -> dict[str, Any]:
    """Return the figures of all screens."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        long = make_runs(folder / "runs", size)
        make_dataset(folder / "data.zip", size)
        play(
            lambda stage: _script(stage, size, long, str(folder / "data.zip"), found),
            run_dirs=str(folder / "runs"),
        )
    return found


def main(words: list[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="a quick try that measures nothing of interest")
    given = parser.parse_args(words)
    print(json.dumps(measure(_TINY if given.tiny else Size()), indent=1))


if __name__ == "__main__":
    main()
