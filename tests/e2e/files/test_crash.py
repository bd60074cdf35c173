"""The window's process is ended while it works: what had been done 5 seconds before is there when it opens again."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from renderer.document.arrays import ArrayStore
from renderer.document.session import load
from tests.fixtures_path import ROOT
from tests.soak import times
from tests.waiting import PATIENCE, wait_for
from training_launcher.environment import environment
from viz.files.kept.folder import MOST

pytestmark = [pytest.mark.window, pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX systems")]
PROMISE_S = 5.0
KILLS = times(4, 200)
LONGEST_S = 8.0
"""Longest work of a window between two kills, in seconds."""


def start(does: str, file: Path, config: Path) -> "subprocess.Popen[bytes]":
    variables = environment(STYLESCOPE_CONFIG_DIR=str(config))
    command = [sys.executable, "-m", "tests.e2e.files.crash_app", does, str(file)]
    return subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, start_new_session=True)


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
    assert {path.suffix for path in (config / "sessions").iterdir()} == {".stylescope"}, "locks are left"


def sessions(config: Path) -> dict[str, bytes]:
    """Return the sessions in the settings folder, oldest first."""
    found = (config / "sessions").glob("*.stylescope")
    return {path.name: path.read_bytes() for path in sorted(found, key=lambda path: path.stat().st_mtime)}


def works_until_killed(log: Path, config: Path, chance: random.Random) -> tuple[float, list[tuple[float, float]]]:
    """Kill a window while it starts, or after some work. Returns the time, and the lines of its log."""
    window = start("chain", log, config)
    works_s = chance.uniform(0, LONGEST_S)
    try:
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0, 2))  # wherever it is in its start
        else:
            wait_for(lambda: window.poll() is not None or lines(log), "the window", 0.05)
            wait_for(lambda: window.poll() is not None or lines(log)[-1][0] - lines(log)[0][0] >= works_s, "", 0.05)
            assert window.poll() is None, window.stderr.read().decode()
    finally:
        killed = time.time()
        os.killpg(window.pid, signal.SIGKILL)
        window.communicate()
    return killed, lines(log)


def test_kills_one_after_the_other_lose_nothing_and_overwrite_nothing(tmp_path):
    config, chance, promised = tmp_path / "config", random.Random(0), 0.0
    for number in range(KILLS):
        before, log = sessions(config), tmp_path / f"log{number}"
        killed, done = works_until_killed(log, config, chance)
        assert not done or done[0][1] >= promised - 1e-9, f"kill {number}: the window did not open where it was"
        promised = max([promised, *(psi for at, psi in done if at < killed - PROMISE_S)])
        after = sessions(config)
        gone = [name for name in before if name not in after]
        assert gone == list(before)[: len(gone)], "only the oldest go"
        assert not gone or len(after) >= MOST, "the newest stay, also where a window ends before it keeps its own"
        assert all(after[name] == content for name, content in before.items() if name in after), "one was overwritten"
    assert promised > 1.0, "nothing was done for long enough"


def test_being_asked_to_end_keeps_everything_and_asks_nothing(tmp_path):
    log, config = tmp_path / "log", tmp_path / "config"
    window = start("chain", log, config)
    try:
        wait_for(lambda: window.poll() is not None or len(lines(log)) > 5, "the window", 0.05)
        window.send_signal(signal.SIGTERM)
        _, errors = window.communicate(timeout=PATIENCE)
    finally:
        window.kill()
    assert window.returncode == 0, errors.decode()
    [path] = (config / "sessions").iterdir()
    assert load(path, ArrayStore(), []).document.truncation.psi >= lines(log)[-1][1]
