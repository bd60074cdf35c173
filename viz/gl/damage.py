"""Difference between two frames of Dear ImGui: the rectangles whose pixels may differ.

A frame is a sequence of triangles, each with a clip rectangle and a texture. Where two frames have the same triangles
in the same order, their pixels are the same; so only rectangles around other triangles need drawing again.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_RECTS = 4
"""Each rectangle is drawn by itself."""
_MOST_COMPARED = 24
"""Rectangles of which all pairs are compared."""
_MOST_TRIANGLES = 400
"""More changed triangles of one layer get one rectangle."""
_WHITE = 0xFFFFFFFF
_OVERHEAD = 32768.0
"""Pixels that cost as much to draw as one rectangle more."""


class Rect(NamedTuple):
    """Rectangle of the window in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Run:
    """Consecutive triangles of one clip rectangle and texture."""

    first: int
    """Index of its first index."""
    count: int
    """Number of its indices."""
    offset: int
    """Added to its indices."""
    clip: tuple[float, float, float, float]
    texture: tuple[int, int]
    """Name and version of the content."""


@dataclass(eq=False)
class Layer:
    """Contents of a draw list."""

    name: str
    vertices: bytes
    """Vertices of 20 bytes: x, y, u, v as float32, and the colour."""
    indices: bytes
    """uint32 each."""
    runs: tuple[Run, ...]

    def same_as(self, other: "Layer") -> bool:
        """Return True if both look the same."""
        return self.vertices == other.vertices and self.indices == other.indices and self.runs == other.runs

    @cached_property
    def corners(self) -> NDArray[np.uint32]:
        """All vertices, [n, 5], as bit patterns."""
        return np.frombuffer(self.vertices, np.uint32).reshape(-1, 5)

    @cached_property
    def corner_of(self) -> NDArray[np.uint32]:
        """Numbers of the vertices of each triangle, [n, 3]."""
        indices = np.frombuffer(self.indices, np.uint32)
        parts = [indices[run.first : run.first + run.count] + np.uint32(run.offset) for run in self.runs]
        return np.concatenate(parts).reshape(-1, 3) if parts else np.zeros((0, 3), np.uint32)

    @cached_property
    def triangles(self) -> NDArray[np.uint32]:
        """Vertices of all triangles, [n, 15], as bit patterns."""
        return self.corners[self.corner_of].reshape(-1, 15)

    @cached_property
    def run_of(self) -> NDArray[np.int64]:
        """Number of the run of each triangle."""
        return np.repeat(np.arange(len(self.runs)), [run.count // 3 for run in self.runs])

    def covers(self, number: int, rect: Rect) -> bool:
        """Return True if a run is one upright rectangle, plain white but for its texture, around `rect`."""
        run = self.runs[number]
        a, b, c, d = run.clip
        if run.count != 6 or a > rect.x0 or b > rect.y0 or c < rect.x1 or d < rect.y1:
            return False
        numbers = np.frombuffer(self.indices, np.uint32)[run.first : run.first + 6] + np.uint32(run.offset)
        places, colors = self.corners.view(np.float32)[numbers, :2], self.corners[numbers, 4]
        (x0, y0), (x1, y1) = places.min(0).tolist(), places.max(0).tolist()
        upright = bool(np.isin(places, (x0, x1, y0, y1)).all() and len(np.unique(places, axis=0)) == 4)
        whole = x0 <= rect.x0 and y0 <= rect.y0 and x1 >= rect.x1 and y1 >= rect.y1
        return whole and upright and bool((colors == _WHITE).all())

    def kinds(self, numbers: dict[tuple[object, ...], int]) -> NDArray[np.int64]:
        """Number of the clip rectangle and texture of each triangle; `numbers` gives each pair its number."""
        each = [numbers.setdefault((run.clip, run.texture), len(numbers)) for run in self.runs]
        return np.array(each, np.int64)[self.run_of] if each else np.zeros(0, np.int64)

    def boxes(self, which: NDArray[np.bool_] | slice = slice(None)) -> NDArray[np.float32]:
        """Visible rectangles around triangles, [n, 4]: x0, y0, x1, y1; those that show nothing are left out."""
        corners = self.corners.view(np.float32)[:, :2][self.corner_of[which]]
        if not len(corners):
            return np.zeros((0, 4), np.float32)
        clips = np.array([run.clip for run in self.runs], np.float32)[self.run_of[which]]
        low = np.maximum(corners.min(1), clips[:, :2])
        high = np.minimum(corners.max(1), clips[:, 2:])
        found: NDArray[np.float32] = np.concatenate([low, high], 1)[(low < high).all(1)]
        return found


def changed(before: Sequence[Layer], after: Sequence[Layer]) -> list[Rect]:
    """Return rectangles outside of which two frames have the same pixels: at most `MOST_RECTS`, none overlapping."""
    first = _common(before, after)
    last = _common(before[first:][::-1], after[first:][::-1])
    ends = len(before) - last, len(after) - last
    boxes = [layer.boxes() for layer in (*before[first : ends[0]], *after[first : ends[1]])]
    pairs = [*zip(before[:first], after[:first], strict=True), *zip(before[ends[0] :], after[ends[1] :], strict=True)]
    for old, new in pairs:
        if not new.same_as(old):
            boxes += _changed(old, new)
    return merged([rect for part in boxes for rect in _grouped(part)])


def _common(before: Sequence[Layer], after: Sequence[Layer]) -> int:
    """Return how many layers at the start have the same names."""
    return sum(1 for _ in takewhile(lambda pair: pair[0].name == pair[1].name, zip(before, after, strict=False)))


def _changed(old: Layer, new: Layer) -> list[NDArray[np.float32]]:
    """Return the rectangles of triangles that are in one of two layers only."""
    if old.runs == new.runs and old.indices == new.indices and len(old.vertices) == len(new.vertices):
        moved = (old.corners != new.corners).any(1)
        which = moved[new.corner_of].any(1)
        return [old.boxes(which), new.boxes(which)]
    numbers: dict[tuple[object, ...], int] = {}
    kinds = old.kinds(numbers), new.kinds(numbers)
    shared = min(len(kinds[0]), len(kinds[1]))
    same = _equal(old, new, kinds, slice(shared), slice(shared))
    if len(kinds[0]) == len(kinds[1]):
        return [old.boxes(~same), new.boxes(~same)]
    start = int(np.argmin(same)) if not same.all() else shared
    ends = slice(len(kinds[0]) - shared + start, None), slice(len(kinds[1]) - shared + start, None)
    same = _equal(old, new, kinds, *ends)[::-1]
    end = int(np.argmin(same)) if not same.all() else len(same)
    return [layer.boxes(slice(start, len(kind) - end)) for layer, kind in zip((old, new), kinds, strict=True)]


def _equal(
    old: Layer, new: Layer, kinds: tuple[NDArray[np.int64], NDArray[np.int64]], of_old: slice, of_new: slice
) -> NDArray[np.bool_]:
    """Return which triangles of two ranges are the same."""
    same: NDArray[np.bool_] = (old.triangles[of_old] == new.triangles[of_new]).all(1)
    same &= kinds[0][of_old] == kinds[1][of_new]
    return same


def _grouped(boxes: NDArray[np.float32]) -> list[Rect]:
    """Return rectangles around boxes: successive ones share a rectangle where that costs little."""
    if len(boxes) > _MOST_TRIANGLES:
        return [Rect(*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())]
    found: list[Rect] = []
    for box in boxes.tolist():
        rect = Rect(*box)
        if found and _cost(both := around(found[-1], rect)) <= _cost(found[-1]) + _cost(rect):
            found[-1] = both
        else:
            found.append(rect)
    return found


def merged(rects: Iterable[Rect]) -> list[Rect]:
    """Return rectangles in whole pixels that cover others: at most `MOST_RECTS`, none overlapping another."""
    found = [Rect(math.floor(a), math.floor(b), math.ceil(c), math.ceil(d)) for a, b, c, d in rects]
    while len(found) > _MOST_COMPARED:  # neighbours in a list are neighbours in a panel
        found = [around(*found[i : i + 2]) if i + 1 < len(found) else found[i] for i in range(0, len(found), 2)]
    while len(found) > 1:
        more = _more(np.array(found))
        i, j = divmod(int(more.argmin()), len(found))
        if more[i, j] > 0 and len(found) <= MOST_RECTS:
            break
        found = [one for k, one in enumerate(found) if k not in (i, j)] + [around(found[i], found[j])]
    return found


def _more(rects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what drawing two rectangles as one costs more, [n, n] in pixels; -inf if they overlap."""
    low = np.minimum(rects[:, None, :2], rects[None, :, :2])
    high = np.maximum(rects[:, None, 2:], rects[None, :, 2:])
    areas = (rects[:, 2:] - rects[:, :2]).prod(1)
    more: NDArray[np.float64] = (high - low).prod(2) - areas[:, None] - areas[None, :] - _OVERHEAD
    inner = np.minimum(rects[:, None, 2:], rects[None, :, 2:]) - np.maximum(rects[:, None, :2], rects[None, :, :2])
    more[(inner > 0).all(2)] = -math.inf
    np.fill_diagonal(more, math.inf)
    return more


def around(a: Rect, b: Rect) -> Rect:
    """Return the least rectangle that holds both."""
    return Rect(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))


def _cost(rect: Rect) -> float:
    """Return what drawing a rectangle costs, in pixels."""
    return (rect.x1 - rect.x0) * (rect.y1 - rect.y0) + _OVERHEAD
