"""Push buttons, segmented controls and switches."""

from collections.abc import Sequence
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.drawable import drawable
from viz.ui.icons import OptionalGlyph, filled, icon
from viz.ui.theme import current as t
from viz.ui.widgets import menus, spots
from viz.ui.widgets.paint import draw, fill, focus_ring, hit, is_greyed, measure, tip

Kind = Literal["plain", "primary", "ghost", "danger"]


def button(
    text: str = "",
    glyph: OptionalGlyph = "",
    kind: Kind = "plain",
    on: bool = False,
    width: float = 0,
    height: float = 0,
    hint: str = "",
    keys: str = "",
    id_: str = "",
    enabled: bool = True,
) -> bool:
    """Draw a push button: text, an icon, or both. `width` in pixels (0: fits). `on` marks a toggled one."""
    h = t.px(height or t.row)
    em_icon = 12
    need = (
        (t.px(8) * 2 if text else 0)
        + measure(text)
        + (t.px(6) + measure(icon(glyph), em_icon) if glyph and text else 0)
    )
    w = width or (need if text else h)
    p = imgui.get_cursor_screen_pos()
    imgui.begin_disabled(not enabled)
    if kind == "primary" and (not enabled or is_greyed()):
        kind = "plain"  # its own colours, dimmed, leave its text unreadable
    clicked = hit(id_ or f"##{text}{glyph}", V(w, h))
    hot, held = imgui.is_item_hovered(), imgui.is_item_active()
    q = V(p.x + w, p.y + h)
    ink = "text" if (hot or on or kind == "plain") and text else "text" if hot else "dim"
    if kind == "primary":
        fill(p, q, "accent_hover" if hot else "accent")
        ink = "on_accent"
    elif on:
        fill(p, q, "accent", 0.18 if not hot else 0.28)
        ink = "accent"
    elif kind != "ghost" or hot:
        fill(p, q, "active" if held else "hover" if hot else "control")
    if kind == "danger":
        ink = "bad"
    x = p.x + (w - need + t.px(16)) / 2
    if glyph and not text:
        draw((filled if on or kind == "primary" else icon)(glyph), p.x + w / 2, p.y, ink, em_icon, align=0.5, height=h)
    elif glyph:
        x += draw((filled if on else icon)(glyph), x, p.y, ink, em_icon, height=h) + t.px(6)
    if text:
        draw(text, x, p.y, ink, weight="bold" if kind == "primary" else "regular", height=h)
    focus_ring()
    imgui.end_disabled()
    if hint:
        tip(hint, keys)
    return clicked


def segmented(
    id_: str,
    options: Sequence[str],
    selected: int,
    width: float = 0,
    glyphs: Sequence[OptionalGlyph] = (),
    height: float = 0,
    strong: bool = False,
    hints: Sequence[str] = (),
    off: Sequence[int] = (),
    default: int | None = None,
) -> int:
    """Draw a segmented control; return the chosen index. `strong` styles the workspace switch; `hints` are tooltips.

    Options in `off` are greyed and cannot be chosen; their hints say why. A right click resets to `default`, if there
    is one; held it opens the menu of the choice.
    """
    h, pad = t.px(height or t.row), t.px(10)
    widths = [measure(o) + pad * 2 + (t.px(20) if i < len(glyphs) and glyphs[i] else 0) for i, o in enumerate(options)]
    if width:
        slack = (width - sum(widths)) / len(options)
        widths = [w + slack for w in widths]
    p = imgui.get_cursor_screen_pos()
    fill(p, V(p.x + sum(widths), p.y + h), "control", 1 if not strong else 0.6)
    x, right = p.x, ""
    imgui.push_id(drawable(id_))
    for i, option in enumerate(options):
        imgui.set_cursor_screen_pos(V(x, p.y))
        if hit(f"##{i}", V(widths[i], h)) and i not in off:
            selected = i
        right = right or (menus.right_clicked() if default is not None else "")
        spots.mark(f"{id_} {option}")
        hot, a, b, o = imgui.is_item_hovered(), V(x, p.y), V(x + widths[i], p.y + h), t.px(2)
        if i == selected:
            fill(
                V(a.x + o, a.y + o),
                V(b.x - o, b.y - o),
                "accent" if strong else "active",
                0.2 if strong else 1,
                t.radius - 1,
            )
        ink = "accent" if strong and i == selected else "text" if i == selected or hot else "dim"
        ink = "faint" if i in off else ink
        glyph = glyphs[i] if i < len(glyphs) else ""
        inner = measure(option, weight="bold" if strong else "regular") + (
            t.px(20) if glyph and option else t.px(14) if glyph else 0
        )
        gx = x + (widths[i] - inner) / 2
        if glyph:
            draw(icon(glyph), gx, p.y, ink, 12, height=h)
            gx += t.px(20)
        draw(option, gx, p.y, ink, weight="bold" if strong else "regular", height=h)
        focus_ring()
        if i < len(hints):
            tip(hints[i])
        x += widths[i]
    if default is not None and menus.resets(right, options[default]):
        selected = default
    imgui.pop_id()
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(sum(widths), h))
    return selected


def switch(text: str, value: bool, hint: str = "", id_: str = "") -> bool:
    """Draw an on/off switch followed by its text."""
    h, w, k = t.px(t.row), t.px(26), t.px(14)
    p = imgui.get_cursor_screen_pos()
    if hit(id_ or f"##{text}", V(w + (t.px(8) + measure(text) if text else 0), h)):
        value = not value
    y = p.y + (h - k) / 2
    fill(V(p.x, y), V(p.x + w, y + k), "accent" if value else "active", 1, 7)
    c = V(p.x + (w - k / 2 if value else k / 2), y + k / 2)
    imgui.get_window_draw_list().add_circle_filled(c, k / 2 - t.px(2), t.u32("on_accent" if value else "dim"))
    draw(text, p.x + w + t.px(8), p.y, "text" if value or imgui.is_item_hovered() else "dim", height=h)
    focus_ring()
    if hint:
        tip(hint)
    return value
