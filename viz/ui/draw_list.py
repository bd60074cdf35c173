"""Parts of panels that are drawn once and shown again until something they read has changed.

A part is drawn by the rule of a panel, `draw(scene, facts) -> scene`. What it put on the draw list is kept with what it
read, where it stood and what it stood in; while all of that is the same, its vertices are copied instead of made anew.
That takes some microseconds, however much is in the part.

Nothing kept is shown to a hand: while the mouse is over a part, while one of its items is held or typed in, while the
keyboard moves among controls, while a popup is open or something is dragged, it is drawn anew in every frame. So what
happens in a part is always handled by the code that draws it.

With `checks` (in tests) every part is drawn anew in every frame all the same, and compared with what is kept.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray

from viz.state.facts import Facts, Tally
from viz.state.scene import Scene
from viz.ui.theme import current as t

_move = ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)(
    ctypes.cast(ctypes.memmove, ctypes.c_void_p).value or 0
)
"""`ctypes.memmove` lets other threads run, which then hold up the window dozens of times in a frame."""

Draw = Callable[[Scene, Facts], Scene]
Tell = Callable[[], Tally]


class StaleError(Exception):
    """A part drew something else although nothing that it says it reads has changed."""


@dataclass(frozen=True)
class _Run:
    """Indices drawn by one command; clip and texture are None where they are those that the part began with."""

    count: int
    clip: tuple[V, V] | None
    texture: imgui.ImTextureRef | None


@dataclass
class _Sheet:
    """What a part drew."""

    reads: tuple[object, ...]
    place: tuple[float, ...]
    size: V
    corners: tuple[float, float, float, float]
    vertices: bytes
    count: int
    """Vertices."""
    indices: NDArray[np.uint32]
    """Counted from the part's first vertex."""
    pictures: int | None
    """How many small pictures had come when it asked for some; None if it asked for none."""
    base: int
    """The vertex that `placed` counts from."""
    placed: bytes
    runs: tuple[_Run, ...]
    child: "_Sheet | None" = None
    """What was drawn in a child window, which lies over the rest."""

    def same_as(self, other: "_Sheet") -> bool:
        """Whether the same is seen."""
        return (
            self.vertices == other.vertices
            and np.array_equal(self.indices, other.indices)
            and [_seen(run) for run in self.runs] == [_seen(run) for run in other.runs]
            and (self.child is None) == (other.child is None)
            and (self.child is None or other.child is None or self.child.same_as(other.child))
        )


class Kept:
    """All parts of the window."""

    def __init__(self) -> None:
        self.checks = False
        """Draw everything anew and compare. Raises StaleError where they differ."""
        self.shown = 0
        """Parts shown again since the window opened."""
        self._sheets: dict[int, _Sheet] = {}
        self._drawn: dict[int, tuple[object, ...]] = {}
        """What each part read when it was drawn last."""
        self._calm = False
        self._mouse = (0.0, 0.0)

    def opened(self, *, checks: bool) -> None:
        """Call when a window opens: nothing of an earlier one is kept."""
        self.checks, self.shown = checks, 0
        self._sheets.clear()
        self._drawn.clear()

    def look(self) -> None:
        """Call once a frame, after Dear ImGui's frame has begun."""
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

    def show(
        self,
        name: str,
        reads: tuple[object, ...],
        draw: Callable[[], Scene],
        scene: Scene,
        tally: Tell,
        children: int = 0,
    ) -> Scene:
        """Draw the part, or show it again (see `keep`). Returns the scene that it made.

        `tally` tells what has happened to small pictures.
        """
        id_, lines, p = imgui.get_id(name), imgui.get_window_draw_list(), imgui.get_cursor_screen_pos()
        place, sheet = _place(lines, p), self._sheets.get(id_)
        before = tally()
        if sheet is not None and (
            not self._calm
            or self._over(sheet.corners)
            or sheet.place != place
            or sheet.reads != reads
            or (sheet.pictures is not None and sheet.pictures != before.came)
        ):
            del self._sheets[id_]
            sheet = None
        if sheet is not None and not self.checks:
            self.shown += 1
            _again(sheet, lines)
            if sheet.child is not None:
                _again(sheet.child, lines)
            imgui.dummy(sheet.size)
            return scene
        windows = imgui.internal.get_current_window().dc.child_windows
        first = windows.size()
        start = (lines.vtx_buffer.size(), lines.idx_buffer.size())
        imgui.begin_group()
        after = draw()
        imgui.end_group()
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        corners = (low.x, low.y, high.x, high.y)
        if (
            after is not scene
            or not self._calm
            or self._over(corners)
            or imgui.is_item_active()
            or tally().missed != before.missed  # it is asked for again in every frame until it is there
            or windows.size() != first + children
        ):
            self._sheets.pop(id_, None)
            return after
        if self._drawn.get(id_) != reads:  # it may change in every frame now: what stays is kept the next time
            self._drawn[id_] = reads
            return after
        pictures = before.came if tally().asked != before.asked else None
        fresh = _sheet(lines, start, reads, place, corners, pictures)
        if fresh is not None and children:
            fresh.child = _sheet(windows[first].draw_list, (0, 0), (), (), corners, None, whole=True)
            fresh = fresh if fresh.child is not None else None
        if fresh is not None:
            if sheet is not None and not sheet.same_as(fresh):
                raise StaleError(f"{name} drew something else though nothing has changed that it says it reads")
            self._sheets[id_] = fresh
        return after

    def _over(self, corners: tuple[float, float, float, float]) -> bool:
        x, y = self._mouse
        return corners[0] <= x < corners[2] and corners[1] <= y < corners[3]


current = Kept()


