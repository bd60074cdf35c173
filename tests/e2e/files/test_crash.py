"""The window's process is ended while it works: what had been done 5 seconds before is there when it opens again."""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

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


class Line(NamedTuple):
    """State of a window after one of its changes."""

    at: float
    """Time in seconds."""
    psi: float
    kept: float
    """psi that autosave had written by then; 0 before its first."""


def lines(file: Path) -> list[Line]:
    """Whole lines of the log."""
    text = file.read_text() if file.exists() else ""
    return [Line(*map(float, line.split())) for line in text.split("\n")[:-1]]


def long_enough(done: list[Line]) -> bool:
    return bool(done) and done[-1].at - done[0].at >= PROMISE_S + 3 and done[-1].kept > 0


def unkept_s(done: list[Line]) -> float:
    """Return the age of the oldest change that was not written when the log ends, in seconds."""
    return done[-1].at - next((one.at for one in done if one.psi > done[-1].kept), done[-1].at)


def test_a_kill_loses_at_most_five_seconds(tmp_path):
    log, state, config = tmp_path / "log", tmp_path / "state", tmp_path / "config"
    window = start("work", log, config)
    try:
        wait_for(lambda: window.poll() is not None or long_enough(lines(log)), "enough of its work", 0.1)
        assert window.poll() is None, window.stderr.read().decode()
    finally:
        os.killpg(window.pid, signal.SIGKILL)
        window.communicate()
    promised = lines(log)[-1].kept
    again = start("look", state, config)
    _, errors = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, errors.decode()
    found = json.loads(state.read_text())
    assert found["psi"] >= promised > 1.0
    assert any("ended unexpectedly" in text for text in found["messages"])
    assert found["undo"] == "Open last session"
    assert {path.suffix for path in (config / "sessions").iterdir()} == {".stylescope"}, "locks are left"


def sessions(config: Path) -> dict[str, bytes]:
    """Return the sessions in the settings folder, oldest first."""
    found = (config / "sessions").glob("*.stylescope")
    return {path.name: path.read_bytes() for path in sorted(found, key=lambda path: path.stat().st_mtime)}


def works_until_killed(log: Path, config: Path, chance: random.Random) -> list[Line]:
    """Kill a window while it starts, or after some work. Returns the lines of its log."""
    window = start("chain", log, config)
    works_s = chance.uniform(0, LONGEST_S)
    try:
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0, 2))  # wherever it is in its start
        else:
            wait_for(lambda: window.poll() is not None or lines(log), "the window", 0.05)
            wait_for(lambda: window.poll() is not None or lines(log)[-1].at - lines(log)[0].at >= works_s, "", 0.05)
            assert window.poll() is None, window.stderr.read().decode()
    finally:
        os.killpg(window.pid, signal.SIGKILL)
        window.communicate()
    return lines(log)


def test_kills_one_after_the_other_lose_nothing_and_overwrite_nothing(tmp_path):
    config, chance, promised, unkept = tmp_path / "config", random.Random(0), 0.0, []
    for number in range(KILLS):
        before, log = sessions(config), tmp_path / f"log{number}"
        done = works_until_killed(log, config, chance)
        if done:
            assert done[0].psi >= promised - 1e-9, f"kill {number}: the window did not open where it was"
            promised = max(promised, done[-1].kept)
            unkept.append(unkept_s(done))
        after = sessions(config)
        gone = [name for name in before if name not in after]
        assert gone == list(before)[: len(gone)], "only the oldest go"
        assert not gone or len(after) >= MOST, "the newest stay, also where a window ends before it keeps its own"
        assert all(after[name] == content for name, content in before.items() if name in after), "one was overwritten"
    assert promised > 1.0, "nothing was done for long enough"
    # How long a single write waits for its turn says how busy the machine is.
    print(f"unkept after {len(unkept)} kills: median {statistics.median(unkept):.2f} s, most {max(unkept):.2f} s")
    assert statistics.median(unkept) < PROMISE_S


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
    assert load(path, ArrayStore(), []).document.truncation.psi >= lines(log)[-1].psi
