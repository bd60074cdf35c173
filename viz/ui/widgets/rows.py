"""Rows of a panel: label at the left, control at the right, optional key-frame diamond; and section headers."""

from collections.abc import Sequence

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.drawable import drawable
from viz.ui.icons import Glyph, OptionalGlyph, filled, icon
from viz.ui.theme import current as t
from viz.ui.widgets import menus, spots
from viz.ui.widgets.paint import copy_text, draw, ellipsis, fill, fill_part, focus_ring, hit, measure, tip
from viz.ui.widgets.typed import drag_number, drag_pace, start_typing


def row_label(text: str, changed: bool = False, hint: str = "") -> float:
    """Draw the label column of a row and place the cursor at its field. Returns the width left for the field.

    `hint` is the tooltip of the field, which its label has too.
    """
    p = imgui.get_cursor_screen_pos()
    left = imgui.get_content_region_avail().x - t.px(t.label)
    draw(ellipsis(text, t.px(t.label) - t.px(6)), p.x, p.y, "text" if changed else "dim", height=t.px(t.row))
    if hint:
        imgui.dummy(V(t.px(t.label - 6), t.px(t.row)))
        tip(hint)
    imgui.set_cursor_screen_pos(V(p.x + t.px(t.label), p.y))
    return left


_last = {"key": False, "reset": False}


def key_clicked() -> bool:
    """Return True if the diamond of the last row was clicked in this frame."""
    return _last["key"]


def reset_clicked() -> bool:
    """Return True if the reset arrow of the last section was clicked in this frame."""
    return _last["reset"]


def _key(keyed: bool | None, id_: str) -> None:
    """Draw the key-frame diamond: hollow, or solid if there is a key at the playhead."""
    _last["key"] = False
    if keyed is None:
        return
    imgui.same_line(0, t.px(2))
    p, w, h = imgui.get_cursor_screen_pos(), t.px(16), t.px(t.row)
    _last["key"] = hit(f"##key{id_}", V(w, h))
    ink = "accent" if keyed else "text" if imgui.is_item_hovered() else "faint"
    draw((filled if keyed else icon)("diamond"), p.x + w / 2, p.y, ink, 9, align=0.5, height=h)
    tip("Remove the key" if keyed else "Add a key at the playhead", "K")


def slider(
    text: str,
    value: float,
    low: float,
    high: float,
    default: float,
    unit: str = "",
    fmt: str = "%.2f",
    keyed: bool | None = None,
    hint: str = "",
    width: float = 0,
    origin: float | None = None,
    show_label: bool = True,
    beyond: bool = False,
) -> float:
    """Draw a labelled slider: a track to drag, and a number at the right for fine drags and text input.

    A press on the track sets the value there and a drag follows the pointer; with Alt or Shift held it moves a tenth
    or ten times as far from the current value, without a jump (see `drag_pace`). The bar starts at `origin` (default:
    0 if inside the range, else `low`); the notch marks the default. Right click: default. Double click on the number,
    or Ctrl+click anywhere: type; with `beyond`, typed numbers may exceed the range. The label is bright if the value
    differs from its default.
    """
    origin = (0.0 if low < 0 < high else low) if origin is None else origin
    high = max(high, low + 1e-6)  # avoids an empty range
    room = row_label(text, abs(value - default) > 1e-9, hint) if show_label else imgui.get_content_region_avail().x
    w, h = (width or room) - (t.px(18) if keyed is not None else 0), t.px(t.row)
    p = imgui.get_cursor_screen_pos()
    widest = max(measure(fmt % low), measure(fmt % high))
    q, ends = V(p.x + w, p.y + h), max(t.px(34), widest) + t.px(16) + (measure(unit, t.small) + t.px(3) if unit else 0)
    edge = q.x - ends
    hot = imgui.is_mouse_hovering_rect(p, q) and imgui.is_window_hovered()
    fill(p, q, "hover" if hot else "control")
    imgui.begin_group()
    imgui.push_id(drawable(text))
    typing = _typed_in("##track") or _typed_in("##number")
    if not typing:
        _track(p, V(edge, q.y), low, high, value, default, origin, hot)
    flags = imgui.SliderFlags_.none if beyond else _CLAMP
    imgui.set_next_item_width(edge - p.x)
    value, right = _pulled(value, low, high, fmt, p.x, edge, flags)
    spots.mark(text)
    focus_ring()
    tip(hint)
    held = imgui.is_item_active() and not typing
    imgui.same_line(0, 0)
    if held:  # the number is inactive during a drag of the track
        imgui.dummy(V(ends, h))
    else:
        value, again = _number(value, low, high, fmt, ends, flags)
        right = right or again
    if not typing:
        end = q.x - t.px(7)
        end -= draw(unit, end, p.y, "faint", t.small, align=1, height=h) + t.px(3) if unit else 0
        draw((fmt % value).replace("-", "−"), end, p.y, "text", align=1, height=h)
    if not held:
        focus_ring()
        tip(hint)
    chosen = _menu_of(right, fmt, value, default, keyed)
    if chosen == menus.TYPE:
        imgui.get_state_storage().set_int(imgui.get_id(_TYPE), _TYPE_AFTER)
    imgui.pop_id()
    _key(keyed, text)
    _last["key"] = _last["key"] or chosen == menus.KEY
    imgui.end_group()
    return default if right == "click" or chosen == menus.RESET else value


