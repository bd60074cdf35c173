"""Row of one layer: its style source and share, drop preview, lock and noise."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.icons import filled, icon
from viz.ui.theme import current as t
from viz.ui.widgets.paint import draw, ellipsis, fill, focus_ring, hit, measure, outline, picture, tip, waiting
from viz.ui.widgets.tiles import amount_bar, dashed
from viz.ui.widgets.typed import drag_number

SOURCE = 116
"""Offset of a layer row's source without the thumbnail's width, in design lengths."""
NETWORK, NETWORK_WIDE = 62, 104
"""Widths of the column of networks: with the amount as a number, and with a bar too."""
_WIDE = 420
"""Width of a row from which amounts of networks have bars, in design lengths."""
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
    network: str = ""
    """Letter of the network that has most of it; empty if there is one network alone, which needs no column."""
    weight: float | None = None
    """Share of that network, 0..1; None for the document's own."""
    network_ghost: str = ""
    """Letter of the network dragged over it."""
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
    weight: float | None = None
    """Share of its network, possibly dragged, typed or given back."""


def layer_row(
    id_: str, look: RowLook, width: float, height: float = 24, hint: str = "", carried: bool = False
) -> RowTouch:
    """Draw a row, `width` pixels wide and `height` (design length) high; return the interaction with it.

    `carried`: A style is being dragged, so that places for it show.
    """
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
    extra = network_width(width) if look.network else 0.0
    weight = _network(id_, V(p.x + t.px(SOURCE - 12), p.y), h, extra, look) if look.network else look.weight
    left, right, end = _bar(p, width)
    left = min(left + (extra if width >= t.px(_WIDE) else extra * 0.5), right - t.px(24)) if extra else left
    cell = p.x + t.px(SOURCE - 10) + extra
    imgui.set_cursor_screen_pos(V(cell, p.y))
    hit(f"##style{id_}", V(left - cell, h))
    painted, cleared = imgui.is_item_activated(), imgui.is_item_clicked(imgui.MouseButton_.right)
    if imgui.is_item_hovered() and not look.locked:
        fill(V(cell, p.y + t.px(1)), V(left - t.px(4), q.y - t.px(1)), "hover")
    focus_ring()
    tip(_cell_hint(look))
    _text(p, h, look, hot or carried, extra)
    seen = look.uv is not None or look.ghost is not None
    share = _share(id_, V(p.x + extra, p.y), h, look, (left, right, end)) if seen else look.share
    imgui.set_cursor_screen_pos(V(q.x - t.px(_SPOT), p.y))
    noisy = _noise_spot(id_, V(t.px(_SPOT), h), look.noise, look.noise_live)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, h))
    return RowTouch(picked, painted, cleared, lock, noisy, share, weight)


def network_width(width: float) -> float:
    """Return the width of the column of networks in a row of this width, both in pixels."""
    return t.px(NETWORK_WIDE if width >= t.px(_WIDE) else NETWORK)


def _network(id_: str, p: V, h: float, width: float, look: RowLook) -> float | None:
    """Draw the network of a layer, and its amount: drag, double click to type; right click gives the layer back."""
    weight, ghost, r = look.weight, bool(look.network_ghost), t.px(7)
    letter = look.network_ghost or look.network
    other = ghost or weight is not None
    c = V(p.x + r + t.px(2), p.y + h / 2)
    imgui.set_cursor_screen_pos(p)
    hit(f"##network{id_}", V(t.px(20), h))
    cleared = weight is not None and imgui.is_item_clicked(imgui.MouseButton_.right)
    if other:
        imgui.get_window_draw_list().add_circle_filled(c, r, t.u32(look.token if ghost else "active"))
    focus_ring()
    tip(f"Network {letter}    Right click: A again" if weight is not None else "The open network, A")
    ink = "on_accent" if ghost else "text" if other else "faint"
    draw(letter, c.x, p.y, ink, 9, "bold" if other else "regular", align=0.5, height=h)
    if ghost:
        draw("100 %", p.x + width - t.px(6), p.y, look.token, t.small, align=1, height=h)
        return weight
    if weight is None:
        return None
    left, end = p.x + t.px(20), p.x + width - t.px(6)
    imgui.set_cursor_screen_pos(V(left, p.y))
    whole = round(weight * 100)
    moved, typing = drag_number(f"##weight{id_}", whole, V(end - left, h), 100 / t.px(110), "%.0f", whole=True)
    held = imgui.is_item_active() and not typing
    focus_ring()
    tip(f"Share of {letter} in the weights of this layer; the rest is A's. Drag    Ctrl+click: type")
    if not typing:
        if width >= t.px(NETWORK_WIDE):
            mid = p.y + h / 2
            amount_bar(V(left + t.px(4), mid - t.px(3)), V(end - t.px(40), mid + t.px(3)), weight, look.token)
        draw(f"{whole} %", end, p.y, "dim", t.small, align=1, height=h)
    if cleared:
        return 0.0
    if round(moved) == whole:
        return weight
    # A share of nothing would take the row's network, and with it what is being dragged.
    return min(max(round(moved), 1 if held else 0), 100) / 100


