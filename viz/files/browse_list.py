"""File list of the browser: header, rows, and keyboard navigation."""

from collections.abc import Mapping
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.files.folder_listing import Entry, Order, date_text, size_text
from viz.ui import widgets as ui
from viz.ui.icons import Glyph
from viz.ui.numbers import kimg_text
from viz.ui.theme import current as t

_SIZE, _DATE = 72, 124
"""Widths of the size and date columns, in design lengths."""
_TITLES: tuple[tuple[Order, str], ...] = (("name", "Name"), ("size", "Size"), ("modified", "Modified"))


@dataclass
class Columns:
    """Measured size of the list."""

    page: int = 10
    """Number of visible rows."""


def move(shown: tuple[Entry, ...], chosen: str, steps: int) -> str:
    """Return the path of the entry `steps` further down, clamped; without a choice, the first or the last entry."""
    if not shown:
        return ""
    now = next((i for i, entry in enumerate(shown) if entry.path == chosen), None)
    if now is None:
        return shown[0 if steps > 0 else -1].path
    return shown[min(max(now + steps, 0), len(shown) - 1)].path


def draw_header(columns: Columns, order: Order, descending: bool) -> tuple[Order, bool]:
    """Draw the column titles; a click sorts, a second one reverses. Returns the order."""
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(t.row)
    edges = (p.x, p.x + width - t.px(_SIZE + _DATE), p.x + width - t.px(_DATE), p.x + width)
    for (name, title), x0, x1 in zip(_TITLES, edges, edges[1:], strict=False):
        imgui.set_cursor_screen_pos(V(x0, p.y))
        if ui.hit(f"##sort {name}", V(max(1.0, x1 - x0), h)):
            order, descending = name, not descending if name == order else name != "name"
        hot, on = imgui.is_item_hovered(), name == order
        ui.focus_ring()
        ui.tip(f"Sort by {title.lower()}" if not on else "Turn the order round")
        ink, pad = "text" if hot or on else "faint", t.px(8)
        if name == "name":
            end = x0 + pad + ui.draw(title, x0 + pad, p.y, ink, t.small, height=h)
        else:
            end = x1 - pad
            ui.draw(title, end - (t.px(12) if on else 0), p.y, ink, t.small, align=1, height=h)
        if on:
            glyph = ui.icon("caret-down" if descending else "caret-up")
            ui.draw(glyph, end + t.px(5) if name == "name" else end, p.y, ink, 8, align=float(name != "name"), height=h)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, h))
    return order, descending


def draw_rows(
    columns: Columns, shown: tuple[Entry, ...], runs: Mapping[str, float], chosen: str, scroll: bool
) -> tuple[str, Entry | None, bool]:
    """Draw the visible entries. Returns the marked path, the double-clicked entry, and `scroll`."""
    picked: Entry | None = None
    h = t.px(t.row)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    if imgui.begin_child("rows", V(0, 0)):
        columns.page = max(1, int(imgui.get_content_region_avail().y / h) - 1)
        if scroll:
            _reveal(shown, chosen, h)
        clipper = imgui.ListClipper()
        clipper.begin(len(shown), h)
        while clipper.step():
            for i in range(clipper.display_start, clipper.display_end):
                clicked, doubled = _row(shown[i], runs.get(shown[i].path), shown[i].path == chosen)
                if clicked:
                    chosen = shown[i].path
                if doubled:
                    picked = shown[i]
    imgui.end_child()
    imgui.pop_style_var(2)
    return chosen, picked, False


def _reveal(shown: tuple[Entry, ...], chosen: str, height: float) -> None:
    """Scroll the minimum distance that shows the marked row."""
    now = next((i for i, entry in enumerate(shown) if entry.path == chosen), 0)
    top, room = imgui.get_scroll_y(), imgui.get_content_region_avail().y
    imgui.set_scroll_y(min(max(top, (now + 1) * height - room), now * height))


def _row(entry: Entry, kimg: float | None, chosen: bool) -> tuple[bool, bool]:
    """Draw one entry. Returns flags for click and double click."""
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(t.row)
    clicked = ui.hit(f"##{entry.name}", V(max(1.0, width), h))
    hot = imgui.is_item_hovered()
    doubled = hot and imgui.is_mouse_double_clicked(imgui.MouseButton_.left)
    if chosen or hot:
        ui.fill(p, V(p.x + width, p.y + h), "accent" if chosen else "hover", 0.18 if chosen else 0.6)
    ui.focus_ring()
    glyph: Glyph = "cube" if entry.kind == "network" else "chart-line" if kimg is not None else "folder-open"
    x = p.x + t.px(8)
    ui.draw(ui.icon(glyph), x + t.px(7), p.y, "accent" if entry.kind == "network" or kimg is not None else "dim", 12,
            align=0.5, height=h)  # fmt: skip
    x += t.px(22)
    edge = p.x + width - t.px(_DATE)
    room = edge - t.px(_SIZE) - x if entry.kind == "network" or kimg is not None else edge - x
    ui.draw(ui.ellipsis(entry.name, room - t.px(8)), x, p.y, "dim" if entry.hidden else "text", height=h)
    note = size_text(entry.size) if entry.kind == "network" else f"{kimg_text(kimg)} kimg" if kimg is not None else ""
    ui.draw(note, edge - t.px(8), p.y, "dim" if entry.kind == "network" else "accent", t.small, align=1, height=h)
    ui.draw(date_text(entry.modified), p.x + width - t.px(8), p.y, "faint", t.small, align=1, height=h)
    return clicked, doubled
