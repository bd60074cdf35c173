"""Drags by the real renderer process on the demo network, which is killed in the middle."""

import os
import signal
import sys

import numpy as np
import pytest

from tests.e2e.dragging.test_point_tool import opened, points, pull
from tests.e2e.driver import Driver, Key, drive

pytestmark = pytest.mark.window


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_renderer_loses_no_handles_and_the_drag_goes_on():
    def steps(d: Driver) -> None:
        opened(d)
        d.wait_for(lambda: d.facts.model is not None, what="the network")
        d.wait_whole()
        first, before = d.picture(), d.scene.document
        pull(d, (13, 16), (9, 14))
        pull(d, (19, 16), (19, 16.5))
        set_ = points(d)
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step >= 3, what="steps")
        os.kill(d.renderer.pid, signal.SIGKILL)
        d.wait_for(lambda: d.scene.interaction.dragger.running is None, what="the end of the drag")
        dragger = d.scene.interaction.dragger
        assert dragger.end == "failed"
        assert "start it again" in dragger.problem
        assert [(to_x, to_y) for _, _, to_x, to_y in points(d)] == [(to_x, to_y) for _, _, to_x, to_y in set_]
        assert d.scene.document.latent.array is not None, "what was reached stays"
        step = dragger.step
        d.wait_whole()
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step >= step + 3, what="more steps")
        d.press(Key.space)
        assert d.scene.interaction.dragger.running is None
        d.wait_whole()
        dragged = d.picture()
        assert np.abs(dragged.astype(int) - first).max() > 4
        assert [one.name for one in d.app.store.history.done] == ["Drag 2 points"] * 2
        d.press(Key.mod_ctrl, Key.z)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_whole()
        assert d.scene.document == before
        assert points(d) == set_
        assert (d.picture() == first).all()

    drive(steps, renderer="real")


def test_the_canvas_shows_what_the_result_is():
    def steps(d: Driver) -> None:
        d.wait_for(lambda: d.facts.model is not None, what="the network")
        opened(d)
        pull(d, (13, 16), (8, 14))
        d.change(lambda scene: scene)
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step >= 4, what="steps")
        d.press(Key.space)
        d.wait_whole()
        picture = d.picture()
        d.click("//Mix/**/keep as/##1")
        d.wait_whole()
        assert len(d.scene.document.directions) == 1
        assert np.abs(d.picture().astype(int) - picture).max() <= 1, "both forms are the same picture"

    drive(steps, renderer="real", size=(1280, 900))
