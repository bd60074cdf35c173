"""One row of `benchmarks.live`: `python -m benchmarks.live.row NETWORK SECONDS COLUMNS BORN` prints one line of JSON.

NETWORK is a path, or empty for the bundled network; BORN the time (since 1970) at which the caller started this
process. Imports are part of the measurement.
"""

import json
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

REST_S, WAIT_S, SPEED = 1.0, 120.0, 0.5
TIMES = 3
ROWS_PER_SECOND = 15.0
"""Rows of layers that a carried swatch passes: more than the images a second that are wanted."""


class _Shown:
    """Counts the different images that the window shows; with `again` those that differ from the one before."""

    def __init__(self, app: Any, again: bool = False) -> None:
        self._app, self._again = app, again
        self._last = app.link.frame
        self._seen: set[int] = {self._print()} if self._last is not None else set()
        self.times: list[float] = []
        self.sides: Counter[int] = Counter()
        self.frames = 0
        self._spent = _cpu_s(None), _cpu_s(app.renderer.pid)
        self.start = time.perf_counter()

    def _print(self) -> int:
        pixels = self._app.link.pixels()
        return zlib.crc32(pixels[::16].tobytes()) if pixels is not None else 0

    def look(self) -> None:
        """Look at the image. Call once a frame."""
        self.frames += 1
        frame = self._app.link.frame
        if frame is None or frame is self._last:
            return
        self._last = frame
        print_ = self._print()
        if print_ not in self._seen:
            if self._again:
                self._seen.clear()
            self._seen.add(print_)
            self.times.append(time.perf_counter() - self.start)
            self.sides[frame.low_res or frame.model.resolution] += 1

    def figures(self, seconds: float) -> dict[str, Any]:
        """Summarise the images of the first `seconds`."""
        whole = max(1, int(seconds))
        each = Counter(int(at) for at in self.times)
        return {
            "pictures_per_second": round(len(self.times) / seconds, 1),
            "slowest_second": min(each[i] for i in range(whole)),
            "sides": {str(side): count for side, count in sorted(self.sides.items())},
            "window_frames_per_second": round(self.frames / seconds, 1),
            "cores": {
                "window": round((_cpu_s(None) - self._spent[0]) / seconds, 2),
                "renderer": round((_cpu_s(self._app.renderer.pid) - self._spent[1]) / seconds, 2),
            },
        }


