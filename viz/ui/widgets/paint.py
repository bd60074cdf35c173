"""Text and shapes on a draw list, in the theme's colours and lengths."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from imgui_bundle import ImVec2, imgui

from viz.state.facts import Texture
from viz.ui import record
from viz.ui.drawable import PARAGRAPH, drawable
from viz.ui.theme import Weight, font_size
from viz.ui.theme import current as t
from viz.ui.widgets import spots

V = ImVec2

_COPIED = 1 << 23
"""Maximum number of characters that are copied."""
_ITEM = 200
"""Maximum number of characters of an item of a menu."""
_TIP_WIDTH, _TIP_LINES = 900, 60
"""Maximum width of a tooltip as a design length, and of its lines."""


def push_font(em: float, weight: Weight) -> None:
    """Use a weight at an em size until `imgui.pop_font()`."""
    imgui.push_font(t.fonts.of(weight), font_size(em))


def measure(text: str, em: float | None = None, weight: Weight = "regular") -> float:
    """Return the width of `text` in pixels."""
    return t.text_size(text, em or t.body, weight).width


def ellipsis(text: str, width: float, em: float | None = None, weight: Weight = "regular") -> str:
    """Truncate `text` to fit `width` pixels."""
    if measure(text, em, weight) <= width:
        return text
    text = drawable(text)
    fits, beyond = 0, len(text)  # the width grows with the number of characters
    while beyond - fits > 1:
        middle = (fits + beyond) // 2
        if measure(text[:middle] + "…", em, weight) <= width:
            fits = middle
        else:
            beyond = middle
    shown = text[:fits] + "…"
    record.shortened(text, shown)
    return shown


def first_fitting(texts: Sequence[str], width: float, em: float | None = None, weight: Weight = "regular") -> str:
    """Return the first of several wordings that fits `width` pixels, or the last one truncated."""
    found = next((text for text in texts if measure(text, em, weight) <= width), "")
    return found or ellipsis(texts[-1], width, em, weight)


def lines_of(text: str, width: float, em: float | None = None) -> list[str]:
    """Break a text between words into lines that fit `width` pixels; a longer word, as a path, is broken too."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer, em) <= width:
            lines[-1] = longer
        else:
            lines += _pieces(word, width, em)
    return lines


def _pieces(word: str, width: float, em: float | None) -> list[str]:
    """Break a word into parts that fit `width` pixels, of at least one character each."""
    word, found = drawable(word), []
    while measure(word, em) > width and len(word) > 1:
        fits, beyond = 1, len(word)
        while beyond - fits > 1:
            middle = (fits + beyond) // 2
            fits, beyond = (middle, beyond) if measure(word[:middle], em) <= width else (fits, middle)
        found.append(word[:fits])
        word = word[fits:]
    return [*found, word]


def path_ellipsis(text: str, width: float, em: float | None = None) -> str:
    """Shorten a path at its start, so that its telling end fits `width` pixels."""
    if measure(text, em) <= width:
        return text
    text = drawable(text)
    fits, beyond = 0, len(text)
    while beyond - fits > 1:
        middle = (fits + beyond) // 2
        if measure("…" + text[len(text) - middle :], em) <= width:
            fits = middle
        else:
            beyond = middle
    shown = "…" + text[len(text) - fits :] if fits else "…"
    record.shortened(text, shown)
    return shown


