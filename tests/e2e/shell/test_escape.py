"""Esc closes one level at each press; Tab brings the panels back as they were."""

from dataclasses import replace

import pytest
from imgui_bundle import imgui

from tests.e2e.driver import Driver, Key, drive
from viz.runs.new_run.dialog import form_of
from viz.state.scene import ShowDialog


def test_the_palette_needs_one_press_and_typing_goes_on_to_the_window():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.k)
        d.frames(3)
        d.ctx.key_chars("walk")
        d.frames(2)
        d.press(Key.escape)
        d.frames(2)
        assert not d.scene.interaction.dialog.name
        assert not imgui.is_popup_open("", imgui.PopupFlags_.any_popup)
        d.press(Key.g)
        assert d.scene.view.grid

    drive(steps)


def test_each_press_closes_one_level():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key.g)
        d.press(Key.space)
        d.app.say("The first is wrong", bad=True)
        d.app.say("The second is wrong", bad=True)
        d.frames(3)
        d.press(Key.mod_ctrl, Key.comma)
        d.frames(3)
        assert d.scene.interaction.dialog.name == "settings"

        def levels() -> tuple[bool, int, bool, bool]:
            d.frames(2)
            now = d.scene
            return (
                bool(now.interaction.dialog.name),
                len(now.interaction.notifications.messages),
                now.view.grid,
                now.view.motion.playing,
            )

        assert levels() == (True, 2, True, True)
        for left in ((False, 2, True, True), (False, 1, True, True), (False, 0, True, True)):
            d.press(Key.escape)
            assert levels() == left
        d.press(Key.escape)
        assert levels() == (False, 0, False, True)
        d.press(Key.escape)
        assert levels() == (False, 0, False, False)

    drive(steps)


def test_tab_brings_the_panels_back_as_they_were():
    def front() -> str:
        names = ("Timeline", "Layers & spectrum", "Performance", "History")
        for name in names:
            window = imgui.internal.find_window_by_name(name)
            if window is not None and window.dock_node is not None and window.dock_node.visible_window is not None:
                return str(window.dock_node.visible_window.name)
        return ""

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.frames(20)
        for workspace in ("explore", "analyse", "explore"):
            d.change(lambda s, name=workspace: replace(s, view=replace(s.view, workspace=name)))
            d.frames(30)
            before = front()
            assert before
            for hidden in (True, False):
                d.press(Key.tab)
                d.frames(30)
                assert d.scene.view.panels_hidden == hidden
            assert front() == before

    drive(steps, size=(1280, 720))


@pytest.mark.parametrize("name", ["save-session", "save-network"])
def test_a_dialog_that_is_for_one_field_needs_one_press(name):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: scene.request(ShowDialog(name)))
        d.wait_for(lambda: imgui.get_io().want_text_input, what="the field")
        d.press(Key.escape)
        d.frames(2)
        assert not d.scene.interaction.dialog.name

    drive(steps)


def test_the_form_of_a_run_begins_with_its_dataset_and_esc_closes_it_while_that_is_empty():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.menu("Run/###new-run")
        d.wait_for(lambda: imgui.get_io().want_text_input, what="the field")
        d.frames(2)
        d.press(Key.escape)
        d.frames(2)
        assert not d.scene.interaction.dialog.name
        d.menu("Run/###new-run")
        d.wait_for(lambda: imgui.get_io().want_text_input, what="the field")
        d.ctx.key_chars("faces.zip")
        d.frames(2)
        assert form_of(d.facts).draft.entries["data"] == "faces.zip"
        d.press(Key.escape)
        d.frames(2)
        assert d.scene.interaction.dialog.name == "new-run", "it leaves the field"
        d.press(Key.escape)
        d.frames(2)
        assert not d.scene.interaction.dialog.name

    drive(steps)
