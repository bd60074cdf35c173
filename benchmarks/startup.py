"""Start-up and idling of the window, opened as by `python visualizer.py` for the first time, in this process.

`python -m benchmarks.startup SECONDS` prints one line of JSON: times of the first frame, of the first image and of the
first that moves, the CPU time that the window and the renderer had used by then, and idle CPU use. SECONDS is the time
(since 1970) at which the caller started this process; the system's own start time is rounded to the second in which
the computer booted. Imports are part of the measurement. On a busy machine only the CPU times mean something.
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil

REST_S, IDLE_S = 3.0, 5.0


def main() -> None:
    """Measure and print."""
    process, born = psutil.Process(), float(sys.argv[1])
    import visualizer
    from viz.state.params import put

    figures: dict[str, Any] = {"start_s": {}, "cpu_s": {}}

    def mark(what: str, app: Any) -> None:
        figures["start_s"][what] = round(time.time() - born, 2)
        pid = app.renderer.pid
        used = {"window": process, "renderer": psutil.Process(pid)} if pid else {"window": process}
        figures["cpu_s"][what] = {
            name: round(times.user + times.system, 2)
            for name, times in ((name, one.cpu_times()) for name, one in used.items())
        }

    def script(app: Any) -> Iterator[None]:
        yield
        yield
        mark("window", app)
        while app.link.frame is None and app.link.failure is None:
            yield
        if app.link.failure is not None:
            raise SystemExit(app.link.failure.message)
        yield
        mark("picture", app)
        first = app.link.image_version
        while app.link.image_version == first:  # without a session it walks by itself
            yield
        mark("moving", app)
        app.change(lambda scene: put(scene, "view.motion.latent", False))
        yield
        yield

    visualizer.open_window("", {}, watch=lambda app, params: _watch(app, params, script(app), process, figures))
    print(json.dumps(figures))


def _watch(app: Any, params: Any, script: Iterator[None], process: psutil.Process, figures: dict[str, Any]) -> None:
    """Step `script` before each frame, then let the window idle, then close it."""
    import threading

    from imgui_bundle import hello_imgui

    before = params.callbacks.pre_new_frame
    done = threading.Event()

    def idle() -> None:
        done.wait()
        time.sleep(REST_S)
        used = process.cpu_times()
        began = time.perf_counter()
        time.sleep(IDLE_S)
        now = process.cpu_times()
        spent = now.user + now.system - used.user - used.system
        figures["idle_cpu_percent"] = round(100 * spent / (time.perf_counter() - began), 2)
        hello_imgui.get_runner_params().app_shall_exit = True
        hello_imgui.request_refresh()

    def step() -> None:
        if not done.is_set():
            hello_imgui.request_refresh()
            try:
                next(script)
            except StopIteration:
                done.set()
        before()

    params.callbacks.pre_new_frame = step
    threading.Thread(target=idle, daemon=True).start()


if __name__ == "__main__":
    main()
