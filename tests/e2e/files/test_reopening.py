"""Windows open where the last one was; no session is ever overwritten; earlier ones open from the menu."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from renderer.document.arrays import ArrayStore
from renderer.document.document import Compare, Motion, Playback
from renderer.document.session import Session, load, save
from tests.e2e.driver import Driver, drive
from tests.e2e.files.test_session import messages, worked
from tests.fixtures_path import ROOT
from viz.files.kept.folder import LAST, MOST
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings

pytestmark = pytest.mark.window
BEFORE = ROOT / "tests" / "fixtures" / "before" / "work.stylescope"


def files(config: Path) -> dict[Path, bytes]:
    """Return the sessions in the settings folder."""
    return {path: path.read_bytes() for path in (config / "sessions").glob("*.stylescope")}


def psi(value: float):
    return lambda scene: put(scene, "document.truncation.psi", value)


def work(config: Path, *changes) -> None:
    """Open a window, change something, close it."""

    def steps(d: Driver) -> None:
        d.wait_frame()
        for change in changes:
            d.change(change)
        d.wait_frame()

    drive(steps, config_dir=config)


def test_a_window_opens_where_the_last_one_was_at_rest_and_leaves_its_session_alone(tmp_path):

    def first(d: Driver) -> None:
        d.wait_frame()
        d.change(worked)
        d.wait_frame()
        motion = Motion(turn=True)
        d.change(
            lambda scene: replace(
                scene, view=replace(scene.view, workspace="mix", motion=motion, playback=Playback(2.0))
            )
        )

    drive(first, config_dir=tmp_path)
    before = files(tmp_path)
    assert len(before) == 1
    document = load(next(iter(before)), ArrayStore(), []).document

    def second(d: Driver) -> None:
        d.wait_frame()
        assert d.scene.document == document
        assert d.scene.view.workspace == "mix"
        assert not d.scene.view.moving
        assert d.scene.view.compare == Compare()
        assert d.facts.undo == "", "there is nothing to go back to"
        assert d.app.messages == ()
        assert d.facts.session == "", "saving does not overwrite it"
        d.wait_frame()
        assert files(tmp_path) == before, "it is not written again unchanged"
        d.change(psi(0.123))

    drive(second, config_dir=tmp_path)
    after = files(tmp_path)
    assert before.items() < after.items()
    assert len(after) == 2


def test_a_window_can_be_told_to_begin_afresh(tmp_path):
    work(tmp_path, worked)

    def steps(d: Driver) -> None:
        d.wait_frame()
        assert d.scene.document == Scene().document
        assert len(d.facts.sessions) == 1
        d.menu("File/###open-last")
        d.wait_for(lambda: d.scene.document.truncation.psi == 0.6, what="the last session")
        assert d.facts.undo == "Open last session"
        d.change(lambda scene: put(scene, "settings.reopen", True))

    drive(steps, config_dir=tmp_path, settings=Settings(reopen=False))


def test_the_session_that_earlier_versions_kept_is_opened_and_stays(tmp_path):
    (tmp_path / "sessions").mkdir()
    shutil.copy(BEFORE, tmp_path / "sessions" / LAST)
    expected = load(BEFORE, ArrayStore(), []).document

    def steps(d: Driver) -> None:
        d.wait_for(lambda: d.scene.document.truncation == expected.truncation, what="the session")
        assert d.scene.document.mixing == expected.mixing
        d.change(psi(0.123))

    drive(steps, config_dir=tmp_path)
    assert (tmp_path / "sessions" / LAST).read_bytes() == BEFORE.read_bytes()
    assert len(files(tmp_path)) == 2


def test_a_session_that_cannot_be_opened_is_kept_and_said(tmp_path):
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / LAST).write_bytes(b"PK nonsense")

    def first(d: Driver) -> None:
        d.wait_frame()
        assert d.scene.document == Scene().document
        d.wait_for(lambda: any("cannot be opened" in text for text in messages(d)), what="the sentence")
        d.change(psi(0.5))

    def second(d: Driver) -> None:
        d.wait_frame()
        assert messages(d) == []
        assert d.scene.document.truncation.psi == 0.5

    drive(first, config_dir=tmp_path)
    drive(second, config_dir=tmp_path)
    assert (tmp_path / "sessions" / f"unreadable-{LAST}").read_bytes() == b"PK nonsense"


def test_two_windows_side_by_side_keep_their_own(tmp_path):
    work(tmp_path, psi(0.9))

    def outer(d: Driver) -> None:
        d.wait_frame()
        d.change(psi(0.8))
        # Another window of another process: its file has another name, and its lock is held.
        other = next(path for path in files(tmp_path) if not path.with_suffix(".lock").exists())
        neighbour = other.with_name(other.name.replace(other.stem[-8:], "00000000"))
        save(neighbour, Session(replace(Scene().document, force_fp32=True)), ArrayStore())
        neighbour.with_suffix(".lock").touch()
        before = neighbour.read_bytes()
        d.change(psi(0.7))
        d.wait_for(lambda: d.facts.keeping.at, what="autosave")
        assert neighbour.read_bytes() == before

    drive(outer, config_dir=tmp_path)
    found = sorted(load(path, ArrayStore(), []).document.truncation.psi for path in files(tmp_path))
    assert found == [0.7, 0.9, 1.0]


def test_earlier_sessions_are_in_the_menu_with_network_time_and_thumbnail(tmp_path):
    for value in (0.9, 0.8, 0.7):
        work(tmp_path, psi(value))

    def steps(d: Driver) -> None:
        d.wait_frame()
        assert d.scene.document.truncation.psi == 0.7
        assert len(d.facts.sessions) == 3
        d.click("//**/File")
        d.frames(2)
        d.click("//**/Open recent session")
        d.wait_for(lambda: all(one.texture for one in d.facts.sessions), what="the thumbnails")
        assert [one.title for one in d.facts.sessions] == ["Demo network"] * 3
        d.click("//**/###session1")
        d.wait_for(lambda: d.scene.document.truncation.psi == 0.8, what="the session")
        d.wait_for(lambda: d.facts.undo == "Open last session", what="the step, which a held button keeps open")

    drive(steps, config_dir=tmp_path)


def test_only_the_newest_sessions_stay(tmp_path):
    (tmp_path / "sessions").mkdir()
    for i in range(MOST + 5):
        path = tmp_path / "sessions" / f"window-{i + 1}-{i + 1}.stylescope"
        save(path, Session(replace(Scene().document, force_fp32=bool(i % 2))), ArrayStore())
        os.utime(path, (time.time() - 100 + i,) * 2)
    work(tmp_path, psi(0.5))
    assert len(files(tmp_path)) == MOST + 1
    work(tmp_path)
    left = files(tmp_path)
    assert len(left) == MOST
    assert {f"window-{i}-{i}.stylescope" for i in range(1, 7)}.isdisjoint(path.name for path in left)


def test_windows_that_keep_nothing_see_no_sessions_and_make_none(tmp_path):
    work(tmp_path, worked)
    before = files(tmp_path)

    def steps(d: Driver) -> None:
        d.wait_frame()
        assert d.scene.document == Scene().document
        assert d.facts.sessions == ()
        assert not d.facts.keeping.on
        d.change(psi(0.5))

    drive(steps)
    assert files(tmp_path) == before
