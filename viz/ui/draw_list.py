"""Capture and replay of the contents of a Dear ImGui draw list: vertices, indices and commands."""

import ctypes
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray

_move = ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)(
    ctypes.cast(ctypes.memmove, ctypes.c_void_p).value or 0
)
"""`ctypes.memmove` releases the GIL, after which other threads delay the window dozens of times per frame."""


@dataclass(frozen=True)
class _Run:
    """Indices of one draw command; clip and texture are None where they are the current ones at the start."""

    count: int
    clip: tuple[V, V] | None
    texture: imgui.ImTextureRef | None


@dataclass(eq=False)
class Drawing:
    """Captured contents of a draw list, from one part of a panel."""

    vertices: bytes
    count: int
    """Number of vertices."""
    indices: NDArray[np.uint32]
    """Relative to the first vertex of the drawing."""
    base: int
    """Vertex that `placed` is relative to."""
    placed: bytes
    runs: tuple[_Run, ...]

    def same_as(self, other: "Drawing") -> bool:
        """Return True if both look the same."""
        return (
            self.vertices == other.vertices
            and np.array_equal(self.indices, other.indices)
            and [_seen(run) for run in self.runs] == [_seen(run) for run in other.runs]
        )

    def difference(self, other: "Drawing") -> str:
        """Return which vertices differ from those of another drawing of as many: position, texture place and colour."""
        if self.count != other.count:
            return f"{self.count} vertices, then {other.count}"
        vertex = np.dtype([("place", "<f4", 2), ("texture", "<f4", 2), ("colour", "V4")])
        old, new = (np.frombuffer(one.vertices, vertex) for one in (self, other))
        found = np.flatnonzero(old != new)
        if not len(found):
            return "the same vertices"
        ends = "; ".join(f"{k}: {_told(old[k])}, then {_told(new[k])}" for k in (found[0], found[-1]))
        return f"{len(found)} of {self.count} vertices: {ends}"


def _told(vertex: np.void) -> str:
    place, texture, colour = vertex["place"], vertex["texture"], bytes(vertex["colour"])
    return f"({place[0]:g}, {place[1]:g}) of ({texture[0]:.5f}, {texture[1]:.5f}) in #{colour.hex()}"


def replay(drawing: Drawing, lines: imgui.ImDrawList) -> None:
    """Append the drawing to a draw list."""
    vertex, index, base = lines.vtx_buffer.size(), lines.idx_buffer.size(), lines._vtx_current_idx
    if base != drawing.base:
        drawing.base, drawing.placed = base, (drawing.indices + np.uint32(base)).tobytes()
    room = drawing.count
    for run in drawing.runs:
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
    if drawing.count:
        to = lines.vtx_buffer.data_address() + vertex * imgui.VERTEX_SIZE
        _move(to, drawing.vertices, len(drawing.vertices))
        to = lines.idx_buffer.data_address() + index * imgui.INDEX_SIZE
        _move(to, drawing.placed, len(drawing.placed))
        lines._vtx_current_idx = base + drawing.count
        lines.prim_reserve(0, 0)  # moves the write pointers to the end, where Dear ImGui expects them


def capture(lines: imgui.ImDrawList, start: tuple[int, int], whole: bool = False) -> Drawing | None:
    """Copy everything appended to a draw list since `start` (vertices, indices); None if it cannot be copied.

    `whole` is True for the list of a child window, which is not opened on replay.
    """
    vertex, index = start
    vertices, indices = lines.vtx_buffer.size() - vertex, lines.idx_buffer.size() - index
    runs = _runs(lines, index, None if whole else _clip(lines))
    if runs is None or np.dtype(np.uint32).itemsize != imgui.INDEX_SIZE:
        return None
    placed = ctypes.string_at(lines.idx_buffer.data_address() + index * imgui.INDEX_SIZE, indices * imgui.INDEX_SIZE)
    return Drawing(
        ctypes.string_at(lines.vtx_buffer.data_address() + vertex * imgui.VERTEX_SIZE, vertices * imgui.VERTEX_SIZE),
        vertices,
        np.frombuffer(placed, np.uint32) - np.uint32(vertex),
        vertex,
        placed,
        runs,
    )


def _clip(lines: imgui.ImDrawList) -> tuple[float, ...]:
    low, high = lines.get_clip_rect_min(), lines.get_clip_rect_max()
    return low.x, low.y, high.x, high.y


def _runs(lines: imgui.ImDrawList, index: int, clip: tuple[float, ...] | None) -> tuple[_Run, ...] | None:
    """Return the commands for the indices from `index` on; `clip` is the current clip rectangle.

    Returns None if a command has its own vertex offset.
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
