"""Status items, chips, progress bars, the error strip and empty states."""

import math
from collections.abc import Sequence

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.drawable import drawable
from viz.ui.icons import Glyph, OptionalGlyph, filled, icon
from viz.ui.theme import current as t
from viz.ui.widgets.buttons import button
from viz.ui.widgets.paint import draw, fill, fill_part, lines_of, measure, tip


def status(
    text: str, glyph: OptionalGlyph = "", token: str = "dim", value: str = "", hint: str = "", turn: float = 0.0
) -> None:
    """Draw one item of the status bar: icon, name, and a value in a brighter colour.

    `turn`: share of a turn of the icon `spinner-gap`, which is drawn as an arc.
    """
    p, h = imgui.get_cursor_screen_pos(), imgui.get_window_height() - t.px(2)
    y, x = imgui.get_window_pos().y + t.px(1), p.x
    if glyph == "spinner-gap":
        spinner(V(x + t.px(5.5), y + h / 2), t.px(4.5), token, turn)
        x += t.px(17)
    elif glyph:
        x += draw(icon(glyph), x, y, token, 11, height=h) + t.px(6)
    x += draw(text, x, y, token, t.small, height=h) if text else 0
    if value:
        x += (t.px(5) if text else 0) + draw(value, x + (t.px(5) if text else 0), y, "text", t.small, height=h)
    imgui.dummy(V(x - p.x, t.px(16)))
    if hint:
        tip(hint)
    imgui.same_line(0, t.px(16))


def spinner(centre: V, radius: float, token: str, turn: float) -> None:
    """Draw three quarters of a circle, `turn` turns clockwise from where it begins. Radius in pixels."""
    first = 2 * math.pi * turn
    lines = imgui.get_window_draw_list()
    lines.path_arc_to(centre, radius, first, first + 1.5 * math.pi, 20)
    lines.path_stroke(t.u32(token, imgui.get_style().alpha), t.px(1.5))


def chip(text: str, token: str = "dim", glyph: OptionalGlyph = "", solid: bool = False) -> None:
    """Draw a small rounded label."""
    h, p = t.px(18), imgui.get_cursor_screen_pos()
    p = V(p.x, p.y + (t.px(t.row) - h) / 2)
    g = measure(icon(glyph), 10) + t.px(4) if glyph else 0
    w = measure(text, t.small) + t.px(14) + g
    fill(p, V(p.x + w, p.y + h), token, 1 if solid else 0.16, 9)
    ink = "on_accent" if solid else token
    if glyph:
        draw(icon(glyph), p.x + t.px(7), p.y, ink, 10, height=h)
    draw(text, p.x + t.px(7) + g, p.y, ink, t.small, height=h)
    imgui.dummy(V(w, t.px(t.row)))


def progress(share: float, width: float, token: str = "accent", height: float = 4) -> None:
    """Draw a thin progress bar, as an item one row high."""
    p, h = imgui.get_cursor_screen_pos(), t.px(t.row)
    mid, k = p.y + h / 2, t.px(height) / 2
    fill(V(p.x, mid - k), V(p.x + width, mid + k), "active", 1, height / 2)
    fill_part(V(p.x, mid - k), V(p.x + width, mid + k), p.x, p.x + width * share, token, 1, height / 2)
    imgui.dummy(V(width, h))


def error_strip(
    text: str,
    detail: str = "",
    actions: Sequence[str] = (),
    token: str = "bad",
    glyph: Glyph = "warning-circle",
    dismiss: bool = True,
) -> str:
    """Draw the strip over the image after a failed render. Returns the clicked action.

    `token` and `glyph` turn it into a warning or a plain message. Clicking the cross returns "dismiss".
    """
    w, p = imgui.get_content_region_avail().x, imgui.get_cursor_screen_pos()
    cross = t.px(t.row + 4) if dismiss else 0.0
    buttons = sum(measure(name) + t.px(20) for name in actions) + cross + t.px(6)
    left = p.x + t.px(12) + measure(filled(glyph), 12) + t.px(8)
    room = max(p.x + w - buttons - left, t.px(40))
    one = measure(text) + (t.px(16) + measure(detail, t.small) if detail else 0) <= room
    first = [text] if one else lines_of(text, room)
    below = bool(actions) and len(first) > _BESIDE
    if below:  # beside the buttons it would become a narrow column
        room = max(p.x + w - cross - t.px(6) - left, t.px(40))
        first = lines_of(text, room)
    second = [] if one or not detail else lines_of(detail, p.x + w - t.px(12) - left, t.small)
    first, second = first[:_STRIP_LINES], second[:_STRIP_LINES]
    line, small = t.px(18), t.px(16)
    h = t.px(18) + line * len(first) + small * len(second) + (t.px(t.row + 4) if below else 0)
    imgui.begin_group()
    imgui.set_next_item_allow_overlap()
    imgui.invisible_button(drawable(f"##strip{text}"), V(w, h))  # keeps clicks from what is behind the strip
    fill(p, V(p.x + w, p.y + h), "raised", 1, t.radius_card)
    fill(p, V(p.x + w, p.y + h), token, 0.16, t.radius_card)
    fill(V(p.x, p.y + t.px(6)), V(p.x + t.px(3), p.y + h - t.px(6)), token)
    right, top = p.x + w - t.px(6), p.y + (t.px(36) - t.px(t.row)) / 2
    chosen = "dismiss" if dismiss and _cross(right - t.px(t.row), top) else ""
    place = V(right, p.y + h - t.px(t.row + 6)) if below else V(right - cross, top)
    chosen = _strip_buttons(place.x, place.y, actions) or chosen
    draw(filled(glyph), p.x + t.px(12), p.y, token, 12, height=t.px(36))
    y = p.y + t.px(9)
    for part in first:
        end = draw(part, left, y, "text", height=line)
        y += line
    if one and detail:
        draw(detail, left + end + t.px(8), y - line, "dim", t.small, height=line)
    for part in second:
        draw(part, left, y, "dim", t.small, height=small)
        y += small
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(w, h))
    imgui.end_group()
    return chosen


