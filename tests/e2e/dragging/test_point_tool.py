"""The point tool on the canvas: points set, corrected and removed, dragged by the fake renderer, undone and kept."""

from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import imgui

from tests.e2e.directions import found as directions
from tests.e2e.driver import Driver, Key, drive
from viz.dragging.overlay import on_screen
from viz.state.scene import Scene
from viz.state.settings import Settings

pytestmark = pytest.mark.window
WHOLE = Settings(smooth=False)


def at(d: Driver, x: float, y: float) -> tuple[float, float]:
    """The screen position of a position on the picture."""
    place = d.scene.interaction.pointer.place
    assert place is not None
    found = on_screen(x, y, place)
    return found.x, found.y


def click(d: Driver, x: float, y: float, button: int = 0) -> None:
    d.ctx.mouse_move_to_pos(imgui.ImVec2(*at(d, x, y)))
    d.ctx.mouse_click(button)
    d.frames(2)


def pull(d: Driver, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one position on the picture to another."""
    a, b = at(d, *start), at(d, *end)
    d.drag([a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), b, b])


def points(d: Driver) -> list[tuple[float, float, float, float]]:
    return [(one.x, one.y, one.to_x, one.to_y) for one in d.scene.view.pulled.points]


def opened(d: Driver) -> None:
    d.wait_frame()
    d.press(Key._4)
    assert d.scene.view.tool == "drag"
    d.frames(2)


def test_points_are_set_corrected_and_removed():
    def steps(d: Driver) -> None:
        opened(d)
        before = d.scene.document
        click(d, 20, 30)
        assert points(d) == [(20, 30, 20, 30)]
        assert d.scene.interaction.dragger.pending == 0
        click(d, 40, 30)
        assert points(d) == [(20, 30, 40, 30)]
        pull(d, (30, 50), (36.5, 44))
        assert points(d)[1] == pytest.approx((30, 50, 36.5, 44))
        pull(d, (20, 30), (22, 26))
        assert points(d)[0] == pytest.approx((22, 26, 40, 30))
        pull(d, (40, 30), (42, 34))
        assert points(d)[0] == pytest.approx((22, 26, 42, 34))
        d.ctx.key_down(int(Key.mod_alt))
        pull(d, (42, 34), (45, 31))
        d.ctx.key_up(int(Key.mod_alt))
        assert points(d)[0] == pytest.approx((25, 23, 45, 31))
        assert d.scene.document == before, "points are no edit"
        d.ctx.mouse_move_to_pos(imgui.ImVec2(*at(d, 45, 31)))
        d.double_click()
        assert points(d)[0] == pytest.approx((25, 23, 25, 23)), "it holds that spot"
        click(d, 30, 50, 1)
        assert len(points(d)) == 1
        d.press(Key.delete)
        assert points(d) == []
        for i in range(17):
            pull(d, (4 + 3 * i, 10), (4 + 3 * i, 20))
        assert len(points(d)) == 16
        d.press(Key.escape)
        assert points(d) == []
        assert d.scene.view.camera == Scene().view.camera

    drive(steps, size=(1920, 1080))


def test_a_drag_moves_handles_shows_pictures_and_is_one_step():
    def steps(d: Driver) -> None:
        opened(d)
        d.wait_whole()
        first = d.picture()
        pull(d, (10, 20), (50, 20))
        pull(d, (10, 40), (50, 40))
        before = d.scene.document
        d.press(Key.space)
        assert not d.scene.view.motion.playing
        assert d.scene.interaction.dragger.running is not None
        d.wait_for(lambda: d.scene.interaction.dragger.step > 8, what="steps")
        assert d.scene.document == before, "no step while it runs"
        assert not d.app.store.history.done
        live = d.scene.interaction.dragger.points[0]
        assert 10 < live.x < 50
        assert d.app.link.newest_request.follows
        d.press(Key.space)
        dragger = d.scene.interaction.dragger
        assert dragger.running is None
        assert [step.name for step in d.app.store.history.done] == ["Drag 2 points"]
        assert points(d)[0][0] > 10
        d.wait_whole()
        middle = d.picture()
        assert (middle != first).any()
        d.click("//Canvas/##start drag")
        d.wait_for(lambda: d.scene.interaction.dragger.end == "arrived", what="the arrival")
        assert [step.name for step in d.app.store.history.done] == ["Drag 2 points"] * 2
        assert points(d)[0][0] == pytest.approx(50, abs=1.01)
        d.wait_whole()
        d.press(Key.mod_ctrl, Key.z)
        d.wait_whole()
        assert (d.picture() == middle).all()
        assert points(d)[0][0] < 49
        d.press(Key.mod_ctrl, Key.z)
        d.wait_whole()
        assert d.scene.document == before
        assert (d.picture() == first).all()
        assert points(d)[0] == pytest.approx((10, 20, 50, 20))

    drive(steps, size=(1920, 1080), settings=WHOLE)


def test_a_hidden_tab_has_no_keys():
    def steps(d: Driver) -> None:
        directions.opened(d)
        directions.search(d)
        d.click("//Directions/**/##group pca")
        assert d.scene.interaction.finder.keyboard, "the list has the arrows"
        d.ctx.window_focus("//Timeline")
        d.frames(4)
        assert not d.scene.interaction.finder.keyboard
        opened(d)
        pull(d, (30, 50), (36, 44))
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.alive, what="the drag")
        assert not d.scene.view.motion.playing

    drive(steps, settings=WHOLE, size=(1600, 900))


def test_undo_while_it_runs_goes_back_and_escape_keeps():
    def steps(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (60, 20))
        before = d.scene.document
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step > 4, what="steps")
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.interaction.dragger.running is None
        assert d.scene.document == before
        assert points(d)[0] == pytest.approx((10, 20, 60, 20))
        assert not d.app.store.history.done
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step > 4, what="steps")
        d.press(Key.escape)
        assert d.scene.interaction.dragger.running is None
        assert d.scene.document.latent.array is not None
        assert len(points(d)) == 1
        d.press(Key.escape)
        assert points(d) == []
        assert d.scene.document.latent.array is not None

    drive(steps, size=(1920, 1080))


def test_a_target_moved_while_it_runs_is_followed():
    def steps(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (60, 20))
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step > 4, what="steps")
        step = d.scene.interaction.dragger.step
        pull(d, (60, 20), (40, 30))
        d.wait_for(lambda: d.scene.interaction.dragger.end == "arrived", what="the arrival")
        assert d.scene.interaction.dragger.step > step
        x, y, to_x, to_y = points(d)[0]
        assert (to_x, to_y) == pytest.approx((40, 30))
        assert np.hypot(x - to_x, y - to_y) <= 1.01
        assert len(d.app.store.history.done) == 1

    drive(steps, size=(1920, 1080))


def test_an_edit_while_it_runs_keeps_both():
    def steps(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (60, 20))
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step > 4, what="steps")
        psi = replace(d.scene.document.truncation, psi=0.4)
        d.change(lambda scene: replace(scene, document=replace(scene.document, truncation=psi)))
        assert d.scene.interaction.dragger.running is None
        assert d.scene.document.truncation.psi == 0.4
        assert [one.name for one in d.scene.document.directions] == ["Drag 1 point"]

    drive(steps, size=(1920, 1080))
