"""Opens the window as `python visualizer.py` does, notes when its first frame and first picture are shown, then idles.

`python -m benchmarks.startup SECONDS`, where SECONDS is the time (since 1970) at which the caller started this process:
what the system says of that is rounded to the second in which the computer came up. Prints one line of JSON. A process
of its own, so that imports are part of what is measured.
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

    figures: dict[str, Any] = {"start_s": {}}

    def script(app: Any) -> Iterator[None]:
        yield
        yield
        figures["start_s"]["window"] = round(time.time() - born, 2)
        while app.link.frame is None:
            yield
        yield
        figures["start_s"]["picture"] = round(time.time() - born, 2)

    visualizer.open_window("", {}, watch=lambda app, params: _watch(app, params, script(app), process, figures))
    print(json.dumps(figures))


def _watch(app: Any, params: Any, script: Iterator[None], process: psutil.Process, figures: dict[str, Any]) -> None:
    """Step `script` before each frame; after it, let the window idle and then close it."""
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
