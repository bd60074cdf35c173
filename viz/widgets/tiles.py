"""Swatches and layer rows: the two sides of drag to mix."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.icons import icon
from viz.theme import current as t
from viz.widgets.paint import draw, ellipsis, fill, fill_part, focus_ring, hit, outline, picture, tip


def amount_bar(a: V, b: V, share: float, token: str = "accent", ghost: float | None = None) -> None:
    """A bar filled to `share` 0..1; `ghost` outlines the share it would get (used while dragging)."""
    fill(a, b, "active", 0.8, 2)
    fill_part(a, b, a.x, a.x + (b.x - a.x) * share, token, 0.95, 2)
    if ghost is not None:
        fill_part(a, b, a.x + (b.x - a.x) * share, a.x + (b.x - a.x) * ghost, token, 0.4, 2)


def tile(
    id_: str,
    tex: int,
    uv: Sequence[float],
    caption: str = "",
    glyph: str = "",
    size: float = 64,
    selected: bool = False,
    use: Sequence[float] = (),
    on_drag: Callable[[], None] | None = None,
) -> bool:
    """A swatch: picture, origin (icon), caption, and a bar for its share of coarse, middle and fine layers."""
    s, cap, bar = t.px(size), t.px(16) if caption else 0, t.px(3) if use else 0
    p = imgui.get_cursor_screen_pos()
    clicked = hit(f"##{id_}", V(s, s + bar + cap))
    hot = imgui.is_item_hovered()
    if tex:
        picture(tex, uv, p, s, t.radius)
    else:
        fill(p, V(p.x + s, p.y + s), "control")
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
        draw(
            ellipsis(caption, s, t.small),
            p.x + s / 2,
            p.y + s + bar + t.px(1),
            "text" if selected or hot else "dim",
            t.small,
            align=0.5,
            height=cap,
        )
    focus_ring()
    if on_drag and imgui.begin_drag_drop_source(imgui.DragDropFlags_.source_no_preview_tooltip):
        on_drag()
        imgui.end_drag_drop_source()
    return clicked


def add_tile(text: str, glyph: str = "plus", size: float = 64) -> bool:
    """The dashed tile at a shelf's end."""
    s, p = t.px(size), imgui.get_cursor_screen_pos()
    clicked = hit(f"##add{text}", V(s, s))
    hot = imgui.is_item_hovered()
    dashed(V(p.x, p.y), V(p.x + s, p.y + s), "text" if hot else "faint", 0.8)
    draw(icon(glyph), p.x + s / 2, p.y - t.px(7), "text" if hot else "dim", 13, align=0.5, height=s)
    draw(text, p.x + s / 2, p.y + t.px(11), "text" if hot else "dim", t.small, align=0.5, height=s)
    return clicked


def dashed(a: V, b: V, token: str, alpha: float = 1.0, width: float = 1) -> None:
    """A dashed rectangle."""
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
    """The header of a band of layers; itself a drop target for the whole band. Returns True when clicked."""
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


SOURCE = 116
"""Where a layer row's source begins, the thumbnail's width not counted; design length."""


@dataclass(frozen=True)
class RowTouch:
    """What was done to a layer row in this frame."""

    pressed: bool
    """The row was pressed, or chosen with the keyboard."""
    cleared: bool
    """The row was clicked with the right button."""
    noise: bool
    """Its noise spot was pressed."""
    share: float | None
    """The amount, perhaps dragged; None where the row has none."""


def layer_row(
    id_: str,
    name: str,
    resolution: str,
    tex: int,
    uv: Sequence[float] | None,
    source: str,
    token: str,
    width: float,
    share: float | None = None,
    noise: bool | None = None,
    noise_live: bool = True,
    lit: bool = False,
    ghost_uv: Sequence[float] | None = None,
    selected: bool = False,
    height: float = 24,
    hint: str = "",
) -> RowTouch:
    """One layer: name, resolution, whose style it has, how much, noise. `width` in pixels.

    `uv` None: the layer keeps the base style. `tex` 0: its picture is not there yet. `ghost_uv`: the swatch that hovers
    over it while dragging. `share` None: all of it, and nothing to drag. `noise` None: this network has none there;
    with `noise_live` False it cannot be switched. To make the row a drop target, use `begin_drag_drop_target_custom`
    with its rectangle.
    """
    p, h, spot = imgui.get_cursor_screen_pos(), t.px(height), t.px(26)
    if share is not None:
        imgui.set_next_item_allow_overlap()
    hit(f"##layer{id_}", V(width - spot, h))
    pressed, cleared = imgui.is_item_activated(), imgui.is_item_clicked(imgui.MouseButton_.right)
    hot = imgui.is_item_hovered(imgui.HoveredFlags_.allow_when_blocked_by_active_item)
    focus_ring()
    if hint:
        tip(hint)
    after = imgui.get_cursor_screen_pos()
    if lit:
        fill(p, V(p.x + width, p.y + h), token, 0.13, 0)
        fill(p, V(p.x + t.px(3), p.y + h), token, 1, 0)
    elif selected or hot:
        fill(p, V(p.x + width, p.y + h), "accent" if selected else "hover", 0.16 if selected else 0.5, 4)
    _layer_text(p, h, name, resolution, tex, uv, ghost_uv, lit, token)
    if uv or ghost_uv:
        share = _layer_share(id_, p, width, h, source, share, ghost_uv is not None, token)
    else:
        draw("base", p.x + t.px(SOURCE) + h - t.px(4), p.y, "faint", t.small, height=h)
    imgui.set_cursor_screen_pos(V(p.x + width - spot, p.y))
    noisy = _noise_spot(id_, V(spot, h), noise, noise_live)
    imgui.set_cursor_screen_pos(after)
    return RowTouch(pressed, cleared, noisy, share)


