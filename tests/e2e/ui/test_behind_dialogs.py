"""Cached parts behind a modal dialog and in its form: neither mouse nor keyboard reaches those behind."""

import pytest

from tests.e2e.driver import Driver, Key, drive  # first: it selects PyOpenGL's headless platform

# isort: split
from imgui_bundle import imgui

from tests.e2e.ui.test_draw_cache import STILL, Probe, replayed, same_window
from viz.state.scene import ShowDialog

pytestmark = pytest.mark.window


@pytest.mark.parametrize("at", ["over the dialog", "beside it"])
def test_parts_behind_a_dialog_and_rows_of_its_form_are_replayed(monkeypatch, at):
    probe = Probe(monkeypatch, lambda scene, facts: "")

    def steps(d: Driver):
        left, top, right, bottom = d.rect("//Generator/press")
        d.change(lambda scene: scene.request(ShowDialog("new-run")))
        d.frames(4)
        x0, y0, x1, y1 = d.rect("//**/##makeone")
        empty = (x0 + x1) / 2, y1 + 100
        d.drag([empty] * 2)  # takes the keyboard out of the form's first field
        pos = empty if at == "over the dialog" else ((left + right) / 2, (top + bottom) / 2)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(*pos))
        d.frames(12)
        assert probe.frames(d) == 0, "behind the dialog nothing is drawn again"
        assert d.scene.interaction.dialog.name == "new-run"
        assert replayed(d) >= 3 * (6 + 6), "some rows of the form, and the panels"
        same_window(d)
        d.drag([((x0 + x1) / 2, (y0 + y1) / 2)] * 2)
        d.frames(2)
        assert d.scene.interaction.dialog.name == "new-dataset", "its controls act"
        d.press(Key.escape)
        d.ctx.mouse_move_to_pos(imgui.ImVec2((left + right) / 2, (top + bottom) / 2))
        d.frames(4)
        assert probe.frames(d) == 5, "and those of the panels do once it is closed"

    drive(steps, options=STILL)
