"""Motion depends on time only, not on the frame rate."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.document.document import Document, Motion
from renderer.ipc.protocol import Latent, Noise, Transform
from viz.state.motion import LONGEST_STEP, REST_S, Activity, Phase, advance, elapsed, names, resumed, stopped

ALL = Motion(
    latent=True,
    latent_speed=1.5,
    mixing=True,
    mixing_speed=-2.0,
    noise=True,
    noise_speed=10.0,
    orbit=True,
    orbit_speed=0.3,
    orbit_radius=0.2,
    turn=True,
    turn_speed=50.0,
)
START = Document(latent=Latent(x=5, y=2), noise=Noise("random", seed=7), transform=Transform(x=0.1, y=-0.2, angle=170))


def run(motion: Motion, steps: list[float]) -> tuple[Document, Phase]:
    document, phase = START, Phase()
    for seconds in steps:
        document, phase = advance(document, motion, seconds, phase)
    return document, phase


def close(a: Document, b: Document) -> bool:
    def numbers(document: Document) -> list[float]:
        transform = document.transform
        return [document.latent.x, document.latent.y, document.mixing.x, transform.x, transform.y, transform.angle]

    return a.noise == b.noise and numbers(a) == pytest.approx(numbers(b), abs=1e-9)


@given(
    st.lists(st.floats(0.001, 0.2), min_size=1, max_size=40),
    st.builds(
        lambda *on: replace(ALL, latent=on[0], mixing=on[1], orbit=on[2], turn=on[3], noise=False),
        *[st.booleans() for _ in range(4)],
    ),
)
def test_many_small_steps_lead_where_one_long_one_leads(steps, motion):
    assert close(run(motion, steps)[0], run(motion, [sum(steps)])[0])


@pytest.mark.parametrize("frames", [1, 10, 24, 60, 144])
def test_one_second_at_any_frame_rate(frames):
    document, _ = run(ALL, [1 / frames] * frames)
    assert document.latent == Latent(x=pytest.approx(6.5), y=2)
    assert document.mixing.x == pytest.approx(-1.0)
    assert document.noise.seed == 17
    assert document.transform.angle == pytest.approx(-140)
    assert close(document, run(ALL, [1.0])[0])


def test_the_orbit_circles_around_where_the_picture_was():
    motion = Motion(orbit=True, orbit_speed=1.0, orbit_radius=0.2)
    document, phase, seen = START, Phase(), []
    for _ in range(8):
        document, phase = advance(document, motion, 1 / 8, phase)
        seen.append((document.transform.x - 0.1, document.transform.y + 0.2))
    assert all((x * x + y * y) ** 0.5 == pytest.approx(0.2) for x, y in seen)
    assert sum(x for x, _ in seen) == pytest.approx(0)
    assert sum(y for _, y in seen) == pytest.approx(0)


def test_an_orbit_that_goes_on_keeps_its_centre_and_one_that_was_moved_takes_a_new_one():
    motion = Motion(orbit=True, orbit_speed=1.0, orbit_radius=0.2)
    document, phase = advance(START, motion, 0.25, Phase())
    assert resumed(document, phase) == phase
    moved = replace(document, transform=Transform(x=0.5))
    fresh = resumed(moved, phase)
    assert (fresh.offset, fresh.orbit) == ((0.0, 0.0), 0.0)
    after, _ = advance(moved, motion, 0.5, fresh)
    assert after.transform.x == pytest.approx(0.3)


def test_noise_moves_only_where_it_is_random():
    motion = Motion(noise=True, noise_speed=30)
    fixed = replace(START, noise=Noise("const", seed=7))
    assert advance(fixed, motion, 1.0, Phase())[0] == fixed
    assert advance(START, motion, 1.0, Phase())[0].noise.seed == 37


def test_nothing_moves_unless_it_is_on():
    assert advance(START, stopped(ALL), 3.0, Phase()) == (START, Phase())
    assert not stopped(ALL).playing
    assert stopped(ALL).latent_speed == ALL.latent_speed


def test_a_long_pause_is_no_leap():
    assert elapsed(10.0, 10.01) == pytest.approx(0.01)
    assert elapsed(10.0, 4000.0) == LONGEST_STEP
    assert elapsed(10.0, 9.0) == 0.0


def test_what_moves_has_a_name():
    assert names(Motion(latent=True)) == "Walk"
    assert names(Motion(orbit=True, turn=True)) == "Orbit and Turn"
    assert names(Motion(latent=True, noise=True, turn=True)) == "Walk, Noise film and Turn"


def activity(*frames: tuple[float, bool, bool]) -> list[bool]:
    """Return for frames of (seconds, changed, sustained) if the image is in motion."""
    looked = Activity()
    return [looked.look(changed, now, sustained) for now, changed, sustained in frames]


def test_a_single_change_is_no_motion():
    assert activity((0, True, False), (0.1, False, False), (5, True, False)) == [False, False, False]


def test_changes_in_quick_succession_are_a_motion_until_the_last_one_is_past():
    frames = [(0, True, False), (0.1, True, False), (0.2, False, False), (0.11 + REST_S, False, False)]
    assert activity(*frames) == [False, True, True, False]


def test_what_is_held_is_in_motion_from_its_first_change_on_and_rests_while_it_is_still():
    frames = [(0, False, True), (0.1, True, True), (0.2, False, True), (0.11 + REST_S, False, True), (9, True, True)]
    assert activity(*frames) == [False, True, True, False, True]


def test_what_is_let_go_rests_at_once_even_if_it_changes_once_more():
    assert activity((0, True, True), (0.01, True, True), (0.02, True, False)) == [True, True, False]
    assert activity((0, True, True), (0.01, False, False), (0.02, False, False)) == [True, False, False]


def test_a_slow_motion_stays_one_at_few_frames_a_second():
    frames = [(i / 8, True, True) for i in range(20)]
    assert all(activity(*frames))
