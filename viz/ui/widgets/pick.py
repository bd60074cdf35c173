"""Popup list of a `choice`, with a search field if the list is long."""

from collections.abc import Sequence

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.drawable import drawable
from viz.ui.icons import OptionalGlyph, icon
from viz.ui.theme import current as t
from viz.ui.widgets import menus
from viz.ui.widgets.paint import draw, ellipsis, input_text, path_ellipsis

SEARCH_FROM = 12
"""Minimum length of lists with a search field."""
_ROWS = 10


def matching(entries: Sequence[str], typed: str) -> list[int]:
    """Return indices of the entries that contain `typed`, ignoring case; those that start with it first."""
    wanted = typed.strip().casefold()
    if not wanted:
        return list(range(len(entries)))
    found = [i for i, entry in enumerate(entries) if wanted in entry.casefold()]
    return sorted(found, key=lambda i: not entries[i].casefold().startswith(wanted))


def list_row(
    id_: str, text: str, chosen: bool = False, note: str = "", glyph: OptionalGlyph = "", place: bool = False
) -> bool:
    """Draw one row of a list: icon, text, and a faint note at the right. True if clicked or activated by keyboard.

    With `place` the note is a path, of which the end says most.
    """
    p, w, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(t.row)
    clicked, _ = imgui.selectable(drawable(f"##{id_}"), chosen, imgui.SelectableFlags_.no_auto_close_popups, V(w, h))
    x = p.x + t.px(8)
    if glyph:
        x += draw(icon(glyph), x, p.y, "accent" if chosen else "dim", 12, height=h) + t.px(8)
    end = p.x + w - t.px(8)
    shown = ellipsis(text, end - x)
    x += draw(shown, x, p.y, "text", height=h) + t.px(12)
    if note and end - x > t.px(24):
        shorten = path_ellipsis if place else ellipsis
        draw(shorten(note, end - x, t.small), end, p.y, "faint", t.small, align=1, height=h)
    return clicked


def pick(
    id_: str, entries: Sequence[str], chosen: int, typed: str = "", width: float = 0, default: int | None = None
) -> tuple[int | None, str]:
    """Draw the list of a `choice`, shown after `imgui.open_popup(id_)`; `width` in pixels.

    With a `default`, a right click on the choice, which must be the last item, picks that; held it opens its menu.

    Returns the index picked in this frame or None, and the search text, to be passed again. Arrow keys and Enter
    work; Enter in the search field picks the first match.
    """
    if default is not None:
        right = menus.right_clicked()
        imgui.push_id(drawable(id_))
        reset = menus.resets(right, entries[default])
        imgui.pop_id()
        if reset:
            return default, typed
    imgui.set_next_window_size(V(width or t.px(200), 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(4), t.px(4)))
    opened = imgui.begin_popup(drawable(id_))
    imgui.pop_style_var()
    if not opened:
        return None, ""
    picked: int | None = None
    if len(entries) >= SEARCH_FROM:
        if imgui.is_window_appearing():
            imgui.set_keyboard_focus_here()
        imgui.set_next_item_width(-1)
        flags = imgui.InputTextFlags_.enter_returns_true
        entered, typed = input_text("##find", typed, "Find", flags)
        if entered and (found := matching(entries, typed)):
            picked = found[0]
    shown = matching(entries, typed)
    height = t.px(t.row) * min(_ROWS, max(1, len(shown)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    if imgui.begin_child("rows", V(0, height), imgui.ChildFlags_.nav_flattened):
        if imgui.is_window_appearing() and chosen in shown:
            imgui.set_scroll_y(max(0.0, (shown.index(chosen) - _ROWS // 2) * t.px(t.row)))
        clipper = imgui.ListClipper()
        clipper.begin(len(shown), t.px(t.row))
        while clipper.step():
            for k in range(clipper.display_start, clipper.display_end):
                if list_row(f"pick {entries[shown[k]]}", entries[shown[k]], shown[k] == chosen):
                    picked = shown[k]
        if not shown:
            p = imgui.get_cursor_screen_pos()
            draw("Nothing like that", p.x + t.px(8), p.y, "faint", height=t.px(t.row))
    imgui.end_child()
    imgui.pop_style_var()
    if picked is not None or imgui.is_key_pressed(imgui.Key.escape, False):  # the text field consumes the first Esc
        imgui.close_current_popup()
        typed = ""
    imgui.end_popup()
    return picked, typed
