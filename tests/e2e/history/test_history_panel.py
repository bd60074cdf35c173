"""The history of thumbnails: undo, redo, and which steps remain."""

from dataclasses import replace

import pytest
from imgui_bundle import imgui

from renderer.document.parts import Truncation
from tests.e2e.driver import Driver, Key, drive
from viz.shell import layout
from viz.shell.panel_sizes import Extent, _Placed

pytestmark = pytest.mark.window

WIDE = (1600, 900)


def psi(value: float):
    return lambda scene: replace(scene, document=replace(scene.document, truncation=Truncation(value)))


def node(name: str) -> int:
    found = imgui.internal.find_window_by_name(name)
    return found.dock_node.id_


def made(d: Driver) -> list:
    """Three steps; the documents from the first to the last."""
    d.wait_frame()
    documents = [d.scene.document]
    for value in (0.9, 0.6, 0.3):
        d.change(psi(value))
        documents.append(d.scene.document)
    d.wait_frame()
    return documents


def test_a_click_goes_back_and_forth_and_changes_no_bytes():
    def steps(d: Driver) -> None:
        d.wait_frame()
        first = d.picture()
        documents = made(d)
        last = d.picture()
        assert [name for name, _ in d.facts.states.states] == ["", "ψ 0.90", "ψ 0.60", "ψ 0.30"]
        d.click("//History/##state0")
        d.wait_frame()
        assert d.scene.document == documents[0]
        assert (d.picture() == first).all()
        assert d.facts.redo == "ψ 0.90"
        assert d.facts.states.now == 0
        d.click("//History/##state3")
        d.wait_frame()
        assert (d.picture() == last).all()
        d.click("//History/##state1")
        assert d.scene.document == documents[1]
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document == documents[0]
        d.press(Key.mod_ctrl, Key.mod_shift, Key.z)
        d.change(psi(0.1))
        changed = d.scene.document
        assert [document for _, document in d.facts.states.states] == [*documents[:2], changed]
        assert [branch.at for branch in d.facts.states.branches] == [1]
        d.click("//History/##fork1")
        d.frames(3)
        d.click("//**/##branch0")
        d.wait_frame()
        assert d.scene.document == documents[3], "what had been undone is there again"
        assert (d.picture() == last).all()
        d.menu("Edit/###earlier-branch")
        assert d.scene.document == changed
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document == documents[1]

    drive(steps, size=WIDE)


def test_the_states_undone_are_dimmed_and_the_present_one_marked():
    def steps(d: Driver) -> None:
        made(d)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(800, 400))
        d.frames(4)
        boxes = [tuple(map(int, d.rect(f"//History/##state{i}"))) for i in range(4)]
        before = d.window()
        d.click("//History/##state1")
        d.ctx.mouse_move_to_pos(imgui.ImVec2(800, 400))
        d.frames(4)
        after = d.window()

        def light(picture, box) -> float:
            x0, y0, x1, _ = box
            return float(picture[y0 + 22 : y0 + 60, x0 + 4 : x1 - 4].mean())

        assert light(after, boxes[0]) == light(before, boxes[0])
        assert light(after, boxes[2]) < light(before, boxes[2]) - 5
        _, y0, x1, _ = boxes[1]
        accent = after[y0 + 4 : y0 + 14, x1 - 14 : x1 - 4].reshape(-1, 3).astype(int)
        assert (accent[:, 1] - accent[:, 0] > 60).any(), "there is no mark A"

    drive(steps, size=WIDE)


def test_it_is_a_rail_in_a_wide_window_a_tab_in_a_narrow_one_and_a_strip_for_mixing():
    def wide(d: Driver) -> None:
        made(d)
        d.frames(layout.SETTLED + 4)
        rail = imgui.internal.find_window_by_name("History")
        assert rail.size.x == pytest.approx(92, abs=3)
        assert rail.size.y > 400
        d.press(Key.mod_ctrl, Key._2)
        d.frames(layout.SETTLED + 4)
        strip = imgui.internal.find_window_by_name("History")
        assert strip.size.x > 500
        assert strip.size.y == pytest.approx(128, abs=3)
        left = [d.rect(f"//History/##state{i}")[0] for i in range(4)]
        assert left == sorted(left)

    def narrow(d: Driver) -> None:
        made(d)
        d.frames(layout.SETTLED + 4)
        assert node("History") == node("Performance")

    drive(wide, size=WIDE)
    drive(narrow)


def test_an_empty_history_says_what_belongs_there():
    def steps(d: Driver) -> None:
        d.wait_frame()
        assert d.facts.states.states == ()
        assert not d.exists("//History/##state0")

    drive(steps, size=WIDE)


def test_the_heading_comes_and_goes_with_the_tabs():
    def steps(d: Driver) -> None:
        made(d)
        window = imgui.internal.find_window_by_name("History")
        for unlocked in (True, False, True):
            for _ in range(3):
                d.frames(3)  # until the panel is replayed
            d.change(lambda scene, on=unlocked: replace(scene, view=replace(scene.view, unlocked=on)))
            d.wait_for(lambda on=unlocked: window.dock_node.is_no_tab_bar() != on, what="the tabs")
            for _ in range(3):
                d.frames(3)
        assert not d.app.guard.errors

    drive(steps, size=WIDE)


def test_a_side_without_size_gets_one():
    def steps(d: Driver) -> None:
        made(d)
        side = layout.sides("explore", *WIDE)[0]
        placed = _Placed(side, imgui.internal.find_window_by_name("History").dock_node, Extent(*WIDE, 1.0))
        placed.resize(0.0)  # as one that was dragged shut
        d.frames(4)
        assert not d.app.guard.errors

    drive(steps, size=WIDE)