def draw(
    text: str,
    x: float,
    y: float,
    token: str = "text",
    em: float | None = None,
    weight: Weight = "regular",
    align: float = 0.0,
    height: float = 0.0,
    alpha: float = 1.0,
    front: bool = False,
) -> float:
    """Draw text at a screen position, centred in `height` if given. Returns its width.

    `align`: 0 left, 0.5 centre, 1 right. `front`: over all windows.
    """
    size = t.text_size(text, em or t.body, weight)
    width = size.width
    left, top = x - width * align, y + (height - size.height) / 2 if height else y
    if height and size.seen:  # icons are centred by their visible part, not by their line box
        x0, y0, x1, y1 = size.seen
        top = y + (height - y0 - y1) / 2
        if align == 0.5:
            left = x - (x0 + x1) / 2
    color = t.u32(token, alpha if front else alpha * imgui.get_style().alpha)
    lines = imgui.get_foreground_draw_list() if front else imgui.get_window_draw_list()
    lines.add_text(size.font, size.font_size, V(round(left), round(top)), color, size.text)
    if record.on():
        x0, y0, x1, y1 = size.seen or (0.0, 0.0, width, size.height)
        record.text(size.text, round(left) + x0, round(top) + y0, x1 - x0, y1 - y0, front)
    return width


def label(
    text: str, token: str = "dim", em: float | None = None, weight: Weight = "regular", height: float = 0
) -> None:
    """Draw text as a layout item; `height` (design length) centres it in a row."""
    w, h = measure(text, em, weight), t.px(height) if height else t.scale * font_size(em or t.body)
    p = imgui.get_cursor_screen_pos()
    imgui.dummy(V(w, h))
    draw(text, p.x, p.y, token, em, weight, height=h)


def wrapped(text: str, token: str = "dim", em: float | None = None) -> None:
    """Draw a wrapped paragraph."""
    push_font(em or t.body, "regular")
    imgui.push_style_color(imgui.Col_.text, t.vec4(token))
    imgui.text_wrapped(drawable(text, PARAGRAPH))
    record.last_text(text)
    imgui.pop_style_color()
    imgui.pop_font()


def selectable_text(text: str) -> None:
    """Draw lines of text as they are, in the current font and colour."""
    imgui.text_unformatted(drawable(text, PARAGRAPH))
    record.last_text(text)


def menu_item(text: str, id_: str, keys: str = "", on: bool = False, enabled: bool = True) -> bool:
    """Draw an item of a menu, with its keys or a note at the right. Returns True if it was chosen."""
    chosen, _ = imgui.menu_item(f"{drawable(text, _ITEM)}###{drawable(id_)}", drawable(keys, _ITEM), on, enabled)
    record.last_text(text)
    return bool(chosen)


def copy_text(text: str) -> None:
    """Put a text on the clipboard."""
    imgui.set_clipboard_text(drawable(text, _COPIED))


def input_text(
    id_: str, text: str, hint: str = "", flags: int = 0, callback: Callable[[Any], int] | None = None
) -> tuple[bool, str]:
    """Draw a field to type a text into. Returns Dear ImGui's answer, and the text.

    A text that cannot be drawn as it is, such as a path that is no UTF-8, stays as it is until it is changed.
    """
    shown = drawable(text, PARAGRAPH)
    more = () if callback is None else (callback,)
    entered, typed = imgui.input_text_with_hint(drawable(id_), drawable(hint), shown, flags, *more)
    if record.on():
        text_shown = shown or drawable(hint)
        record.field(text_shown, measure(text_shown), imgui.get_style().frame_padding.x)
    return entered, text if typed == shown else typed


_greyed: list[str] = []


@contextmanager
def greyed(reason: str) -> Iterator[None]:
    """Disable the rows inside if there is a reason, and show it in their tooltips."""
    imgui.begin_disabled(bool(reason))
    _greyed.append(reason)
    try:
        yield
    finally:
        _greyed.pop()
        imgui.end_disabled()


def is_greyed() -> bool:
    """Return True inside `greyed` with a reason."""
    return any(_greyed)


_clicked_at = [(-1.0, -1.0)]
"""Position of the mouse when it was last clicked."""


