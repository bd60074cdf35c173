from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.engine import policy
from renderer.engine.policy import RECENT_SECONDS, WORTH_SECONDS, give_up, stale
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


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


SHARES = {32: 0.1, 64: 0.3, 128: 0.6}


def pace_of(full_s, resolution=256, shares=SHARES):
    clock = Clock()
    return policy.Pace(shares, resolution, full_s, clock), clock


def test_what_moves_is_drawn_at_the_highest_resolution_within_the_time_or_the_lowest_of_all():
    for full_s, side in ((0.05, 0), (0.08, 128), (0.2, 64), (0.5, 32), (9.0, 32)):
        assert pace_of(full_s)[0].side(0.06) == side
    assert pace_of(9.0, shares={})[0].side(0.05) == 0


def test_very_coarse_images_are_shown_only_where_finer_ones_take_much_longer():
    limit = 0.06
    assert pace_of(0.45, resolution=1024)[0].side(limit) == 64, "32 would take less, but shows too little"
    assert pace_of(0.6, resolution=1024)[0].side(limit) == 32


def test_the_resolution_stays_while_times_waver():
    pace, clock = pace_of(0.2)
    chosen = set()
    for i in range(100):
        clock.now += 0.06
        side = pace.side(0.066)
        chosen.add(side)
        pace.ran(side, 0.06 * (1.15 if i % 2 else 0.9))
    assert chosen == {64}


def test_the_resolution_follows_times_that_really_change():
    pace, clock = pace_of(0.2)
    sides = []
    for factor in (1.0,) * 10 + (4.0,) * 10 + (0.9,) * 10 + (0.25,) * 10:
        clock.now += 0.06
        side = pace.side(0.066)
        sides.append(side)
        pace.ran(side, 0.2 * factor * {**SHARES, 0: 1.0}[side])
    assert sides[9] == 64
    assert sides[19] == 32
    assert sides[29] == 64
    assert sides[39] == 0
    assert sum(a != b for a, b in pairwise(sides)) <= 4


def test_one_image_that_was_held_up_changes_nothing():
    pace, clock = pace_of(0.2)
    for seconds in (0.06, 0.06, 0.06, 5.0, 0.06, 0.06):
        clock.now += 0.06
        assert pace.side(0.066) == 64
        pace.ran(64, seconds)


def test_after_a_pause_the_resolution_is_chosen_afresh():
    pace, clock = pace_of(0.2)
    assert pace.side(0.066) == 64
    for _ in range(policy.RECENT_RUNS):
        pace.ran(0, 0.105)
    assert pace.side(0.066) == 64, "128 would be only just within the time"
    clock.now += 2 * policy.PAUSE_SECONDS
    assert pace.side(0.066) == 128


def test_the_first_image_of_a_resolution_tells_nothing_since_it_builds_its_network():
    pace, _ = pace_of(0.2)
    pace.ran(64, 9.0)
    assert pace.full_s == 0.2
    pace.ran(64, 0.09)
    assert pace.full_s == pytest.approx(0.3)
    pace.ran(0, 0.25)
    assert pace.full_s == 0.25, "the full image itself is measured"


def ran_with(pace, threads, seconds, side=0):
    pace.use(threads)
    pace.ran(side, seconds)


def test_all_cores_render_what_the_window_waits_for():
    pace, _ = pace_of(0.2)
    assert pace.threads(1, 2, 0, held=False) == 2
    assert pace.threads(1, 2, 0, held=True) == 1, "the window draws at its full rate"
    assert pace.threads(2, 2, 0, held=False) == 2
    quick, _ = pace_of(policy.SLOW_SECONDS / 2)
    assert quick.threads(1, 2, 0, held=False) == 1


def test_more_threads_are_given_up_where_they_take_longer_and_are_tried_again():
    pace, clock = pace_of(0.2)
    ran_with(pace, 2, 0.3)
    assert pace.threads(1, 2, 0, held=False) == 1, "once, to compare"
    ran_with(pace, 1, 0.2)
    assert pace.threads(1, 2, 0, held=False) == 1
    assert pace.threads(1, 2, 64, held=False) == 1
    clock.now += 2 * policy.RETRY_SECONDS
    assert pace.threads(1, 2, 0, held=False) == 2
    for _ in range(policy.RECENT_RUNS):
        ran_with(pace, 2, 0.1)
        assert pace.threads(1, 2, 0, held=False) == 2


def test_times_of_other_threads_do_not_change_the_expected_ones():
    pace, _ = pace_of(0.2)
    ran_with(pace, 1, 0.2)
    ran_with(pace, 2, 0.1)
    assert pace.expected_s(64) == pytest.approx(0.03)
    pace.use(1)
    assert pace.expected_s(64) == pytest.approx(0.06)
    pace.use(4)
    assert pace.expected_s(64) > 0, "unmeasured: those of another number"


def request_at(x, moving, source=""):
    image = ImageState(latent=Latent(x=x), network=Network(source))
    return RenderRequest(1, image, moving=moving, low_res_ms=50.0 * moving)


def test_in_motion_each_image_that_was_begun_is_finished():
    running = request_at(0, True)
    for source in ("", "snapshot.pkl"):
        assert not policy.drop(running, request_at(1, True, source), 0.0, 0.0, 0.0)
        assert not policy.drop(running, request_at(1, True, source), 0.5, 2.0, 2.0)
    assert policy.drop(running, request_at(1, False), 0.1, 0.2, 0.2), "at its end the full image comes first"


def test_the_full_image_gives_way_to_motion_unless_it_is_nearly_done():
    running, newer = request_at(0, False), request_at(1, True)
    assert policy.drop(running, newer, 0.0, 0.0, 9.0)
    assert policy.drop(running, newer, 0.6, 3.0, 9.0)
    assert not policy.drop(running, newer, 0.97, 3.0, 3.0)


def test_reading_a_network_goes_on_in_motion_but_downloads_stop():
    running, newer = request_at(0, True, "a.pkl"), request_at(0, True, "b.pkl")
    assert not policy.drop_loading(running, newer, downloads=False)
    assert policy.drop_loading(running, newer, downloads=True)
    assert policy.drop_loading(running, request_at(0, False, "b.pkl"), downloads=False)
    assert not policy.drop_loading(running, request_at(5, False, "a.pkl"), downloads=True)


@given(render_s=st.floats(0.001, 3), interval_s=st.floats(0.001, 0.2), layers=st.integers(1, 20))
def test_a_motion_shows_an_image_for_every_render(render_s, interval_s, layers):
    """Simulates a motion that changes its image every `interval_s`, at each layer of a render."""
    for layer in range(layers):
        now = layer * render_s / layers
        newer = request_at(now // interval_s + 1, True)
        assert not policy.drop(request_at(0, True), newer, layer / layers, now, now)
