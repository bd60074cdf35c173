"""Drag of a slider in the real window with a renderer in a child process; see `benchmarks.latency`."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.window import play
from viz.link.meters import work_clock

if TYPE_CHECKING:
    from viz.tour.stage import Stage

RENDER_MS, RESOLUTION, SECONDS, TIMES = 15.0, 1024, 10.0, 3


def percentiles(values: list[float]) -> dict[str, float]:
    """Return median and p95, rounded."""
    return {"median": round(float(np.median(values)), 2), "p95": round(float(np.percentile(values, 95)), 2)}


def _loop_ms() -> float:
    """CPU time of a fixed Python loop."""
    start, total = work_clock(), 0
    for k in range(2000):
        total += k & 3
    return (work_clock() - start) * 1000


def copying_ms() -> dict[str, float]:
    """Time to copy an image of 4 MB, best of 20, with its bytes in the CPU cache and not."""
    source, target = (np.zeros((RESOLUTION, RESOLUTION, 4), np.uint8) for _ in range(2))
    other = np.zeros(2**26, np.uint8)
    found: dict[str, list[float]] = {"cached": [], "uncached": []}
    for name in list(found) * 20:
        if name == "uncached":
            other[::64] += 1
        else:
            np.copyto(target, source)
        start = work_clock()
        np.copyto(target, source)
        found[name].append((work_clock() - start) * 1000)
    return {name: round(min(times), 3) for name, times in found.items()}


@contextmanager
def _timed(spent: list[float], *methods: tuple[type, str]) -> Iterator[None]:
    """Add the CPU time spent inside methods to `spent[0]`, in milliseconds."""
    plain = [(kind, name, getattr(kind, name)) for kind, name in methods]

    def timed(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            start = work_clock()
            try:
                return method(*values)
            finally:
                spent[0] += (work_clock() - start) * 1000

        return call

    for kind, name, method in plain:
        setattr(kind, name, timed(method))
    try:
        yield
    finally:
        for kind, name, method in plain:
            setattr(kind, name, method)


@dataclass
class Log:
    """Measurements of each frame of a drag, in milliseconds."""

    ui: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    loops: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    """Latency of each image shown."""

    def figures(self, seconds: float) -> dict[str, Any]:
        """Summarise the measurements."""
        frames, shown = len(self.ui), len(self.latency)
        return {
            "render_ms": RENDER_MS,
            "resolution": RESOLUTION,
            "pictures_shown_per_second": round(shown / seconds, 1),
            "window_frames_per_second": round(frames / seconds, 1),
            "latency_ms": percentiles(self.latency),
            "latency_bound_ms": round(RENDER_MS + 2 * 1000 * seconds / frames, 2),
            "ui_ms": percentiles(self.ui),
            "ui_pictures_ms": percentiles(self.pictures),
            "ui_drawing_ms": percentiles([whole - part for whole, part in zip(self.ui, self.pictures, strict=True)]),
            "ui_waiting_ms": percentiles(self.waits),
            "loop_ms": percentiles(self.loops) | {"best": round(min(_loop_ms() for _ in range(500)), 3)},
        }


def _script(stage: "Stage", seconds: float, log: Log, spent: list[float]) -> Iterator[None]:
    """Drag ψ back and forth."""
    from viz.gl import upload
    from viz.ui.widgets import spots

    hand, app = stage.hand, stage.app
    while not app.up_to_date:
        yield
    yield from hand.wait(1.0)
    x0, y = hand.at("Generator/ψ", 0.1)
    x1, _ = hand.at("Generator/ψ", 0.9)
    spots.unwatch()  # recording control positions costs time that the window does not spend
    yield from hand.move((x0, y))
    yield from hand.press()
    last, start = app.incoming.frame, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        share = 1 - abs(1 - passed % 2)  # constant speed, so that every frame shows another value
        spent[0] = 0.0
        yield from hand.move((x0 + (x1 - x0) * share, y), 0)
        log.ui.append(float(app.meters.ui.values()[-1]))
        log.pictures.append(spent[0])
        log.waits.append(upload.current.waited_s * 1000)
        log.loops.append(_loop_ms())
        if app.incoming.frame is not last:
            last = app.incoming.frame
            log.latency.append(float(app.meters.latency.values()[-1]))
    yield from hand.release()


def drag(seconds: float = SECONDS) -> dict[str, Any]:
    """Measure frame rate, latency and UI time while a slider is dragged."""
    from renderer.fake.client import SLOW_WORKER
    from renderer.ipc.client import Renderer
    from viz.gl.textures import Picture
    from viz.gl.viewport import Viewport

    log, spent = Log(), [0.0]
    with _timed(spent, (Picture, "upload"), (Viewport, "show")):
        play(
            lambda stage: _script(stage, seconds, log, spent),
            lambda wake: Renderer(wake, SLOW_WORKER, (RENDER_MS, RESOLUTION)),
        )
    return log.figures(seconds)


def drags(times: int = TIMES, seconds: float = SECONDS) -> dict[str, Any]:
    """Return the best of several drags by p95 UI time, with calibration."""
    found = [drag(seconds) for _ in range(times)]
    best = min(found, key=lambda one: one["ui_ms"]["p95"])
    loop = best.pop("loop_ms")
    slower = max(1.0, loop["median"] / loop["best"])
    best["ui_ms_p95_each_time"] = [one["ui_ms"]["p95"] for one in found]
    best["ui_ms_at_best"] = {name: round(value / slower, 2) for name, value in best["ui_ms"].items()}
    best["calibration"] = {"loop_ms": loop, "slower": round(slower, 2), "copy_4_mb_ms": copying_ms()}
    return best
