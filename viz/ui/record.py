"""Record of what one frame draws: each text and control with its rectangle and what is visible of it.

Off unless a test asks. Texts come from `widgets.draw`, `wrapped`, `selectable_text` and `menu_item`, which draw all
texts of the window but those in plots; those in fields come from `input_text`, controls from `spots.mark`.
"""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

from imgui_bundle import imgui


class Rect(NamedTuple):
    """A rectangle in screen pixels."""

    x0: float
    y0: float
    x1: float
    y1: float

    def within(self, other: "Rect") -> "Rect":
        """Return the part of it inside another; of negative width or height if there is none."""
        low = max(self.x0, other.x0), max(self.y0, other.y0)
        return Rect(*low, min(self.x1, other.x1), min(self.y1, other.y1))


@dataclass(frozen=True)
class Drawn:
    """A text or a control that was drawn."""

    text: str
    """The text, or the id of the control."""
    window: str
    rect: Rect
    clip: Rect
    """Visible part of its window there."""
    scrolls: tuple[bool, bool]
    """True if its window scrolls sideways, and up and down: what is cut there can be reached."""


@dataclass
class Record:
    """Texts and controls drawn since it was cleared."""

    texts: list[Drawn] = dataclasses.field(default_factory=list)
    controls: list[Drawn] = dataclasses.field(default_factory=list)
    shortened: dict[str, str] = dataclasses.field(default_factory=dict)
    """Texts that had no room, by what was drawn instead."""
    plots: dict[str, float] = dataclasses.field(default_factory=dict)
    """Heights of plots in pixels, by their ids."""
    cut: list[str] = dataclasses.field(default_factory=list)
    """Texts of fields that are wider than their field."""

    def clear(self) -> None:
        """Forget everything, as before a frame."""
        self.texts.clear()
        self.controls.clear()
        self.shortened.clear()
        self.cut.clear()
        self.plots.clear()


FRONT = "##Front"
"""Window of what is drawn over all windows."""
_open: list[Record] = []


def start() -> Record:
    """Start recording; returns the record that grows."""
    _open[:] = [Record()]
    return _open[0]


def stop() -> None:
    """Stop recording."""
    _open.clear()


def on() -> bool:
    """Return True while recording."""
    return bool(_open)


def text(text: str, x: float, y: float, width: float, height: float, front: bool = False) -> None:
    """Note a text drawn at a screen position; with `front` over all windows."""
    if not _open or imgui.get_style().alpha <= 0:
        return
    rect = Rect(x, y, x + width, y + height)
    if front:
        low, size = imgui.get_main_viewport().pos, imgui.get_main_viewport().size
        whole = Rect(low.x, low.y, low.x + size.x, low.y + size.y)
        _open[0].texts.append(Drawn(text, FRONT, rect, whole, (False, False)))
    else:
        _open[0].texts.append(_drawn(text, rect))


def last_item(label: str) -> None:
    """Note the last item as a control, unless it is invisible."""
    if _open and imgui.get_style().alpha > 0:
        _open[0].controls.append(_drawn(label, _last_rect()))


def last_text(text: str) -> None:
    """Note the last item as a text."""
    if _open:
        _open[0].texts.append(_drawn(text, _last_rect()))


def shortened(text: str, shown: str) -> None:
    """Note that a text had no room."""
    if _open:
        _open[0].shortened[shown] = text


def plot(id_: str, height: float) -> None:
    """Note the height of a plot in pixels."""
    if _open:
        _open[0].plots[id_] = height


def field(text: str, width: float, padding: float) -> None:
    """Note the last item as a field that shows a text of a width, with so many pixels free at each side of it."""
    if _open and width > imgui.get_item_rect_size().x - 2 * padding + 1:
        _open[0].cut.append(text)


def _last_rect() -> Rect:
    a, b = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    return Rect(a.x, a.y, b.x, b.y)


def _drawn(text: str, rect: Rect) -> Drawn:
    window, lines = imgui.internal.get_current_window(), imgui.get_window_draw_list()
    low, high = lines.get_clip_rect_min(), lines.get_clip_rect_max()
    return Drawn(text, window.name, rect, Rect(low.x, low.y, high.x, high.y), _scrolls(window))


def _scrolls(window: "imgui.internal.Window") -> tuple[bool, bool]:
    """Return whether a window, or one that holds it, scrolls sideways, and up and down."""
    can = not window.flags & imgui.WindowFlags_.no_scrollbar
    sideways = window.scroll_max.x > 0 or bool(window.flags & imgui.WindowFlags_.horizontal_scrollbar)
    own = bool(can and sideways), bool(can and window.scroll_max.y > 0)
    if not window.flags & imgui.WindowFlags_.child_window or window.parent_window is None:
        return own
    above = _scrolls(window.parent_window)
    return own[0] or above[0], own[1] or above[1]
