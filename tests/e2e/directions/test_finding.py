"""Finding directions in the window: search, look, name, star, add, take back."""

from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import hello_imgui, imgui

from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import Progress, Search
from tests.e2e.directions.found import groups, item, opened, point_at, rows, search, settled
from tests.e2e.driver import Driver, drive
from viz.directions.listing import FILTERS, SORTS

pytestmark = pytest.mark.window
Key = imgui.Key
SIZE = (1920, 1080)


def directions(d: Driver):
    return d.scene.document.directions


def test_pca_is_found_looked_at_used_and_taken_back():
    def steps(d: Driver):
        opened(d)
        assert d.exists("//Directions/**/##Find with PCA"), "the empty state offers it"
        before = d.picture()
        d.click("//Directions/**/##Find with PCA")
        d.wait_for(lambda: groups(d), what="directions")
        settled(d)
        found = rows(d)
        assert [row.name for row in found[:3]] == ["PC 1", "PC 2", "PC 3"]
        assert len(found) == 70
        assert not d.facts.undo, "finding changes nothing in the document"

        point_at(d, found[1], 2)
        d.wait_for(lambda: d.scene.preview_name, what="a preview")
        assert d.scene.preview_name == "PC 2 +2 σ"
        assert not directions(d), "a preview is no edit"
        d.wait_frame()
        assert not np.array_equal(d.picture(), before)
        shown = d.picture()
        d.ctx.mouse_move_to_pos(imgui.ImVec2(900, 200))
        d.wait_for(lambda: not d.scene.preview_name)
        d.wait_frame()
        assert np.array_equal(d.picture(), before), "leaving brings the document back"

        point_at(d, found[1], 2)
        d.ctx.mouse_click(0)
        d.wait_frame()
        (one,) = directions(d)
        assert (one.name, one.strength, one.sigma) == ("PC 2", 2.0, pytest.approx(found[1].sigma))
        assert (one.first, one.last) == (found[1].first, found[1].last) == found[1].usual
        assert np.array_equal(d.picture(), shown), "a click sets what was previewed"
        assert d.facts.undo == "Add PC 2"
        d.press(Key.mod_ctrl, Key.z)
        assert not directions(d)
        assert rows(d) == found, "what was found survives"

    drive(steps, size=SIZE)


def test_names_stars_filters_and_rows_that_are_hidden():
    def steps(d: Driver):
        opened(d)
        search(d)
        first, second, third = rows(d)[:3]
        d.click(item(second, "star"))
        assert rows(d)[1].starred
        d.click(item(third, "add"))
        assert [one.name for one in directions(d)] == ["PC 3"]
        assert d.exists(item(third, "added"))
        d.click(item(third, "name"))
        d.frames(2)
        d.ctx.key_chars_replace_enter("Smile")
        d.frames(2)
        assert rows(d)[2].name == directions(d)[0].name == "Smile"
        assert d.facts.undo == "Name Smile"
        for only, kept, gone in ((1, second, first), (2, third, second)):
            d.click(f"//Directions/**/filter/##{only}")
            d.frames(3)
            assert FILTERS[d.scene.interaction.finder.only] == FILTERS[only]
            assert d.exists(item(kept, "star"))
            assert not d.exists(item(gone, "star"))
        d.click("//Directions/**/filter/##0")
        point_at(d, first, 0)
        d.ctx.mouse_click(0)
        d.frames(2)
        d.press(Key.down_arrow)
        assert d.scene.interaction.finder.chosen == second.array
        d.press(Key.delete)
        assert rows(d)[1].hidden
        d.frames(3)
        assert not d.exists(item(second, "star"))
        d.press(Key.right_arrow)
        d.press(Key.enter)

    drive(steps, size=SIZE)


def test_keys_walk_along_a_strip_and_add():
    def steps(d: Driver):
        opened(d)
        search(d)
        settled(d)
        first, second = rows(d)[:2]
        point_at(d, first, 0)
        d.ctx.mouse_click(0)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(900, 200))
        d.frames(2)
        d.press(Key.down_arrow)
        d.press(Key.right_arrow)
        d.press(Key.right_arrow)
        assert d.scene.interaction.finder.step == 2
        d.frames(2)
        assert d.scene.preview_name == "PC 2 +2 σ"
        assert not directions(d)
        d.press(Key.enter)
        assert [(one.name, one.strength) for one in directions(d)] == [("PC 2", 2.0)]
        d.press(Key.up_arrow)
        d.press(Key.enter)
        assert [one.name for one in directions(d)] == ["PC 2", "PC 1"]
        assert rows(d)[1] == second

    drive(steps, size=SIZE)


