"""The product's window for test_crash: works without pause until it is killed, or prints the state it opens with.

`python -m tests.e2e.files.crash_app work|look|chain FILE`: `chain` works from the state that it opens with, and has a
renderer without a network, so that it starts fast.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import visualizer
from renderer.document.parts import Truncation
from renderer.fake.client import FakeRenderer
from viz.files.sessions import FILES


def work(app: Any, file: Path) -> None:
    """Another psi in each frame; a line for each: time, psi, and the psi that autosave has written last."""
    kept = app._memory.autosave._kept  # before the change: what is written by now
    now = app.scene.document.truncation.psi + 0.001
    app.change(lambda scene: replace(scene, document=replace(scene.document, truncation=Truncation(now))))
    with file.open("a") as log:
        psi = 0.0 if kept is None else kept.document.truncation.psi
        log.write(f"{time.time()} {app.scene.document.truncation.psi} {psi}\n")


def look(app: Any, file: Path) -> None:
    """Close once something has been brought back."""
    from imgui_bundle import hello_imgui

    messages = [message.text for message in app.messages]
    if messages:
        state = {"psi": app.scene.document.truncation.psi, "messages": messages, "undo": app.facts.undo}
        file.write_text(json.dumps(state))
        hello_imgui.get_runner_params().app_shall_exit = bool(app.facts.undo)


def chain(app: Any, file: Path) -> None:
    """Work as soon as the first image is there."""
    if app.link.answered and not app.services[FILES].busy:
        work(app, file)


def main() -> None:
    does, file = {"work": work, "look": look, "chain": chain}[sys.argv[1]], Path(sys.argv[2])
    if does is chain:
        visualizer.start_renderer = FakeRenderer  # type: ignore[assignment]  # both are called with a bell

    def watch(app: Any, params: Any) -> None:
        before = params.callbacks.pre_new_frame

        def step() -> None:
            before()
            does(app, file)

        params.callbacks.pre_new_frame = step
        params.fps_idling.enable_idling = False

    visualizer.open_window("", {"vsync": False}, watch, welcome=False)


if __name__ == "__main__":
    main()
