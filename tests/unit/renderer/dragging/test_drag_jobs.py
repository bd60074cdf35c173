"""Jobs that drag points: their progress, going on, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest

from foundation.specs.editing.drag_options import DragOptions
from renderer.document.arrays import message_of
from renderer.document.dragging.points import DragPoint
from renderer.document.parts import Direction, LayerStyle, Mixing, StyleOffset, Transform
from renderer.engine.base import Cancelled
from renderer.engine.dragging.drags import DragError
from renderer.engine.jobs import begin
from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import Drag, DragWay
from tests.unit.renderer import tiny

POINTS = (DragPoint(10, 12, 20, 12),)
OPTIONS = DragOptions(hold=1.0, rate=0.05)


def ways(work, engine, most=40):
    """Run a job; return its reports."""
    running, found = begin(work, engine), []
    for _ in range(most):
        step = running.step(tiny.Watching())
        found.append(DragWay.of(step.result))
        if step.done == step.total:
            break
    return found


def arrays(bench):
    return bench.pipeline._caches.arrays


def test_each_step_reports_handles_and_w(sg2):
    found = ways(Drag(sg2.request, POINTS, options=OPTIONS, steps=5), sg2.pipeline)
    assert [one.step for one in found] == [1, 2, 3, 4, 5]
    assert [one.end for one in found] == ["", "", "", "", "stopped"]
    assert found[0].handles[0].tolist() == [10, 12, 10]
    start = sg2.pipeline.styles(sg2.request, tiny.Watching())
    for one in found:
        np.testing.assert_allclose(one.ws, start + one.moved, atol=1e-6)
        assert one.distance == pytest.approx(np.hypot(*(one.handles[0, :2] - [20, 12])), abs=1e-4)
    assert np.abs(found[-1].moved[:2]).max() > 0.1
    assert not found[-1].moved[-1].any()


def test_what_moved_is_a_direction_of_the_document(sg2):
    way = ways(Drag(sg2.request, POINTS, options=OPTIONS, steps=5), sg2.pipeline)[-1]
    one = Direction("Drag", arrays(sg2).add(way.moved), 1.0, 0, len(way.ws) - 1)
    moved = replace(sg2.request, image=replace(sg2.request.image, directions=(one,)))
    np.testing.assert_allclose(sg2.pipeline.styles(moved, tiny.Watching()), way.ws, atol=1e-6)


def test_it_goes_on_as_if_it_had_not_stopped(sg2):
    work = Drag(sg2.request, POINTS, options=OPTIONS)
    whole = ways(replace(work, steps=9), sg2.pipeline)
    half = ways(replace(work, steps=4, turn=1), sg2.pipeline)[-1]
    x, y, _ = half.handles[0].tolist()
    point = replace(POINTS[0], x=x, y=y, set_x=10.0, set_y=12.0)
    more = replace(work, points=(point,), moved=arrays(sg2).add(half.moved), done=half.step, steps=5, turn=2)
    rest = ways(more, sg2.pipeline)
    assert rest[-1].step == 9
    np.testing.assert_array_equal(rest[-1].moved, whole[-1].moved)
    np.testing.assert_array_equal(rest[-1].handles, whole[-1].handles)


def test_a_new_renderer_goes_on_from_the_message_alone(sg2, folder):
    work = Drag(sg2.request, POINTS, options=OPTIONS)
    half = ways(replace(work, steps=4), sg2.pipeline)[-1]
    other = tiny.Bench(tiny.save(folder, "sg2"))
    x, y, _ = half.handles[0].tolist()
    point = replace(POINTS[0], x=x, y=y, set_x=10.0, set_y=12.0)
    more = replace(work, points=(point,), moved=arrays(other).add(half.moved), done=half.step, steps=1)
    (way,) = ways(more, other.pipeline)
    assert way.step == 5
    assert way.handles[0, :2].tolist() == [np.float32(x), np.float32(y)]
    assert 0 < np.abs(way.moved - half.moved).max() <= 1.01 * OPTIONS.rate


def test_mixing_directions_styles_and_transform_stay(sg3):
    image = sg3.request.image
    arrow = arrays(sg3).add(np.ones(16, np.float32))
    changed = replace(
        image,
        mixing=Mixing(7.0, (LayerStyle(2),)),
        directions=(Direction("Age", arrow, 0.5),),
        transform=Transform(0.1, 0.0, 20.0),
        styles=(StyleOffset("input", 2, 0.1),),
    )
    request = replace(sg3.request, image=changed)
    way = ways(Drag(request, POINTS, options=OPTIONS, steps=2), sg3.pipeline)[-1]
    start = sg3.pipeline.styles(request, tiny.Watching())
    np.testing.assert_allclose(way.ws, start + way.moved, atol=1e-6)
    assert way.moved.any()
    other = ways(Drag(sg3.request, POINTS, options=OPTIONS, steps=2), sg3.pipeline)[-1]
    assert np.abs(other.moved - way.moved).max() > 1e-3


@pytest.mark.parametrize("kind", ["sg1", "growing", "cond", "tall", "rgba", "grey", "bare"])
def test_every_family_can_be_dragged(folder, kind):
    bench = tiny.Bench(tiny.save(folder, kind))
    way = ways(Drag(bench.request, POINTS, options=OPTIONS, steps=2), bench.pipeline)[-1]
    assert way.moved.any()


def test_a_newer_request_interrupts_a_step_which_can_be_done_again(sg2):
    work = Drag(sg2.request, POINTS, options=OPTIONS, steps=3)
    wanted = ways(work, sg2.pipeline)
    running, found = begin(replace(work, turn=1), sg2.pipeline), []
    for cancel_at in (0.0, 0.2, 0.5):
        with pytest.raises(Cancelled):
            running.step(tiny.Watching(cancel_at))
        found.append(DragWay.of(running.step(tiny.Watching()).result))
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(a.moved, b.moved)
        np.testing.assert_array_equal(a.handles, b.handles)


def test_it_arrives_at_once_where_it_is(sg2):
    (way,) = ways(Drag(sg2.request, (DragPoint(5, 5, 5, 5),)), sg2.pipeline)
    assert (way.step, way.end) == (1, "arrived")
    assert not way.moved.any()


def test_it_is_stuck_without_progress(sg2):
    found = ways(Drag(sg2.request, POINTS, options=DragOptions(rate=1e-6, patience=4)), sg2.pipeline)
    assert found[-1].end == "stuck"
    assert 5 <= len(found) <= 10


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"points": ()}, "no point"),
        ({"points": POINTS * 17}, "17 points"),
        ({"points": (DragPoint(40, 3, 5, 5),)}, "Point 1 lies outside the picture of 32 × 32"),
        ({"points": (DragPoint(4, 3, 5, -9),)}, "The target of point 1 lies outside"),
        ({"options": DragOptions(layer="b9")}, "no layer called 'b9'"),
        ({"options": DragOptions(first=7)}, "choose an earlier one"),
        ({"mask": np.ones((8, 8), np.uint8)}, "mask has 8 x 8"),
        ({"moved": np.ones((3, 16), np.float32)}, "another network"),
    ],
)
def test_refusals_say_what_to_do(sg2, change, says):
    named = {k: arrays(sg2).add(v) if isinstance(v, np.ndarray) else v for k, v in change.items()}
    if "mask" in named:
        named["options"] = OPTIONS
    with pytest.raises(DragError, match=says) as caught:
        ways(replace(Drag(sg2.request, POINTS), **named), sg2.pipeline)
    failure = Pipeline.failure(sg2.pipeline, sg2.request, caught.value)
    assert failure.advice[0].isupper()


def test_the_mask_holds_what_it_does_not_cover(sg2):
    may = np.zeros((32, 32), np.uint8)
    may[:, 8:24] = 255
    held = {}
    for hold in (0.0, 50.0):
        options = replace(OPTIONS, hold=hold)
        work = Drag(sg2.request, POINTS, mask=arrays(sg2).add(may), options=options, steps=8)
        way = ways(work, sg2.pipeline)[-1]
        held[hold] = np.abs(way.moved).mean()
    assert held[50.0] < held[0.0]


def test_messages_are_packed_and_read():
    way = DragWay(3, "stuck", 2.5, np.ones((2, 3), np.float32), np.full((4, 5), 2, np.float32), np.eye(4, 5))
    read = DragWay.of(np.frombuffer(message_of(way.packed()).data, np.float32))
    assert (read.step, read.end, read.rate, read.distance) == (3, "stuck", 2.5, 1.0)
    np.testing.assert_array_equal(read.ws, way.ws)
    np.testing.assert_array_equal(read.moved, way.moved)