class _Script:
    """Steps of the measurement, one per frame of the window."""

    def __init__(self, app: Any, seconds: float, columns: list[str], born: float) -> None:
        from viz.tour.pointer import Hand
        from viz.ui.widgets import spots

        self.app, self.seconds, self.columns, self.born = app, seconds, columns, born
        self.hand = Hand({}, time.perf_counter)
        self.awake = True
        """False while the window is to draw at its own pace."""
        self.found: dict[str, Any] = {}
        spots.watch(self.hand.places)

    def steps(self) -> Iterator[None]:
        """Measure all columns."""
        yield
        yield
        start = {"window_s": round(time.time() - self.born, 2)}
        self.awake = False
        while self.app.link.frame is None and self.app.link.failure is None:
            yield
        if self.app.link.failure is not None:
            raise RuntimeError(self.app.link.failure.message)
        frame = self.app.link.frame
        start |= {"picture_s": round(time.time() - self.born, 2), "side": frame.low_res or frame.model.resolution}
        while self.app.link.frame.low_res:
            yield
        self.found["start"] = start | {"whole_s": round(time.time() - self.born, 2)}
        self.awake = True
        yield from self._rest()
        self.found["alone_s"] = yield from self._alone()
        for column in ("drag", "walk", "timeline", "swatch"):
            if column in self.columns:
                self.found[column] = yield from getattr(self, f"_{column}")()
                yield from self._rest()
        yield from self._closed()

    def _until(self, condition: Any, what: str) -> Iterator[None]:
        end = time.perf_counter() + WAIT_S
        while not condition():
            if time.perf_counter() > end:
                raise TimeoutError(f"waited {WAIT_S:.0f} s for {what}")
            yield

    def _whole(self) -> bool:
        return bool(self.app.up_to_date and self.app.link.frame is not None and not self.app.link.frame.low_res)

    def _rest(self) -> Iterator[None]:
        """Wait for the full image, the kernels, and a moment more."""
        yield from self._until(lambda: self._whole() and self.app.link.preparing is None, "the window to rest")
        yield from self.hand.wait(REST_S)
        yield from self._until(self._whole, "the window to rest")

    def _change(self, path: str, value: Any) -> None:
        from viz.state.params import put

        self.app.change(lambda scene: put(scene, path, value))

    def _alone(self) -> Iterator[None]:  # type: ignore[misc]  # it returns the seconds
        taken = []
        for i in range(TIMES):
            before, start = self.app.link.frame, time.perf_counter()
            self._change("document.latent.x", 1000.0 + i)
            yield from self._until(
                lambda before=before: self._whole() and self.app.link.frame is not before, "an image of a new seed"
            )
            taken.append(time.perf_counter() - start)
            yield from self.hand.wait(0.5)
        return round(sorted(taken)[TIMES // 2], 3)  # type: ignore[return-value]

    def _drag(self) -> Iterator[None]:
        hand = self.hand
        x0, y = hand.at("Generator/ψ", 0.1)
        x1, _ = hand.at("Generator/ψ", 0.9)
        yield from hand.move((x0, y))
        yield from hand.press()
        shown = _Shown(self.app)
        while (passed := time.perf_counter() - shown.start) < self.seconds:
            # Not a rational multiple of the period: no value comes back.
            share = 1 - abs(1 - (passed * 0.937) % 2)
            yield from hand.move((x0 + (x1 - x0) * share, y), 0)
            shown.look()
        figures = shown.figures(passed)
        released = time.perf_counter()
        yield from hand.release()
        yield from self._until(self._whole, "the full image")
        whole = time.perf_counter() - released
        ratio = round(whole / self.found["alone_s"], 2)
        return figures | {"whole_s": round(whole, 3), "whole_ratio": ratio}  # type: ignore[return-value]

    def _watch(self) -> Iterator[None]:
        """Let the window draw at its own pace for the time of a motion, and count."""
        shown = _Shown(self.app)
        self.awake = False
        threading.Timer(self.seconds, _wake).start()
        while (passed := time.perf_counter() - shown.start) < self.seconds:
            yield
            shown.look()
        self.awake = True
        return shown.figures(passed)  # type: ignore[return-value]

    def _walk(self) -> Iterator[None]:
        self._change("view.motion.latent_speed", SPEED)
        self._change("view.motion.latent", True)
        yield from self.hand.wait(0.3)
        figures = yield from self._watch()
        self._change("view.motion.latent", False)
        return figures

    def _timeline(self) -> Iterator[None]:
        from renderer.document import timeline as tl
        from renderer.document.parts import Latent
        from viz.state import playback

        length = 2 * self.seconds

        def keyed(scene: Any) -> Any:
            timeline = replace(scene.document.timeline, seconds=length)
            for at, seed in ((0.0, 5.0), (length / 2, 8.0)):
                timeline = tl.keyed(timeline, "latent", at, Latent(x=seed))
            return playback.toggled(replace(scene, document=replace(scene.document, timeline=timeline)))

        self.app.change(keyed)
        yield from self.hand.wait(0.3)
        figures = yield from self._watch()
        self.app.change(lambda scene: playback.with_playback(scene, playing=False, on=False))
        return figures

    def _swatch(self) -> Iterator[None]:
        from renderer.document.document import Swatch
        from renderer.document.parts import Latent

        hand = self.hand

        def ready(scene: Any) -> Any:
            shelf = (Swatch("A", Latent(x=77.0)),)
            document = replace(scene.document, shelf=shelf)
            return replace(scene, document=document, view=replace(scene.view, workspace="mix"))

        self.app.change(ready)
        yield from hand.wait(1.0)
        yield from self._rest()
        rows = sorted((place[1], name) for name, place in hand.places.items() if name.startswith("Mix/style"))
        if len(rows) < 4:
            raise LookupError(f"no rows of layers among {sorted(hand.places)}")
        points = [hand.at(name) for _, name in rows[:8]]
        yield from hand.move(hand.at("Mix/swatch0"))
        yield from hand.press()
        yield from hand.move(points[0], 0.2)
        shown, row, rows_passed = _Shown(self.app, again=True), 0, 0
        while (passed := time.perf_counter() - shown.start) < self.seconds:
            # Back and forth: each row is another image, and the same row again is one.
            place = (passed * ROWS_PER_SECOND) % (2 * len(points) - 2)
            place = min(place, 2 * len(points) - 2 - place)
            rows_passed += round(place) != row
            row = round(place)
            yield from hand.move(points[row], 0)
            shown.look()
        yield from hand.keys(_escape())
        yield from hand.release()
        rows_per_second = round(rows_passed / passed, 1)
        return shown.figures(passed) | {"rows_per_second": rows_per_second}  # type: ignore[return-value]

    def _closed(self) -> Iterator[None]:
        """Open bundled networks in place of this one, and report the memory of the renderer."""
        from viz.files.sources import bundled

        pid = self.app.renderer.pid
        peak = _memory(pid, "VmHWM")
        for source, _ in bundled()[:2]:
            network = replace(self.app.scene.document.network, source=source)
            self.app.change(
                lambda scene, network=network: replace(scene, document=replace(scene.document, network=network))
            )
            yield from self.hand.wait(0.5)
            yield from self._rest()
        self.found["renderer_mb"] = {"peak": peak, "closed": _memory(pid, "VmRSS")}


def _escape() -> Any:
    from imgui_bundle import imgui

    return imgui.Key.escape


def _wake() -> None:
    from imgui_bundle import hello_imgui

    hello_imgui.request_refresh()


def _cpu_s(pid: int | None) -> float:
    """Return the CPU time of a process, by default this one, in seconds."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _memory(pid: int | None, name: str) -> int:
    """Return a figure of /proc/PID/status in MB; 0 where there is none."""
    path = Path(f"/proc/{pid}/status")
    if not path.is_file():
        return 0
    lines = dict(line.partition(":")[::2] for line in path.read_text().splitlines())
    return int(lines[name].split()[0]) // 1024


def main() -> None:
    """Measure and print."""
    path, seconds, columns, born = sys.argv[1], float(sys.argv[2]), sys.argv[3].split(","), float(sys.argv[4])
    import visualizer

    scripts: list[_Script] = []
    problems: list[Exception] = []
    visualizer.open_window(
        path,
        {},
        watch=lambda app, params: scripts.append(_attach(app, params, seconds, columns, born, problems)),
        welcome=False,  # nothing may walk by itself
    )
    if problems:
        raise problems[0]
    print(json.dumps(scripts[0].found))


def _attach(app: Any, params: Any, seconds: float, columns: list[str], born: float, problems: list[Exception]) -> Any:
    """Step the script before each frame; close the window at its end."""
    from imgui_bundle import hello_imgui

    script = _Script(app, seconds, columns, born)
    steps, before, draw = script.steps(), params.callbacks.pre_new_frame, params.callbacks.post_render_dockable_windows
    ended = False

    def step() -> None:
        nonlocal ended
        if not ended:
            try:
                next(steps)
            except StopIteration:
                ended = True
            except (LookupError, RuntimeError, OSError, TimeoutError) as problem:
                problems.append(problem)
                ended = True
            if ended:
                app.close_window("anyway")
            elif script.awake:
                hello_imgui.request_refresh()
        before()

    params.callbacks.pre_new_frame = step
    params.callbacks.post_render_dockable_windows = draw
    return script


if __name__ == "__main__":
    main()
