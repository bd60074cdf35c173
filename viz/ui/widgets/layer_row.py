"""Row of one layer: its style source and share, drop preview, lock and noise."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.icons import filled, icon
from viz.ui.theme import current as t
from viz.ui.widgets.paint import draw, ellipsis, fill, focus_ring, hit, outline, picture, tip
from viz.ui.widgets.tiles import amount_bar, dashed
from viz.ui.widgets.typed import drag_number

SOURCE = 116
"""Offset of a layer row's source without the thumbnail's width, in design lengths."""
_LEFT, _SPOT = 16, 26
"""Widths of the lock at the left and the noise switch at the right, in design lengths."""


@dataclass(frozen=True)
class RowLook:
    """Content of a layer row."""

    name: str
    resolution: str
    token: str
    """Colour token of its band."""
    tex: int = 0
    """Texture of its source's image; 0 if not available yet."""
    uv: Sequence[float] | None = None
    """None if the layer uses the base style."""
    source: str = ""
    share: float = 1.0
    """Share taken from the source, 0..1."""
    locked: bool = False
    silent: bool = False
    """Muted because other layers are soloed."""
    noise: bool | None = None
    """None if the network has no noise in this layer."""
    noise_live: bool = True
    """True if noise can be switched."""
    ghost: tuple[int, Sequence[float], str] | None = None
    """Texture, uv and name of the swatch dragged over it."""
    selected: bool = False
    shown: bool = False
    """True if the canvas shows this layer's output."""


@dataclass(frozen=True)
class RowTouch:
    """Interaction with a layer row in this frame."""

    picked: bool
    """Its name was pressed, or activated with the keyboard."""
    painted: bool
    """Its source was pressed, or activated with the keyboard."""
    cleared: bool
    """Its source was right-clicked."""
    lock: bool
    noise: bool
    """Its noise switch was pressed."""
    share: float
    """Share, possibly dragged, typed or reset."""


def layer_row(id_: str, look: RowLook, width: float, height: float = 24, hint: str = "") -> RowTouch:
    """Draw a row, `width` pixels wide and `height` (design length) high; return the interaction with it."""
    p, h = imgui.get_cursor_screen_pos(), t.px(height)
    q = V(p.x + width, p.y + h)
    over = imgui.is_window_hovered(imgui.HoveredFlags_.allow_when_blocked_by_active_item)
    hot = over and imgui.is_mouse_hovering_rect(p, q)
    _ground(p, q, look, hot)
    lock = _lock_spot(id_, p, h, look, hot)
    imgui.set_cursor_screen_pos(V(p.x + t.px(_LEFT), p.y))
    hit(f"##layer{id_}", V(t.px(SOURCE - 10 - _LEFT), h))
    picked = imgui.is_item_activated()
    focus_ring()
    if hint:
        tip(hint)
    left, right, end = _bar(p, width)
    cell = p.x + t.px(SOURCE - 10)
    imgui.set_cursor_screen_pos(V(cell, p.y))
    hit(f"##style{id_}", V(left - cell, h))
    painted, cleared = imgui.is_item_activated(), imgui.is_item_clicked(imgui.MouseButton_.right)
    if imgui.is_item_hovered() and not look.locked:
        fill(V(cell, p.y + t.px(1)), V(left - t.px(4), q.y - t.px(1)), "hover")
    focus_ring()
    tip(_cell_hint(look))
    _text(p, h, look)
    seen = look.uv is not None or look.ghost is not None
    share = _share(id_, p, h, look, (left, right, end)) if seen else look.share
    imgui.set_cursor_screen_pos(V(q.x - t.px(_SPOT), p.y))
    noisy = _noise_spot(id_, V(t.px(_SPOT), h), look.noise, look.noise_live)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, h))
    return RowTouch(picked, painted, cleared, lock, noisy, share)


def _cell_hint(look: RowLook) -> str:
    if look.locked:
        return "Locked: click the lock to change it"
    again = "    Right click: base" if look.uv is not None else ""
    return f"Click: take the chosen swatch, or give it back    Hold and move: paint{again}"


def _bar(p: V, width: float) -> tuple[float, float, float]:
    """Return left and right end of the share bar, and the right end of its number."""
    end = p.x + width - t.px(30)
    right = end - t.px(36)
    return right - max(t.px(52), width * 0.45 - t.px(72)), right, end


