"""Section "Drag points", what a drag makes, and what outlives it: directions, files, sessions, films."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from imgui_bundle import hello_imgui, imgui

from renderer.document.dragging.points import DragPoint
from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import Drag, Failure
from tests.e2e.dragging.test_point_tool import at, click, opened, points, pull
from tests.e2e.driver import Driver, Key, drive
from viz.dragging.actions import SaveWay
from viz.dragging.run import NOISE, hindrance
from viz.files.actions import OpenFile, SaveSession
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings

pytestmark = pytest.mark.window
SIZE = (1920, 1080)
SECTION = "//Mix/**/"


def works(d: Driver) -> list[Drag]:
    """Record the drags that the renderer is asked for."""
    seen: list[Drag] = []
    start = d.renderer.start

    def started(job) -> None:
        if isinstance(job.work, Drag):
            seen.append(job.work)
        start(job)

    d.renderer.start = started
    return seen


def run(d: Driver) -> None:
    """Drag until the points arrive."""
    d.press(Key.space)
    d.wait_for(lambda: d.scene.interaction.dragger.running is None, what="the end of the drag")


def seed(d: Driver, number: float) -> None:
    d.change(lambda scene: put(scene, "document.latent.x", number))
    d.wait_whole()


def chosen(d: Driver, control: str, option: int) -> None:
    d.click(f"{SECTION}{control}/##{option}")
    d.frames(2)


def test_a_direction_is_for_other_seeds_and_goes_into_a_file(tmp_path):
    def steps(d: Driver) -> None:
        opened(d)
        d.wait_whole()
        first = d.picture()
        seed(d, 5.0)
        other = d.picture()
        d.press(Key.mod_ctrl, Key.z)
        pull(d, (10, 20), (30, 20))
        chosen(d, "keep as", 1)
        assert d.scene.view.pulled.keep == "direction"
        run(d)
        one = d.scene.document.directions[0]
        assert (one.name, one.strength, one.first, one.last) == ("Drag 1 point", 1.0, 0, d.facts.model.num_ws - 1)
        assert d.scene.document.latent.array is None
        d.wait_whole()
        dragged = d.picture()
        assert (dragged != first).any()
        d.drag_slider("//Generator/**/Drag 1 point/##track", 0.0)
        d.wait_whole()
        assert d.scene.document.directions[0].strength == 0
        assert (d.picture() == first).all()
        d.press(Key.mod_ctrl, Key.z)
        seed(d, 5.0)
        assert (d.picture() != other).any(), "the way is gone from another seed too"
        path = tmp_path / "way.npy"
        d.change(lambda scene: scene.request(SaveWay(str(path))))
        saved = np.load(path)
        assert saved.shape == (d.facts.model.num_ws, d.facts.model.w_dim)
        assert (saved == d.facts.arrays.get(one.array)).all()
        assert np.abs(saved).max() > 0

    drive(steps, size=SIZE, settings=Settings(smooth=False))


def test_picture_and_direction_are_forms_of_one_drag():
    def steps(d: Driver) -> None:
        d.change(lambda scene: put(scene, "document.truncation.psi", 0.6))
        opened(d)
        pull(d, (10, 20), (30, 20))
        run(d)
        assert d.scene.document.latent.array is not None
        assert d.scene.document.truncation.psi == 1, "the stored w vectors have the truncation in them"
        ws = d.facts.arrays.get(d.scene.document.latent.array)
        assert ws.shape == (d.facts.model.num_ws, d.facts.model.w_dim)
        chosen(d, "keep as", 1)
        assert d.scene.document.latent.array is None
        assert d.scene.document.truncation.psi == 0.6
        assert len(d.scene.document.directions) == 1
        assert d.app.store.history.done[-1].name == "Keep as direction"
        chosen(d, "keep as", 0)
        assert d.scene.document.directions == ()
        d.click("//Canvas/##keep drag")
        d.frames(2)
        assert not d.scene.interaction.dragger.alive
        assert not d.exists("//Canvas/##keep drag")
        kept = d.scene.document
        pull(d, (30, 40), (40, 40))
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step > 2, what="steps")
        d.click("//Canvas/##undo drag")
        d.frames(2)
        assert d.scene.document == kept

    drive(steps, size=SIZE)


def test_the_brush_paints_what_may_change():
    def steps(d: Driver) -> None:
        opened(d)
        seen = works(d)
        d.wait_whole()
        pull(d, (20, 30), (30, 30))
        window = d.window().astype(int)
        x, y = (round(value) for value in at(d, 5, 60))
        assert d.scene.view.finds.region is None
        chosen(d, "may change", 1)
        assert d.scene.view.tool == "brush", "nothing is painted yet"
        pull(d, (20, 30), (34, 30))
        pulled = d.scene.view.pulled
        assert pulled.masked
        mask = d.facts.arrays.get(pulled.mask)
        assert mask[30, 24] == 255
        assert mask[60, 5] == 0
        assert d.scene.view.finds.region is None, "the region of measures is another"
        d.frames(2)
        dimmed = d.window().astype(int)
        assert dimmed[y, x].sum() == pytest.approx(0.58 * window[y, x].sum(), abs=8)
        d.press(Key.escape)
        assert d.scene.view.tool == "drag"
        assert len(points(d)) == 1, "one level of Esc"
        d.ctx.mouse_move_to_pos(imgui.ImVec2(5, 5))
        x0, y0, x1, y1 = d.rect(f"{SECTION}##drag layers")
        pitch = (x1 - x0 + 2) / d.facts.model.num_ws
        d.drag([(x0 + pitch * 1.5, (y0 + y1) / 2), (x0 + pitch * 1.5, (y0 + y1) / 2)])
        assert d.scene.view.pulled.layers == (1, 1)
        d.drag_slider(f"{SECTION}Hold outside/##track", 0.5)
        assert d.scene.view.pulled.hold == pytest.approx(50, abs=3)
        run(d)
        work = seen[0]
        assert work.mask == pulled.mask
        assert (work.options.first, work.options.last) == (1, 1)
        assert work.options.hold == d.scene.view.pulled.hold
        assert work.points[0].set_x == work.points[0].x, "set before anything was dragged"
        chosen(d, "may change", 0)
        assert not d.scene.view.pulled.masked
        assert d.scene.view.pulled.mask is not None, "it comes back"

    drive(steps, size=SIZE)


def test_rows_reverse_and_clear():
    def steps(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (30, 20))
        pull(d, (10, 40), (30, 44))
        d.click(f"{SECTION}##reverse points")
        d.frames(2)
        assert points(d) == [(30, 20, 10, 20), (30, 44, 10, 40)]
        d.click(f"{SECTION}##point 1")
        d.click(f"{SECTION}##remove 1")
        d.frames(2)
        assert points(d) == [(30, 44, 10, 40)]
        d.click(f"{SECTION}##clear points")
        d.frames(2)
        assert points(d) == []
        d.press(Key._1)
        assert not d.exists(f"{SECTION}##clear points"), "the section goes with the tool"

    drive(steps, size=SIZE)


def test_a_session_keeps_points_mask_and_result(tmp_path):
    path = tmp_path / "dragged.stylescope"
    kept: list[object] = []

    def save(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (30, 20))
        chosen(d, "may change", 1)
        pull(d, (20, 30), (34, 30))
        d.press(Key._4)
        run(d)
        d.wait_whole()
        kept[:] = [d.scene.view.pulled, d.scene.document, d.picture()]
        d.change(lambda scene: scene.request(SaveSession(str(path))))
        d.wait_for(path.exists, what="the session")

    def open_(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: scene.request(OpenFile(str(path))))
        d.wait_for(lambda: d.scene.view.pulled.points, what="the session")
        d.wait_whole()
        pulled, document, picture = kept
        assert d.scene.view.pulled == pulled
        assert d.scene.document == document
        assert d.facts.arrays.get(pulled.mask).any()
        assert (d.picture() == picture).all()
        d.press(Key._4)
        pull(d, (10, 50), (16, 50))
        run(d)
        assert d.scene.interaction.dragger.end == "arrived", "it goes on from there"

    drive(save, size=SIZE)
    drive(open_, size=SIZE)


def test_the_film_goes_the_way_of_the_drag():
    def steps(d: Driver) -> None:
        opened(d)
        d.wait_whole()
        first = d.picture()
        pull(d, (10, 20), (40, 20))
        run(d)
        d.wait_whole()
        last = d.picture()
        d.click(f"{SECTION}##drag film")
        d.wait_whole()
        track = d.scene.document.timeline.track("latent")
        assert len(track.keys) > 10
        ws = [d.facts.arrays.get(key.value.array) for key in track.keys]
        assert all((a <= b + 1e-6).all() for a, b in pairwise(ws)), "the pattern's way only grows"
        assert d.scene.view.playback.on
        assert d.app.store.history.done[-1].name == "Film of the drag"
        d.change(lambda scene: replace(scene, view=replace(scene.view, playback=replace(scene.view.playback, at=4.0))))
        d.wait_whole()
        assert (d.picture() == last).all()
        assert (first != last).any()

    drive(steps, size=SIZE)


def test_a_point_that_cannot_move_is_stuck_and_a_failure_keeps_all():
    def steps(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (30, 20))
        far = DragPoint(10, 20, 20_000, 20)
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.step > 3, what="steps")
        begun = d.scene.interaction.dragger
        d.app.change(lambda scene: scene.interacting(dragger=replace(begun, points=(far,), nudged=True)))
        d.wait_for(lambda: d.scene.interaction.dragger.running is None, what="the end")
        assert d.scene.interaction.dragger.end == "stuck"
        reached = d.scene.document
        assert reached.latent.array is not None
        d.frames(2)

    drive(steps, size=SIZE)


class Failing(FakeRenderer):
    """A renderer that dies in the middle of its first drag."""

    died = False

    def _work_on(self, key):
        progress = super()._work_on(key)
        if progress.done == 6 and not self.died:
            self.died = True
            self.cancel(key)
            return replace(
                progress, result=None, failure=Failure(0, "crash", "The renderer was ended.", "Start it again.")
            )
        return progress


def test_a_renderer_that_dies_loses_no_handles():
    def steps(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (40, 20))
        run(d)
        dragger = d.scene.interaction.dragger
        assert dragger.end == "failed"
        assert "The renderer was ended." in dragger.problem
        x, _, to_x, to_y = points(d)[0]
        assert 10 < x < 14
        assert (to_x, to_y) == (40, 20)
        assert d.scene.document.latent.array is not None, "what was reached stays"
        d.press(Key.space)
        d.wait_for(lambda: d.scene.interaction.dragger.end == "arrived", what="the arrival")
        assert points(d)[0][0] == pytest.approx(40, abs=1.01)

    drive(steps, size=SIZE, renderer=Failing(hello_imgui.request_refresh, resolution=64))


def test_reasons_grey_the_tool_and_the_noise_is_fixed_by_a_button():
    def steps(d: Driver) -> None:
        opened(d)
        d.change(lambda scene: put(scene, "document.noise.mode", "random"))
        assert hindrance(d.scene, d.facts) == NOISE
        click(d, 30, 30)
        assert points(d) == []
        d.click("//Canvas/##fix noise")
        d.frames(2)
        assert d.scene.document.noise.mode == "const"
        assert hindrance(d.scene, d.facts) == ""
        layer = d.facts.model.layers[2].name
        for change in (
            lambda scene: put(scene, "view.display.layer", layer),
            lambda scene: put(scene, "view.grid", True),
            lambda scene: put(scene, "view.motion.latent", True),
        ):
            before = d.scene
            assert hindrance(change(before), d.facts)
        d.press(Key.space)
        assert not d.scene.view.moving, "Space is the drag's"
        assert d.scene.interaction.dragger.running is None

    drive(steps, size=SIZE, family="StyleGAN2")


def test_points_are_no_part_of_a_recipe():
    assert "pulled" not in set(Scene().document.__dataclass_fields__)


def test_a_single_step_and_the_plate_in_a_small_window():
    def steps(d: Driver) -> None:
        opened(d)
        pull(d, (10, 20), (30, 20))
        for number in (1, 2):
            d.click("//Canvas/##step drag")
            d.wait_for(lambda: d.scene.interaction.dragger.running is None, what="the step")
            assert d.scene.interaction.dragger.step == number
            assert d.scene.interaction.dragger.end == "stopped"
        left, _, right, _ = d.rect("//Canvas/##undo drag")
        assert right < d.rect("//Mix/**/##clear points")[0], "within the canvas"
        assert d.rect("//Canvas/##start drag")[0] > d.rect("//Canvas/##tool-drag")[2], "beside the tools"
        assert d.rect("//Canvas/##keep drag")[2] < right
        assert left < right

    drive(steps, size=(960, 540))
