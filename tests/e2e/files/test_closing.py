"""Closing a window whose work cannot be kept asks first; the status bar shows when it was last kept."""

from pathlib import Path

import pytest

from renderer.document.arrays import ArrayStore
from renderer.document.session import load
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.files.test_session import messages
from viz.files.kept import autosave
from viz.files.leaving_dialog import NAME
from viz.shell import runner, status_bar
from viz.state.params import put

pytestmark = pytest.mark.window


@pytest.fixture(autouse=True)
def ended(monkeypatch) -> list[bool]:
    """Record the end of the window's loop instead of ending it, which the test engine takes for a failure."""
    ended: list[bool] = []
    monkeypatch.setattr(runner, "end", lambda: ended.append(True))
    return ended


class Disk:
    """Stands in for autosave's `save`: refuses while it is full."""

    def __init__(self, monkeypatch) -> None:
        self.full, self.tries = True, 0
        self._save = autosave.save
        monkeypatch.setattr(autosave, "save", self)
        monkeypatch.setattr(autosave, "RETRY_S", 600.0)

    def __call__(self, *args) -> None:
        self.tries += 1
        if self.full:
            raise OSError(28, "No space left on device")
        self._save(*args)


def asked(d: Driver) -> None:
    """Change something that cannot be kept, close the window, and wait for the question."""
    d.wait_frame()
    d.change(lambda scene: put(scene, "document.truncation.psi", 0.25))
    d.wait_for(lambda: d.facts.keeping.problem, what="the failure")
    question(d)


def question(d: Driver) -> None:
    d.press(Key.mod_ctrl, Key.q)
    d.wait_for(lambda: d.scene.interaction.dialog.name == NAME, what="the question")
    d.frames(4)


def kept(config: Path) -> list[float]:
    return [load(path, ArrayStore(), []).document.truncation.psi for path in config.rglob("*.stylescope")]


def test_a_failure_is_said_once_shown_in_the_status_bar_and_over_when_there_is_room(tmp_path, monkeypatch):
    disk = Disk(monkeypatch)
    monkeypatch.setattr(autosave, "RETRY_S", 0.05)

    def steps(d: Driver) -> None:
        d.wait_frame()
        assert "Nothing to keep" in status_bar.kept_item(d.facts.keeping)[4]
        d.change(lambda scene: put(scene, "document.truncation.psi", 0.25))
        d.wait_for(lambda: disk.tries > 3, what="some tries")
        d.frames(4)
        assert sum("cannot be kept" in text for text in messages(d)) == 1
        d.app.dismiss_messages()
        d.wait_for(lambda: disk.tries > 6, what="some tries")
        d.frames(4)
        assert messages(d) == []
        assert status_bar.kept_item(d.facts.keeping)[3] == "Not kept"
        disk.full = False
        d.wait_for(lambda: d.facts.keeping.at, what="room")
        d.frames(4)
        assert "Your work is kept again" in messages(d)
        assert "last kept at" in status_bar.kept_item(d.facts.keeping)[4]

    drive(steps, config_dir=tmp_path)
    assert kept(tmp_path) == [0.25]


def test_closing_with_the_work_kept_asks_nothing(tmp_path, ended):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: put(scene, "document.truncation.psi", 0.25))
        d.app.close_window()
        d.wait_for(lambda: ended, what="the end")
        assert d.scene.interaction.dialog.name == ""

    drive(steps, config_dir=tmp_path)
    assert kept(tmp_path) == [0.25]


def test_cancel_leaves_the_window_open_and_trying_again_closes_it_once_there_is_room(tmp_path, monkeypatch, ended):
    disk = Disk(monkeypatch)

    def steps(d: Driver) -> None:
        asked(d)
        d.click("//**/##Cancel")
        d.frames(4)
        assert d.scene.interaction.dialog.name == ""
        question(d)
        d.press(Key.escape)
        d.frames(4)
        assert d.scene.interaction.dialog.name == ""
        assert not ended
        question(d)
        tries = disk.tries
        d.click("//**/##Try again")
        d.wait_for(lambda: disk.tries > tries, what="another try")
        d.wait_for(lambda: d.scene.interaction.dialog.name == NAME, what="the question again")
        d.frames(4)
        assert d.app.scene.document.truncation.psi == 0.25
        disk.full = False
        d.click("//**/##Try again")
        d.wait_for(lambda: ended, what="the end")

    drive(steps, config_dir=tmp_path)
    assert kept(tmp_path) == [0.25]


def test_the_work_is_saved_elsewhere_and_the_window_closes(tmp_path, monkeypatch, ended):
    Disk(monkeypatch)
    elsewhere = tmp_path / "elsewhere" / "work.stylescope"

    def steps(d: Driver) -> None:
        asked(d)
        d.click("//**/##Save elsewhere…floppy-disk")
        d.frames(4)
        d.type_into("//**/##path", str(elsewhere))
        d.wait_for(lambda: ended, what="the end")

    drive(steps, config_dir=tmp_path / "config")
    assert load(elsewhere, ArrayStore(), []).document.truncation.psi == 0.25


def test_it_closes_without_keeping_when_told_to(tmp_path, monkeypatch, ended):
    Disk(monkeypatch)

    def steps(d: Driver) -> None:
        asked(d)
        d.click("//**/##Close without keeping")
        d.wait_for(lambda: ended, what="the end")

    drive(steps, config_dir=tmp_path)
    assert kept(tmp_path) == []


def test_the_cross_of_the_window_asks_too(tmp_path, monkeypatch, ended):
    import glfw
    from imgui_bundle import glfw_utils, hello_imgui

    Disk(monkeypatch)
    closings = []

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: put(scene, "document.truncation.psi", 0.25))
        d.wait_for(lambda: d.facts.keeping.problem, what="the failure")
        # What the window manager's request does: GLFW notes the wish and calls the callback.
        window = glfw_utils.glfw_window_hello_imgui()
        callback = glfw.set_window_close_callback(window, None)
        closings.append(callback)
        glfw.set_window_close_callback(window, callback)
        glfw.set_window_should_close(window, True)
        callback(window)
        d.wait_for(lambda: d.scene.interaction.dialog.name == NAME, what="the question")
        assert not hello_imgui.get_runner_params().app_shall_exit
        assert not ended
        d.frames(4)

    drive(steps, config_dir=tmp_path)
    assert closings[0] is not None