def _cell_hint(look: RowLook) -> str:
    if look.locked:
        return "Locked: click the lock to change it"
    again = "    Right click: base" if look.uv is not None else ""
    source = f"{look.source}\n" if look.uv is not None else ""
    return f"{source}Click: take the chosen swatch, or give it back    Hold and move: paint{again}"


def _bar(p: V, width: float) -> tuple[float, float, float]:
    """Return left and right end of the share bar, and the right end of its number."""
    end = p.x + width - t.px(30)
    right = end - t.px(36)
    return right - max(t.px(36), width * 0.45 - t.px(92)), right, end


def _ground(p: V, q: V, look: RowLook, hot: bool) -> None:
    if look.ghost or look.network_ghost:
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


def _text(p: V, h: float, look: RowLook, hot: bool, extra: float) -> None:
    """Draw the left half of a layer row: name, resolution and thumbnail; the place of one while it is `hot`."""
    x, k = p.x + t.px(_LEFT + 1), h - t.px(4)
    room, right = t.px(SOURCE - 22 - _LEFT), measure(look.resolution, t.small)
    if measure(look.name) + right <= room:
        draw(look.resolution, p.x + t.px(SOURCE - 16), p.y, "faint", t.small, align=1, height=h)
    bright = look.uv is not None or look.ghost
    draw(ellipsis(look.name, room), x, p.y, "text" if bright else "dim", height=h)
    x = p.x + t.px(SOURCE - 8) + extra
    a, b = V(x, p.y + t.px(2)), V(x + k, p.y + t.px(2) + k)
    tex, shown = (look.ghost[0], look.ghost[1]) if look.ghost else (look.tex, look.uv)
    alpha = 0.4 if look.silent and not look.ghost else 1.0
    if shown is None:
        if hot:
            dashed(V(a.x + t.px(1), a.y + t.px(1)), V(b.x - t.px(1), b.y - t.px(1)), "faint", 0.55)
    elif tex:
        picture(tex, shown, a, k, 3, alpha)
    else:
        waiting(a, b, alpha, 3)
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
    ink, alpha = ("faint" if noise is not False else "accent"), (1.0 if live else 0.45)
    if noise is None:
        imgui.dummy(size)
        alpha = 0.5
    else:
        imgui.begin_disabled(not live)
        hit(f"##noise{id_}", size)
        pressed = imgui.is_item_activated()
        if imgui.is_item_hovered():
            fill(V(p.x, p.y + t.px(2)), V(p.x + size.x, p.y + size.y - t.px(2)), "hover")
            ink = "text" if noise else "accent_hover"
        focus_ring()
        imgui.end_disabled()
        tip("Noise of this layer: on" if noise else "Noise of this layer: off")
    glyph = icon("minus" if noise is None else "waveform")
    draw(glyph, p.x + size.x / 2, p.y, ink, 11, align=0.5, height=size.y, alpha=alpha)
    if noise is False:  # the accent says that it is not as usual, the stroke that it is off
        x, y, k = p.x + size.x / 2, p.y + size.y / 2, t.px(6)
        imgui.get_window_draw_list().add_line(V(x - k, y + k), V(x + k, y - k), t.u32(ink, alpha), t.px(1.5))
    return pressed
