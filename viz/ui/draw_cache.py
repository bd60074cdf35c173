"""Draw cache: parts of panels that are drawn once and replayed until something they read changes.

`@cached` goes on a function `draw(scene, facts, ...) -> scene`. While it draws, its reads of the scene, the facts and
scratch objects are recorded (`viz.state.recording`). In later frames the vertices are copied instead, which takes some
microseconds, as long as the reads, the other arguments, the place, the room and the theme are the same.

A part is drawn in every frame while the pointer could act on it: while the mouse is over it, while one of its items is
held or typed in, while the keyboard moves among controls, while a popup is open or something is dragged. Parts behind
a modal dialog cannot be acted on, whatever mouse and keyboard do.

With `checks` (in tests) every part is drawn all the same in frames that the tests choose, and compared with the cache.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from enum import Enum, auto
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.state import recording
from viz.state.facts import Facts, Tally
from viz.state.recording import Reads, same
from viz.state.scene import Scene
from viz.ui import record
from viz.ui.draw_list import Drawing, capture, replay
from viz.ui.theme import current as t

P = ParamSpec("P")

_RETRY = 30
"""Frames before a part that could not be cached is tried again: recording is expensive."""
_FIXED = imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse


class Look(Enum):
    """Use of cached parts in a frame of a window that checks them."""

    REPLAY = auto()
    """As without checks."""
    DRAW = auto()
    """All are drawn: for items that are looked for."""
    COMPARE = auto()
    """All are drawn and compared with the cache."""


class StaleError(Exception):
    """A part drew something else although none of its recorded reads have changed."""


@dataclass
class _Entry:
    """A cached drawing and everything it depends on."""

    reads: Reads
    args: object
    place: tuple[float, ...]
    lost: int | None
    """Number of thumbnails that had lost their place when it requested some; None if it requested none."""
    drawing: Drawing
    child: Drawing | None
    """Drawing of a child window, drawn on top."""
    size: V


@dataclass
class _Part:
    """State of one part between frames."""

    args: object
    entry: _Entry | None = None
    reads: Reads | None = None
    """Reads of the last recording."""
    sample: object = None
    """Values of `reads` in the last frame."""
    corners: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    wait: int = 0
    """Frames until the next recording."""

    def steady(self, args: object, scene: Scene, facts: Facts | None) -> bool:
        """Return True if none of its known reads have changed since the last frame."""
        before, self.args = self.args, args
        if self.wait:
            self.wait -= 1
            return False
        if facts is None or self.reads is None:
            return same(before, args)
        old, self.sample = self.sample, self.reads.sample(scene, facts)
        return same(before, args) and same(old, self.sample)


_BESIDE = 3
"""Design length by which a control may show the pointer beside its items, which may be smaller than its drawing."""


class DrawCache:
    """Cached parts of the window."""

    def __init__(self) -> None:
        self.checks = False
        """True to draw everything and compare it with the cache; differences raise StaleError.

        Drawing takes several times as long as replaying, so it is done in the frames that `look` chooses. Parts are
        drawn in the others too where their texts are noted.
        """
        self.look: Callable[[], Look] = lambda: Look.COMPARE
        """Returns what a frame does where `checks` is set. Called once a frame."""
        self._compares = self._looked_at = True
        self.replayed = 0
        """Number of parts replayed since the window opened."""
        self._parts: dict[int, _Part] = {}
        self._calm = False
        self._modal = False
        """True if a modal dialog had all of mouse and keyboard when the frame began."""
        self._ring = 0
        """Item with the ring of the keyboard when the frame began, 0 without one; it may change within a frame."""
        self._mouse = (0.0, 0.0)

    def opened(self, *, checks: bool) -> None:
        """Clear the cache; call when a window opens."""
        self.checks, self.replayed = checks, 0
        self._parts.clear()

    def begin_frame(self) -> None:
        """Read the state of mouse and keyboard; call once a frame, after Dear ImGui's frame has begun."""
        context, io = imgui.get_current_context(), imgui.get_io()
        look = self.look() if self.checks else Look.REPLAY
        self._compares = look is Look.COMPARE
        self._looked_at = look is not Look.REPLAY or record.on()
        self._mouse = (io.mouse_pos.x, io.mouse_pos.y)
        self._ring = _ringed()
        popups = context.open_popup_stack.size()
        self._modal = bool(popups) and _modal_has_all(context)
        self._calm = not (
            io.nav_visible  # of when the frame began: a dialog that closes there shows the ring again
            or self._ring
            or context.nav_any_request
            or context.nav_activate_id
            or context.nav_activate_down_id
            or context.drag_drop_active
            or popups > self._modal
            or io.want_text_input
        )

    def show(self, name: str, args: object, draw: Callable[[], Scene], scene: Scene, facts: Facts | None) -> Scene:
        """Draw a part or replay it. Returns its scene, the same object if it was replayed.

        Args:
            name: Name of the part within its window.
            args: Inputs of `draw` besides scene and facts, compared by equality.
            draw: Draws the part and returns the scene that it makes.
            scene: Scene of the frame.
            facts: Facts of the frame; None if `draw` depends on `args` alone, so that nothing is recorded.
        """
        id_, lines = imgui.get_id(name), imgui.get_window_draw_list()
        part = self._parts.get(id_)
        if part is None:
            part = self._parts[id_] = _Part(None)
        place, entry = _place(lines, imgui.get_cursor_screen_pos()), part.entry
        with recording.current.paused():
            if entry is not None and not self._valid(part, entry, args, place, scene, facts):
                part.entry = entry = None
            steady = entry is not None or part.steady(args, scene, facts)
        if entry is not None and not self._draws(entry):
            self.replayed += 1
            replay(entry.drawing, lines)
            if entry.child is not None:
                replay(entry.child, lines)
            imgui.dummy(entry.size)
            recording.current.include(entry.reads)
            return scene
        compared = steady and self._quiet(part.corners) and (entry is None or self._compares)
        if not recording.current.active and not compared:
            imgui.begin_group()
            after = draw()
            imgui.end_group()
            part.corners = _corners()
            return after
        if entry is not None and not recording.current.active:
            return self._compare(name, part, entry, draw, scene, facts)
        return self._record(name, part, args, place, draw, scene, facts)

    def _draws(self, entry: _Entry) -> bool:
        """Return True if a part is drawn though it is cached.

        One that is recorded within another is, if it has a child window: replayed, that is ink of the outer part, which
        later comparisons would miss.
        """
        return self.checks and (self._looked_at or (entry.child is not None and recording.current.active))

    def _valid(
        self, part: _Part, entry: _Entry, args: object, place: tuple[float, ...], scene: Scene, facts: Facts | None
    ) -> bool:
        if not self._quiet(part.corners) or entry.place != place or not same(entry.args, args):
            return False
        return facts is None or (
            (entry.lost is None or entry.lost == facts.thumbnails.tally.lost) and entry.reads.unchanged(scene, facts)
        )

    def _record(
        self,
        name: str,
        part: _Part,
        args: object,
        place: tuple[float, ...],
        draw: Callable[[], Scene],
        scene: Scene,
        facts: Facts | None,
    ) -> Scene:
        """Draw the part, and cache the drawing if it can be replayed."""
        before, ink = _tally(facts), _Ink()
        old, part.entry = part.entry, None
        imgui.begin_group()
        with nullcontext(Reads()) if facts is None else recording.current.recording(scene, facts) as reads:
            after = draw()
        imgui.end_group()
        part.corners, part.reads, part.sample = _corners(), reads, None
        if not self._repeats(part, after is scene):
            return after
        tally = _tally(facts)
        if reads.volatile or tally.missed != before.missed or not ink.fixed:  # a missing one must be requested again
            part.wait = _RETRY if reads.volatile or not ink.fixed else 2
            return after
        if (drawn := ink.captured()) is None:
            part.wait = _RETRY
            return after
        size = V(part.corners[2] - part.corners[0], part.corners[3] - part.corners[1])
        # All that it asked for is there, and stays where it is in its texture until another one takes the place.
        lost = before.lost if tally.asked != before.asked else None
        part.entry = _Entry(reads, args, place, lost, *drawn, size)
        if old is not None and not _same(old, *drawn) and (facts is None or old.reads.unchanged(scene, facts)):
            raise StaleError(f"{_stale(name, old.reads, reads)} ({_difference(old, *drawn)})")
        return after

    def _compare(
        self, name: str, part: _Part, entry: _Entry, draw: Callable[[], Scene], scene: Scene, facts: Facts | None
    ) -> Scene:
        """Draw the part; raise StaleError if it looks otherwise than its cached drawing, which is kept as in use."""
        before, ink = _tally(facts), _Ink()
        imgui.begin_group()
        after = draw()
        imgui.end_group()
        part.corners = _corners()
        if not self._repeats(part, after is scene) or _tally(facts).missed != before.missed or not ink.fixed:
            part.entry = None
            return after
        drawn = ink.captured()
        if drawn is None or not _same(entry, *drawn):
            part.entry = None
            if drawn is not None and (facts is None or entry.reads.unchanged(scene, facts)):
                raise StaleError(f"{_stale(name, entry.reads)} ({_difference(entry, *drawn)})")
        return after

    def _repeats(self, part: _Part, same_scene: bool) -> bool:
        """Return True if a part that was just drawn neither acts nor shows the pointer or the keyboard's ring."""
        acts = not same_scene or not self._quiet(part.corners) or imgui.is_item_active()
        return not acts and _ringed() == self._ring

    def _quiet(self, corners: tuple[float, float, float, float]) -> bool:
        """Return True if neither mouse nor keyboard could act on a part of the current window."""
        return (self._modal and _blocked()) or (self._calm and not self._over(corners))

    def _over(self, corners: tuple[float, float, float, float]) -> bool:
        (x, y), margin = self._mouse, t.px(_BESIDE)
        x0, y0, x1, y1 = corners
        return x0 - margin <= x < x1 + margin and y0 - margin <= y < y1 + margin


