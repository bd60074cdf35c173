"""Each way to find directions from its button to the next window: find, look, name, star, add, key, undo, come back."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.fake import engine
from tests.e2e.directions.found import groups, item, opened, point_at, rows, search
from tests.e2e.driver import Driver, drive
from viz.state.settings import Settings

pytestmark = pytest.mark.window
Key = imgui.Key
SIZE = (1920, 1080)


def with_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test pattern three classes."""
    real = engine.model_info
    monkeypatch.setattr(engine, "model_info", lambda *given: replace(real(*given), c_dim=3))


def chosen(way: str) -> Callable[[Driver], None]:
    """Return what presses Find for a way of this name."""

    def find(d: Driver) -> None:
        d.click(f"//Directions/**/##way {way}")
        d.frames(2)
        if way == "Classes":
            finder = d.scene.interaction.finder
            d.change(lambda scene: scene.interacting(finder=replace(finder, classes=replace(finder.classes, end=2))))
        search(d)

    return find


def sorted_piles(d: Driver) -> None:
    """Sort eight pictures and add their slider; take it back, as the other ways have none yet."""
    d.click("//Directions/**/##way Two piles")
    d.frames(2)
    d.click("//Directions/**/##sort pictures")
    d.wait_for(lambda: d.exists("//Canvas/##sort this"), what="the two piles")
    d.frames(12)
    for _ in range(4):
        d.press(Key.left_arrow)
        d.press(Key.right_arrow)
    d.wait_for(lambda: d.scene.interaction.sorter.found is not None, what="the slider")
    d.frames(4)
    d.click("//Directions/**/##add pile")
    d.frames(3)
    d.press(Key.escape)
    d.frames(3)
    d.press(Key.mod_ctrl, Key.z)
    d.frames(14)


WAYS: dict[str, Callable[[Driver], None]] = {
    **{way: chosen(way) for way in ("PCA", "SeFa", "StyleSpace", "Measure", "Classes")},
    "Two piles": sorted_piles,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_way_from_its_button_to_the_next_window(way, tmp_path, monkeypatch):
    if way == "Classes":
        with_classes(monkeypatch)

    def sliders(d: Driver):
        return d.scene.document.styles if way == "StyleSpace" else d.scene.document.directions

    def find(d: Driver):
        opened(d)
        before = d.picture()
        WAYS[way](d)
        assert not sliders(d)
        d.wait_for(lambda: rows(d)[0].effects, what="what it does")
        d.frames(2)
        row = rows(d)[0]
        point_at(d, row, 2)
        d.wait_for(lambda: d.scene.preview_name, what="a preview")
        d.wait_frame()
        assert d.scene.preview_name == f"{row.name} +2 σ"
        previewed = d.picture()
        assert not np.array_equal(previewed, before)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(900, 200))
        d.wait_for(lambda: not d.scene.preview_name, what="the end of the preview")
        d.wait_frame()
        assert np.array_equal(d.picture(), before), "a preview leaves nothing"
        d.click(item(row, "name"))
        d.frames(2)
        d.ctx.key_chars_replace_enter("Mine")
        d.frames(2)
        d.click(item(row, "star"))
        point_at(d, row, 2)
        d.ctx.mouse_click(0)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(900, 200))
        d.wait_frame()
        (one,) = sliders(d)
        assert (one.name, one.strength) == ("Mine", 2.0)
        assert np.array_equal(d.picture(), previewed)
        d.click("//Generator/**/##keyMine")
        d.frames(3)
        (track,) = d.scene.document.timeline.tracks
        assert track.keys[0].value == 2.0
        for _ in range(2):
            d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert not sliders(d)
        assert not d.scene.document.timeline.tracks
        assert np.array_equal(d.picture(), before)
        for _ in range(2):
            d.press(Key.mod_ctrl, Key.y)
        assert d.scene.document.timeline.tracks == (track,)
        d.wait_frame()
        was.append((groups(d), sliders(d), d.picture()))

    def again(d: Driver):
        d.wait_frame()
        d.wait_for(lambda: sliders(d), what="the last session")
        d.wait_frame()
        found, there, picture = was[0]
        kept = [group for group in groups(d) if group.way != "kept"]
        assert (tuple(kept), sliders(d)) == (found, there)
        assert [row.starred for row in kept[0].rows][:1] == [True]
        assert np.array_equal(d.picture(), picture)
        assert d.scene.document.timeline.tracks

    was: list = []
    exact = Settings(smooth=False)
    drive(find, size=SIZE, config_dir=tmp_path, settings=exact)
    drive(again, size=SIZE, config_dir=tmp_path, settings=exact)


def test_a_network_without_z_or_styles_greys_what_it_lacks_and_says_so(lent, tmp_path):
    from tests.unit.renderer import tiny
    from viz.directions import ways

    def steps(d: Driver):
        opened(d)
        for entry in ways.ENTRIES:
            info = d.ctx.item_info(f"//Directions/**/##way {entry.name}")
            greyed = bool(info.item_flags & int(imgui.ItemFlags_.disabled))
            assert greyed == bool(ways.lacks(entry.way, d.facts.model)), entry.name
        assert ways.lacks("sefa", d.facts.model) == ways.lacks("stylespace", d.facts.model) == "no styles here"
        assert ways.lacks("classes", d.facts.model) == "no classes here"
        assert not ways.lacks("pca", d.facts.model)

    drive(steps, network=tiny.save(tmp_path, "bare"), renderer=lent, size=SIZE)


def test_piles_say_what_is_missing_and_that_all_are_on_one_side(monkeypatch):
    from viz.directions import pile_slider

    said: list[tuple[str, str]] = []
    real = pile_slider.ui.empty_state

    def empty_state(icon, title, text, *button):
        said.append((title, text))
        return real(icon, title, text, *button)

    monkeypatch.setattr(pile_slider.ui, "empty_state", empty_state)

    def steps(d: Driver):
        opened(d)
        d.click("//Directions/**/##way Two piles")
        d.frames(2)
        d.click("//Directions/**/##sort pictures")
        d.wait_for(lambda: d.exists("//Canvas/##sort this"), what="the two piles")
        d.frames(12)
        for _ in range(3):
            d.press(Key.right_arrow)
        d.frames(4)
        assert said[-1] == ("Without 0 of 4, With 3 of 4", pile_slider.EMPTY)
        for _ in range(9):
            d.press(Key.right_arrow)
        d.frames(4)
        assert said[-1] == ("Without 0 of 4, With 12 of 4", "All are on one side. Skip pictures that you cannot tell.")
        assert d.scene.interaction.sorter.found is None
        assert not d.exists("//Directions/**/##add pile")

    drive(steps, size=SIZE)
