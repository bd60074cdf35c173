"""The window's process is killed while it works: what had been done 5 seconds before is there when it opens again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fixtures_path import ROOT
from tests.waiting import PATIENCE, wait_for

pytestmark = [pytest.mark.window, pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX systems")]
PROMISE_S = 5.0


def start(does: str, file: Path, config: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "STYLESCOPE_CONFIG_DIR": str(config), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.e2e.files.crash_app", does, str(file)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, start_new_session=True)


def lines(file: Path) -> list[tuple[float, float]]:
    """Whole lines of the log: time, psi."""
    text = file.read_text() if file.exists() else ""
    return [(float(at), float(psi)) for at, psi in (line.split() for line in text.split("\n")[:-1])]


def long_enough(done: list[tuple[float, float]]) -> bool:
    return bool(done) and done[-1][0] - done[0][0] >= PROMISE_S + 3


def test_a_kill_loses_at_most_five_seconds(tmp_path):
    log, state, config = tmp_path / "log", tmp_path / "state", tmp_path / "config"
    window = start("work", log, config)
    try:
        wait_for(lambda: window.poll() is not None or long_enough(lines(log)), "enough of its work", 0.1)
        assert window.poll() is None, window.stderr.read().decode()
    finally:
        killed = time.time()
        os.killpg(window.pid, signal.SIGKILL)
        window.communicate()
    promised = [psi for at, psi in lines(log) if at < killed - PROMISE_S]
    assert promised, "nothing had been done 5 seconds before"
    again = start("look", state, config)
    _, errors = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, errors.decode()
    found = json.loads(state.read_text())
    assert found["psi"] >= promised[-1] > 1.0
    assert any("ended unexpectedly" in text for text in found["messages"])
    assert found["undo"] == "Open last session"
    assert [path.name for path in (config / "sessions").iterdir()] == ["last.stylescope"]
