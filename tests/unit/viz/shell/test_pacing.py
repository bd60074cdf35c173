"""Rates of frames without input."""

import pytest

from viz.shell.pacing import IDLE_FPS, LEAST_IDLE_FPS, MOVING_FPS, TYPING_FPS, WAITING_FPS, Pacing


def paced(frame_s: float) -> Pacing:
    pacing = Pacing()
    for i in range(50):
        pacing.frame(i * frame_s)
    return pacing


def rate(pacing: Pacing, moving: bool = False, waiting: bool = False, typing: bool = False) -> float:
    return pacing.idle_fps(moving=moving, waiting=waiting, typing=typing)


@pytest.mark.parametrize(("frame_s", "fps"), [(0.0, IDLE_FPS), (0.015, IDLE_FPS), (0.04, 0.25), (1.0, LEAST_IDLE_FPS)])
def test_at_rest_expensive_frames_are_drawn_less_often(frame_s, fps):
    pacing = paced(frame_s)
    assert rate(pacing) == pytest.approx(fps)
    assert rate(pacing) * frame_s <= 0.02 or rate(pacing) == LEAST_IDLE_FPS


def test_in_motion_images_bring_the_frames():
    assert rate(paced(0.01), moving=True, waiting=True) == MOVING_FPS < WAITING_FPS


def test_what_is_awaited_and_text_cursors_are_drawn_more_often():
    assert rate(paced(1.0), waiting=True, typing=True) == WAITING_FPS
    assert rate(paced(1.0), typing=True) == TYPING_FPS
