"""The right button: a quick click resets, a held one opens the menu of what it is held on."""

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from renderer.document.recall import recall
from tests.e2e.driver import Driver, Key, drive
from viz.state.params import put
from viz.state.seeds.marks import marks_of, network_of
from viz.state.settings import Settings
from viz.ui.widgets.menus import HOLD_S

pytestmark = pytest.mark.window

PSI = "//Generator/ψ/##track"
RIGHT = imgui.MouseButton_.right


def hold(d: Driver, x: float, y: float) -> None:
    """Hold the right button at a place until a menu is open."""
    d.ctx.mouse_move_to_pos(imgui.ImVec2(x, y))
    d.ctx.mouse_down(int(RIGHT))
    d.wait_for(d.popup_open, what=f"the menu, {HOLD_S} s later")
    d.frames(2)


def let_go(d: Driver, row: str = "") -> None:
    """Let go of the right button, over a row of the menu if it is named."""
    if row:
        x0, y0, x1, y1 = d.rect(f"//**/##{row}")
        d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, (y0 + y1) / 2))
    d.ctx.mouse_up(int(RIGHT))
    d.frames(3)


def middle(d: Driver, item: str) -> tuple[float, float]:
    x0, y0, x1, y1 = d.rect(item)
    return (x0 + x1) / 2, (y0 + y1) / 2


def psi(d: Driver) -> float:
    return d.scene.document.truncation.psi


def test_a_quick_right_click_resets_a_value_and_opens_nothing():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.drag_slider(PSI, 0.2)
        assert psi(d) < 0.5
        d.click(PSI, int(RIGHT))
        d.frames(2)
        assert psi(d) == 1.0
        assert not d.popup_open()

    drive(steps)


def test_the_menu_of_a_value_opens_with_reset_under_the_pointer():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.drag_slider(PSI, 0.2)
        before = psi(d)
        hold(d, *middle(d, PSI))
        assert psi(d) == before
        let_go(d)
        assert psi(d) == 1.0
        assert not d.popup_open()
        hold(d, *middle(d, PSI))
        let_go(d, "Copy")
        assert imgui.get_clipboard_text() == "1.00"
        hold(d, *middle(d, PSI))
        let_go(d, "Add a key")
        assert [track.path for track in d.scene.document.timeline.tracks] == ["truncation.psi"]

    drive(steps)


def test_a_value_can_be_typed_from_its_menu():
    def steps(d: Driver) -> None:
        d.wait_frame()
        hold(d, *middle(d, PSI))
        let_go(d, "Type a value…")
        d.wait_for(lambda: imgui.get_io().want_text_input, what="the field")
        d.ctx.key_chars_replace_enter("0.25")
        d.frames(3)
        assert psi(d) == 0.25
        seed = "//Generator/Seed/##value"
        hold(d, *middle(d, seed))
        let_go(d, "Type a value…")
        d.wait_for(lambda: imgui.get_io().want_text_input, what="the field of the seed")
        d.ctx.key_chars_replace_enter("77")
        d.frames(3)
        assert d.scene.document.latent.x == 77

    drive(steps)


def test_escape_closes_the_menu_and_changes_nothing():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.drag_slider(PSI, 0.2)
        before = psi(d)
        hold(d, *middle(d, PSI))
        d.press(Key.escape)
        d.frames(2)
        assert not d.popup_open()
        let_go(d)
        assert psi(d) == before

    drive(steps)


def test_the_picture_and_the_states_of_the_history_have_menus():
    def steps(d: Driver) -> None:
        d.wait_frame()
        hold(d, *middle(d, "//Canvas/##picture"))
        assert d.popup_open()
        let_go(d)  # the pointer has not moved onto a row
        assert d.popup_open()
        d.click("//**/##Put on the shelf")
        d.frames(2)
        assert len(d.scene.document.shelf) == 1
        d.press(Key.r)
        d.press(Key.mod_ctrl, Key._2)
        d.frames(12)
        hold(d, *middle(d, "//History/##state0"))
        let_go(d, "Compare with it")
        assert d.scene.view.compare.b == d.facts.states.states[0][1]
        hold(d, *middle(d, "//History/##state0"))
        let_go(d, "Go to it")
        assert d.facts.states.now == 0

    drive(steps)


