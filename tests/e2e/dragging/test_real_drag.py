"""Drags by the real renderer process on the demo network: from the first point to the next window, and a kill."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from renderer.document.parts import Direction
from tests.e2e.dragging.test_drag_reasons import REASONS
from tests.e2e.dragging.test_drag_section import SECTION, SIZE, chosen, seed
from tests.e2e.dragging.test_point_tool import click, opened, points, pull
from tests.e2e.dragging.test_point_undo import redo, undo
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.lent import Lent
from tests.e2e.networks.test_reasons import tip, told
from viz.files.actions import OpenFile, SaveSession
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings

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


def test_the_canvas_shows_what_the_result_is(lent):
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

    drive(steps, renderer=lent, size=(1280, 900))


def test_steps_film_reasons_and_edits_while_it_runs(lent: Lent) -> None:
    """One window on the real renderer for all that is tested with the fake one elsewhere."""

    def far(a: np.ndarray, b: np.ndarray) -> int:
        return int(np.abs(a.astype(int) - b).max())

    def steps(d: Driver) -> None:
        d.wait_for(lambda: d.facts.model is not None, what="the network")
        opened(d)
        d.wait_whole()
        start, first = d.scene, d.picture()
        _reasons(d, start)
        pull(d, (13, 16), (6, 12))
        set_ = d.scene.view.pulled
        for number in (1, 2):
            d.click("//Canvas/##step drag")
            d.wait_for(lambda: d.scene.interaction.dragger.running is None, what="the step")
            assert (d.scene.interaction.dragger.step, d.scene.interaction.dragger.end) == (number, "stopped")
        d.wait_whole()
        stepped = d.picture()
        assert far(stepped, first) > 0
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step >= 12, what="steps")
        tip(d, f"{SECTION}##drag film", "Stop it first")
        d.press(Key.space)
        assert d.scene.interaction.dragger.running is None
        tip(d, f"{SECTION}##export drag", "Keep it as a direction first")
        d.wait_whole()
        dragged, last = d.scene.document, d.picture()
        assert far(last, first) > 4
        d.click(f"{SECTION}##drag film")
        d.wait_whole()
        assert d.app.store.history.done[-1].name == "Film of the drag"
        assert len(d.scene.document.timeline.track("latent").keys) > 10
        seconds = d.scene.document.timeline.seconds
        way = []
        for at in (0.0, seconds / 2, seconds):
            d.change(lambda scene, at=at: put(scene, "view.playback.at", at))
            d.wait_whole()
            way.append(d.picture())
        assert (far(way[0], first), far(way[2], last)) <= (1, 1), "it begins and ends where the drag did"
        assert min(far(way[1], first), far(way[1], last)) > 1, "and goes the way between"
        undo(d)
        assert d.scene.document == dragged
        [one] = set_.points  # two that pull the same spot apart never arrive
        apart = (replace(one, x=13.0, to_x=1.0, to_y=1.0), replace(one, x=14.0, to_x=31.0, to_y=31.0))
        set_ = replace(set_, points=apart)
        for name, edit in _edits(d).items():
            d.change(lambda scene: replace(scene, document=start.document, view=start.view))
            d.wait_whole()
            d.change(edit)
            d.wait_whole()
            edited, plain = d.scene.document, d.picture()
            keep = "direction" if name == "seed, kept as a direction" else "picture"
            pulled = replace(set_, keep=keep)
            d.change(
                lambda scene, pulled=pulled: replace(
                    scene, document=start.document, view=replace(start.view, pulled=pulled)
                )
            )
            d.wait_whole()
            assert far(d.picture(), first) == 0
            d.press(Key.space)
            d.wait_for(lambda: d.scene.interaction.dragger.running is not None, what="the drag")
            d.wait_for(lambda: d.scene.interaction.dragger.step >= 6, what="steps")
            assert d.scene.interaction.dragger.running is not None, "it was not over before"
            d.change(edit)
            d.frames(2)
            assert d.scene.interaction.dragger.running is None, name
            if name == "seed":
                assert d.scene.document == edited, "what was reached would not be of another seed's picture"
                assert points(d) == [(one.x, one.y, one.to_x, one.to_y) for one in set_.points]
                d.wait_whole()
                assert far(d.picture(), plain) == 0
                continue
            [*others, made] = d.scene.document.directions
            assert made.name == "Drag 2 points", name
            assert replace(d.scene.document, directions=tuple(others)) == edited, f"{name}: the edit is kept"
            d.wait_whole()
            assert far(d.picture(), plain) > 1, f"{name}: so is the drag"
            without = (*others, replace(made, strength=0.0))
            d.change(lambda scene, without=without: put(scene, "document.directions", without))
            d.wait_whole()
            assert far(d.picture(), plain) <= 1, f"{name}: what the drag made is the rest"

    drive(steps, renderer=lent, size=SIZE, settings=Settings(smooth=False))


def _reasons(d: Driver, start: Scene) -> None:
    """Try every reason for which nothing can be dragged, on a network that was read."""
    for name, (change, why) in REASONS.items():
        d.change(change)
        d.frames(6)
        assert why in told(d), name
        if name not in ("grid", "networks", "piles"):
            click(d, 20, 20)
            assert points(d) == [], name
        d.press(Key.space)
        assert d.scene.interaction.dragger.running is None, name
        d.change(lambda scene: replace(scene, document=start.document, view=start.view))
        d.frames(6)
        d.wait_whole()


def _edits(d: Driver) -> dict[str, Callable[[Scene], Scene]]:
    """Return edits of other controls."""
    model = d.facts.model
    way = np.random.RandomState(0).randn(model.w_dim).astype(np.float32)
    own = Direction("Own", d.facts.arrays.add(way / np.linalg.norm(way)), 3.0, 0, model.num_ws - 1)
    return {
        "psi": lambda scene: put(scene, "document.truncation.psi", 0.4),
        "seed": lambda scene: put(scene, "document.latent.x", 5.0),
        "seed, kept as a direction": lambda scene: put(scene, "document.latent.x", 5.0),
        "directions": lambda scene: put(scene, "document.directions", (own,)),
    }


def test_points_and_mask_are_dragged_stopped_undone_used_on_another_seed_and_kept(lent: Lent, tmp_path):
    path = tmp_path / "dragged.stylescope"
    kept: list[object] = []

    def far(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.abs(a.astype(int) - b).max(axis=2)

    def work(d: Driver) -> None:
        d.wait_for(lambda: d.facts.model is not None, what="the network")
        opened(d)
        d.wait_whole()
        first, before = d.picture(), d.scene.document
        pull(d, (13, 16), (9, 14))
        chosen(d, "may change", 1)
        for row in range(10, 22):
            pull(d, (6, row), (18, row))
        mask = d.facts.arrays.get(d.scene.view.pulled.mask) > 127
        assert 0.1 < mask.mean() < 0.6
        d.press(Key._4)
        set_ = points(d)
        steps = len(d.app.store.history.done)
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step >= 15, what="steps")
        d.press(Key.space)
        assert (d.scene.interaction.dragger.running, d.scene.interaction.dragger.end) == (None, "stopped")
        assert len(d.app.store.history.done) == steps + 1
        d.wait_whole()
        dragged, document, reached = d.picture(), d.scene.document, points(d)
        assert reached != set_
        assert reached[0][2:] == set_[0][2:], "targets stay"
        change = far(dragged, first)
        assert change[mask].max() > 4
        assert change[~mask].mean() < change[mask].mean() / 2, "the rest stays"
        undo(d)
        d.wait_whole()
        assert (d.scene.document, points(d)) == (before, set_)
        assert (d.picture() == first).all()
        redo(d)
        d.wait_whole()
        assert (d.scene.document, points(d)) == (document, reached)
        assert (d.picture() == dragged).all()
        chosen(d, "keep as", 1)
        d.wait_whole()
        [way] = d.scene.document.directions
        assert far(d.picture(), dragged).max() <= 1
        seed(d, 5.0)
        other = d.picture()
        d.drag_slider(f"//Generator/**/{way.name}/##track", 0.0)
        d.wait_whole()
        assert d.scene.document.directions[0].strength == 0
        assert far(d.picture(), other).max() > 4, "the way is gone from another seed too"
        undo(d)
        d.wait_whole()
        assert (d.picture() == other).all()
        kept[:] = [d.scene.view.pulled, d.scene.document, other]
        d.change(lambda scene: scene.request(SaveSession(str(path))))
        d.wait_for(path.exists, what="the session")

    def again(d: Driver) -> None:
        d.wait_for(lambda: d.facts.model is not None, what="the network")
        d.change(lambda scene: scene.request(OpenFile(str(path))))
        d.wait_for(lambda: d.scene.view.pulled.points, what="the session")
        d.wait_whole()
        assert [d.scene.view.pulled, d.scene.document] == kept[:2]
        assert (d.picture() == kept[2]).all()
        d.press(Key._4)
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step >= 2, what="more steps")
        d.press(Key.space)
        assert d.scene.interaction.dragger.end in ("stopped", "arrived", "stuck")
        assert d.scene.document != kept[1]

    drive(work, renderer=lent, size=SIZE)
    drive(again, renderer=lent.next(), size=SIZE)