def keep(
    name: str, reads: tuple[object, ...], draw: Draw, scene: Scene, facts: Facts, children: Literal[0, 1] = 0
) -> Scene:
    """Draw a part of a panel, or show it again while `reads` is equal to what it was when it was drawn.

    Args:
        name: Tells it from the other parts of its window.
        reads: Everything that `draw` reads from the scene, the facts and anywhere else, but for the mouse, the
            keyboard, the theme, the room it has and the small pictures it asks for, which are looked after here.
        draw: Draws it, without windows of its own but for popups, tooltips and `children`.
        scene, facts: What `draw` gets.
        children: Child windows that it begins; a part that begins more is never kept. One that is kept must not scroll:
            it is not begun while the part is shown again.

    Returns:
        The scene that `draw` made; the very same scene when the part is shown again.
    """
    return current.show(name, reads, lambda: draw(scene, facts), scene, lambda: facts.thumbnails.tally, children)


def keep_row(name: str, reads: tuple[object, ...], draw: Callable[[], Scene], scene: Scene) -> Scene:
    """`keep` for a row, which reads no facts. Parts may hold parts: one that changes shows again those that do not."""
    return current.show(name, reads, draw, scene, Tally)


def _place(lines: imgui.ImDrawList, p: V) -> tuple[float, ...]:
    """Where the part stands and what it stands in: all that Dear ImGui and the theme add to what is drawn."""
    room, size, low, high = (
        imgui.get_content_region_avail(),
        imgui.get_window_size(),
        lines.get_clip_rect_min(),
        lines.get_clip_rect_max(),
    )
    alpha, atlas = imgui.get_style().alpha, imgui.get_io().fonts.tex_data.unique_id
    return p.x, p.y, room.x, room.y, size.x, size.y, low.x, low.y, high.x, high.y, alpha, atlas, t.stamp


def _again(sheet: _Sheet, lines: imgui.ImDrawList) -> None:
    """Put on the draw list what the part drew."""
    vertex, index, base = lines.vtx_buffer.size(), lines.idx_buffer.size(), lines._vtx_current_idx
    if base != sheet.base:
        sheet.base, sheet.placed = base, (sheet.indices + np.uint32(base)).tobytes()
    room = sheet.count
    for run in sheet.runs:
        if run.clip is not None:
            lines.push_clip_rect(*run.clip)
        if run.texture is not None:
            lines.push_texture(run.texture)
        lines.prim_reserve(run.count, room)
        room = 0
        if run.texture is not None:
            lines.pop_texture()
        if run.clip is not None:
            lines.pop_clip_rect()
    if sheet.count:
        to = lines.vtx_buffer.data_address() + vertex * imgui.VERTEX_SIZE
        _move(to, sheet.vertices, len(sheet.vertices))
        to = lines.idx_buffer.data_address() + index * imgui.INDEX_SIZE
        _move(to, sheet.placed, len(sheet.placed))
        lines._vtx_current_idx = base + sheet.count
        lines.prim_reserve(0, 0)  # its write pointers now stand at the end, where Dear ImGui expects them


def _sheet(
    lines: imgui.ImDrawList,
    start: tuple[int, int],
    reads: tuple[object, ...],
    place: tuple[float, ...],
    corners: tuple[float, float, float, float],
    pictures: int | None,
    whole: bool = False,
) -> _Sheet | None:
    """What was put on the draw list since it had `start` (vertices, indices); None where that cannot be copied.

    `whole`: it is a whole window's, which is not begun any more.
    """
    vertex, index = start
    vertices, indices = lines.vtx_buffer.size() - vertex, lines.idx_buffer.size() - index
    runs = _runs(lines, index, None if whole else _clip(lines))
    if runs is None or np.dtype(np.uint32).itemsize != imgui.INDEX_SIZE:
        return None
    placed = ctypes.string_at(lines.idx_buffer.data_address() + index * imgui.INDEX_SIZE, indices * imgui.INDEX_SIZE)
    return _Sheet(
        reads,
        place,
        V(corners[2] - corners[0], corners[3] - corners[1]),
        corners,
        ctypes.string_at(lines.vtx_buffer.data_address() + vertex * imgui.VERTEX_SIZE, vertices * imgui.VERTEX_SIZE),
        vertices,
        np.frombuffer(placed, np.uint32) - np.uint32(vertex),
        pictures,
        vertex,
        placed,
        runs,
    )


def _clip(lines: imgui.ImDrawList) -> tuple[float, ...]:
    low, high = lines.get_clip_rect_min(), lines.get_clip_rect_max()
    return low.x, low.y, high.x, high.y


def _runs(lines: imgui.ImDrawList, index: int, clip: tuple[float, ...] | None) -> tuple[_Run, ...] | None:
    """The commands that draw the indices from `index` on, inside `clip` where there is one at all times.

    None where one of them counts vertices from another start.
    """
    found = []
    for k in range(lines.cmd_buffer.size() - 1, -1, -1):
        command = lines.cmd_buffer[k]
        first, end = max(command.idx_offset, index), command.idx_offset + command.elem_count
        if end <= index:
            if command.elem_count:
                break
            continue
        if command.vtx_offset:
            return None
        box, texture = command.clip_rect, command.tex_ref
        same = (box.x, box.y, box.z, box.w) == clip
        found.append(
            _Run(
                end - first,
                None if same else (V(box.x, box.y), V(box.z, box.w)),
                None if texture._tex_data is not None else imgui.ImTextureRef(texture._tex_id),
            )
        )
    return tuple(reversed(found))


def _seen(run: _Run) -> tuple[object, ...]:
    clip = run.clip and (run.clip[0].x, run.clip[0].y, run.clip[1].x, run.clip[1].y)
    return run.count, clip, run.texture and run.texture._tex_id
