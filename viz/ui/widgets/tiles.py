"""Swatch tiles and band headers: drag sources and drop targets."""

from collections.abc import Sequence

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.icons import Glyph, OptionalGlyph, icon
from viz.ui.theme import current as t
from viz.ui.widgets.paint import (
    draw,
    ellipsis,
    fill,
    fill_part,
    focus_ring,
    hit,
    lines_of,
    measure,
    outline,
    picture,
    waiting,
)


def amount_bar(a: V, b: V, share: float, token: str = "accent", ghost: float | None = None) -> None:
    """Draw a bar filled to `share` 0..1; `ghost` outlines the share after a drop."""
    fill(a, b, "active", 0.8, 2)
    fill_part(a, b, a.x, a.x + (b.x - a.x) * share, token, 0.95, 2)
    if ghost is not None:
        fill_part(a, b, a.x + (b.x - a.x) * share, a.x + (b.x - a.x) * ghost, token, 0.4, 2)


def tile(
    id_: str,
    tex: int,
    uv: Sequence[float],
    caption: str = "",
    glyph: OptionalGlyph = "",
    size: float = 64,
    selected: bool = False,
    use: Sequence[float] = (),
    room: float = 0,
    lines: int = 1,
    alpha: float = 1.0,
) -> bool:
    """Draw a swatch: image, origin (icon), caption, and a bar for its share of coarse, middle and fine layers.

    `tex` 0: its image is not available yet. It is the last item, so callers can query whether it is dragged. The
    caption has the width of the image, or `room` (design length), and at most two `lines`.
    """
    line = t.px(16 if lines == 1 else 13)
    s, cap, bar = t.px(size), line * lines if caption else 0, t.px(3) if use else 0
    p = imgui.get_cursor_screen_pos()
    clicked = hit(f"##{id_}", V(max(s, t.px(room)), s + bar + cap))
    hot = imgui.is_item_hovered()
    if tex:
        picture(tex, uv, p, s, t.radius, alpha)
    else:
        waiting(p, V(p.x + s, p.y + s))
    if any(use):
        third, gap = (s - t.px(4)) / 3, t.px(2)
        for k, (name, share) in enumerate(zip(("coarse", "middle", "fine"), use, strict=True)):
            x = p.x + k * (third + gap)
            amount_bar(V(x, p.y + s + t.px(2)), V(x + third, p.y + s + t.px(2) + bar), share, name)
    if glyph:
        side = t.px(16)
        fill(V(p.x + t.px(3), p.y + t.px(3)), V(p.x + t.px(3) + side, p.y + t.px(3) + side), "halo", 0.55, 4)
        draw(icon(glyph), p.x + t.px(3) + side / 2, p.y + t.px(3), "#FFFFFF", 9, align=0.5, height=side)
    if selected or hot:
        o = t.px(2) if selected else 0.0
        outline(
            V(p.x - o, p.y - o),
            V(p.x + s + o, p.y + s + o),
            "accent" if selected else "#FFFFFF",
            1 if selected else 0.6,
            t.radius + (2 if selected else 0),
            2 if selected else 1,
        )
    if caption:
        wide, ink = t.px(room) if room else s, "text" if selected or hot else "dim"
        for k, part in enumerate(_caption(caption, wide, lines)):
            y = p.y + s + bar + t.px(1) + k * line
            if room:
                draw(part, p.x + max((s - measure(part, t.small)) / 2, 0.0), y, ink, t.small, height=line)
            else:
                draw(part, p.x + s / 2, y, ink, t.small, align=0.5, height=line)
    focus_ring()
    return clicked


def _caption(text: str, width: float, lines: int) -> list[str]:
    """Return the lines of a caption, the last one with all that is left."""
    parts = lines_of(text, width, t.small) if lines > 1 else [text]
    last = " ".join(parts[lines - 1 :])
    return [ellipsis(part, width, t.small) for part in (*parts[: lines - 1], last) if part]


def add_tile(text: str, glyph: Glyph = "plus", size: float = 64) -> bool:
    """Draw the dashed tile at a shelf's end."""
    s, p = t.px(size), imgui.get_cursor_screen_pos()
    clicked = hit(f"##add{text}", V(s, s))
    hot = imgui.is_item_hovered()
    dashed(V(p.x, p.y), V(p.x + s, p.y + s), "text" if hot else "faint", 0.8)
    draw(icon(glyph), p.x + s / 2, p.y - t.px(7), "text" if hot else "dim", 13, align=0.5, height=s)
    draw(text, p.x + s / 2, p.y + t.px(11), "text" if hot else "dim", t.small, align=0.5, height=s)
    return clicked


def dashed(a: V, b: V, token: str, alpha: float = 1.0, width: float = 1) -> None:
    """Draw a dashed rectangle."""
    draw_list, on, off, color = imgui.get_window_draw_list(), t.px(4), t.px(3), t.u32(token, alpha)
    for fixed, along, other in (
        (a.y, (a.x, b.x), True),
        (b.y, (a.x, b.x), True),
        (a.x, (a.y, b.y), False),
        (b.x, (a.y, b.y), False),
    ):
        pos = along[0]
        while pos < along[1]:
            end = min(pos + on, along[1])
            first, last = (V(pos, fixed), V(end, fixed)) if other else (V(fixed, pos), V(fixed, end))
            draw_list.add_line(first, last, color, t.px(width))
            pos = end + off


def band_row(name: str, note: str, token: str, width: float, lit: bool = False, mixed: str = "") -> bool:
    """Draw a band header, which is also a drop target for the whole band. Returns True if clicked."""
    p, h = imgui.get_cursor_screen_pos(), t.px(24)
    clicked = hit(f"##band{name}", V(width, h))
    if lit:
        fill(p, V(p.x + width, p.y + h), token, 0.22, 4)
    elif imgui.is_item_hovered():
        fill(p, V(p.x + width, p.y + h), "hover", 0.6, 4)
    fill(V(p.x, p.y + t.px(5)), V(p.x + t.px(3), p.y + h - t.px(5)), token, 1, 2)
    x = p.x + t.px(10)
    x += draw(name, x, p.y, "text", t.small, "bold", height=h) + t.px(7)
    end = draw(
        mixed,
        p.x + width - t.px(6),
        p.y,
        token if lit else "faint",
        t.small,
        "bold" if lit else "regular",
        align=1,
        height=h,
    )
    draw(ellipsis(note, p.x + width - end - t.px(14) - x, t.small), x, p.y, "faint", t.small, height=h)
    return clicked
