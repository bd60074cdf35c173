"""Widgets drawn over images: value badges and handles, legible on any image and in both schemes."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.drawable import drawable
from viz.ui.theme import current as t
from viz.ui.widgets import menus
from viz.ui.widgets.paint import copy_text, draw, fill, focus_ring, measure, tip
from viz.ui.widgets.typed import drag_number, start_typing

_INK = "#FFFFFF"
BADGE_HEIGHT = 17
"""Height of a badge, in design lengths."""


def handle(centre: V, held: bool = False) -> None:
    """Draw a round drag handle: light ring, accent centre, dark edge."""
    lines = imgui.get_window_draw_list()
    lines.add_circle_filled(centre, t.px(8), t.u32("halo", 0.5))
    lines.add_circle_filled(centre, t.px(6.5), t.u32(_INK))
    lines.add_circle_filled(centre, t.px(5.5 if held else 4.5), t.u32("accent"))


def plate(x: float, y: float, w: float, h: float) -> None:
    """Draw the plate behind controls over the canvas, with a soft shadow."""
    lines = imgui.get_window_draw_list()
    for k in range(1, 4):
        corner = V(x + w + t.px(k), y + h + t.px(k + 1))
        lines.add_rect_filled(V(x - t.px(k), y + t.px(k)), corner, t.u32("halo", 0.1 * t.tokens.shadow * 2), t.px(9))
    lines.add_rect_filled(V(x, y), V(x + w, y + h), t.u32("raised"), t.px(7))


def badge_width(text: str) -> float:
    """Return the width of a badge in pixels."""
    return measure(text, t.small) + t.px(10)


def badge(text: str, x: float, y: float) -> None:
    """Draw text on a dark badge with its top left corner at a screen position."""
    fill(V(x, y), V(x + badge_width(text), y + t.px(BADGE_HEIGHT)), "halo", 0.78, t.radius)
    draw(text, x + t.px(5), y, _INK, t.small, height=t.px(BADGE_HEIGHT))


def badge_number(
    name: str, value: float, x: float, y: float, *, right: bool = False, per_pixel: float, hint: str
) -> float:
    """Draw a number on a badge, ending at x if `right`. Drag, double click or Ctrl+click to edit; right click sets 0.

    Its id is `##name`.
    """
    text = f"{name} {value:.2f}".replace("-", "−")
    width, height = badge_width(text), t.px(BADGE_HEIGHT)
    p = V(x - width if right else x, y)
    imgui.set_cursor_screen_pos(p)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, V(t.px(5), 0))
    value, typing = drag_number(f"##{name}", value, V(width, height), per_pixel, "%.2f")
    imgui.pop_style_var()
    does = "" if typing else menus.right_clicked()
    imgui.push_id(drawable(name))
    if does == "hold":
        imgui.open_popup("value")
    chosen = menus.value_menu("0")
    imgui.pop_id()
    if chosen == menus.COPY:
        copy_text(f"{value:.2f}")
    elif chosen == menus.TYPE:
        start_typing(f"##{name}")
    if does == "click" or chosen == menus.RESET:
        value = 0.0
    if not typing:
        badge(text, p.x, p.y)
        if imgui.is_item_hovered() or imgui.is_item_active():
            fill(p, V(p.x + width, p.y + height), _INK, 0.16, t.radius)
        focus_ring()
    tip(hint)
    return value
