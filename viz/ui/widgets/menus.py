"""Right clicks and the menus of a held right button.

A quick right click does what it always does, such as resetting a value. Held for `HOLD_S` it opens a menu, in which
letting go over a row chooses it. The Menu key and Shift+F10 open it for the control with the keyboard's focus.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.drawable import drawable
from viz.ui.theme import current as t
from viz.ui.widgets.paint import draw, fill, hit, measure

HOLD_S = 0.25
"""Time after which a right button counts as held."""
_RIGHT = imgui.MouseButton_.right


class Row(NamedTuple):
    """One row of a menu."""

    name: str
    keys: str = ""
    """The key or gesture that does the same."""
    enabled: bool = True
    line: bool = False
    """True to draw a line above it."""


class _Held(NamedTuple):
    """The right button that is down: the item it went down on, and when."""

    item: int = 0
    frame: int = 0


_down = [_Held()]


def right_clicked() -> Literal["", "click", "hold"]:
    """Return if the last item was right-clicked, or if the right button is held on it, in the frame when this is so."""
    item, frame = imgui.get_item_id(), imgui.get_frame_count()
    if imgui.is_item_focused() and (
        imgui.is_key_pressed(imgui.Key.menu, False)
        or imgui.internal.is_key_chord_pressed(int(imgui.Key.mod_shift) | int(imgui.Key.f10), 0)
    ):
        return "hold"
    if imgui.is_item_clicked(_RIGHT):
        _down[0] = _Held(item, frame)
        return ""
    if _down[0].item != item:
        return ""
    if not imgui.is_mouse_down(_RIGHT):
        _down[0] = _Held()
        return "click" if imgui.is_mouse_released(_RIGHT) else ""
    if frame > _down[0].frame and imgui.get_io().mouse_down_duration[int(_RIGHT)] >= HOLD_S:
        _down[0] = _Held()
        return "hold"
    return ""


def menu(id_: str, rows: Sequence[Row], first: bool = False) -> str:
    """Draw a menu that `imgui.open_popup(id_)` has opened; return the name of the chosen row, or an empty text.

    With `first`, the first row opens under the pointer, so that letting go there chooses it.
    """
    pad, high, name = t.px(4), t.px(t.row), drawable(id_)
    if not imgui.is_popup_open(name):
        return ""
    wide = max((measure(row.name) + measure(row.keys, t.small) for row in rows), default=0) + t.px(44)
    imgui.set_next_window_size(V(wide + 2 * pad, 0))
    if first:
        mouse = imgui.get_mouse_pos()
        place = V(round(mouse.x - t.px(20)), round(mouse.y - pad - high / 2))
        imgui.set_next_window_pos(place, imgui.Cond_.appearing)
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(pad, pad))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    opened = imgui.begin_popup(name)
    imgui.pop_style_var(2)
    if not opened:
        return ""
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    chosen = ""
    for row in rows:
        if row.line:
            a = imgui.get_cursor_screen_pos()
            fill(V(a.x, a.y + t.px(3)), V(a.x + wide, a.y + t.px(4)), "line", 1, 0)
            imgui.dummy(V(wide, t.px(7)))
        chosen = row.name if _row(row, wide, high) else chosen
    imgui.pop_style_var()
    if chosen:
        imgui.close_current_popup()
    imgui.end_popup()
    return chosen


def _row(row: Row, wide: float, high: float) -> bool:
    p = imgui.get_cursor_screen_pos()
    imgui.begin_disabled(not row.enabled)
    clicked = hit(f"##{row.name}", V(wide, high))
    over = imgui.is_item_hovered()
    if over or imgui.is_item_focused():
        fill(p, V(p.x + wide, p.y + high), "hover")
    draw(row.name, p.x + t.px(8), p.y, "text", height=high)
    draw(row.keys, p.x + wide - t.px(8), p.y, "faint", t.small, align=1, height=high)
    imgui.end_disabled()
    return row.enabled and (clicked or (over and imgui.is_mouse_released(_RIGHT)))


def resets(right: str, default: str) -> bool:
    """Draw the menu of a choice, which a held right button opens; return True if the choice is to be reset.

    Args:
        right: Answer of `right_clicked` for the choice.
        default: Words of its default.
    """
    if right == "hold":
        imgui.open_popup("choice")
    reset = f"{RESET} to {default}"
    return menu("choice", (Row(reset, "right click"),), first=True) == reset or right == "click"


RESET, TYPE, COPY, KEY = "Reset", "Type a value…", "Copy", "Add a key"


def value_menu(default: str, keyed: bool | None = None) -> str:
    """Draw the menu of a value, with the id `value`. Returns RESET, TYPE, COPY, KEY or an empty text."""
    reset = f"{RESET} to {default}" if default else RESET
    rows = [Row(reset, "right click"), Row(TYPE, "double click"), Row(COPY)]
    if keyed is not None:
        rows.append(Row("Remove the key" if keyed else KEY, "K", line=True))
    chosen = menu("value", rows, first=True)
    return RESET if chosen == reset else KEY if chosen and chosen == rows[-1].name and keyed is not None else chosen
