"""Draw cache: parts of panels that are drawn once and replayed until something they read changes.

`@cached` goes on a function `draw(scene, facts, ...) -> scene`. While it draws, its reads of the scene, the facts and
scratch objects are recorded (`viz.state.recording`). In later frames the vertices are copied instead, which takes some
microseconds, as long as the reads, the other arguments, the place, the room and the theme are the same.

A part is drawn in every frame while the pointer could act on it: while the mouse is over it, while one of its items is
held or typed in, while the keyboard moves among controls, while a popup is open or something is dragged.

With `checks` (in tests) every part is drawn in every frame all the same, and compared with the cache.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.state import recording
from viz.state.facts import Facts, Tally
from viz.state.recording import Reads, same
from viz.state.scene import Scene
from viz.ui.draw_list import Drawing, capture, replay
from viz.ui.theme import current as t

P = ParamSpec("P")

_RETRY = 30
"""Frames before a part that could not be cached is tried again: recording is expensive."""
_FIXED = imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse


class StaleError(Exception):
    """A part drew something else although none of its recorded reads have changed."""


@dataclass
class _Entry:
    """A cached drawing and everything it depends on."""

    reads: Reads
    args: object
    place: tuple[float, ...]
    came: int | None
    """Number of thumbnails that had arrived when it requested some; None if it requested none."""
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


class DrawCache:
    """Cached parts of the window."""

    def __init__(self) -> None:
        self.checks = False
        """True to draw everything and compare it with the cache; differences raise StaleError."""
        self.replayed = 0
        """Number of parts replayed since the window opened."""
        self._parts: dict[int, _Part] = {}
        self._calm = False
        self._mouse = (0.0, 0.0)

    def opened(self, *, checks: bool) -> None:
        """Clear the cache; call when a window opens."""
        self.checks, self.replayed = checks, 0
        self._parts.clear()

    def begin_frame(self) -> None:
        """Read the state of mouse and keyboard; call once a frame, after Dear ImGui's frame has begun."""
        context, io = imgui.get_current_context(), imgui.get_io()
        self._mouse = (io.mouse_pos.x, io.mouse_pos.y)
        self._calm = not (
            io.nav_visible
            or context.nav_any_request
            or context.nav_activate_id
            or context.nav_activate_down_id
            or context.drag_drop_active
            or context.open_popup_stack.size()
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
        if entry is not None and not self.checks:
            self.replayed += 1
            replay(entry.drawing, lines)
            if entry.child is not None:
                replay(entry.child, lines)
            imgui.dummy(entry.size)
            recording.current.include(entry.reads)
            return scene
        if not recording.current.active and not (steady and self._calm and not self._over(part.corners)):
            imgui.begin_group()
            after = draw()
            imgui.end_group()
            part.corners = _corners()
            return after
        return self._record(name, part, args, place, draw, scene, facts)

    def _valid(
        self, part: _Part, entry: _Entry, args: object, place: tuple[float, ...], scene: Scene, facts: Facts | None
    ) -> bool:
        if not self._calm or self._over(part.corners) or entry.place != place or not same(entry.args, args):
            return False
        return facts is None or (
            (entry.came is None or entry.came == facts.thumbnails.tally.came) and entry.reads.unchanged(scene, facts)
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
        lines, before = imgui.get_window_draw_list(), _tally(facts)
        windows = imgui.internal.get_current_window().dc.child_windows
        first, start = windows.size(), (lines.vtx_buffer.size(), lines.idx_buffer.size())
        old, part.entry = part.entry, None
        imgui.begin_group()
        with nullcontext(Reads()) if facts is None else recording.current.recording(scene, facts) as reads:
            after = draw()
        imgui.end_group()
        part.corners, part.reads, part.sample = _corners(), reads, None
        if after is not scene or not self._calm or self._over(part.corners) or imgui.is_item_active():
            return after
        tally = _tally(facts)
        children = [windows[i] for i in range(first, windows.size())]
        fixed = len(children) <= 1 and all(child.flags & _FIXED == _FIXED for child in children)
        if reads.volatile or tally.missed != before.missed or not fixed:  # a missing thumbnail must be requested again
            part.wait = _RETRY if reads.volatile or not fixed else 2
            return after
        drawing = capture(lines, start)
        child = capture(children[0].draw_list, (0, 0), whole=True) if children else None
        if drawing is None or (children and child is None):
            part.wait = _RETRY
            return after
        size = V(part.corners[2] - part.corners[0], part.corners[3] - part.corners[1])
        came = before.came if tally.asked != before.asked else None
        part.entry = _Entry(reads, args, place, came, drawing, child, size)
        if old is not None and not _same(old, part.entry) and (facts is None or old.reads.unchanged(scene, facts)):
            raise StaleError(f"{_stale(name, old.reads, reads)} ({_difference(old, part.entry)})")
        return after

    def _over(self, corners: tuple[float, float, float, float]) -> bool:
        x, y = self._mouse
        return corners[0] <= x < corners[2] and corners[1] <= y < corners[3]


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


def _tally(facts: Facts | None) -> Tally:
    return Tally() if facts is None else facts.thumbnails.tally


def _corners() -> tuple[float, float, float, float]:
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    return low.x, low.y, high.x, high.y


def _same(old: _Entry, new: _Entry) -> bool:
    if (old.child is None) != (new.child is None):
        return False
    child = old.child is None or new.child is None or old.child.same_as(new.child)
    return child and old.drawing.same_as(new.drawing)


def _difference(old: _Entry, new: _Entry) -> str:
    child = "" if old.child is None or new.child is None else f"; in its child {old.child.difference(new.child)}"
    return old.drawing.difference(new.drawing) + child


def _stale(name: str, old: Reads, new: Reads) -> str:
    more = sorted(new.names() - old.names())
    why = f"it reads now {', '.join(more)}" if more else "it reads something besides scene, facts and scratch objects"
    return f"{name} drew something else though nothing that it read has changed: {why}"


def _place(lines: imgui.ImDrawList, p: V) -> tuple[float, ...]:
    """Return position and surroundings of a part: all inputs from Dear ImGui and the theme."""
    room, size, low, high = (
        imgui.get_content_region_avail(),
        imgui.get_window_size(),
        lines.get_clip_rect_min(),
        lines.get_clip_rect_max(),
    )
    alpha, atlas = imgui.get_style().alpha, imgui.get_io().fonts.tex_data.unique_id
    return p.x, p.y, room.x, room.y, size.x, size.y, low.x, low.y, high.x, high.y, alpha, atlas, t.stamp
