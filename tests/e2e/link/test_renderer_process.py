"""The window with a renderer process: the process may die, and leaves no trace."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from renderer.fake.client import SLOW_WORKER
from renderer.ipc import frames
from renderer.ipc.client import Renderer
from renderer.ipc.protocol import Truncation
from tests.e2e.driver import Driver, drive

from imgui_bundle import hello_imgui  # isort: skip

pytestmark = pytest.mark.window


def slow(milliseconds: float = 2.0) -> Renderer:
    return Renderer(hello_imgui.request_refresh, SLOW_WORKER, (milliseconds, 64))


def psi(value: float):
    return lambda scene: replace(scene, document=replace(scene.document, truncation=Truncation(value)))


def test_a_renderer_that_dies_is_started_again_and_the_picture_stays_meanwhile():
    def steps(d: Driver) -> None:
        d.wait_frame()
        before = d.picture()
        os.kill(d.renderer.pid, signal.SIGKILL)
        d.wait_for(lambda: d.renderer.restarts == 1, what="the next renderer")
        assert (d.picture() == before).all()
        d.change(psi(0.3))
        d.wait_frame()
        assert (d.picture() != before).any()
        assert d.facts.failure is None

    drive(steps, renderer=slow())


def test_a_stuck_renderer_can_be_restarted_from_the_strip():
    def steps(d: Driver) -> None:
        d.wait_frame()
        os.kill(d.renderer.pid, signal.SIGSTOP)
        d.change(psi(0.4))
        d.frames(3)
        assert not d.app.up_to_date
        d.app.link.failure = None
        d.change(lambda scene: scene.request(RestartRenderer()))
        d.wait_frame()
        assert d.renderer.restarts == 1

    from viz.ui.actions import RestartRenderer

    drive(steps, renderer=slow())


def test_nothing_is_left_in_shared_memory():
    def of_this_process() -> set[Path]:
        return {path for path in frames.present() if path.name.startswith(f"stylescope-{os.getpid()}-")}

    before = of_this_process()

    def steps(d: Driver) -> None:
        d.wait_frame()
        assert of_this_process() - before

    drive(steps, renderer=slow())
    assert of_this_process() - before == set()


def test_stages_latency_and_memory_are_measured():
    def steps(d: Driver) -> None:
        d.wait_frame()
        for value in (0.9, 0.8, 0.7):
            d.change(psi(value))
            d.wait_frame()
        figures = d.app.meters.figures()  # those that panels got may have been taken in the middle of a frame
        assert figures.render_ms.size >= 4
        assert figures.latency_ms.min() >= 5.0  # no image can come before it has been rendered
        assert {series.size for _, series in figures.stages} == {figures.render_ms.size}
        assert figures.ui_ms.size == figures.frame_ms.size, "between two frames, one of each for each frame"
        assert figures.ui_ms.max() > 0

    drive(steps, renderer=slow(5.0))