_TYPE, _TYPE_AFTER = "##type", 3
"""Id of the frames until a field opens to type in, and their number: a menu gives the focus back first."""


def _menu_of(right: str, fmt: str, value: float, default: float, keyed: bool | None = None) -> str:
    """Draw the menu of a value, which a held right button opens; return what was chosen. Copies by itself."""
    if right == "hold":
        imgui.open_popup("value")
    chosen = menus.value_menu((fmt % default).replace("-", "−"), keyed)
    if chosen == menus.COPY:
        copy_text(fmt % value)
    return chosen


_CLAMP = imgui.SliderFlags_.always_clamp
_TYPED_OVER = (
    imgui.Col_.frame_bg,
    imgui.Col_.frame_bg_hovered,
    imgui.Col_.frame_bg_active,
    imgui.Col_.slider_grab,
    imgui.Col_.slider_grab_active,
)
"""Colours of Dear ImGui's own slider drawing, hidden unless text is edited."""


def _hide(typing: bool) -> None:
    """Hide Dear ImGui's own drawing: all of it, or all but the edited text. Ended by `_unhide`."""
    if not typing:
        imgui.push_style_var(imgui.StyleVar_.alpha, 0.0)
        return
    for color in _TYPED_OVER:
        imgui.push_style_color(color, t.vec4("panel", 0))


def _unhide(typing: bool) -> None:
    if typing:
        imgui.pop_style_color(len(_TYPED_OVER))
    else:
        imgui.pop_style_var()


def _typed_in(id_: str) -> bool:
    return imgui.internal.temp_input_is_active(imgui.get_id(drawable(id_)))


def _pulled(
    value: float, low: float, high: float, fmt: str, left: float, right: float, flags: imgui.SliderFlags_
) -> tuple[float, str]:
    """Place the track between two screen positions. Returns the value, and what the right button does there."""
    typing = _typed_in("##track")
    _hide(typing)
    changed, new = imgui.slider_float("##track", value, low, high, fmt, flags)
    _unhide(typing)
    value = _dragged(value, _plain(new) if changed else value, low, high, fmt, left, right)
    return value, menus.right_clicked()


def _number(
    value: float, low: float, high: float, fmt: str, width: float, flags: imgui.SliderFlags_
) -> tuple[float, str]:
    """Place the number beside the track. Returns the same as `_pulled`."""
    storage, wait = imgui.get_state_storage(), imgui.get_id(_TYPE)
    if frames := storage.get_int(wait):
        storage.set_int(wait, frames - 1)
        if frames == 1:
            imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(width)
    typing = _typed_in("##number")  # while the track is typed in, the number beside it is the old one
    _hide(typing)
    changed, new = imgui.drag_float("##number", value, (high - low) / 1000, low, high, fmt, flags)
    _unhide(typing)
    return _plain(new) if changed else value, menus.right_clicked()


def _plain(value: float) -> float:
    """Convert one of Dear ImGui's 32-bit numbers to the shortest decimal: 0.62, not 0.6200000047683716."""
    return float(f"{value:.7g}")