current = DrawCache()


def cached(
    draw: Callable[Concatenate[Scene, Facts, P], Scene],
) -> Callable[Concatenate[Scene, Facts, P], Scene]:
    """Decorate a draw function so that it is replayed while nothing it reads has changed.

    Arguments after scene and facts are compared by equality. In a loop, push an id around each call.
    """
    name = f"{draw.__module__}.{draw.__qualname__}"

    def shown(scene: Scene, facts: Facts, /, *args: P.args, **kwargs: P.kwargs) -> Scene:
        return current.show(name, (args, kwargs), lambda: draw(scene, facts, *args, **kwargs), scene, facts)

    update_wrapper(shown, draw)
    return shown


def cached_row(name: str, args: object, draw: Callable[[], Scene], scene: Scene) -> Scene:
    """Draw a row that depends on `args` alone, or replay it: for rows of the library, inside parts that change."""
    return current.show(name, args, draw, scene, None)


def every_frame() -> None:
    """Exclude the part being drawn from the cache."""
    recording.current.vary()


def _ringed() -> int:
    """Return the item around which Dear ImGui draws the focus of the keyboard; 0 for none."""
    context = imgui.get_current_context()
    return context.nav_id if context.nav_cursor_visible else 0


def _modal_has_all(context: imgui.internal.Context) -> bool:
    """Return True if a modal dialog is shown and nothing behind it is held or dragged."""
    if imgui.internal.get_top_most_popup_modal() is None or context.drag_drop_active:
        return False
    held = context.active_id_window
    return not context.active_id or held is None or imgui.internal.find_blocking_modal(held) is None