_BESIDE = 3
"""Most lines of a strip's text beside its buttons; they lie below a longer one."""
_STRIP_LINES = 16
"""Most lines of each of the two texts of a strip: of more than any sentence of ours takes."""


def _cross(x: float, y: float) -> bool:
    """Draw the button that hides a strip. Returns True if it is clicked."""
    imgui.set_cursor_screen_pos(V(x, y))
    return button(glyph="x", kind="ghost", width=t.px(t.row), id_="##error", hint="Hide this message")


def _strip_buttons(right: float, y: float, actions: Sequence[str]) -> str:
    """Draw the buttons of a strip, right-aligned at `right`. Returns the clicked one."""
    chosen = ""
    for name in reversed(actions):
        size = measure(name) + t.px(16)
        right -= size
        imgui.set_cursor_screen_pos(V(right, y))
        if button(name, width=size, id_=f"##error{name}"):
            chosen = name
        right -= t.px(4)
    return chosen


def sentence(text: str, x: float, y: float, width: float, token: str = "dim") -> float:
    """Draw a whole sentence at a screen position: in one line, or in small ones of `width` pixels. Returns its height.

    What is wrong and what helps must not be cut; it takes the height of a row at least.
    """
    row = t.px(t.row)
    if measure(text) <= width:
        draw(text, x, y, token, height=row)
        return row
    step = t.px(15)
    lines = lines_of(text, max(width, t.px(40)), t.small)
    for k, line in enumerate(lines):
        draw(line, x, y + k * step, token, t.small, height=step)
    return max(row, step * len(lines))


def centred(text: str, a: V, room: V, token: str = "dim") -> None:
    """Draw a whole sentence in small lines in the middle of a rectangle, given its corner and size in pixels."""
    lines, step = lines_of(text, room.x - t.px(16), t.small), t.px(15)
    top = a.y + max(0.0, (room.y - step * len(lines)) / 2)
    for k, line in enumerate(lines):
        draw(line, a.x + room.x / 2, top + k * step, token, t.small, align=0.5, height=step)


_ICON, _TITLE, _LINE, _GAP = 38.0, 20.0, 15.0, 9.0
"""Heights of the parts of an empty state, and the gap above its button, in design lengths."""


def empty_state(glyph: Glyph, title: str, text: str, action: str = "") -> bool:
    """Draw the empty state of a panel: a description and a suggested action. Returns True if the action is clicked.

    Where the room is low, the icon is left out first, then the text, which becomes the tooltip.
    """
    area, p = imgui.get_content_region_avail(), imgui.get_cursor_screen_pos()
    lines = lines_of(text, area.x - t.px(16), t.small)
    below = t.px(_GAP + t.row) if action else 0.0
    high = t.px(_TITLE + _LINE * len(lines)) + below
    room = V(max(area.x, 1.0), max(area.y, 1.0))
    if not action or high > area.y:
        imgui.dummy(room if not action else V(room.x, min(t.px(_TITLE), room.y)))
    if high > area.y:
        tip(text)
        lines, high = [], t.px(_TITLE) + below
    tall = high + t.px(_ICON) <= area.y
    high += t.px(_ICON) if tall else 0.0
    x, y = p.x + area.x / 2, p.y + max(0.0, (area.y - high) / 2)
    if tall:
        draw(icon(glyph), x, y, "faint", 24, align=0.5)
        y += t.px(_ICON)
    draw(title, x, y, "text", t.body, "bold", align=0.5)
    y += t.px(_TITLE)
    for line in lines:
        draw(line, x, y, "dim", t.small, align=0.5)
        y += t.px(_LINE)
    if not action:
        return False
    imgui.set_cursor_screen_pos(V(x - (measure(action) + t.px(16)) / 2, y + t.px(_GAP)))
    return button(action, kind="primary")
