"""What lies over pictures: values on a dark badge and handles, legible on any picture and in both schemes."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.theme import current as t
from viz.widgets.paint import draw, fill, focus_ring, measure, tip

_INK = "#FFFFFF"
_HEIGHT = 17


def handle(centre: V, held: bool = False) -> None:
    """The round handle that a drag moves: light ring, accent heart, dark edge."""
    lines = imgui.get_window_draw_list()
    lines.add_circle_filled(centre, t.px(8), t.u32("halo", 0.5))
    lines.add_circle_filled(centre, t.px(6.5), t.u32(_INK))
    lines.add_circle_filled(centre, t.px(5.5 if held else 4.5), t.u32("accent"))


def badge_width(text: str) -> float:
    """Width in pixels of a badge."""
    return measure(text, t.small) + t.px(10)


def badge(text: str, x: float, y: float) -> None:
    """Text on a dark badge with its top left corner at a screen position."""
    fill(V(x, y), V(x + badge_width(text), y + t.px(_HEIGHT)), "halo", 0.78, t.radius)
    draw(text, x + t.px(5), y, _INK, t.small, height=t.px(_HEIGHT))


def badge_number(name: str, value: float, x: float, y: float, *, right: bool = False, speed: float, hint: str) -> float:
    """A number on a badge, ending at x where `right`. Drag it, double click or Ctrl+click to type; right click: 0.

    Its id is `##name`.
    """
    text = f"{name} {value:.2f}".replace("-", "−")
    width, height = badge_width(text), t.px(_HEIGHT)
    imgui.set_cursor_screen_pos(V(x - width if right else x, y))
    p = imgui.get_cursor_screen_pos()
    typing = imgui.internal.temp_input_is_active(imgui.get_id(f"##{name}"))
    clear = ("frame_bg", "frame_bg_hovered", "frame_bg_active", "text")
    if not typing:
        for color in clear:
            imgui.push_style_color(getattr(imgui.Col_, color), t.vec4("panel", 0))
    imgui.push_style_var(imgui.StyleVar_.frame_padding, V(t.px(5), 0))
    imgui.set_next_item_width(max(width, t.px(64)) if typing else width)
    changed, new = imgui.drag_float(f"##{name}", value, speed, 0, 0, "%.2f", imgui.SliderFlags_.no_round_to_format)
    imgui.pop_style_var()
    if not typing:
        imgui.pop_style_color(len(clear))
        badge(text, p.x, p.y)
        if imgui.is_item_hovered() or imgui.is_item_active():
            fill(p, V(p.x + width, p.y + height), _INK, 0.16, t.radius)
    focus_ring()
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        return 0.0
    tip(hint)
    return new if changed else value
