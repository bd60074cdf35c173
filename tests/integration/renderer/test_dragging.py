"""Dragging in a real renderer process: progress, pictures meanwhile, cancelling, and a renderer that is killed."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from foundation.specs.editing.drag_options import DragOptions
from renderer.document.arrays import array_of
from renderer.document.dragging.points import DragPoint
from renderer.ipc.protocol import Direction, Drag, DragWay, ImageState, Job, Latent, RenderRequest, Truncation
from tests.integration.renderer.window import Window

IMAGE = ImageState(latent=Latent(x=3), truncation=Truncation(0.7))
BEFORE = RenderRequest(1, IMAGE)
WORK = Drag(BEFORE, (DragPoint(10, 14, 13, 20),), options=DragOptions(rate=0.005))


@pytest.fixture
def window(open_window):
    window: Window = open_window()
    window.ask(BEFORE)
    return window


def reports(window):
    """Return the states of the drag so far."""
    return [DragWay.of(array_of(one.result)) for one in window.progress if one.result is not None]


def shown(window, way, number):
    """Return the request of the picture of a state."""
    ref = window.renderer.arrays.add(way.moved)
    moved = Direction("Drag", ref, 1.0, 0, len(way.ws) - 1)
    return RenderRequest(number, replace(IMAGE, directions=(moved,)), follows=True)


def going_on(window, way, **rest):
    (point,) = WORK.points
    x, y, _ = (float(one) for one in way.handles[0])
    point = replace(point, x=x, y=y, set_x=point.x, set_y=point.y)
    return replace(WORK, points=(point,), moved=window.renderer.arrays.add(way.moved), done=way.step, **rest)


def test_it_runs_while_its_pictures_and_others_are_drawn(window):
    before = window.picture()
    window.renderer.start(Job("drag", WORK))
    window.until(lambda: len(reports(window)) >= 3)
    assert [one.step for one in reports(window)[:3]] == [1, 2, 3]
    assert not any(one.over for one in window.progress)
    frame = window.ask(shown(window, reports(window)[-1], 2))
    assert frame.request_id == 2
    assert (window.picture() != before).any()
    window.ask(replace(BEFORE, request_id=3, image=replace(IMAGE, latent=Latent(x=8))))
    done = len(reports(window))
    window.until(lambda: len(reports(window)) > done)
    steps = [one.step for one in reports(window)]
    assert steps == list(range(1, len(steps) + 1)), "no step is lost to other pictures"


def test_cancelled_it_stays_where_it_is_and_goes_on_from_there(window):
    window.renderer.start(Job("drag", WORK))
    window.until(lambda: len(reports(window)) >= 2)
    window.renderer.cancel("drag")
    last, count = reports(window)[-1], len(window.progress)
    window.ask(replace(BEFORE, request_id=2, image=replace(IMAGE, latent=Latent(x=8))))
    assert len(window.progress) == count
    window.renderer.start(Job("drag", going_on(window, last, steps=2, turn=1)))
    window.until(lambda: window.progress[-1].over)
    found = reports(window)[-1]
    assert (found.step, found.end) == (last.step + 2, "stopped")
    assert np.abs(found.moved - last.moved).max() < 10 * WORK.options.rate


def test_a_killed_renderer_loses_no_handle(window):
    window.renderer.start(Job("drag", WORK))
    window.until(lambda: len(reports(window)) >= 2)
    last, pid = reports(window)[-1], window.renderer.pid
    os.kill(pid, signal.SIGKILL)
    window.until(lambda: any(one.failure for one in window.progress))
    last = reports(window)[-1]
    window.until(lambda: window.renderer.pid not in (None, pid))
    frame = window.ask(shown(window, last, 2))
    assert frame.request_id == 2
    window.renderer.start(Job("drag", going_on(window, last, steps=1, turn=1)))
    window.until(lambda: window.progress[-1].over and not window.progress[-1].failure)
    found = reports(window)[-1]
    assert found.step == last.step + 1
    np.testing.assert_array_equal(found.handles[0, :2], last.handles[0, :2])
    assert 0 < np.abs(found.moved - last.moved).max() <= 1.01 * WORK.options.rate
