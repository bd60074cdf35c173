"""A run continues when its window is killed or closed, and the next window finds it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures_path import ROOT
from tests.unit.training.tiny import OPTIONS, dataset
from tests.waiting import PATIENCE
from training_launcher import launcher, registry

pytestmark = [pytest.mark.window, pytest.mark.timeout(400)]


def wait(found: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)
    return value


class Window:
    """The product in a separate process and process group."""

    def __init__(self, place: Path, runs: Path, *arguments: str) -> None:
        place.mkdir()
        self._state = place / "state.json"
        environment = {**os.environ, "STYLESCOPE_CONFIG_DIR": str(place / "config"), "GOMP_SPINCOUNT": "0"}
        command = [sys.executable, "-m", "tests.e2e.runs.runs_app", str(self._state), str(runs), *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)

    def runs(self) -> list[dict[str, Any]]:
        """Return the runs that it shows."""
        assert self.process.poll() is None, "the window has ended"
        return json.loads(self._state.read_text()) if self._state.exists() else []

    def shows(self, state: str) -> dict[str, Any]:
        """Return its only run, once that is in this state."""
        wait(lambda: any(run["state"] == state for run in self.runs()), f"a {state} run in the window")
        (run,) = self.runs()
        return run

    def close(self) -> int:
        """Close it as a user does."""
        Path(f"{self._state}.quit").touch()
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Kill it and its whole process session."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[Callable[..., Window]]:
    """Factory of windows on the runs in tmp_path/runs; afterwards no window and no run is left."""
    opened: list[Window] = []

    def open_one(*arguments: str) -> Window:
        opened.append(Window(tmp_path / f"window{len(opened)}", tmp_path / "runs", *arguments))
        return opened[-1]

    yield open_one
    for window in opened:
        if window.process.poll() is None:
            window.kill()
    for run in registry.scan([tmp_path / "runs"]):
        if run.live:
            launcher.stop(run, patience_s=20, force=True)


def test_a_run_outlives_a_killed_and_a_closed_window(tmp_path: Path, windows):
    spec = {**OPTIONS, "outdir": "", "data": str(dataset(tmp_path / "data.zip")), "kimg": 1000, "tick": 0.1}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    first = windows(str(tmp_path / "spec.json"))
    folder = first.shows("running")["folder"]
    first.kill()
    before = registry.read(folder)
    assert before.state == "running"
    wait(lambda: registry.read(folder).done > before.done, "progress without a window")

    second = windows()
    found = second.shows("running")
    assert found["folder"] == folder
    assert second.close() == 0
    closed = registry.read(folder)
    assert closed.state == "running"
    wait(lambda: registry.read(folder).done > closed.done, "progress after the window was closed")

    third = windows()
    third.shows("running")
    launcher.stop(registry.read(folder))
    assert third.shows("stopped")["done"] >= closed.done
