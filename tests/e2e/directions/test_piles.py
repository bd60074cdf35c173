"""Two piles in the window: sort by keys, buttons and drags, take back, and add the slider."""

from dataclasses import replace

import pytest
from imgui_bundle import imgui

from renderer.document.directions.piles import Piles
from tests.e2e.directions.found import groups, opened
from tests.e2e.driver import Driver, drive
from viz.directions import piles as sorting
from viz.files.actions import OpenFile, SaveSession

pytestmark = pytest.mark.window
Key = imgui.Key
SIZE = (1920, 1080)


def own(d: Driver) -> Piles:
    found = sorting.own(d.scene, d.facts)
    assert found is not None
    return found


def now(d: Driver) -> int:
    seed = d.scene.interaction.sorter.now
    assert seed is not None
    return seed


def begin(d: Driver) -> None:
    opened(d)
    d.click("//Directions/**/##way Two piles")
    d.click("//Directions/**/##sort pictures")
    d.wait_for(lambda: d.exists("//Canvas/##sort this"), what="the two piles")
    d.frames(12)


def test_pictures_are_sorted_by_keys_and_become_a_slider():
    def steps(d: Driver):
        begin(d)
        seeds = []
        for key, side in ((Key.left_arrow, "left"), (Key.right_arrow, "right"), (Key.down_arrow, "skip")):
            seeds.append(now(d))
            d.press(key)
            assert own(d).of(side) == (seeds[-1],)
            assert now(d) not in seeds
        d.press(Key.backspace)
        assert now(d) == seeds[-1], "its picture is back"
        assert not own(d).of("skip")
        assert not d.facts.undo, "sorting is no step"
        for _ in range(3):
            d.press(Key.left_arrow)
            d.press(Key.right_arrow)
        assert d.scene.interaction.sorter.found is None or own(d).enough
        d.wait_for(lambda: d.scene.interaction.sorter.found is not None, what="the slider")
        d.frames(4)
        point = own(d).curve[-1]
        assert (point.count, 0.5 < point.value < 1) == (8, True)
        d.type_into("//Canvas/##name right", "Laughing")
        d.click("//Directions/**/##add pile")
        d.frames(3)
        (one,) = d.scene.document.directions
        assert one.name == "Laughing"
        assert one.sigma > 0
        assert d.facts.undo == "Add Laughing"
        assert groups(d)[0].way == "piles"
        d.press(Key.escape)
        assert not d.scene.view.sorting
        assert own(d).count == 8, "they stay"

    drive(steps, size=SIZE)


def test_the_picture_is_dragged_and_thumbnails_are_corrected():
    def steps(d: Driver):
        begin(d)
        first = now(d)
        x0, y0, x1, y1 = d.rect("//Canvas/##sort this")
        middle, y = (x0 + x1) / 2, (y0 + y1) / 2
        d.drag([(middle, y), (middle + 20, y), (middle + (x1 - x0) * 0.1, y)])
        assert not own(d).choices, "a short drag is none"
        d.drag([(middle, y), (middle + 20, y), (middle + (x1 - x0) * 0.4, y)])
        assert own(d).of("right") == (first,)
        item = f"//Canvas/**/##sorted {first}"
        x0, y0, x1, y1 = d.rect(item)
        left = d.rect("//Canvas/##name left")
        d.drag([((x0 + x1) / 2, (y0 + y1) / 2), (x0 - 100, y0), (left[0] + 20, y0)])
        assert own(d).of("left") == (first,)
        d.click(item, 1)
        assert not own(d).choices, "a right click takes it out"
        d.click("//Canvas/##pile right")
        assert len(own(d).of("right")) == 1
        d.click("//Canvas/##take back")
        assert not own(d).choices

    drive(steps, size=SIZE)


def test_piles_are_part_of_the_session(tmp_path):
    path = tmp_path / "piles.stylescope"

    def steps(d: Driver):
        begin(d)
        for _ in range(4):
            d.press(Key.left_arrow)
            d.press(Key.right_arrow)
        d.wait_for(lambda: own(d).curve, what="the slider")
        d.frames(4)
        kept = own(d)
        d.change(lambda scene: scene.request(SaveSession(str(path))))
        d.wait_for(path.exists, what="the session")
        d.change(lambda scene: replace(scene, view=replace(scene.view, sorting=False, finds=type(scene.view.finds)())))
        d.change(lambda scene: scene.request(OpenFile(str(path))))
        d.wait_for(lambda: d.scene.view.finds.piles, what="the session")
        assert own(d) == kept
        assert d.scene.view.sorting

    drive(steps, size=(1280, 720))


def test_the_slider_comes_back_with_the_choice_that_was_taken_back():
    def steps(d: Driver):
        begin(d)
        for _ in range(4):
            d.press(Key.left_arrow)
            d.press(Key.right_arrow)
        d.wait_for(lambda: d.scene.interaction.sorter.found is not None, what="the slider")
        d.press(Key.backspace)
        d.frames(3)
        assert d.scene.interaction.sorter.found is None
        d.press(Key.right_arrow)
        assert own(d).enough
        d.wait_for(lambda: d.scene.interaction.sorter.found is not None, what="the same slider")

    drive(steps, size=SIZE)
