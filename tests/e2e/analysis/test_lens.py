"""The lens: live figures beside layers and spectrum."""

from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import imgui, implot

from renderer.document.parts import Transform
from tests.e2e.driver import Driver, Key, drive
from viz.analysis import lens, lens_equivariance, lens_path
from viz.state.params import put
from viz.state.settings import Settings
from viz.ui import theme
from viz.ui.widgets import spots

pytestmark = pytest.mark.window
SIZE = (1920, 1080)
MOVED = Transform(0.1, -0.05, 20.0)
PLOT = "Layers & spectrum/equivariance"


def opened(d: Driver) -> None:
    d.wait_frame()
    d.press(Key.l)
    d.wait_for(lambda: lens.seen(d.scene, d.facts), what="the lens")
    d.frames(14)


def complete(d: Driver) -> lens_equivariance.Measured:
    now = lens_equivariance.measured(d.facts)
    d.wait_for(lambda: now.complete, what="figures")
    d.frames(2)
    return now


def point_at_the_curves(d: Driver) -> None:
    """Move the pointer a little right of the middle of the curves."""
    places: dict[str, spots.Rect] = {}
    spots.watch(places)
    d.frames(2)
    spots.unwatch(places)
    x0, y0, x1, y1 = places[PLOT]
    d.ctx.mouse_move_to_pos(imgui.ImVec2(x0 + (x1 - x0) * 0.55, (y0 + y1) / 2))


def test_the_key_opens_and_closes_it():
    def steps(d: Driver):
        opened(d)
        assert d.scene.view.lens.on
        d.press(Key.l)
        d.frames(4)
        assert not d.scene.view.lens.on
        d.change(lambda scene: replace(scene, view=replace(scene.view, workspace="mix")))
        d.press(Key.l)
        d.wait_for(lambda: lens.seen(d.scene, d.facts), what="the lens")
        assert d.scene.view.workspace == "explore"
        assert not d.facts.undo

    drive(steps, size=SIZE)


def test_figures_follow_the_transform_and_a_click_goes_along_the_path():
    def steps(d: Driver):
        opened(d)
        assert lens_equivariance.measured(d.facts).job.work is None, "nothing is measured while nothing is moved"
        without = d.window()
        d.change(lambda scene: put(scene, "document.transform", MOVED))
        now = complete(d)
        assert now.found.pictures.tolist() == [16] * 61
        assert now.found.translation[-1] == pytest.approx(56.6)
        assert not np.array_equal(without, d.window())
        first = now.found
        d.change(lambda scene: put(scene, "view.lens.pictures", 3))
        assert complete(d).found.pictures.tolist() == [3] * 61
        point_at_the_curves(d)
        d.frames(2)
        d.ctx.mouse_click(0)
        d.frames(4)
        after = d.scene.document.transform
        share = after.x / MOVED.x
        assert 0.3 < share < 0.7
        assert after.y == pytest.approx(MOVED.y * share)
        assert after.angle == pytest.approx(MOVED.angle * share)
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document.transform == MOVED, "it was one step"
        assert first is not None

    drive(steps, size=SIZE)


def test_the_way_lies_on_the_picture_and_has_a_cross_where_the_curves_are_pointed_at():
    def steps(d: Driver):
        opened(d)
        d.change(lambda scene: put(scene, "document.transform", replace(MOVED, angle=0.0)))
        now = complete(d)

        def at(share: float) -> np.ndarray:
            place = d.scene.interaction.pointer.place
            side = place.width * place.scale
            x = round(place.x + side * (0.5 + share * MOVED.x))
            y = round(place.y + side * (0.5 + share * MOVED.y))
            return d.window()[y - 4 : y + 5, x - 4 : x + 5].astype(int)

        measured = 0.75
        wanted = implot.sample_colormap(float(now.found.translation[46]) / 80, implot.Colormap_.viridis)
        color = 255 * np.array([wanted.x, wanted.y, wanted.z])
        assert np.abs(at(measured) - color).sum(axis=2).min() < 24
        point_at_the_curves(d)
        d.frames(3)
        assert now.pointed is not None
        assert (at(now.pointed) > 250).all(axis=2).any(), "the cross is white"
        d.press(Key.l)
        d.frames(6)
        assert np.abs(at(measured) - color).sum(axis=2).min() >= 24, "it goes with the lens"

    drive(steps, size=SIZE)