def test_a_drag_along_the_strip_is_one_step_of_the_history():
    def steps(d: Driver):
        opened(d)
        search(d)
        row = rows(d)[0]
        x0, y0, x1, y1 = d.rect(item(row, "strip"))
        y, at = (y0 + y1) / 2, [x0 + (x1 - x0) * share for share in (3.5 / 7, 4 / 7, 5 / 7, 6 / 7)]
        d.drag([(x, y) for x in at])
        (one,) = directions(d)
        assert one.strength == pytest.approx(2.5, abs=0.1)
        d.press(Key.mod_ctrl, Key.z)
        assert not directions(d)

    drive(steps, size=SIZE)


def test_close_directions_are_told_and_layers_are_dragged():
    def steps(d: Driver):
        opened(d)
        search(d)
        settled(d)
        first, second = rows(d)[:2]
        d.click(item(first, "add"))
        similar = d.facts.arrays.get(first.array) + 0.1 * d.facts.arrays.get(second.array)
        ref = d.facts.arrays.add(similar)

        whole = (0, d.facts.model.num_ws - 1)

        def another(scene):
            (group,) = scene.view.finds.groups
            group = replace(
                group,
                rows=(
                    replace(second, array=ref, name="Twin", effects=None, usual=whole, first=0, last=whole[1]),
                    *group.rows,
                ),
            )
            finds = replace(scene.view.finds, groups=(group,))
            return replace(scene, view=replace(scene.view, finds=finds))

        d.change(another)
        settled(d)
        twin = rows(d)[0]
        assert twin.usual == (twin.first, twin.last) != whole
        x0, y0, x1, y1 = d.rect(item(twin, "layers"))
        side, y = (x1 - x0) / d.facts.model.num_ws, (y0 + y1) / 2
        start = x0 + twin.first * side
        d.drag([(start + 2, y), (start + 2 * side, y), (start + 4.5 * side, y)])
        assert rows(d)[0].first == twin.first + 4
        d.click("//Directions/**/##sort")
        d.frames(2)
        assert SORTS[d.scene.interaction.finder.sort] == "Strongest first"

    drive(steps, size=SIZE)


class Held(FakeRenderer):
    """A renderer whose searches do not end by themselves."""

    def _work_on(self, key: str) -> Progress:
        if isinstance(self.jobs[key].work, Search):
            return Progress(key, 3, 10)
        return super()._work_on(key)


def test_a_search_that_is_stopped_leaves_nothing():
    renderer = Held(hello_imgui.request_refresh, "StyleGAN3-T", 64)

    def steps(d: Driver):
        opened(d)
        before = d.scene.document, d.scene.view.finds, d.facts.arrays.names(), d.picture()
        d.click("//Directions/**/##find")
        d.wait_for(lambda: renderer.jobs, what="the job")
        d.frames(3)
        assert not d.exists("//Directions/**/##find")
        d.click("//Directions/**/##stop search")
        d.frames(3)
        assert not renderer.jobs
        assert not groups(d)
        d.click("//Directions/**/##find")
        d.wait_for(lambda: renderer.jobs, what="the job")
        d.ctx.mouse_move_to_pos(imgui.ImVec2(900, 200))
        d.press(Key.escape)
        d.frames(3)
        assert not renderer.jobs, "Esc stops it too"
        finder = d.scene.interaction.finder
        assert (finder.running, finder.problem, finder.advice, finder.chosen) == (None, "", "", None)
        assert (d.scene.document, d.scene.view.finds, d.facts.arrays.names()) == before[:3]
        assert np.array_equal(d.picture(), before[3])
        assert not d.facts.undo
        assert d.exists("//Directions/**/##Find with PCA"), "the list is as empty as it was"

    drive(steps, renderer=renderer, size=SIZE)


def test_ways_that_a_network_lacks_are_greyed_with_the_reason():
    def steps(d: Driver):
        opened(d)
        d.click("//Directions/**/##way SeFa")
        assert d.scene.interaction.finder.way == "sefa"
        info = d.ctx.item_info("//Directions/**/##way Classes")
        assert info.item_flags & int(imgui.ItemFlags_.disabled)
        search(d)
        assert groups(d)[0].way == "sefa"
        assert rows(d)[0].name == "SeFa 1"

    drive(steps, size=(1280, 720))


def test_directions_of_another_network_stay_greyed():
    def steps(d: Driver):
        opened(d)
        search(d)
        row = rows(d)[0]

        def elsewhere(scene):
            network = replace(scene.document.network, source="/nets/another.pkl")
            return replace(scene, document=replace(scene.document, network=network))

        d.change(elsewhere)
        d.wait_frame()
        d.frames(4)
        assert groups(d)[0].network == "test pattern"
        assert not d.exists(item(row, "add"))

    drive(steps, size=SIZE)