def tip(text: str, keys: str = "") -> None:
    """Draw the tooltip of the last item, with its shortcut at the right; none for an empty text.

    It lies beside a side panel or a narrow dialog, else below or above the item, never over it. Hidden while
    the item is held or typed in, and after a click until the mouse moves. Inside `greyed` it shows the reason first.
    """
    if not text or not imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip):
        return
    mouse = imgui.get_mouse_pos()
    if imgui.is_item_active() or any(map(imgui.is_mouse_down, range(3))):
        _clicked_at[0] = (mouse.x, mouse.y)
    if _clicked_at[0] == (mouse.x, mouse.y):
        return
    _clicked_at[0] = (-1.0, -1.0)  # it has moved, and may come back to the very place
    lines = [*filter(None, _greyed), *drawable(text, PARAGRAPH).split("\n")[:_TIP_LINES]]
    _place_tip(lines, measure(f"  {keys}", t.small) if keys else 0.0)
    if begin_tooltip():
        for line in lines:
            _tip_line(line)
        if keys:
            imgui.same_line()
            label(keys, "faint", t.small)
        end_tooltip()


def begin_tooltip() -> bool:
    """Begin a tooltip, with the lengths of all tooltips, whatever those of the panel are. Ended by `end_tooltip`."""
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(2 * t.gap), t.px(t.gap)))
    imgui.push_style_var(imgui.StyleVar_.window_padding, _tip_padding())
    shown = bool(imgui.begin_tooltip())
    imgui.pop_style_var()
    if not shown:
        imgui.pop_style_var()
    return shown


def end_tooltip() -> None:
    """End a tooltip that was begun."""
    imgui.end_tooltip()
    imgui.pop_style_var()


def _tip_padding() -> ImVec2:
    return V(t.px(t.pad), t.px(8))


