"""Undo of points, masks and films, and sessions saved while a drag runs."""

from dataclasses import replace

import numpy as np
import pytest

from renderer.document.timeline import Key, Track
from tests.e2e.dragging.test_drag_section import SECTION, SIZE, chosen, run, seed
from tests.e2e.dragging.test_point_tool import opened, points, pull
from tests.e2e.driver import Driver, drive
from tests.e2e.driver import Key as Press
from viz.dragging.run import hindrance
from viz.files.actions import OpenFile, SaveSession
from viz.state.params import put
from viz.state.settings import Settings

pytestmark = pytest.mark.window


def undo(d: Driver) -> None:
    d.press(Press.mod_ctrl, Press.z)
    d.frames(2)


def redo(d: Driver) -> None:
    d.press(Press.mod_ctrl, Press.mod_shift, Press.z)
    d.frames(2)


def test_cleared_points_and_masks_come_back_in_single_steps():
    def steps(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (30, 20))
        pull(d, (10, 40), (30, 44))
        set_ = points(d)
        d.click(f"{SECTION}##clear points")
        d.frames(2)
        assert points(d) == []
        assert d.facts.undo == "Clear points"
        undo(d)
        assert points(d) == set_
        redo(d)
        assert points(d) == []
        undo(d)
        d.press(Press.escape)
        assert points(d) == []
        undo(d)
        assert points(d) == set_
        d.click(f"{SECTION}##reverse points")
        d.frames(2)
        assert points(d) != set_
        undo(d)
        assert points(d) == set_
        chosen(d, "may change", 1)
        pull(d, (20, 30), (34, 30))
        first = d.scene.view.pulled.mask
        pull(d, (20, 40), (34, 40))
        assert d.facts.undo == "Paint the mask"
        assert d.scene.view.pulled.mask != first
        undo(d)
        assert d.scene.view.pulled.mask == first
        undo(d)
        assert d.scene.view.pulled.mask is None
        d.press(Press._4)
        while d.scene.view.pulled.points:
            assert d.facts.undo
            undo(d)
        assert not d.facts.undo, "a point is set by one step, and nothing else was done"

    drive(steps, size=SIZE)


def test_steps_of_points_lie_between_those_of_the_picture():
    def steps(d: Driver) -> None:
        opened(d)
        d.wait_whole()
        before = d.scene.document
        pull(d, (10, 20), (40, 20))
        run(d)
        dragged = d.scene.document
        d.click(f"{SECTION}##clear points")
        d.frames(2)
        seed(d, 9.0)
        undo(d)
        assert d.scene.document == dragged
        assert points(d) == []
        undo(d)
        assert len(points(d)) == 1
        assert d.scene.document == dragged
        undo(d)
        assert d.scene.document == before
        assert points(d) == [(10, 20, 40, 20)]
        undo(d)
        assert points(d) == []
        redo(d)
        redo(d)
        assert d.scene.document == dragged
        assert len(points(d)) == 1

    drive(steps, size=SIZE)


def test_a_film_says_that_it_replaced_tracks_and_goes_in_one_step():
    def steps(d: Driver) -> None:
        opened(d)
        d.wait_whole()
        tracks = (
            Track("truncation.psi", (Key(0.0, 0.5), Key(2.0, 1.0))),
            Track("transform.angle", (Key(0.0, 0.0), Key(2.0, 1.0))),
        )
        d.change(lambda scene: put(scene, "document.timeline", replace(scene.document.timeline, tracks=tracks)))
        d.change(
            lambda scene: replace(scene, view=replace(scene.view, playback=replace(scene.view.playback, on=False)))
        )
        pull(d, (10, 20), (40, 20))
        run(d)
        dragged = d.scene.document
        d.wait_whole()
        picture = d.picture()
        d.click(f"{SECTION}##drag film")
        d.frames(2)
        assert [track.path for track in d.scene.document.timeline.tracks] == ["latent", "transform.angle"]
        told = [one.text for one in d.scene.interaction.notifications.messages]
        assert any("a track on the timeline. Ctrl+Z brings it back" in text for text in told)
        assert d.scene.view.playback.on
        undo(d)
        assert d.scene.document == dragged
        assert d.scene.document.timeline.tracks == tracks
        assert not d.scene.view.playback.on, "the picture of the drag is shown, not that of the old tracks"
        d.wait_whole()
        assert (d.picture() == picture).all()
        assert hindrance(d.scene, d.facts) == "", "and the points can be dragged on"
        redo(d)
        assert d.scene.view.playback.on

    drive(steps, size=SIZE, settings=Settings(smooth=False))


def test_a_session_saved_in_the_middle_opens_with_its_points(tmp_path):
    path = tmp_path / "running.stylescope"
    kept: list[object] = []

    def save(d: Driver) -> None:
        opened(d)
        d.wait_whole()
        pull(d, (10, 20), (60, 20))
        kept[:] = [points(d), d.scene.document, d.picture()]
        d.press(Press.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step > 4, what="steps")
        d.change(lambda scene: scene.request(SaveSession(str(path))))
        d.wait_for(path.exists, what="the session")
        assert d.scene.interaction.dragger.running is not None, "saving stops nothing"

    def open_(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: scene.request(OpenFile(str(path))))
        d.wait_for(lambda: d.scene.view.pulled.points, what="the session")
        d.wait_whole()
        set_, document, picture = kept
        assert points(d) == set_
        assert d.scene.document == document
        np.testing.assert_array_equal(d.picture(), picture)
        d.press(Press._4)
        run(d)
        assert d.scene.interaction.dragger.end == "arrived"

    drive(save, size=SIZE)
    drive(open_, size=SIZE)
