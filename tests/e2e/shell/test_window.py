"""The window as a whole, worked by real input events: undo, keys, workspaces, errors, settings."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from foundation.background import Worker
from renderer.document.document import Motion
from renderer.ipc.protocol import Network, Truncation
from tests.e2e.driver import TOP, Driver, Key, drive
from viz.shell import dialogs
from viz.state.scene import Scene, ShowDialog
from viz.state.settings import Settings
from viz.state.settings_file import load

pytestmark = pytest.mark.window

PSI = "//Generator/**/ψ/##track"


def psi(value: float):
    return lambda scene: replace(scene, document=replace(scene.document, truncation=Truncation(value)))


def test_undo_brings_the_very_same_picture_back_and_redo_the_other():
    def steps(d: Driver) -> None:
        d.wait_frame()
        first = d.picture()
        d.drag_slider(PSI, 0.2)
        d.wait_frame()
        second = d.picture()
        assert (second != first).any()
        assert d.facts.undo.startswith("ψ ")
        assert len(d.app.store.history.done) == 1  # the whole drag
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert (d.picture() == first).all()
        d.press(Key.mod_ctrl, Key.mod_shift, Key.z)
        d.wait_frame()
        assert (d.picture() == second).all()
        d.click(f"{TOP}/##undo")
        d.wait_frame()
        assert (d.picture() == first).all()

    drive(steps)


def test_esc_in_a_drag_puts_everything_back():
    def steps(d: Driver) -> None:
        d.wait_frame()
        x0, y0, x1, y1 = d.rect(PSI)
        y = (y0 + y1) / 2
        d.drag([(x0 + 60, y), (x0 + 40, y), (x0 + 10, y)], release=False)
        assert d.scene.document.truncation.psi < 0.9
        d.press(Key.escape)
        assert d.scene.document == Scene().document
        d.ctx.mouse_move_to_pos((x1 - 5, y))  # still held, but the drag is over
        d.frames()
        assert d.scene.document == Scene().document
        d.ctx.mouse_up(0)
        d.frames()
        assert d.app.store.history.done == ()

    drive(steps)


def test_a_request_goes_out_only_when_something_changed():
    def steps(d: Driver) -> None:
        d.wait_frame()
        before = len(d.renderer.submitted)
        d.frames(30)
        assert len(d.renderer.submitted) == before
        d.change(psi(0.5))
        assert len(d.renderer.submitted) == before + 1
        assert d.renderer.submitted[-1].image.truncation.psi == 0.5

    drive(steps)


def test_space_walks_and_stops_and_the_walk_is_one_step():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.space)
        assert d.scene.view.motion.latent
        d.wait_for(lambda: d.scene.document.latent.x > 0.01, what="the walk")
        d.press(Key.space)
        assert not d.scene.view.motion.playing
        d.frames()
        assert [step.name for step in d.app.store.history.done] == ["Walk"]
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document.latent.x == 0.0
        d.press(Key.space)
        d.press(Key.escape)
        assert not d.scene.view.motion.playing

    drive(steps)


def test_what_moves_goes_by_the_clock_not_by_frames():
    times = iter(range(10**9))

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda s: replace(s, view=replace(s.view, motion=Motion(latent=True, latent_speed=2.0))))
        start, at = d.scene.document.latent.x, d.facts.now
        d.frames(20)
        passed = d.facts.now - at
        assert d.scene.document.latent.x - start == pytest.approx(2.0 * passed)

    drive(steps, options={"clock": lambda: next(times) / 1000})


def test_keys():
    def steps(d: Driver) -> None:
        d.wait_frame()
        for key, name in ((Key._2, "mix"), (Key._3, "analyse"), (Key._4, "train"), (Key._1, "explore")):
            d.press(Key.mod_ctrl, key)
            d.frames(3)
            assert d.scene.view.workspace == name
        for key, tool in ((Key._3, "inspect"), (Key._2, "transform"), (Key._1, "walk")):
            d.press(key)
            assert d.scene.view.tool == tool
        d.press(Key.r)
        seed = d.scene.document.latent.x
        assert seed > 0
        d.press(Key.n)
        assert d.scene.document.latent.x == seed
        d.press(Key._0)
        assert d.scene.view.camera.zoom == 1.0
        d.press(Key.f)
        assert d.scene.view.camera.zoom is None
        d.press(Key.mod_ctrl, Key.equal)
        assert d.scene.settings.scale == 1.1
        d.press(Key.mod_ctrl, Key._0)
        assert d.scene.settings.scale == 1.0

    drive(steps, seed=3)


def test_letters_are_typed_into_fields_and_nothing_else():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.comma)
        d.frames(3)
        d.ctx.item_click("//**/##captures")
        d.ctx.key_press(int(Key.r))
        d.ctx.key_chars_append("rnf2")
        d.frames()
        assert d.scene.document == Scene().document
        assert d.scene.view.tool == "walk"
        d.press(Key.escape)  # leaves the field
        d.press(Key.escape)  # closes the dialog
        d.wait_for(lambda: not dialogs.is_open(d.scene, d.facts), what="the dialog to close")
        d.press(Key.r)
        assert d.scene.document.latent.x > 0

    drive(steps)


def test_a_panel_that_raises_is_shown_and_the_others_go_on(monkeypatch):
    from viz.shell import panel_table

    def bad(scene, facts):
        from imgui_bundle import imgui

        imgui.push_id("open")
        imgui.begin_child("never closed")
        imgui.push_style_color(imgui.Col_.text, imgui.ImVec4(1, 0, 0, 1))
        raise KeyError("in the panel")

    def steps(d: Driver) -> None:
        d.wait_frame()
        texts = [(message.text, message.detail) for message in d.app.messages]
        assert texts == [("Mix could not be drawn", "KeyError: 'in the panel'")]
        d.drag_slider(PSI, 0.2)
        assert d.scene.document.truncation.psi < 0.9
        d.click("//Canvas/**/##error")
        d.frames(20)
        assert not d.app.messages  # said once, though it fails in every frame

    others = tuple((name, draw) for name, draw in panel_table.PANELS if name != "Mix")
    monkeypatch.setattr(panel_table, "PANELS", (*others, ("Mix", bad)))
    app = drive(steps, broken=True)
    assert isinstance(app.guard.errors[0], KeyError)


def test_the_palette_does_what_is_typed():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.k)
        d.frames(3)
        d.ctx.key_chars("inspect pix")
        d.frames(2)
        d.press(Key.enter)
        d.wait_for(lambda: d.scene.view.tool == "inspect", what="the command")
        assert not dialogs.is_open(d.scene, d.facts)
        d.press(Key.mod_ctrl, Key.k)
        d.frames(3)
        d.ctx.key_chars("hide")
        d.frames(3)
        d.click("//**/##command-hide-panels")
        assert d.scene.view.panels_hidden

    drive(steps)


@pytest.mark.parametrize("name", ["help", "about", "commands", "settings"])
def test_dialogs_open_and_esc_closes_them(name):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda s: s.request(ShowDialog(name)))
        d.frames(3)
        assert dialogs.is_open(d.scene, d.facts)
        d.press(Key.r)  # no shortcut acts below a dialog
        assert d.scene.document.latent.x == 0
        for _ in range(2):
            d.press(Key.escape)
        d.wait_for(lambda: not dialogs.is_open(d.scene, d.facts), what="the dialog to close")

    drive(steps)


def test_captures_are_numbered_and_hold_the_picture_and_the_window(tmp_path):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.s)
        d.wait_for(lambda: d.facts.saved.endswith("00000.png"), what="the picture")
        with Image.open(tmp_path / "new" / "00000.png") as picture:
            assert (np.asarray(picture) == d.picture()[..., :3]).all()
        d.press(Key.mod_ctrl, Key.mod_shift, Key.s)
        d.wait_for(lambda: d.facts.saved.endswith("00001.png"), what="the window")
        with Image.open(tmp_path / "new" / "00001.png") as window:
            assert window.size == (1000, 640)

    drive(steps, settings=Settings(capture_dir=str(tmp_path / "new")), size=(1000, 640))


def test_dropped_files_open_or_are_explained(tmp_path):
    network = tmp_path / "face.pkl"
    network.touch()

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.app.drop([str(tmp_path / "notes.txt")])
        d.frames(2)
        assert d.app.messages[-1].text.startswith("notes.txt is no network")
        assert d.scene.document.network == Network()
        d.app.say("The picture could not be saved.", bad=True, about="save")
        d.app.drop([str(network)])
        d.wait_frame()
        d.frames(2)
        assert [one.text for one in d.app.messages] == ["The picture could not be saved."], "the other one is mended"
        d.press(Key.mod_ctrl, Key.s)
        d.wait_for(
            lambda: [one.text for one in d.app.messages] == ["Saved 00000.png, 64 × 64 pixels"], what="the picture"
        )
        assert d.scene.document.network == Network(str(network))
        assert d.facts.undo == "Open face.pkl"
        assert d.scene.settings.recent == (str(network),)

    drive(steps)


def test_settings_and_the_layout_are_kept(tmp_path):
    def first(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda s: replace(s, settings=replace(s.settings, scheme="light", scale=1.1)))
        d.frames(3)

    drive(first, config_dir=tmp_path)
    kept, problem = load(tmp_path)
    assert (kept.scheme, kept.scale, problem) == ("light", 1.1, "")
    assert (tmp_path / "layout.ini").is_file()


def test_menus_do_what_they_say():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.menu("View/###hide-panels")
        assert d.scene.view.panels_hidden
        d.menu("View/###unlock-layout")
        assert d.scene.view.unlocked

    drive(steps)


def test_tab_and_space_belong_to_the_controls_while_the_keyboard_moves_among_them():
    def steps(d: Driver) -> None:
        from imgui_bundle import imgui

        d.wait_frame()
        d.ctx.window_focus("//Generator")
        d.press(Key.down_arrow)
        d.press(Key.down_arrow)
        assert imgui.get_io().nav_visible
        first = imgui.internal.get_focus_id()
        d.press(Key.tab)
        assert imgui.internal.get_focus_id() != first
        assert not d.scene.view.panels_hidden
        d.press(Key.space)
        assert not d.scene.view.motion.playing

    drive(steps)


def test_background_work_that_fails_is_named_once_and_goes_on():
    done: list[int] = []

    def do(task: int) -> None:
        if task < 2:
            raise RuntimeError("the disk is gone")
        done.append(task)

    def steps(d: Driver) -> None:
        d.wait_frame()
        worker: Worker[int, None] = Worker("looking at files", do)
        for task in range(3):
            worker.submit(task)
        d.wait_for(lambda: done and d.app.messages, what="the message")
        d.frames(3)
        [message] = d.app.messages
        assert "looking at files" in message.text
        assert "the disk is gone" in message.detail
        assert message.trace
        assert worker.close()

    drive(steps, broken=True)
