import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.engine import policy
from renderer.engine.policy import RECENT_SECONDS, WORTH_SECONDS, give_up, stale
from renderer.ipc import mailbox
from renderer.ipc.protocol import Display, ImageState, Latent, Network, RenderRequest


def test_what_only_concerns_the_display_makes_no_render_stale():
    running = RenderRequest(1)
    assert not stale(running, RenderRequest(2, display=Display(scale_db=3, layer_table=True)))
    assert stale(running, RenderRequest(2, ImageState(latent=Latent(x=0.1))))
    assert stale(running, RenderRequest(2, ImageState(network=Network("b.pkl"))))
    assert stale(running, RenderRequest(2, display=Display(layer="b4.conv1")))


@pytest.mark.parametrize(
    ("share", "elapsed_s", "waited_s", "given_up"),
    [
        (0.1, 0.2, 0.2, True),  # a slow network, just begun
        (0.9, 1.8, 1.8, False),  # nearly done, and the window has waited
        (0.5, 1.0, 1.0, False),  # half done, and the window has waited
        (0.1, 0.2, 1.0, True),  # just begun: starting over is cheap
        (0.1, 0.2, 3.0, False),  # but not for ever
        (0.1, 0.001, 0.001, False),  # a fast network: never worth it
        (0.0, 0.0, 0.1, True),
        (0.0, 0.0, 0.3, False),
    ],
)
def test_when_a_render_is_given_up(share, elapsed_s, waited_s, given_up):
    assert give_up(share, elapsed_s, waited_s) is given_up


@given(
    render_s=st.floats(0.001, 10),
    interval_s=st.floats(0.001, 0.5),
    layers=st.integers(1, 20),
)
def test_a_drag_of_any_speed_shows_a_picture_in_bounded_time(render_s, interval_s, layers):
    """Simulates renders that take `render_s` while stale-making requests come every `interval_s`."""
    now, begun, done = 0.0, 0.0, 0
    while done < layers:
        now += render_s / layers
        done += 1
        newer = now // interval_s > begun // interval_s
        if done < layers and newer and give_up(done / layers, now - begun, now):
            begun, done = now, 0
    assert now <= RECENT_SECONDS + 2 * render_s + render_s / layers + 1e-6
    if render_s < WORTH_SECONDS:
        assert now == pytest.approx(render_s), "a fast render is never given up"


def test_thumbnails_wait_for_rest_or_trickle():
    assert mailbox.thumbnail_wait(math.inf, 0.0) == 0, "nothing was asked for: one follows the other"
    assert mailbox.thumbnail_wait(mailbox.QUIET_SECONDS, 0.01) == 0, "the user rests"
    assert mailbox.thumbnail_wait(0.01, mailbox.TRICKLE_SECONDS) == 0, "one now and then, also in a drag"
    waiting = mailbox.thumbnail_wait(0.0, 0.0)
    assert 0 < waiting <= min(mailbox.QUIET_SECONDS, mailbox.TRICKLE_SECONDS)
    assert mailbox.thumbnail_wait(waiting, waiting) == 0, "after that wait it may begin"


def test_the_highest_draft_within_the_time_or_the_lowest_of_all():
    took = {32: 0.02, 64: 0.04, 128: 0.3}
    assert policy.low_res(0.05, 0.05, took) == 0
    assert policy.low_res(0.05, 0.5, took) == 64
    assert policy.low_res(0.3, 0.5, took) == 128
    assert policy.low_res(0.01, 0.5, took) == 32
    assert policy.low_res(0.05, 0.5, {}) == 0
