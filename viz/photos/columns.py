"""Headings of the columns of the tab Photos."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui import widgets as ui
from viz.ui.theme import current as t

HEADING = 22
"""Height of a heading, in design lengths."""


def heading(name: str, note: str, width: float) -> None:
    """Draw a heading, with a note at the right."""
    p = imgui.get_cursor_screen_pos()
    end = ui.draw(name, p.x, p.y, "text", t.small, "bold", height=t.px(18))
    room = width - end - t.px(10)
    if note and room > t.px(16):
        shown = ui.ellipsis(note, room, t.small)
        ui.draw(shown, p.x + width, p.y, "faint", t.small, align=1, height=t.px(18))
    imgui.dummy(V(width, t.px(HEADING)))
    if note:
        ui.tip(note)
