"""Sessions that windows keep by themselves: names, states, the number that stays, and what killed windows left."""

import os
import time
from dataclasses import replace

import pytest
from filelock import FileLock

from foundation.leftovers import OLD_S
from foundation.process import identify
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.parts import Truncation
from renderer.document.session import Session, save
from viz.files.kept.folder import LAST, MOST, new_path, sessions, set_aside, state_of, tidy


def kept(folder, age_s: float, name: str = "", locked: bool = False):
    """Write a session of a window, changed some time ago."""
    path = folder / name if name else new_path(folder)
    save(path, Session(Document(truncation=Truncation(0.5))), ArrayStore())
    os.utime(path, (time.time() - age_s,) * 2)
    if locked:
        path.with_suffix(".lock").touch()
    return path


def of(path, **changes):
    """Return the path that a window of another process would have."""
    who = identify()
    return path.with_name(path.name.replace(who.mark(), replace(who, **changes).mark()))


def test_every_window_has_a_path_of_its_own(tmp_path):
    assert len({new_path(tmp_path) for _ in range(100)}) == 100


def test_a_lock_tells_an_open_window_from_one_that_was_killed(tmp_path):
    closed, open_ = kept(tmp_path, 3), kept(tmp_path, 2, locked=True)
    gone = identify().pid_start_time - 500
    killed = kept(tmp_path, 1, of(new_path(tmp_path), pid_start_time=gone).name, locked=True)
    assert [(one.path, one.state) for one in sessions(tmp_path)] == [
        (killed, "killed"),
        (open_, "open"),
        (closed, "closed"),
    ]
    tidy(tmp_path)
    assert state_of(killed) == "closed", "it is told once"
    assert state_of(open_) == "open"
    assert {path.name for path in tmp_path.iterdir()} == {
        closed.name, open_.name, killed.name, open_.with_suffix(".lock").name,
    }  # fmt: skip


def test_a_window_on_another_computer_is_open_until_its_lock_is_old(tmp_path):
    path = kept(tmp_path, 1, of(new_path(tmp_path), host="another").name, locked=True)
    assert state_of(path) == "open"
    os.utime(path.with_suffix(".lock"), (time.time() - OLD_S - 60,) * 2)
    assert state_of(path) == "killed"


def test_locks_of_earlier_versions_are_held_by_the_system(tmp_path):
    held, left = kept(tmp_path, 2, "window-12-34.stylescope"), kept(tmp_path, 1, "window-56-78.stylescope", locked=True)
    with FileLock(held.with_suffix(".lock")):
        assert [one.state for one in sessions(tmp_path)] == ["killed", "open"]
        tidy(tmp_path)
        assert held.with_suffix(".lock").exists()
    assert not left.with_suffix(".lock").exists()
    assert left.exists()


def test_the_newest_stay_with_those_of_open_windows_and_the_last_one_of_before_counts(tmp_path):
    last = kept(tmp_path, 5, LAST)
    old_open = kept(tmp_path, 1000, locked=True)
    paths = [kept(tmp_path, 10 + i) for i in range(MOST + 3)]
    (tmp_path / "mine.stylescope").touch()
    (tmp_path / ".a.json.12-0-0123abcd.part").touch()
    tidy(tmp_path)
    assert [one.path for one in sessions(tmp_path)] == [last, *paths[: MOST - 1], old_open]
    assert (tmp_path / "mine.stylescope").exists(), "it is no window's"


def test_what_cannot_be_read_is_set_aside_and_stays(tmp_path):
    path = kept(tmp_path, 1)
    aside = set_aside(path)
    assert not path.exists()
    for i in range(MOST + 2):
        kept(tmp_path, 10 + i)
    tidy(tmp_path)
    assert aside.exists()
    assert aside not in [one.path for one in sessions(tmp_path)]
    mine = tmp_path / "mine.stylescope"
    mine.touch()
    assert set_aside(mine) == mine


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_folder_that_is_none_has_no_sessions(tmp_path, folder):
    (tmp_path / "file").touch()
    assert sessions(tmp_path / folder) == ()
    tidy(tmp_path / folder)
