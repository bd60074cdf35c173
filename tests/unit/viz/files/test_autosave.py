"""Autosaved files of an open window, and their recovery."""

import threading
from dataclasses import replace

import pytest
from filelock import FileLock

from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.parts import Truncation
from renderer.document.session import Session, load
from tests.waiting import wait_for
from viz.files import memory
from viz.files.memory import Autosave

FIRST, SECOND = Document(), Document(truncation=Truncation(0.5))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(memory, "SETTLE_S", 0.01)


def new(folder, document: Document = FIRST) -> Autosave:
    return Autosave(folder, ArrayStore(), document)


def written(folder) -> Session:
    """Wait for the session in the folder."""
    found = wait_for(lambda: list(folder.glob("window-*.stylescope")))
    return load(found[0], ArrayStore(), [])


def test_nothing_is_written_before_anything_has_changed(tmp_path):
    one = new(tmp_path)
    assert one.begin() is None
    one.look(FIRST, View())
    one.look(FIRST, View(workspace="mix"))
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_a_change_is_written_and_closing_keeps_the_newest_as_the_last(tmp_path):
    before = threading.active_count()
    one = new(tmp_path)
    one.begin()
    one.look(SECOND, View())
    assert written(tmp_path) == Session(SECOND, View())
    third = replace(SECOND, force_fp32=True)
    one.look(third, View(workspace="mix"))
    one.close()
    assert [path.name for path in tmp_path.iterdir()] == ["last.stylescope"]
    assert load(one.last, ArrayStore(), []) == Session(third, View(workspace="mix"))
    assert threading.active_count() == before


def test_a_window_that_is_open_keeps_its_session_and_one_that_crashed_loses_it_to_the_next(tmp_path):
    open_, crashed = new(tmp_path), new(tmp_path)
    for one in (open_, crashed):
        assert one.begin() is None
        one.look(SECOND, View())
    wait_for(lambda: len(list(tmp_path.glob("window-*.stylescope"))) == 2)
    crashed._lock.release()  # as the system does when the process ends
    third = new(tmp_path)
    found = third.begin()
    assert found is not None
    assert load(found, ArrayStore(), []).document == SECOND
    assert new(tmp_path).begin() is None, "it was found twice"
    third.set_aside()
    assert third.last.is_file()
    open_.close()
    crashed.close()
    third.close()


def test_a_folder_that_cannot_be_written_is_told_once(tmp_path, monkeypatch):
    one = new(tmp_path)
    one.begin()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(memory, "save", fail)
    one.look(SECOND, View())
    told = wait_for(one.problem)
    assert "No space left" in told
    assert one.problem() == ""
    one.close()


def test_locks_are_let_go(tmp_path):
    one = new(tmp_path)
    one.begin()
    path = one._lock.lock_file
    one.close()
    with FileLock(path, timeout=0):
        pass