def test_what_is_not_live_stays_as_it_was():
    def steps(d: Driver):
        opened(d)
        d.change(lambda scene: put(scene, "document.transform", MOVED))
        now = complete(d)
        d.click("//Layers & spectrum/**/##Live")
        work = now.job.work
        d.change(lambda scene: put(scene, "document.transform", Transform(0.3)))
        d.frames(30)
        assert now.job.work is work
        assert now.behind
        d.click("//Layers & spectrum/**/##Live")
        d.wait_for(lambda: now.job.work is not work, what="new figures")

    drive(steps, size=SIZE)


def test_unseen_nothing_is_measured():
    def steps(d: Driver):
        opened(d)
        d.press(Key.l)
        d.frames(4)
        now = lens_equivariance.measured(d.facts)
        d.change(lambda scene: put(scene, "document.transform", MOVED))
        d.frames(30)
        assert now.job.work is None
        assert not d.facts.jobs.running

    drive(steps, size=SIZE)


def test_networks_without_an_input_say_so():
    def steps(d: Driver):
        opened(d)
        d.change(lambda scene: put(scene, "document.transform", MOVED))
        d.frames(30)
        assert lens_equivariance.measured(d.facts).job.work is None

    drive(steps, size=SIZE, family="StyleGAN2")


def test_the_speed_of_a_timeline_is_shown_and_evened_out():
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.k)
        d.change(lambda scene: put(scene, "view.playback.at", 2.0))
        d.change(lambda scene: put(scene, "document.latent.x", 3.0))
        d.press(Key.k)
        assert d.scene.document.timeline.acting
        opened(d)
        even = "//Layers & spectrum/**/##even"
        d.wait_for(lambda: d.exists(even), what="the curve")
        speed = d.facts.scratch.get(lens_path.Speed)
        d.wait_for(lambda: speed.over and not speed.behind, what="every step of it")
        d.frames(2)
        d.click(even)
        d.wait_for(lambda: d.scene.document.timeline.constant_speed, what="even speed")
        d.press(Key.mod_ctrl, Key.z)
        assert not d.scene.document.timeline.constant_speed

    drive(steps, size=SIZE)


def test_the_lens_takes_the_height_that_its_curves_need_and_gives_it_back():
    def steps(d: Driver):
        d.wait_frame()
        d.frames(12)
        place = d.scene.interaction.pointer.place
        opened(d)
        d.change(lambda scene: put(scene, "document.transform", MOVED))
        complete(d)
        d.frames(12)
        places: dict[str, spots.Rect] = {}
        spots.watch(places)
        d.frames(2)
        spots.unwatch(places)
        _, y0, _, y1 = places[PLOT]
        assert y1 - y0 >= 110
        assert d.scene.interaction.pointer.place.scale < place.scale
        d.press(Key.l)
        d.ctx.window_focus("//Timeline")
        d.frames(20)
        assert d.scene.interaction.pointer.place == place

    drive(steps, size=(1280, 720))


@pytest.mark.parametrize(("width", "height", "scale"), [(1280, 720, 1.0), (1280, 800, 1.5)])
def test_it_fits_where_there_is_little_room(width, height, scale):
    def steps(d: Driver):
        opened(d)
        d.change(lambda scene: put(scene, "document.transform", MOVED))
        complete(d)
        places: dict[str, spots.Rect] = {}
        spots.watch(places)
        d.frames(2)
        spots.unwatch(places)
        x0, y0, x1, y1 = places[PLOT]
        assert y1 - y0 >= theme.current.px(60)
        assert x1 - x0 >= theme.current.px(120)
        assert y1 <= height, "it is all in the window"

    drive(steps, size=(width, height), settings=Settings(scale=scale))
