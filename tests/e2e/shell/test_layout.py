"""Panel layout: widths, tabs, remembered state, and no cut-off text."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from imgui_bundle import glfw_utils, imgui

import glfw  # isort: skip  # after imgui_bundle, which selects the library that both share

from tests.e2e.driver import BOTTOM, TOP, Driver, Key, drive
from viz.commands.actions import ResetLayout
from viz.shell import layout
from viz.state.settings import Settings

pytestmark = pytest.mark.window


def window(name: str) -> Any:
    return imgui.internal.find_window_by_name(name)


def drawn(name: str) -> bool:
    found = window(name)
    return found is not None and found.active and not found.hidden


def settle(d: Driver) -> None:
    d.frames(layout.SETTLED + 4)


def test_workspaces_show_other_panels_and_keep_the_document():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.r)
        document = d.scene.document
        seen = {}
        for index, workspace in enumerate(layout.WORKSPACES):
            d.click(f"{TOP}/workspace/##{index}")
            settle(d)
            windows = (
                "Generator",
                "Mix",
                "Timeline",
                "Layers & spectrum",
                "Performance",
                "Runs",
                "Run",
                "Fakes",
                "Canvas",
            )
            seen[workspace] = {name for name in windows if drawn(name)}
            assert d.scene.document == document
        sides = {"Generator", "Mix", "Canvas"}
        assert seen == {
            "explore": sides | {"Timeline"},
            "analyse": sides | {"Layers & spectrum"},
            "mix": {"Generator", "Mix", "Canvas"},
            "train": {"Runs", "Run", "Fakes"},
        }

    drive(steps)


def test_each_workspace_keeps_its_tab():
    def steps(d: Driver) -> None:
        d.wait_frame()
        settle(d)
        assert drawn("Timeline")
        x, y = window("Timeline").pos.x, window("Timeline").pos.y
        d.ctx.mouse_move_to_pos(imgui.ImVec2(x + 260, y + 14))  # the third tab, whose text is "Directions"
        d.ctx.mouse_click(0)
        settle(d)
        assert drawn("Directions"), "the tab was missed"
        for key, tab in ((Key._2, None), (Key._3, "Layers & spectrum"), (Key._1, "Directions")):
            d.press(Key.mod_ctrl, key)
            settle(d)
            assert {name for name in layout.TABS if drawn(name)} == ({tab} if tab else set())

    drive(steps)


def test_sides_have_the_widths_of_the_design_and_follow_the_scale():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.frames(4)
        assert window("Generator").size.x == pytest.approx(276, abs=2)
        assert window("Mix").size.x == pytest.approx(316, abs=2)
        d.change(lambda s: replace(s, settings=replace(s.settings, scale=1.5)))
        d.frames(4)
        assert window("Generator").size.x == pytest.approx(276 * 1.5, abs=4)
        assert window("Mix").size.x == pytest.approx(316 * 1.5, abs=4)

    drive(steps, size=(1450, 820))


def test_tab_hides_the_panels_and_shows_them_again():
    def steps(d: Driver) -> None:
        d.wait_frame()
        x0, _, x1, _ = d.rect("//Canvas/##picture")
        for _ in range(2):
            d.press(Key.tab)
            d.frames(4)
            a0, _, a1, _ = d.rect("//Canvas/##picture")
            assert (a0, a1) == (0, 1280)
            d.press(Key.tab)
            d.frames(4)
            b0, _, b1, _ = d.rect("//Canvas/##picture")
            assert (b0, b1) == (x0, x1)

    drive(steps)


def drag_splitter(d: Driver, by: float) -> None:
    edge = window("Generator").pos.x + window("Generator").size.x + 1
    d.drag([(edge, 300), (edge + by / 2, 300), (edge + by, 300)])
    d.frames(2)


def test_a_moved_splitter_is_remembered_and_can_be_reset(tmp_path: Path):
    def first(d: Driver) -> None:
        d.wait_frame()
        settle(d)
        drag_splitter(d, 80)
        assert window("Generator").size.x == pytest.approx(356, abs=3)
        d.press(Key.mod_ctrl, Key._2)
        settle(d)
        assert window("Generator").size.x == pytest.approx(276, abs=3)  # each workspace has its own
        d.press(Key.mod_ctrl, Key._1)
        settle(d)
        assert window("Generator").size.x == pytest.approx(356, abs=3)

    def second(d: Driver) -> None:
        d.wait_frame()
        settle(d)
        assert window("Generator").size.x == pytest.approx(356, abs=3)
        d.change(lambda s: s.request(ResetLayout()))
        settle(d)
        assert window("Generator").size.x == pytest.approx(276, abs=3)

    drive(first, config_dir=tmp_path)
    drive(second, config_dir=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"layout.ini", "settings.yaml", "captures", "sessions"}


def test_an_unlocked_layout_shows_tab_bars_and_the_canvas_stays_clear_of_its_own():
    def steps(d: Driver) -> None:
        d.wait_frame()
        _, y0, _, y1 = d.rect("//Canvas/##picture")
        d.menu("View/###unlock-layout")
        d.frames(4)
        _, u0, _, u1 = d.rect("//Canvas/##picture")
        assert (u0 - y0, u1) == (pytest.approx(24, abs=4), y1)
        assert window("Generator").dock_node.tab_bar is not None
        d.menu("View/###unlock-layout")
        d.frames(4)
        assert d.rect("//Canvas/##picture")[1] == y0

    drive(steps)


@pytest.mark.parametrize(("size", "scale"), [((1280, 720), 1.0), ((1920, 1080), 1.0), ((2560, 1440), 2.0)])
def test_every_item_of_bars_and_canvas_lies_within_the_window(size: tuple[int, int], scale: float):
    def steps(d: Driver) -> None:
        d.wait_frame()
        settle(d)
        for root in (TOP, BOTTOM, "//Canvas"):
            found = imgui.test_engine.TestItemList()
            d.ctx.gather_items(found, root, -1)
            assert found.get_size() > 3 or root == BOTTOM
            for i in range(found.get_size()):
                full, clipped = found.get_by_index(i).rect_full, found.get_by_index(i).rect_clipped
                assert full.min.x >= -0.5, root
                assert full.max.x <= size[0] + 0.5, root
                assert full.max.y <= size[1] + 0.5, root
                assert full.max.x - full.min.x == pytest.approx(clipped.max.x - clipped.min.x, abs=1.0), root
        # Nothing at the right of the bar reaches into what lies in the middle.
        menus, middle, right = d.rect("//**/Help"), d.rect(f"{TOP}/workspace/##0"), d.rect(f"{TOP}/##undo")
        last = d.rect(f"{TOP}/workspace/##3")
        assert menus[2] < middle[0]
        assert last[2] < right[0]

    drive(steps, size=size, settings=Settings(scale=scale))


def test_the_tab_in_front_stays_there_in_a_window_of_another_size():
    def front() -> str:
        window = imgui.internal.find_window_by_name("Timeline")
        return window.dock_node.visible_window.name

    def steps(d: Driver):
        d.wait_frame()
        d.frames(2 * layout.SETTLED)
        d.change(lambda scene: scene.interacting(front=replace(scene.interaction.front, window="Performance")))
        d.frames(2 * layout.SETTLED)
        assert front() == "Performance"
        for size in (
            (1280, 720),
            (1920, 1080),
        ):  # the history is a tab, then beside it
            glfw.set_window_size(glfw_utils.glfw_window_hello_imgui(), *size)
            d.wait_for(lambda size=size: tuple(imgui.get_io().display_size) == size, what="the other size")
            d.frames(3 * layout.SETTLED)
            assert front() == "Performance"

    drive(steps, size=(1920, 1080))