def _layer_text(
    p: V,
    h: float,
    name: str,
    resolution: str,
    tex: int,
    uv: Sequence[float] | None,
    ghost_uv: Sequence[float] | None,
    lit: bool,
    token: str,
) -> None:
    """The left half of a layer row: name, resolution and thumbnail."""
    x, k = p.x + t.px(10), h - t.px(4)
    right = draw(resolution, p.x + t.px(SOURCE - 16), p.y, "faint", t.small, align=1, height=h)
    draw(ellipsis(name, t.px(SOURCE - 28) - right), x, p.y, "text" if uv or lit else "dim", height=h)
    x = p.x + t.px(SOURCE - 8)
    shown = ghost_uv or uv
    if not shown:
        dashed(V(x + t.px(1), p.y + t.px(3)), V(x + k - t.px(1), p.y + t.px(1) + k), "faint", 0.55)
    elif tex:
        picture(tex, shown, V(x, p.y + t.px(2)), k, 3)
    else:
        fill(V(x, p.y + t.px(2)), V(x + k, p.y + t.px(2) + k), "control", 1, 3)
    if ghost_uv:
        outline(V(x, p.y + t.px(2)), V(x + k, p.y + t.px(2) + k), token, 1, 3, 1.5)


def _layer_share(
    id_: str, p: V, width: float, h: float, source: str, share: float | None, ghost: bool, token: str
) -> float | None:
    """Whose style a layer has and how much of it; the bar can be dragged where there is a `share`."""
    x, end, mid = p.x + t.px(SOURCE) + h - t.px(4), p.x + width - t.px(30), p.y + h / 2
    percent = t.px(36) if share is not None or ghost else 0.0
    bar = max(t.px(62), width * 0.45 - t.px(72))
    left, right = end - percent - bar, end - percent
    draw(ellipsis(source, left - t.px(6) - x, t.small), x, p.y, "text", t.small, height=h)
    now = 1.0 if share is None else share
    if share is not None and not ghost:
        imgui.set_cursor_screen_pos(V(left, p.y))
        hit(f"##share{id_}", V(bar, h))
        if imgui.is_item_active() and bar:
            now = share = min(1.0, max(0.0, (imgui.get_mouse_pos().x - left) / bar))
        if imgui.is_item_clicked(imgui.MouseButton_.right):
            now = share = 1.0
    amount_bar(V(left, mid - t.px(3)), V(right, mid + t.px(3)), 0 if ghost else now, token, 1.0 if ghost else None)
    if percent:
        text = f"{100 if ghost else round(now * 100)} %"
        draw(text, end, p.y, token if ghost else "dim", t.small, align=1, height=h)
    return share


def _noise_spot(id_: str, size: V, noise: bool | None, live: bool) -> bool:
    """The end of a layer row: a wave to switch its noise, or a dash where it has none. Returns whether pressed."""
    p, pressed = imgui.get_cursor_screen_pos(), False
    ink, alpha = ("accent" if noise else "faint"), (1.0 if live else 0.45)
    if noise is None:
        imgui.dummy(size)
        alpha = 0.5
    else:
        imgui.begin_disabled(not live)
        hit(f"##noise{id_}", size)
        pressed = imgui.is_item_activated()
        if imgui.is_item_hovered():
            fill(V(p.x, p.y + t.px(2)), V(p.x + size.x, p.y + size.y - t.px(2)), "hover")
            ink = "accent_hover" if noise else "text"
        focus_ring()
        imgui.end_disabled()
        tip("Noise of this layer: on" if noise else "Noise of this layer: off")
    glyph = icon("minus" if noise is None else "waveform")
    draw(glyph, p.x + size.x / 2, p.y, ink, 11, align=0.5, height=size.y, alpha=alpha)
    return pressed
