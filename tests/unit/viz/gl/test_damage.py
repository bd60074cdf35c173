"""Rectangles that differ between two frames, against a painter that draws whole frames."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from viz.gl import damage
from viz.gl.damage import Layer, Rect, Run, changed

SIDE = 64
ALL = Rect(0, 0, SIDE, SIDE)
_Box = tuple[int, int, int, int, int, int]
"""x, y, width, height, colour, texture."""


def layer(name: str, boxes: list[_Box], clip: Rect = ALL) -> Layer:
    """A draw list of filled rectangles, of two triangles each."""
    vertices = np.zeros((4 * len(boxes), 5), np.float32)
    indices, runs = [], []
    for k, (x, y, width, height, color, texture) in enumerate(boxes):
        for i, (dx, dy) in enumerate(((0, 0), (width, 0), (width, height), (0, height))):
            vertices[4 * k + i, :2] = x + dx, y + dy
            vertices.view(np.uint32)[4 * k + i, 4] = color
        indices += [4 * k + i for i in (0, 1, 2, 0, 2, 3)]
        runs.append(Run(6 * k, 6, 0, tuple(clip), (texture, 0)))
    return Layer(name, vertices.tobytes(), np.array(indices, np.uint32).tobytes(), tuple(runs))


def painted(layers: list[Layer]) -> NDArray[np.int64]:
    """Pixels that depend on every triangle over them and their order."""
    pixels = np.zeros((SIDE, SIDE), np.int64)
    for one in layers:
        colors = one.triangles.reshape(-1, 3, 5)[:, 0, 4].tolist()
        corners = one.triangles.view(np.float32).reshape(-1, 3, 5)[:, :, :2]
        for k, run in enumerate(one.run_of.tolist()):
            x0, y0, x1, y1 = (int(v) for v in one.runs[run].clip)
            low, high = corners[k].min(0).astype(int), corners[k].max(0).astype(int)
            part = pixels[max(low[1], y0) : min(high[1], y1), max(low[0], x0) : min(high[0], x1)]
            part[...] = (part * 31 + colors[k] + 7 * one.runs[run].texture[0] + 1) % 1_000_003
    return pixels


_boxes = st.lists(
    st.tuples(
        *(st.integers(0, 60) for _ in range(2)), *(st.integers(1, 20) for _ in range(2)), *[st.integers(0, 3)] * 2
    ),
    max_size=12,
)
_frames = st.lists(st.tuples(st.sampled_from("abcd"), _boxes), max_size=4, unique_by=lambda one: one[0])


@given(_frames, _frames)
def test_pixels_outside_of_the_rectangles_are_the_same(before, after):
    one, other = ([layer(*part) for part in frame] for frame in (before, after))
    rects = changed(one, other)
    differ = painted(one) != painted(other)
    for rect in rects:
        x0, y0, x1, y1 = map(int, rect)
        differ[max(y0, 0) : y1, max(x0, 0) : x1] = False
    assert not differ.any()
    assert len(rects) <= damage.MOST_RECTS


@given(_boxes, st.data())
def test_one_changed_box_damages_its_surroundings_only(boxes, data):
    boxes = [*boxes, (5, 5, 4, 4, 0, 0)]
    k = data.draw(st.integers(0, len(boxes) - 1))
    other = [*boxes]
    other[k] = (*boxes[k][:4], boxes[k][4] + 1, boxes[k][5])
    (rect,) = changed([layer("a", boxes)], [layer("a", other)])
    x, y, width, height = boxes[k][:4]
    assert rect == Rect(x, y, min(x + width, SIDE), min(y + height, SIDE))


@given(st.lists(st.tuples(*[st.integers(0, 500)] * 2, *[st.integers(1, 500)] * 2), max_size=60))
def test_merged_rectangles_cover_all_and_do_not_overlap(boxes):
    rects = [Rect(x, y, x + width, y + height) for x, y, width, height in boxes]
    found = damage.merged(rects)
    assert len(found) <= damage.MOST_RECTS
    for rect in rects:
        assert any(a.x0 <= rect.x0 and a.y0 <= rect.y0 and a.x1 >= rect.x1 and a.y1 >= rect.y1 for a in found)
    for i, a in enumerate(found):
        for b in found[:i]:
            assert not (a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1)


def test_nothing_is_drawn_again_where_nothing_has_changed():
    frame = [layer("a", [(1, 1, 9, 9, 1, 0)]), layer("b", [(30, 30, 9, 9, 2, 1)])]
    again = [layer("a", [(1, 1, 9, 9, 1, 0)]), layer("b", [(30, 30, 9, 9, 2, 1)])]
    assert changed(frame, again) == []


@pytest.mark.parametrize("added", [0, 1, 2])
def test_a_window_that_opens_damages_its_own_place(added):
    frame = [layer("a", [(1, 1, 9, 9, 1, 0)]), layer("b", [(30, 30, 9, 9, 2, 1)])]
    more = [*frame]
    more.insert(added, layer("tooltip", [(50, 2, 8, 4, 1, 0)]))
    assert changed(frame, more) == changed(more, frame) == [Rect(50, 2, 58, 6)]


def test_a_texture_with_other_pixels_damages_what_shows_it():
    old = Run(0, 6, 0, (0, 0, SIDE, SIDE), (3, 1))
    one = layer("a", [(10, 10, 20, 20, 1, 3)])
    two = Layer(one.name, one.vertices, one.indices, (Run(old.first, old.count, 0, old.clip, (3, 2)),))
    assert changed([one], [two]) == [Rect(10, 10, 30, 30)]


def test_distant_changes_stay_apart():
    size = Rect(0, 0, 2000, 2000)
    one = layer("a", [(10, 10, 400, 20, 1, 0), (1500, 1800, 400, 20, 1, 0)], size)
    two = layer("a", [(10, 10, 400, 20, 2, 0), (1500, 1800, 400, 20, 2, 0)], size)
    assert len(changed([one], [two])) == 2


def test_a_white_rectangle_covers_what_lies_inside_of_it():
    one = layer("a", [(10, 10, 20, 20, damage._WHITE, 3)])
    assert one.covers(0, Rect(10, 10, 30, 30))
    assert one.covers(0, Rect(15, 12, 20, 30))
    assert not one.covers(0, Rect(9, 10, 30, 30))
    assert not one.covers(0, Rect(10, 10, 30, 31))
    assert not layer("a", [(10, 10, 20, 20, 0x80FFFFFF, 3)]).covers(0, Rect(15, 15, 20, 20)), "shines through"
    assert not layer("a", [(10, 10, 20, 20, damage._WHITE, 3)], Rect(0, 0, 20, 20)).covers(0, Rect(15, 15, 25, 25))


def test_a_turned_rectangle_covers_nothing():
    one = layer("a", [(10, 10, 20, 20, damage._WHITE, 3)])
    vertices = np.frombuffer(one.vertices, np.float32).reshape(-1, 5).copy()
    vertices[:, :2] = [(20, 10), (30, 20), (20, 30), (10, 20)]
    turned = Layer(one.name, vertices.tobytes(), one.indices, one.runs)
    assert not turned.covers(0, Rect(19, 19, 21, 21))
