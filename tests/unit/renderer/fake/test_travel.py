"""Dragged points of the test pattern."""

import numpy as np

from foundation.specs.editing.drag_options import DragOptions
from renderer.document.arrays import array_of
from renderer.document.dragging.points import DragPoint
from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import Drag, DragWay, Job, RenderRequest


def ways(work, renderer=None, most=50):
    renderer = renderer or FakeRenderer()
    renderer.start(Job("drag", work))
    found = []
    while "drag" in renderer.jobs and len(found) < most:
        found += [DragWay.of(array_of(one.result)) for one in renderer.poll().progress]
    return found


def test_handles_travel_to_their_targets():
    found = ways(Drag(RenderRequest(1), (DragPoint(10, 10, 14, 13),)))
    assert [one.step for one in found] == list(range(1, len(found) + 1))
    assert found[0].handles[0].tolist() == [10, 10, 5]
    assert [one.distance for one in found[1:]] == [4.5 - 0.5 * i for i in range(8)]
    assert found[-1].end == "arrived"
    assert found[-1].moved[:9].all()
    assert not found[-1].moved[9:].any()


def test_it_goes_on_from_what_moved():
    renderer = FakeRenderer()
    work = Drag(RenderRequest(1), (DragPoint(10, 10, 40, 10),), steps=4)
    last = ways(work, renderer)[-1]
    assert (last.step, last.end) == (4, "stopped")
    point = DragPoint(float(last.handles[0, 0]), 10, 40, 10, 10, 10)
    more = ways(Drag(work.request, (point,), renderer.arrays.add(last.moved), steps=4, done=4), renderer)[-1]
    assert more.step == 8
    assert more.handles[0, 0] > last.handles[0, 0]
    assert (more.moved[0] > last.moved[0]).all()
    np.testing.assert_array_equal(more.ws - more.moved, last.ws - last.moved)


def test_far_targets_are_never_reached():
    found = ways(Drag(RenderRequest(1), (DragPoint(10, 10, 20_000, 10),), options=DragOptions(patience=5)))
    assert (len(found), found[-1].end) == (5, "stuck")
    assert not found[-1].moved.any()
