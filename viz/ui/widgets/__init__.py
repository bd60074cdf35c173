"""Widgets of the panels. Immediate mode: each call draws the widget and returns its new value.

Conventions: arguments are design lengths unless given in pixels; right click resets a value; double click or
Ctrl+click edits it as text; `keyed` (None, False or True) adds the key-frame diamond at the row's end.
"""

from viz.ui.drawable import drawable
from viz.ui.icons import filled, icon
from viz.ui.widgets.buttons import button, segmented, switch
from viz.ui.widgets.feedback import chip, empty_state, error_strip, progress, status
from viz.ui.widgets.layer_row import RowLook, RowTouch, layer_row
from viz.ui.widgets.overlay import badge, badge_number, badge_width, handle
from viz.ui.widgets.paint import (
    copy_text,
    draw,
    ellipsis,
    fill,
    fill_part,
    focus_ring,
    greyed,
    hit,
    input_text,
    label,
    measure,
    outline,
    picture,
    push_font,
    selectable_text,
    space,
    tip,
    wrapped,
)
from viz.ui.widgets.pick import list_row, matching, pick
from viz.ui.widgets.rows import (
    choice,
    heading,
    key_clicked,
    number,
    reset_clicked,
    row_label,
    section,
    slider,
)
from viz.ui.widgets.tiles import add_tile, amount_bar, band_row, dashed, tile
from viz.ui.widgets.typed import drag_number, drag_pace

__all__ = [
    "RowLook",
    "RowTouch",
    "add_tile",
    "amount_bar",
    "badge",
    "badge_number",
    "badge_width",
    "band_row",
    "button",
    "chip",
    "choice",
    "copy_text",
    "dashed",
    "drag_number",
    "drag_pace",
    "draw",
    "drawable",
    "ellipsis",
    "empty_state",
    "error_strip",
    "fill",
    "fill_part",
    "filled",
    "focus_ring",
    "greyed",
    "handle",
    "heading",
    "hit",
    "icon",
    "input_text",
    "key_clicked",
    "label",
    "layer_row",
    "list_row",
    "matching",
    "measure",
    "number",
    "outline",
    "pick",
    "picture",
    "progress",
    "push_font",
    "reset_clicked",
    "row_label",
    "section",
    "segmented",
    "selectable_text",
    "slider",
    "space",
    "status",
    "switch",
    "tile",
    "tip",
    "wrapped",
]