def test_states_of_the_history_are_saved_copied_and_keyed_from_their_menu(tmp_path, monkeypatch):
    copied: list[np.ndarray] = []
    monkeypatch.setattr("viz.files.clipboard.Clipboard.copy", lambda self, pixels: copied.append(pixels()))

    def steps(d: Driver) -> None:
        d.wait_whole()
        first, seed = d.picture().copy(), d.scene.document.latent
        d.press(Key.r)
        d.wait_whole()
        assert not np.array_equal(d.picture(), first)
        hold(d, *middle(d, "//History/##state0"))
        let_go(d, "Save its picture")
        d.wait_for(lambda: list(tmp_path.glob("*.png")), what="the picture of the first state")
        with Image.open(tmp_path / "00000.png") as picture:
            assert np.array_equal(np.asarray(picture)[..., :3], first[..., :3])
        made = recall(tmp_path / "00000.png", d.facts.arrays)
        assert made.document.latent == seed
        hold(d, *middle(d, "//History/##state0"))
        let_go(d, "Copy its picture")
        d.wait_for(lambda: copied, what="the copy")
        assert np.array_equal(copied[0][..., :3], first[..., :3])
        hold(d, *middle(d, "//History/##state0"))
        let_go(d, "Add a key with it")
        [track] = d.scene.document.timeline.tracks
        assert (track.path, track.keys[0].value) == ("latent", seed)

    scene = lambda scene: put(scene, "view.workspace", "mix")  # noqa: E731
    drive(steps, scene=scene, settings=Settings(capture_dir=str(tmp_path)), size=(1440, 1000))


def test_swatches_are_saved_copied_and_keyed_from_their_menu(tmp_path, monkeypatch):
    copied: list[np.ndarray] = []
    monkeypatch.setattr("viz.files.clipboard.Clipboard.copy", lambda self, pixels: copied.append(pixels()))

    def steps(d: Driver) -> None:
        d.wait_whole()
        first, seed = d.picture().copy(), d.scene.document.latent
        d.press(Key.b)
        d.press(Key.r)
        d.wait_whole()

        def choose(row: str) -> None:
            d.click("//Mix/**/##swatch0", int(RIGHT))
            d.frames(2)
            d.click(f"//**/##{row}")
            d.frames(2)

        choose("saveSwatch")
        d.wait_for(lambda: list(tmp_path.glob("*.png")), what="the picture of the swatch")
        with Image.open(tmp_path / "00000.png") as picture:
            assert np.array_equal(np.asarray(picture)[..., :3], first[..., :3])
        choose("copySwatch")
        d.wait_for(lambda: copied, what="the copy")
        assert np.array_equal(copied[0][..., :3], first[..., :3])
        choose("keySwatch")
        [track] = d.scene.document.timeline.tracks
        assert (track.path, track.keys[0].value) == ("latent", seed)

    scene = lambda scene: put(scene, "view.workspace", "mix")  # noqa: E731
    drive(steps, scene=scene, settings=Settings(capture_dir=str(tmp_path)), size=(1440, 1000))


def test_seeds_are_starred_from_the_menus_of_picture_state_and_swatch():
    def starred(d: Driver) -> tuple[int, ...]:
        return marks_of(d.scene.view, network_of(d.scene, d.facts)).starred

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.b)
        hold(d, *middle(d, "//Canvas/##picture"))
        let_go(d, "Star seed 0")
        assert starred(d) == (0,)
        d.click("//Mix/**/##swatch0", int(RIGHT))
        d.frames(2)
        d.click("//**/##starSwatch")
        d.frames(2)
        assert starred(d) == (), "the same row takes the star"
        d.change(lambda scene: put(scene, "document.latent.x", 7.0))
        d.wait_frame()
        hold(d, *middle(d, "//History/##state0"))
        let_go(d, "Star seed 0")
        assert starred(d) == (0,)
        hold(d, *middle(d, "//Canvas/##picture"))
        let_go(d, "Star seed 7")
        assert starred(d) == (0, 7)
        d.change(lambda scene: put(scene, "document.latent.x", 7.5))
        hold(d, *middle(d, "//Canvas/##picture"))
        assert not d.exists("//**/##Star seed 7"), "between two seeds there is none to star"
        d.press(Key.escape)
        let_go(d)

    drive(steps, scene=lambda scene: put(scene, "view.workspace", "mix"), size=(1440, 1000))
