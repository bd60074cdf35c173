"""Cost of watching runs: `python -m benchmarks.tailing` prints JSON.

* frame: 20 runs of 100,000 lines each are selected together in the Train workspace of the real window (1280x720, off
  screen without a display), so that all their files are followed and all their curves overlaid. Measures the UI
  thread's work per frame (CPU time up to the submission of Dear ImGui's vertices to OpenGL) and the time between
  frames: `idle` is the same panel on a folder without runs, `resting` after everything is read and nothing arrives,
  `appended` while another process adds a line to every run twice a second. Target: less than 1 ms per frame more than
  the idle panel, at the median and at p95.
* opening: a `stats.jsonl` of 200 MB is read by the window's reader thread, without a window: time to the first curve,
  time until everything is read, and the delay of a thread that wakes every 2 ms meanwhile, which is what the UI thread
  would experience.
* idle_cpu_percent: CPU use of that process over 5 s, with the 200 MB read and followed and nothing arriving.

Takes 1.5 GB of disk space for a minute or two.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from benchmarks.drag import percentiles
from benchmarks.window import play

if TYPE_CHECKING:
    from viz.tour.stage import Stage

TARGET_MS = 1.0


@dataclass(frozen=True)
class Size:
    """Size of the benchmark."""

    runs: int = 20
    lines: int = 100_000
    """Lines per run."""
    file_bytes: int = 200 * 10**6
    frames: int = 300


_TINY = Size(2, 200, 10**6, 5)
_STATS = (
    "Loss/G/loss",
    "Loss/D/loss",
    "Loss/signs/real",
    "Loss/scores/real",
    "Progress/augment",
    "Timing/sec_per_kimg",
)


def line(kimg: float, level: float, names: tuple[str, ...] = _STATS) -> str:
    """Format a line of `stats.jsonl`."""
    values = {name: level + k + 0.3 * np.sin(kimg * (k + 1.3)) for k, name in enumerate(names)}
    values["Progress/kimg"] = kimg
    return json.dumps({name: {"num": 1, "mean": float(value), "std": 0.0} for name, value in values.items()}) + "\n"


def make_runs(folder: Path, size: Size) -> None:
    """Create run folders with different values."""
    lines = [line(4.0 * k, 1.0) for k in range(size.lines)]
    for number in range(size.runs):
        run = folder / f"{number:05d}-benchmark"
        run.mkdir(parents=True)
        level = f"{number / 10:.2f}"
        with open(run / "stats.jsonl", "w") as file:
            file.writelines(one.replace('"mean": 1.', f'"mean": {level}') for one in lines)
        told = {"state": "stopped", "kimg": 4.0 * size.lines, "total_kimg": 8.0 * size.lines, "updated": time.time()}
        (run / "status.json").write_text(json.dumps(told))
        (run / "run.yaml").write_text("kind: train\nspec: {}\n")
        (run / "log.txt").write_text("".join(f"tick {k}\n" for k in range(2000)))


def append(folder: str, lines: int, ended: Any) -> None:
    """Append a line to every run, twice per second."""
    kimg = 4.0 * lines
    while not ended.wait(0.5):
        kimg += 4.0
        for run in Path(folder).iterdir():
            with open(run / "stats.jsonl", "a") as file:
                file.write(line(kimg, 1.0))
            with open(run / "log.txt", "a") as file:
                file.write(f"tick {kimg}\n")


class Series:
    """Measurements of a series of frames."""

    def __init__(self) -> None:
        self.ui: list[float] = []
        self.wall: list[float] = []

    def figures(self) -> dict[str, Any]:
        return {"ui_ms": percentiles(self.ui), "frame_ms": percentiles(self.wall)}


def _frames(stage: "Stage", count: int, series: Series) -> Iterator[None]:
    last = time.perf_counter()
    for _ in range(count):
        yield
        now = time.perf_counter()
        series.ui.append(float(stage.app.meters.ui.values()[-1]))
        series.wall.append((now - last) * 1000)
        last = now


def _script(stage: "Stage", size: Size, folder: str, found: dict[str, Any]) -> Iterator[None]:
    from viz.runs.data import RUN_FILES
    from viz.runs.selection import choosing
    from viz.state.params import put
    from viz.ui.widgets import spots

    app, hand = stage.app, stage.hand
    while not app.up_to_date:
        yield
    app.change(lambda scene: put(scene, "view.workspace", "train"))
    yield from hand.wait(1.5)
    spots.unwatch()
    yield from _frames(stage, size.frames, series := Series())
    found["idle"] = series.figures()
    app.change(lambda scene: put(scene, "settings.run_dirs", folder))
    while len(app.facts.runs) < size.runs:
        yield
    files = app.services[RUN_FILES]
    folders = tuple(run.folder for run in app.facts.runs)
    began = time.perf_counter()
    app.change(lambda scene: choosing(scene, folders=folders))
    yield
    while not all(files.record(one).stats for one in folders):
        yield
    found["first_curves_s"] = round(time.perf_counter() - began, 2)
    reading = Series()
    while not reading.ui or not all(files.record(one).share >= 1 for one in folders):
        yield from _frames(stage, size.frames, reading)
    found["whole_s"] = round(time.perf_counter() - began, 2)
    found["reading"] = reading.figures()
    yield from hand.wait(2.0)
    yield from _frames(stage, size.frames, series := Series())
    found["resting"] = series.figures()
    context = multiprocessing.get_context("spawn")
    ended = context.Event()
    writer = context.Process(target=append, args=(folder, size.lines, ended))
    writer.start()
    yield from hand.wait(3.0)
    yield from _frames(stage, size.frames, series := Series())
    found["appended"] = series.figures()
    ended.set()
    writer.join()


def _wait_for_opengl(params: Any) -> None:
    """Finish each frame before the next, as off screen nothing else does and software OpenGL queues up work."""
    from OpenGL import GL

    before = params.callbacks.before_swap

    def finish() -> None:
        before()
        GL.glFinish()

    params.callbacks.before_swap = finish


def frames(size: Size) -> dict[str, Any]:
    """Measure the cost of a frame."""
    from renderer.fake.client import FakeRenderer

    found: dict[str, Any] = {"runs": size.runs, "lines": size.lines}
    with tempfile.TemporaryDirectory() as folder:
        make_runs(Path(folder, "runs"), size)
        Path(folder, "none").mkdir()
        play(
            lambda stage: _script(stage, size, str(Path(folder, "runs")), found),
            FakeRenderer,
            _wait_for_opengl,
            run_dirs=str(Path(folder, "none")),
        )
    for name in ("resting", "appended"):
        found[f"{name}_more_ms"] = {
            key: round(found[name]["ui_ms"][key] - found["idle"]["ui_ms"][key], 2) for key in ("median", "p95")
        }
    return found


def opening(size: Size) -> dict[str, Any]:
    """Measure the opening of a large file."""
    from viz.runs.data import RunFiles
    from viz.ui.plot_series import CurveRequest

    names = (*_STATS, *(f"Loss/stage{k}/value" for k in range(16)))  # as many as a run has
    with tempfile.TemporaryDirectory() as folder:
        written = count = 0
        with open(Path(folder, "stats.jsonl"), "w") as file:
            while written < size.file_bytes:
                written += file.write(line(4.0 * count, 1.0, names))
                count += 1
        files, wish = RunFiles(lambda: None), CurveRequest(folder, _STATS[0], smoothing=0.9)
        began, first, late = time.perf_counter(), 0.0, [0.0]
        while True:
            files.want((folder,), (wish,), (folder,))
            now = time.perf_counter()
            time.sleep(0.002)
            late.append((time.perf_counter() - now - 0.002) * 1000)
            if not first and files.curve(wish) is not None:
                first = time.perf_counter() - began
            if first and files.record(folder).share >= 1:
                break
        whole = time.perf_counter() - began
        process = psutil.Process()
        used, start = process.cpu_times(), time.perf_counter()
        while time.perf_counter() - start < 5:
            time.sleep(1)
            files.want((folder,), (wish,), (folder,))
        spent = process.cpu_times()
        idle = (spent.user + spent.system - used.user - used.system) / (time.perf_counter() - start)
        files.close()
    return {
        "megabytes": round(written / 1e6),
        "lines": count,
        "first_curve_s": round(first, 3),
        "whole_s": round(whole, 2),
        "late_ms": {**percentiles(late), "most": round(max(late), 2)},
        "idle_cpu_percent": round(100 * idle, 2),
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="a few short files, to show that it runs")
    size = _TINY if parser.parse_args(arguments).tiny else Size()
    found: dict[str, Any] = {"opening": opening(size), "frame": frames(size)}
    more = [found["frame"][f"{name}_more_ms"][key] for name in ("resting", "appended") for key in ("median", "p95")]
    found["targets"] = {
        "under_1_ms_a_frame": max(more) < TARGET_MS,
        "first_curve_in_0.5_s": found["opening"]["first_curve_s"] < 0.5,
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