def _dragged(before: float, after: float, low: float, high: float, fmt: str, left: float, right: float) -> float:
    """Return the value of the last slider: `after`, or the paced value while the mouse drags its track.

    Dear ImGui's own track has a single pace. The exact position is stored besides the value, which is rounded for
    display, so fine drags add up and the bar stays under the pointer.
    """
    held = imgui.is_item_active() and imgui.is_mouse_down(imgui.MouseButton_.left)
    if not held or _typed_in("##track"):
        return after
    io, storage, key = imgui.get_io(), imgui.get_state_storage(), imgui.get_id("##exact")
    per_pixel, pace = (high - low) / max(1.0, right - left), drag_pace()
    if not imgui.is_item_activated():
        exact = storage.get_float(key, before) + io.mouse_delta.x * per_pixel * pace
    elif pace == 1.0:
        exact = low + (io.mouse_pos.x - left) * per_pixel
    else:
        exact = before
    storage.set_float(key, exact)
    return min(high, max(low, float(fmt % exact)))


def _track(a: V, b: V, low: float, high: float, value: float, default: float, origin: float, hot: bool) -> None:
    """Draw the visible part of a slider."""

    def at(v: float) -> float:
        return a.x + (b.x - a.x) * min(1.0, max(0.0, (v - low) / (high - low)))

    lines = imgui.get_window_draw_list()
    x0, x1 = sorted((at(origin), at(value)))
    fill_part(a, V(b.x + t.px(8), b.y), x0, x1, "accent", 0.38 if hot else 0.28)
    if low < default < high and abs(value - default) > (high - low) * 0.01:
        lines.add_line(V(at(default), b.y - t.px(5)), V(at(default), b.y), t.u32("faint"), t.px(1))
    x = min(max(at(value), a.x + t.px(2)), b.x - t.px(1))
    lines.add_rect_filled(V(x - t.px(1), a.y + t.px(3)), V(x + t.px(1), b.y - t.px(3)), t.u32("accent"), t.px(1))


def number(
    text: str, value: int, step: int = 1, width: float = 0, show_label: bool = True, hint: str = "", default: int = 0
) -> int:
    """Draw an integer with stepping arrows; drag to change, double or Ctrl+click to type, right click to reset.

    In a narrow field the arrows leave the number the room of five digits.
    """
    room = row_label(text, value != default, hint) if show_label else imgui.get_content_region_avail().x
    w, h = width or room, t.px(t.row)
    arrow = max(t.px(8), min(t.px(20), (w - max(measure("0" * 5), measure(f"{value}"))) / 2 - t.px(1)))
    p = imgui.get_cursor_screen_pos()
    q = V(p.x + w, p.y + h)
    hot = imgui.is_mouse_hovering_rect(p, q)
    fill(p, q, "hover" if hot else "control")
    imgui.push_id(drawable(text))
    ends: tuple[tuple[Glyph, int, float], ...] = (("caret-left", -1, p.x), ("caret-right", 1, q.x - arrow))
    for glyph, sign, x in ends:
        imgui.set_cursor_screen_pos(V(x, p.y))
        imgui.push_item_flag(imgui.ItemFlags_.button_repeat, True)
        if hit(glyph, V(arrow, h)):
            value += sign * step
        imgui.pop_item_flag()
        draw(icon(glyph), x + arrow / 2, p.y, "text" if imgui.is_item_hovered() else "faint", 9, align=0.5, height=h)
    imgui.set_cursor_screen_pos(V(p.x + arrow, p.y))
    moved, typing = drag_number("##value", value, V(w - 2 * arrow, h), 0.2, "%.0f", whole=True)
    value = round(moved)
    right = "" if typing else menus.right_clicked()
    chosen = _menu_of(right, "%.0f", value, default)
    if chosen == menus.TYPE:
        start_typing("##value")
    if right == "click" or chosen == menus.RESET:
        value = default
    if not typing:
        draw(f"{value}".replace("-", "−"), p.x + w / 2, p.y, "text", align=0.5, height=h)
        focus_ring()
    imgui.pop_id()
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(w, h))
    if hint:
        tip(hint)
    return value


