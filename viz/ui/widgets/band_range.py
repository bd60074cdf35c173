"""Range of layers: a cell for each w vector in the colour of its band, grey outside of the range."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.drawable import drawable
from viz.ui.theme import current as t
from viz.ui.widgets import menus
from viz.ui.widgets.paint import fill, focus_ring, hit, outline, tip

Range = tuple[int, int]
Part = Literal["first", "last", "whole"]


class Cell(NamedTuple):
    """One w vector."""

    token: str
    """Colour of its band."""
    name: str


class _Drag(NamedTuple):
    """The range that is dragged: its item, what is held, where it was, and if it has moved."""

    item: int = 0
    part: Part = "whole"
    at: int = 0
    was: Range = (0, 0)
    moved: bool = False


_drag = [_Drag()]
HEIGHT = 10


def band_range(
    id_: str,
    value: Range,
    cells: Sequence[Cell],
    usual: Range | None = None,
    width: float = 0,
    height: float = HEIGHT,
    note: str = "",
) -> Range:
    """Draw a range of layers; return the new one, first and last index, both inclusive.

    Drag an end, or inside to move all of it; a click chooses one cell alone, a double click all; right click: `usual`
    (None: all), held: a menu. With the keyboard's focus, arrows move it and Shift+arrows its right end.

    Args:
        id_: Its id is `##id_`.
        value: First and last index.
        cells: All w vectors.
        usual: The range to go back to.
        width: In pixels; 0: as wide as there is room.
        height: Of the cells, as a design length; the item is one row high.
        note: Further lines of its tooltip.
    """
    count, everything = len(cells), (0, max(len(cells) - 1, 0))
    room = width or imgui.get_content_region_avail().x
    p, h = imgui.get_cursor_screen_pos(), t.px(max(height, t.row if not width or height >= HEIGHT else height))
    if not count:
        imgui.dummy(V(room, h))
        return value
    first, last = _limited(value, count)
    hit(f"##{id_}", V(max(room, 1.0), h))
    pitch = (room + t.px(2)) / count
    at = min(max(int((imgui.get_mouse_pos().x - p.x) / pitch), 0), count - 1)
    new = _held((first, last), at, count, imgui.get_mouse_pos().x - p.x, pitch)
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        new, _drag[0] = everything, _Drag()
    new = _menu(new, _limited(usual or everything, count), everything)
    new = _keys(new, count)
    _cells(p, h, pitch, new, cells, height, hot=imgui.is_item_hovered() or imgui.is_item_active())
    focus_ring()
    tip("\n".join(filter(None, (words(new, cells), note))))
    return value if new == (first, last) else new


_RESET, _ALL = "Reset", "All layers"


def _menu(value: Range, usual: Range, everything: Range) -> Range:
    """Return the range after a right click on the last item, which resets it, or after its menu, if that is held."""
    right, item = menus.right_clicked(), f"range {imgui.get_item_id()}"
    if right == "hold":
        imgui.open_popup(drawable(item))
    chosen = menus.menu(item, (menus.Row(_RESET, "right click"), menus.Row(_ALL, "double click")), first=True)
    return everything if chosen == _ALL else usual if chosen == _RESET or right == "click" else value


def words(value: Range, cells: Sequence[Cell]) -> str:
    """Return `Layers 4 to 9: L3 to L8`."""
    first, last = _limited(value, len(cells))
    if first == last:
        return f"Layer {first}: {cells[first].name}"
    return f"Layers {first} to {last}: {cells[first].name} to {cells[last].name}"


def _limited(value: Range, count: int) -> Range:
    first = min(max(value[0], 0), count - 1)
    return first, min(max(value[1], first), count - 1)


def _held(value: Range, at: int, count: int, x: float, pitch: float) -> Range:
    """Return the range as dragged by the mouse."""
    item, drag = imgui.get_item_id(), _drag[0]
    if imgui.is_item_activated() and imgui.is_mouse_down(imgui.MouseButton_.left):
        ends = abs(x - value[0] * pitch), abs(x - (value[1] + 1) * pitch)
        near = min(pitch * 0.5, t.px(5))
        part: Part = "whole"
        if min(ends) <= near:
            part = "first" if ends[0] < ends[1] else "last"
        _drag[0] = _Drag(item, part, at, value)
        return value
    if drag.item != item:
        return value
    if imgui.is_item_active() and imgui.is_mouse_down(imgui.MouseButton_.left):
        if at == drag.at and not drag.moved:
            return value
        _drag[0] = drag._replace(moved=True)
        return _moved(drag, at, count)
    _drag[0] = _Drag()
    return value if drag.moved else (at, at)


def _moved(drag: _Drag, at: int, count: int) -> Range:
    first, last = drag.was
    if drag.part == "first":
        return min(at, last), last
    if drag.part == "last":
        return first, max(at, first)
    by = min(max(at - drag.at, -first), count - 1 - last)
    return first + by, last + by


def _keys(value: Range, count: int) -> Range:
    if not (imgui.is_item_focused() and imgui.get_io().nav_visible):
        return value
    first, last = value
    for key, by in ((imgui.Key.left_arrow, -1), (imgui.Key.right_arrow, 1)):
        imgui.internal.set_key_owner(key, imgui.get_item_id())
        if imgui.internal.is_key_pressed(key, 0, imgui.get_item_id()):
            if imgui.get_io().key_shift:
                last = min(max(last + by, first), count - 1)
            elif first + by >= 0 and last + by < count:
                first, last = first + by, last + by
    return first, last


def _cells(p: V, h: float, pitch: float, value: Range, cells: Sequence[Cell], height: float, hot: bool) -> None:
    tall, gap = t.px(height), t.px(2) if pitch > t.px(5) else t.px(1)
    y = p.y + (h - tall) / 2
    for i, cell in enumerate(cells):
        a = V(p.x + i * pitch, y)
        b = V(max(p.x + (i + 1) * pitch - gap, a.x + 1), y + tall)
        inside = value[0] <= i <= value[1]
        fill(a, b, cell.token if inside else "active", 1, 1)
    if hot:
        for x in (p.x + value[0] * pitch - gap, p.x + (value[1] + 1) * pitch - gap):
            a, b = V(x - t.px(1), y - t.px(2)), V(x + t.px(2), y + tall + t.px(2))
            fill(a, b, "text", 1, 1.5)
            outline(a, b, "halo", 0.5, 1.5)
