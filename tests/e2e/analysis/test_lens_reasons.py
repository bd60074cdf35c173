"""Reasons why the lens has nothing to show: each is drawn or in the tooltip."""

import numpy as np
import pytest
from imgui_bundle import hello_imgui

from renderer.document.lens.jobs import PowerFound
from renderer.document.parts import Latent, Transform
from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import Progress, RadialPower
from tests.e2e.analysis.test_lens import SIZE, opened
from tests.e2e.analysis.test_lens_figures import MENU
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.networks.test_reasons import tip, told
from viz.analysis import lens_path, lens_power
from viz.state.params import put
from viz.ui import record

pytestmark = pytest.mark.window
EVEN = "//Layers & spectrum/**/##even"


def keyed(d: Driver) -> None:
    """Make a timeline of two keys."""
    d.press(Key.k)
    d.change(lambda scene: put(scene, "view.playback.at", 2.0))
    d.change(lambda scene: put(scene, "document.latent.x", 3.0))
    d.press(Key.k)


def test_a_network_without_an_input_has_nothing_to_move():
    def steps(d: Driver) -> None:
        opened(d)
        texts = told(d)
        assert "No input to move" in texts
        assert "StyleGAN2 has no input to move" in texts
        assert "as PPL counts" not in texts, "nothing moves"
        keyed(d)
        d.wait_for(lambda: lens_path.present(d.scene, d.facts) is not None, what="the path length")
        drawn = record.start()
        d.frames(2)
        record.stop()
        plate = [one.text for one in drawn.texts if one.window == "Canvas"]
        assert "Path length" in plate
        assert lens_path.number(lens_path.present(d.scene, d.facts)[0]) in plate

    drive(steps, size=SIZE, family="StyleGAN2")


def test_what_each_figure_needs_is_said():
    def steps(d: Driver) -> None:
        opened(d)
        texts = told(d)
        assert "Nothing is moved" in texts
        assert "Move or turn the picture, to measure how well it follows" in texts
        assert "Nothing moves" in texts
        assert "Two keys or a walk make a path" in texts
        assert "No dataset" in texts
        assert "Choose the pictures that it was trained on." in texts
        for name in ("equivariance", "path length", "radial power"):
            tip(d, MENU.format(name), "Nothing is measured yet")
            d.ctx.mouse_click(0)
            d.frames(2)
            assert not d.popup_open()
        d.change(lambda scene: put(scene, "document.transform", Transform(0.1)))
        d.wait_for(lambda: "Nothing is moved" not in told(d), what="figures")

    drive(steps, size=SIZE)


def test_a_figure_without_a_value_says_what_it_waits_for_or_how_long_it_takes():
    def steps(d: Driver) -> None:
        d.wait_frame()
        work_on = d.renderer._work_on
        d.renderer._work_on = lambda key: Progress(key, 0, 10)  # nothing is measured yet
        d.change(lambda scene: put(scene, "view.motion.latent", True))
        d.change(lambda scene: put(scene, "document.transform", Transform(0.1)))
        d.press(Key.l)
        d.frames(14)
        texts = told(d)
        assert "Measured once the picture rests" in texts
        assert "when it rests" in texts
        d.change(lambda scene: put(scene, "view.motion.latent", False))
        d.frames(14)
        texts = told(d).replace("\u00a0", " ")
        assert "Measured once the picture rests" not in texts
        assert "when it rests" not in texts
        assert "The first figures are there in about 24 s" in texts, "three pictures of 4 s, two figures in turn"
        assert "The first pair is there in about 16 s" in texts
        d.renderer._work_on = work_on
        d.wait_for(lambda: "in about" not in told(d), what="figures")

    slow = FakeRenderer(hello_imgui.request_refresh, "StyleGAN3-T", 64, full_ms=4000.0)
    drive(steps, size=SIZE, renderer=slow)


def test_a_stored_latent_has_no_place_on_the_pad():
    def steps(d: Driver) -> None:
        opened(d)
        d.click("//Layers & spectrum/**/path/##1")
        ref = d.facts.arrays.add(np.zeros((d.facts.model.num_ws, d.facts.model.w_dim), np.float32))
        d.change(lambda scene: put(scene, "document.latent", Latent(array=ref)))
        texts = told(d)
        assert "A stored latent" in texts
        assert "It is no seed; walk away from it to map what is around" in texts

    drive(steps, size=SIZE)


def test_the_speed_is_evened_out_only_of_keys_and_once_all_is_measured():
    def steps(d: Driver) -> None:
        opened(d)
        d.change(lambda scene: put(put(scene, "view.motion.latent_speed", 0.02), "view.motion.latent", True))
        d.wait_for(lambda: d.exists(EVEN), what="the curve of the walk")
        tip(d, EVEN, "A walk has no keys: make one on the timeline first")
        d.change(lambda scene: put(scene, "view.motion.latent", False))
        work_on = d.renderer._work_on
        held: list[bool] = []

        def slow(key):
            progress = work_on(key)
            if progress.done > 9 and not held:
                d.renderer._begun.pop(key, None)  # it stays where it is
            return progress

        d.renderer._work_on = slow
        keyed(d)
        d.frames(30)
        d.wait_for(lambda: d.exists(EVEN), what="the curve of the timeline")
        tip(d, EVEN, "Once every step is measured")
        d.ctx.mouse_click(0)
        d.frames(2)
        assert not d.scene.document.timeline.constant_speed

    drive(steps, size=SIZE)


def test_a_dataset_that_is_gone_or_of_another_size_says_so():
    def steps(d: Driver) -> None:
        opened(d)
        search = d.renderer._engine.search

        def searched(work, watch):
            if isinstance(work, RadialPower) and work.dataset == "gone.zip":
                raise ValueError("there is no gone.zip any more")
            if isinstance(work, RadialPower):
                one = np.linspace(0, 0.5, 8, dtype=np.float32)
                return iter_of(PowerFound((4, 4, 4, 4), (64, 32), one, -one, -one, one * 0, one).packed())
            return search(work, watch)

        d.renderer._engine.search = searched
        d.change(lambda scene: scene.request(lens_power.UseDataset("gone.zip")))
        d.wait_for(lambda: "there is no gone.zip any more" in told(d), what="the reason")
        d.change(lambda scene: scene.request(lens_power.UseDataset("small.zip")))
        words = "small.zip has 32 pixels, the network 64: compared up to 1/4 cycles per pixel"
        d.wait_for(lambda: words[:30] in told(d), what="the sizes")

    drive(steps, size=SIZE)


def iter_of(result):
    """A search that has its result at once."""
    yield 0, 1
    return result