def _place_tip(lines: Sequence[str], more: float) -> None:
    """Place the next tooltip, whose last line is `more` pixels wider than its text."""
    a, b, view = imgui.get_item_rect_min(), imgui.get_item_rect_max(), imgui.get_main_viewport()
    low, size = view.pos, view.size
    root = imgui.internal.get_current_window().root_window
    pad, gap = _tip_padding(), t.px(6)
    most = t.px(_TIP_WIDTH)
    wide = min(max(measure(line, t.small) for line in lines), most) + more + 2 * pad.x
    rows = sum(1 + int(measure(line, t.small) // most) for line in lines)
    high = rows * (t.scale * font_size(t.small) + t.px(t.gap)) + 2 * pad.y
    left, right = root.pos.x - low.x, low.x + size.x - root.pos.x - root.size.x
    tall = root.size.y > 0.5 * size.y and root.size.x < 0.45 * size.x
    dialog = bool(root.flags & imgui.WindowFlags_.modal) and root.size.x < 0.6 * size.x
    side = tall or dialog
    if side and max(left, right) > wide + 2 * gap:
        x = root.pos.x + root.size.x + gap if right >= left else root.pos.x - gap - wide
        y = a.y
    else:
        x = min(max(imgui.get_mouse_pos().x, a.x), b.x)
        below = b.y + gap + high <= low.y + size.y
        y = b.y + gap if below else a.y - gap - high
    x = min(max(x, low.x + gap), low.x + size.x - wide - gap)
    y = min(max(y, low.y + gap), max(low.y + size.y - high - gap, low.y + gap))
    imgui.set_next_window_pos(V(round(x), round(y)))


def _tip_line(line: str) -> None:
    """Draw one line of a tooltip; one that is wider than a window is wrapped."""
    if measure(line, t.small) <= t.px(_TIP_WIDTH):
        label(line, "text", t.small)
        return
    imgui.push_text_wrap_pos(t.px(_TIP_WIDTH))
    wrapped(line, "text", t.small)
    imgui.pop_text_wrap_pos()


def space(n: float = 4) -> None:
    """Add vertical space of a design length, of which the item spacing is part."""
    imgui.dummy(V(1, max(0.0, t.px(n) - imgui.get_style().item_spacing.y)))


def fill(a: ImVec2, b: ImVec2, token: str, alpha: float = 1.0, radius: float = 4) -> None:
    """Fill a rounded rectangle."""
    imgui.get_window_draw_list().add_rect_filled(
        a, b, t.u32(token, alpha * imgui.get_style().alpha), t.px(radius) if radius else 0
    )


def outline(a: ImVec2, b: ImVec2, token: str, alpha: float = 1.0, radius: float = 4, width: float = 1) -> None:
    """Draw the outline of a rounded rectangle."""
    imgui.get_window_draw_list().add_rect(a, b, t.u32(token, alpha), t.px(radius) if radius else 0, t.px(width))


def fill_part(a: ImVec2, b: ImVec2, x0: float, x1: float, token: str, alpha: float, radius: float = 4) -> None:
    """Fill the part of a rounded rectangle between x0 and x1, keeping its corners."""
    if x1 - x0 < 0.5:
        return
    imgui.push_clip_rect(V(x0, a.y), V(x1, b.y), True)
    fill(a, b, token, alpha, radius)
    imgui.pop_clip_rect()


def hit(id_: str, size: V) -> bool:
    """Place the hit area of a drawn control; return True if clicked, or activated with Space or Enter.

    Plain invisible buttons ignore the keyboard.
    """
    clicked = imgui.invisible_button(drawable(id_), size, imgui.ButtonFlags_.enable_nav)
    spots.mark(id_)
    return clicked


def focus_ring() -> None:
    """Draw a ring around the last item while it has keyboard focus."""
    if imgui.is_item_focused() and imgui.get_io().nav_visible:
        a, b, o = imgui.get_item_rect_min(), imgui.get_item_rect_max(), t.px(1)
        outline(V(a.x - o, a.y - o), V(b.x + o, b.y + o), "accent", 1, t.radius + 1, 2)


def picture(
    tex: int, uv: Sequence[float], a: ImVec2, size: float | ImVec2, radius: float = 4, alpha: float = 1.0
) -> None:
    """Draw an image with rounded corners; uv is (u0, v0, u1, v1)."""
    b = V(a.x + size.x, a.y + size.y) if isinstance(size, ImVec2) else V(a.x + size, a.y + size)
    tint = t.u32("#FFFFFF", alpha * imgui.get_style().alpha)
    imgui.get_window_draw_list().add_image_rounded(
        imgui.ImTextureRef(tex), a, b, V(uv[0], uv[1]), V(uv[2], uv[3]), tint, t.px(radius)
    )


def thumbnail(
    found: tuple[Texture, Sequence[float]] | None,
    a: ImVec2,
    size: float | ImVec2,
    radius: float = 4,
    alpha: float = 1.0,
) -> None:
    """Draw a small image as `facts.thumbnails` returns it; while it is None, a hatched cell that waits for it."""
    if found is not None:
        picture(found[0].id, found[1], a, size, radius, alpha)
        return
    b = V(a.x + size.x, a.y + size.y) if isinstance(size, ImVec2) else V(a.x + size, a.y + size)
    waiting(a, b, alpha, radius)


def waiting(a: ImVec2, b: ImVec2, alpha: float = 1.0, radius: float = 4) -> None:
    """Draw a hatched rectangle: what belongs here is being made."""
    fill(a, b, "control", alpha, radius)
    lines, ink = imgui.get_window_draw_list(), t.u32("faint", 0.6 * alpha * imgui.get_style().alpha)
    inset, pitch = t.px(radius) * 0.3, t.px(7)
    x0, y0, x1, y1 = a.x + inset, a.y + inset, b.x - inset, b.y - inset
    across = pitch
    while across < (x1 - x0) + (y1 - y0):  # lines x + y = constant, from the left or lower edge to the right or upper
        low = V(x0, y0 + across) if y0 + across <= y1 else V(x0 + across - (y1 - y0), y1)
        high = V(x0 + across, y0) if x0 + across <= x1 else V(x1, y0 + across - (x1 - x0))
        lines.add_line(low, high, ink, t.px(1))
        across += pitch
