"""Window "Performance": figures that move, and what can be set."""

import numpy as np
import pytest

from tests.e2e.driver import Driver, Key, drive
from viz.analysis.performance import figures
from viz.shell.layout import SETTLED
from viz.state.params import put
from viz.state.scene import Scene

pytestmark = pytest.mark.window
PANEL = "//Performance/**/"


def seen(d: Driver) -> None:
    """Bring the tab to the front."""
    d.wait_frame()
    d.frames(SETTLED + 5)  # while a workspace is put up, it chooses its tab itself
    d.ctx.window_focus("//Performance")
    d.wait_for(lambda: d.exists(f"{PANEL}##restart"), what="the Performance panel")


def cpu(scene: Scene) -> Scene:
    """Render on the CPU on any machine."""
    return put(scene, "settings.device", "cpu")


def test_the_figures_move_with_the_work():
    def steps(d: Driver):
        seen(d)
        rendered = d.facts.performance.render_ms.size
        for x in range(5):
            d.change(lambda scene, x=x: put(scene, "document.latent.x", float(x)))
            d.wait_frame()
        found = d.facts.performance
        assert found.render_ms.size > rendered
        assert found.latency_ms.size > rendered
        assert found.ui_ms.size > 10
        assert (found.ui_ms > 0).all()
        assert np.allclose(sum(series for _, series in found.stages), found.render_ms)
        window, render, latency, frames = figures(found)
        assert all(card.value.endswith("ms") for card in (window, render, latency))
        assert frames.value.endswith("fps")

    drive(steps)


def test_limit_and_sync_are_settings_and_not_steps_of_undo():
    def steps(d: Driver):
        seen(d)
        d.type_into(f"{PANEL}Frame limit/##track", "30")
        d.click(f"{PANEL}vsync/##")
        assert d.scene.settings.frame_limit == 30
        assert not d.scene.settings.vsync
        assert d.facts.undo == ""

    drive(steps)


def test_the_device_is_chosen_from_a_list():
    def steps(d: Driver):
        seen(d)
        d.click(f"{PANEL}##Device")
        d.frames(2)
        d.press(Key.down_arrow)
        d.press(Key.enter)
        d.wait_frame()
        assert d.scene.settings.device == "cpu"
        assert d.renderer.submitted[-1].device == "cpu"

    drive(steps)


def test_single_precision_cannot_be_forced_where_it_always_is(lent, avatars):
    def steps(d: Driver):
        seen(d)
        picture = d.picture()
        x0, y0, x1, y1 = d.rect(f"{PANEL}fp32/##")
        d.drag([((x0 + x1) / 2, (y0 + y1) / 2)])
        assert not d.scene.document.force_fp32
        d.change(lambda scene: put(scene, "document.force_fp32", True))
        d.wait_frame()
        assert np.array_equal(picture, d.picture())

    drive(steps, network=avatars, renderer=lent, scene=cpu)


def test_the_renderer_is_restarted_and_draws_the_same_again():
    def steps(d: Driver):
        seen(d)
        picture, restarts = d.picture(), d.renderer.restarts
        d.click(f"{PANEL}##restart")
        d.wait_for(lambda: d.renderer.restarts == restarts + 1, what="the restart")
        d.wait_frame()
        assert np.array_equal(picture, d.picture())

    drive(steps)