def _ground(p: V, q: V, look: RowLook, hot: bool) -> None:
    if look.ghost:
        fill(p, q, look.token, 0.13, 0)
        fill(p, V(p.x + t.px(3), q.y), look.token, 1, 0)
    elif look.selected or hot or look.shown:
        fill(p, q, "hover" if not look.selected else "accent", 0.16 if look.selected else 0.5, 4)


def _lock_spot(id_: str, p: V, h: float, look: RowLook, hot: bool) -> bool:
    """Draw the lock at the left, visible if closed or hovered."""
    pressed = hit(f"##lock{id_}", V(t.px(_LEFT), h))
    lit = imgui.is_item_hovered()
    focus_ring()
    tip("Unlock this layer" if look.locked else "Lock this layer: gestures leave it as it is")
    if look.locked or hot:
        glyph = (filled if look.locked else icon)("lock-simple")
        ink = "text" if lit else "dim" if look.locked else "faint"
        draw(glyph, p.x + t.px(9), p.y, ink, 9, align=0.5, height=h)
    return pressed


def _text(p: V, h: float, look: RowLook) -> None:
    """Draw the left half of a layer row: name, resolution and thumbnail."""
    x, k = p.x + t.px(_LEFT + 1), h - t.px(4)
    right = draw(look.resolution, p.x + t.px(SOURCE - 16), p.y, "faint", t.small, align=1, height=h)
    bright = look.uv is not None or look.ghost
    draw(ellipsis(look.name, t.px(SOURCE - 22 - _LEFT) - right), x, p.y, "text" if bright else "dim", height=h)
    x = p.x + t.px(SOURCE - 8)
    a, b = V(x, p.y + t.px(2)), V(x + k, p.y + t.px(2) + k)
    tex, shown = (look.ghost[0], look.ghost[1]) if look.ghost else (look.tex, look.uv)
    alpha = 0.4 if look.silent and not look.ghost else 1.0
    if shown is None:
        dashed(V(a.x + t.px(1), a.y + t.px(1)), V(b.x - t.px(1), b.y - t.px(1)), "faint", 0.55)
        draw("base", p.x + t.px(SOURCE) + h - t.px(4), p.y, "faint", t.small, height=h)
    elif tex:
        picture(tex, shown, a, k, 3, alpha)
    else:
        fill(a, b, "control", alpha, 3)
    if look.ghost:
        outline(a, b, look.token, 1, 3, 1.5)


def _share(id_: str, p: V, h: float, look: RowLook, ends: tuple[float, float, float]) -> float:
    """Draw source and share of a layer: drag the bar, double click or Ctrl+click to type, right click for all."""
    left, right, end = ends
    x, mid, share = p.x + t.px(SOURCE) + h - t.px(4), p.y + h / 2, look.share
    name = look.ghost[2] if look.ghost else look.source
    draw(ellipsis(name, left - t.px(6) - x, t.small), x, p.y, "dim" if look.silent else "text", t.small, height=h)
    a, b = V(left, mid - t.px(3)), V(right, mid + t.px(3))
    if look.ghost:
        amount_bar(a, b, 0.0, look.token, 1.0)
        draw("100 %", end, p.y, look.token, t.small, align=1, height=h)
        return share
    typing = False
    if not look.locked:
        imgui.set_cursor_screen_pos(V(left, p.y))
        whole, per_pixel = round(share * 100), 100 / max(right - left, 1.0)
        moved, typing = drag_number(f"##amount{id_}", whole, V(end - left, h), per_pixel, "%.0f", whole=True)
        if imgui.is_item_clicked(imgui.MouseButton_.right):
            moved = 100.0
        if round(moved) != whole:
            share = min(max(round(moved), 0), 100) / 100
        focus_ring()
        tip("How much it takes. Drag    Right click: all    Ctrl+click: type")
    if not typing:
        amount_bar(a, b, share, "faint" if look.silent else look.token)
        draw(f"{round(share * 100)} %", end, p.y, "dim", t.small, align=1, height=h)
    return share


def _noise_spot(id_: str, size: V, noise: bool | None, live: bool) -> bool:
    """Draw the noise switch, or a dash where there is no noise. Returns True if pressed."""
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
