"""The right button: a quick click resets, a held one opens the menu of what it is held on."""

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from foundation.specs.options import fields
from renderer.document.parts import Direction, Latent
from renderer.document.recall import recall
from tests.e2e.analysis.test_performance_panel import seen
from tests.e2e.driver import Driver, Key, drive, written
from viz.runs.new_run.dialog import form_of
from viz.state.params import put
from viz.state.scene import ShowDialog
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


def test_segments_reset_at_a_quick_right_click_and_have_a_menu_when_it_is_held():
    blend = "//Generator/**/blend/##2"

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.click(blend)
        assert d.scene.document.latent.blend != Latent().blend
        before = d.scene.document.latent
        d.click(blend, int(RIGHT))
        d.frames(2)
        assert d.scene.document.latent.blend == Latent().blend
        assert not d.popup_open()
        d.click(blend)
        hold(d, *middle(d, blend))
        assert d.scene.document.latent == before
        let_go(d, "Reset to W")
        assert d.scene.document.latent.blend == Latent().blend
        d.click(blend)
        hold(d, *middle(d, blend))
        let_go(d)
        assert d.scene.document.latent.blend == Latent().blend, "the row is under the pointer"
        d.click(blend)
        hold(d, *middle(d, blend))
        d.press(Key.escape)
        d.ctx.mouse_up(int(RIGHT))
        d.frames(3)
        assert not d.popup_open()
        assert d.scene.document.latent == before, "Esc changes nothing"

    drive(steps)


def test_lists_reset_at_a_quick_right_click_and_have_a_menu_when_it_is_held():
    device = "//Performance/**/##Device"

    def steps(d: Driver) -> None:
        seen(d)

        def chosen() -> str:
            d.change(lambda scene: put(scene, "settings.device", "cpu"))
            d.frames(3)
            assert not d.popup_open()
            return d.scene.settings.device

        assert chosen() == "cpu"
        d.click(device, int(RIGHT))
        d.frames(2)
        assert (d.scene.settings.device, d.popup_open()) == ("auto", False)
        assert chosen() == "cpu"
        hold(d, *middle(d, device))
        assert d.scene.settings.device == "cpu"
        let_go(d)
        assert d.scene.settings.device == "auto"
        assert chosen() == "cpu"
        d.click(device)
        d.frames(3)
        assert d.popup_open(), "the left button opens the list"
        d.press(Key.escape)

    drive(steps)


def test_choices_of_a_form_reset_when_the_button_is_let_go():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: scene.request(ShowDialog("new-run")))
        d.frames(6)
        form = form_of(d.facts)
        [part] = [one for one in fields(form.draft.spec) if one.name == "aug"]
        usual = form.draft.without("aug").value(part)
        d.click("//**/group/##sectionAugmentation")
        d.frames(4)
        place = "//**/aug/choices/##0"
        d.click(place)
        assert form.draft.value(part) != usual
        hold(d, *middle(d, place))
        assert form.draft.value(part) != usual, "held, it waits for the menu"
        let_go(d)
        assert form.draft.value(part) == usual
        d.click(place)
        d.click(place, int(RIGHT))
        d.frames(2)
        assert (form.draft.value(part), d.popup_open()) == (usual, True), "and the form stays open"

    drive(steps, size=(1440, 1000))


def test_bars_of_the_truncation_have_a_menu():
    def steps(d: Driver) -> None:
        d.wait_frame()
        x0, y0, x1, y1 = d.rect("//Generator/##psis")
        bar = x0 + 0.3 * (x1 - x0), (y0 + y1) / 2
        d.drag([bar, (bar[0], y1 - 16)])
        curve = d.scene.document.truncation.psis
        [index] = [i for i, value in enumerate(curve) if value != 1.0]
        hold(d, *bar)
        let_go(d, "Copy")
        assert imgui.get_clipboard_text() == f"{curve[index]:.2f}"
        assert d.scene.document.truncation.psis == curve
        hold(d, *bar)
        let_go(d, "Type a value…")
        d.wait_for(lambda: imgui.get_io().want_text_input, what="the field")
        d.ctx.key_chars_replace_enter("0.25")
        d.frames(3)
        assert d.scene.document.truncation.psis[index] == 0.25
        hold(d, *bar)
        let_go(d)
        assert d.scene.document.truncation.psis == ()

    drive(steps, size=(1440, 1000))


def test_a_range_of_layers_has_a_menu():
    def ranged(d: Driver) -> tuple[int, int]:
        [one] = d.scene.document.directions
        return one.first, one.last

    def steps(d: Driver) -> None:
        d.wait_frame()
        array = d.facts.arrays.add(np.ones(d.facts.model.w_dim, np.float32))
        d.change(lambda scene: put(scene, "document.directions", (Direction("smile", array, 1.0, 2, 3),)))
        d.frames(4)
        item = "//Generator/**/##on layers"
        d.ctx.scroll_to_item_y(item)
        d.frames(3)
        hold(d, *middle(d, item))
        assert ranged(d) == (2, 3)
        let_go(d, "All layers")
        assert ranged(d) == (0, d.facts.model.num_ws - 1)
        hold(d, *middle(d, item))
        let_go(d)
        assert ranged(d) == (0, 7)

    drive(steps, size=(1440, 1000))


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


def test_the_picture_is_copied_keyed_and_compared_from_its_menu(monkeypatch):
    copied: list[np.ndarray] = []
    monkeypatch.setattr("viz.files.clipboard.Clipboard.copy", lambda self, pixels: copied.append(pixels()))

    def steps(d: Driver) -> None:
        d.wait_whole()
        x0, y0, x1, y1 = d.rect("//Canvas/##picture")
        place = x0 + 0.4 * (x1 - x0), y0 + 0.4 * (y1 - y0)  # the line of the comparison is in the middle
        hold(d, *place)
        let_go(d, "Copy picture")
        d.wait_for(lambda: copied, what="the copy")
        assert np.array_equal(copied[0][..., :3], d.picture()[..., :3])
        before = d.scene.document
        hold(d, *place)
        let_go(d, "Compare from here on")
        assert d.scene.view.compare.b == before
        hold(d, *place)
        let_go(d, "1:1")
        assert d.scene.view.camera.zoom == 1.0
        hold(d, *place)
        let_go(d, "Fit")
        assert d.scene.view.camera.zoom is None
        hold(d, *place)
        let_go(d, "Add a key")
        [track] = d.scene.document.timeline.tracks
        assert (track.path, track.keys[0].value) == ("latent", before.latent)

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
        d.wait_for(lambda: written(tmp_path.glob("*.png")), what="the picture of the first state")
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
        d.wait_for(lambda: written(tmp_path.glob("*.png")), what="the picture of the swatch")
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