def _blocked() -> bool:
    """Return True if a modal dialog lies before the current window."""
    return imgui.internal.find_blocking_modal(imgui.internal.get_current_window()) is not None


def _tally(facts: Facts | None) -> Tally:
    return Tally() if facts is None else facts.thumbnails.tally


def _corners() -> tuple[float, float, float, float]:
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    return low.x, low.y, high.x, high.y


class _Ink:
    """Vertices that are drawn from now on, in the current window and in child windows."""

    def __init__(self) -> None:
        self._lines = imgui.get_window_draw_list()
        self._windows = imgui.internal.get_current_window().dc.child_windows
        self._first = self._windows.size()
        self._start = self._lines.vtx_buffer.size(), self._lines.idx_buffer.size()

    @property
    def _children(self) -> list[imgui.internal.Window]:
        return [self._windows[i] for i in range(self._first, self._windows.size())]

    @property
    def fixed(self) -> bool:
        """True if they can be replayed: there is one child window at most, and it cannot scroll."""
        children = self._children
        return len(children) <= 1 and all(child.flags & _FIXED == _FIXED for child in children)

    def captured(self) -> tuple[Drawing, Drawing | None] | None:
        """Return copies of the drawing and of that of the child window; None if they cannot be copied."""
        drawing, children = capture(self._lines, self._start), self._children
        child = capture(children[0].draw_list, (0, 0), whole=True) if children else None
        return None if drawing is None or (children and child is None) else (drawing, child)


def _same(old: _Entry, drawing: Drawing, child: Drawing | None) -> bool:
    if (old.child is None) != (child is None):
        return False
    alike = old.child is None or child is None or old.child.same_as(child)
    return alike and old.drawing.same_as(drawing)


def _difference(old: _Entry, drawing: Drawing, child: Drawing | None) -> str:
    inner = "" if old.child is None or child is None else f"; in its child {old.child.difference(child)}"
    return old.drawing.difference(drawing) + inner


def _stale(name: str, old: Reads, new: Reads | None = None) -> str:
    more = [] if new is None else sorted(new.names() - old.names())
    why = f"it reads now {', '.join(more)}" if more else f"it reads more than {', '.join(sorted(old.names()))}"
    return f"{name} drew something else though nothing that it read has changed: {why}"


def _place(lines: imgui.ImDrawList, p: V) -> tuple[float, ...]:
    """Return position and surroundings of a part: all inputs from Dear ImGui and the theme."""
    room, size, low, high = (
        imgui.get_content_region_avail(),
        imgui.get_window_size(),
        lines.get_clip_rect_min(),
        lines.get_clip_rect_max(),
    )
    alpha, atlas, node = imgui.get_style().alpha, imgui.get_io().fonts.tex_data.unique_id, _tabs()
    return p.x, p.y, room.x, room.y, size.x, size.y, low.x, low.y, high.x, high.y, alpha, atlas, node, t.stamp


def _tabs() -> bool:
    """Return True if the tab of the current window is shown, which may say what a part would say."""
    node = imgui.internal.get_window_dock_node()
    return node is not None and not node.is_no_tab_bar()