def choice(
    text: str,
    value: str,
    glyph: OptionalGlyph = "",
    width: float = 0,
    show_label: bool = True,
    token: str = "text",
    hint: str = "",
    changed: bool = False,
) -> bool:
    """Draw a field with the current choice and a caret. Returns True if clicked: then open a list (see `pick`).

    Its id is `##text`, independent of the value.
    """
    room = row_label(text, changed, hint) if show_label else imgui.get_content_region_avail().x
    w, h = width or room, t.px(t.row)
    p = imgui.get_cursor_screen_pos()
    clicked = hit(f"##{text}", V(w, h))
    fill(p, V(p.x + w, p.y + h), "hover" if imgui.is_item_hovered() else "control")
    x = p.x + t.px(8)
    if glyph:
        x += draw(icon(glyph), x, p.y, "dim", 12, height=h) + t.px(6)
    if value:
        draw(ellipsis(value, p.x + w - t.px(24) - x), x, p.y, token, height=h)
    draw(icon("caret-down"), p.x + w - t.px(8), p.y, "faint", 9, align=1, height=h)
    focus_ring()
    if hint:
        tip(hint)
    return clicked


def section(title: str, glyph: OptionalGlyph = "", summary: str = "", open_: bool = True, reset: bool = False) -> bool:
    """Draw the header of a foldable section: a caret, the title, and a summary while folded. Returns True if open.

    With `reset`, an arrow at the right (or a right click on it) requests the section's defaults: see `reset_clicked`.
    """
    storage, key = imgui.get_state_storage(), imgui.get_id(drawable(f"section{title}"))
    is_open = storage.get_bool(key, open_)
    p, w, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(28)
    over = t.px(t.pad)
    if imgui.get_cursor_pos_y() > t.px(16):
        imgui.get_window_draw_list().add_line(V(p.x - over, p.y), V(p.x + w + over, p.y), t.u32("base"), t.px(1))
    room = t.px(22) if reset else 0
    if hit(f"##section{title}", V(w - room, h)):
        is_open = not is_open
        storage.set_bool(key, is_open)
    hot = imgui.is_item_hovered()
    x = p.x - t.px(2)
    draw(icon("caret-down" if is_open else "caret-right"), x, p.y, "text" if hot else "faint", 9, height=h)
    x += t.px(16)
    x += draw(title, x, p.y, "text", t.title, "bold", height=h) + t.px(8)
    end = p.x + w
    focus_ring()
    _last["reset"] = False
    if reset:
        imgui.same_line(0, 0)
        requested = hit(f"##reset{title}", V(room, h)) or imgui.is_item_clicked(imgui.MouseButton_.right)
        _last["reset"] = requested
        tip(f"Reset {title.lower()}")
        lit = imgui.is_item_hovered()
        draw(icon("arrow-counter-clockwise"), end, p.y, "text" if lit else "faint", 11, align=1, height=h)
        focus_ring()
        end -= room
    if summary:
        _summary(summary, x, end, p.y)
    return is_open


def _summary(text: str, x: float, end: float, y: float) -> None:
    draw(ellipsis(text, end - x, t.small), end, y, "faint", t.small, align=1, height=t.px(28))


def legend_width(lines: Sequence[tuple[str, str]]) -> float:
    """Return the width of the names of a plot's lines in pixels."""
    return sum(measure(name, t.small) + t.px(10) for name, _ in lines)


def legend(lines: Sequence[tuple[str, str]], left: float, right: float, y: float, height: float) -> float:
    """Draw the names of a plot's lines in their colours (name, token), ending at `right`.

    Returns the left edge of what was drawn; `right` if there is no room for all of them beside `left`.
    """
    gap = t.px(10)
    if legend_width(lines) > right - left:
        return right
    for name, token in reversed(lines):
        right -= draw(name, right, y, token, t.small, align=1, height=height) + gap
    return right


def heading(text: str, note: str = "") -> None:
    """Draw a small heading inside a panel, with a note at the right."""
    p, w = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    draw(text, p.x, p.y, "text", t.small, "bold", height=t.px(18))
    if note:
        draw(note, p.x + w, p.y, "faint", t.small, align=1, height=t.px(18))
    imgui.dummy(V(w, t.px(18)))
