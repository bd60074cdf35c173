"""Failures of the renderer, and the recovery that the window offers."""

from dataclasses import replace

import pytest

from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import Frame, Network
from tests.e2e.driver import Driver, Key, drive

pytestmark = pytest.mark.window

PSI = "//Generator/**/ψ/##track"


def test_a_failure_keeps_the_picture_and_offers_help():
    def steps(d: Driver) -> None:
        d.wait_frame()
        before = d.picture()
        d.renderer.fail("render", "The picture could not be rendered.", "Try another ψ.", "Traceback: …")
        d.frames(4)
        assert d.facts.failure is not None
        assert (d.picture() == before).all()
        d.click("//Canvas/**/##errorDetails")
        d.frames(2)
        assert d.exists("//Canvas/**/details/##copy") or d.scene.interaction.notifications.details
        sent = len(d.renderer.submitted)
        d.click("//Canvas/**/##errorRetry")
        d.wait_frame()
        assert len(d.renderer.submitted) == sent + 1
        assert d.facts.failure is None
        d.renderer.fail("render", "Once more.", "")
        d.frames(4)
        d.click("//Canvas/**/##error")
        assert d.facts.failure is None

    drive(steps)


def test_a_crash_offers_a_restart_and_memory_the_cpu():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.renderer.fail("memory", "Out of memory.", "")
        d.frames(4)
        d.click("//Canvas/**/##errorUse the CPU")
        d.wait_frame()
        assert d.scene.settings.device == "cpu"
        assert d.renderer.submitted[-1].device == "cpu"
        d.renderer.alive = False
        d.renderer.fail("crash", "The renderer ended twice in a row.", "")
        d.frames(4)
        d.click("//Canvas/**/##errorRestart renderer")
        d.wait_frame()
        assert d.renderer.restarts == 1
        assert d.facts.failure is None

    drive(steps)


def test_a_network_that_fails_to_load_can_be_left_again():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda s: replace(s, document=replace(s.document, network=Network("/none.pkl"))))
        d.app.link.frame = replace(d.app.link.frame, model=replace(d.facts.model, network=Network()))
        d.renderer.fail("load", "The file /none.pkl does not exist.", "Choose another.")
        d.frames(4)
        d.click("//Canvas/**/##errorGo back")
        d.wait_frame()
        assert d.scene.document.network == Network()
        assert d.facts.failure is None
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document.network.source == "/none.pkl"

    drive(steps)


class Broken(FakeRenderer):
    """Reports non-finite pixels unless everything is computed in fp32."""

    def poll(self):
        replies = super().poll()
        if isinstance(replies.frame, Frame) and not self.submitted[-1].image.force_fp32:
            return replace(replies, frame=replace(replies.frame, nonfinite=12))
        return replies


def test_pixels_that_are_not_finite_are_told_and_fp32_is_offered():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.frames(3)
        d.click("//Canvas/**/##errorUse fp32")
        d.wait_frame()
        assert d.scene.document.force_fp32
        assert d.facts.frame.nonfinite == 0
        d.frames(2)
        assert not d.exists("//Canvas/**/##errorUse fp32")
        d.press(Key.mod_ctrl, Key.z)
        assert not d.scene.document.force_fp32

    drive(steps, renderer=Broken(resolution=64))


def test_a_long_load_shows_progress_and_can_be_cancelled():
    def steps(d: Driver) -> None:
        d.wait_frame()
        slow = Network("https://example.org/slow.pkl")
        d.renderer.alive = False  # answers nothing
        d.change(lambda s: replace(s, document=replace(s.document, network=slow)))
        d.renderer.load(slow, 0.42)
        d.wait_for(lambda: d.exists("//Canvas/**/##errorCancel"), what="the progress strip")
        d.click("//Canvas/**/##errorCancel")
        assert d.scene.document.network == Network()

    drive(steps)


def test_the_first_load_can_be_cancelled_for_the_demo():
    slow = Network("https://example.org/slow.pkl")

    def steps(d: Driver) -> None:
        d.renderer.load(slow, 0.42)
        d.wait_for(lambda: d.exists("//Canvas/**/##errorCancel"), what="the progress strip")
        assert d.facts.model is None
        d.click("//Canvas/**/##errorCancel")
        assert d.scene.document.network == Network()
        d.renderer.restart()  # from here on it answers, the newest request first
        d.wait_frame()
        assert not d.exists("//Canvas/**/##errorCancel")

    silent = FakeRenderer()
    silent.alive = False  # answers nothing
    drive(steps, network=slow.source, renderer=silent)


def test_a_renderer_that_gives_no_sign_of_life_can_be_restarted():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.renderer.stalled_s = 11.0
        d.frames(4)
        d.click("//Canvas/**/##errorRestart renderer")
        d.wait_frame()
        assert d.renderer.restarts == 1
        d.frames(3)
        assert not d.exists("//Canvas/**/##errorRestart renderer")

    drive(steps)
