"""Interpolation between keyframes in time."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import interpolation
from foundation.interpolation import EASES, KINDS, at, check, eased, weights
from tests.fixtures_path import ROOT

TIMES = st.lists(st.integers(0, 500), unique=True, min_size=1, max_size=7).map(
    lambda all_: tuple(sorted(n / 25 for n in all_))
)


@given(TIMES, st.sampled_from(KINDS), st.booleans(), st.sampled_from(EASES))
def test_at_its_own_time_only_that_key_counts(times, kind, loop, ease):
    period = 40.0 if loop else None
    for i, time in enumerate(times):
        assert np.array_equal(weights(times, time, kind, period, (ease,) * len(times)), np.eye(len(times))[i])


@given(TIMES, st.floats(0, 40), st.sampled_from(KINDS), st.sampled_from(EASES))
def test_weights_add_up_to_one(times, t, kind, ease):
    assert weights(times, t, kind, 40.0, (ease,) * len(times)).sum() == pytest.approx(1)


@given(TIMES, st.floats(0, 40), st.sampled_from(["linear", "cubic", "slerp"]), st.sampled_from(EASES))
def test_there_are_no_jumps_not_even_where_a_loop_closes(times, t, kind, ease):
    eases = (ease,) * len(times)
    near = weights(times, t, kind, 40.0, eases), weights(times, t + 1e-6, kind, 40.0, eases)
    assert near[0] == pytest.approx(near[1], abs=1e-3)
    assert weights(times, 40.0 - 1e-6, kind, 40.0, eases) == pytest.approx(
        weights(times, 0.0, kind, 40.0, eases), abs=1e-3
    )


def test_eases_start_and_end_where_they_should_and_rest_where_they_say():
    for ease in EASES:
        assert (eased(0, ease), eased(1, ease)) == (0, 1)
    slow = 1e-3
    assert eased(slow, "in") < slow / 100
    assert 1 - eased(1 - slow, "in") > slow
    assert eased(slow, "out") > slow
    assert 1 - eased(1 - slow, "out") < slow / 100
    assert eased(slow, "both") < slow / 100
    assert 1 - eased(1 - slow, "both") < slow / 100


def test_hold_stays_on_a_key_until_the_next():
    assert list(weights((0.0, 1.0), 0.999, "hold")) == [1, 0]
    assert list(weights((0.0, 1.0), 1.0, "hold")) == [0, 1]


FIVE = (0.0, 1.0, 2.5, 3.0, 5.0)
VALUES = np.random.RandomState(0).randn(len(FIVE), 3)


@pytest.mark.parametrize("kind", ["linear", "cubic"])
@pytest.mark.parametrize("period", [None, 6.5])
def test_keyframes_are_met_exactly(kind, period):
    for t, value in zip(FIVE, VALUES, strict=True):
        np.testing.assert_array_equal(at(FIVE, VALUES, t, kind, period), value)


def test_linear_is_numpys():
    for t in np.linspace(-1, 6, 50):
        assert at(FIVE, VALUES[:, 0], t) == pytest.approx(np.interp(t, FIVE, VALUES[:, 0]))


@given(st.floats(-10, 20), st.sampled_from(("linear", "cubic")), st.sampled_from([None, 5.5, 9.0]))
def test_weights_of_any_time_add_up_to_one(t, kind, period):
    assert weights(FIVE, t, kind, period).sum() == pytest.approx(1)


def derivatives(t, period, side):
    """Value, speed and acceleration of the cubic on one side of t, from the cubic through four points there."""
    h = 0.05
    points = t + side * h * np.arange(4)
    curve = [at(FIVE, VALUES[:, 0], p, "cubic", period) for p in points]
    _, second, first, value = np.polyfit(points - t, curve, 3)
    return np.array([value, first, 2 * second])


@pytest.mark.parametrize(("period", "inner"), [(None, FIVE[1:-1]), (6.5, FIVE)])
def test_cubic_has_no_jump_in_speed_or_acceleration(period, inner):
    for t in inner:
        np.testing.assert_allclose(derivatives(t, period, -1), derivatives(t, period, 1), atol=1e-7)


def test_natural_ends_do_not_accelerate():
    assert derivatives(FIVE[0], None, 1)[2] == pytest.approx(0, abs=1e-7)
    assert derivatives(FIVE[-1], None, -1)[2] == pytest.approx(0, abs=1e-7)


def test_periodic_cubic_of_a_sine_is_close_to_it():
    times = tuple(np.arange(12) / 12)
    for t in np.linspace(0, 1, 37):
        found = at(times, np.sin(2 * np.pi * np.array(times)), t, "cubic", 1.0)
        assert found == pytest.approx(np.sin(2 * np.pi * t), abs=2e-3)


@given(st.floats(0, 6.5), st.integers(-3, 3), st.sampled_from(("linear", "cubic")))
def test_loops_repeat(t, turns, kind):
    here = at(FIVE, VALUES, t, kind, 6.5)
    np.testing.assert_allclose(at(FIVE, VALUES, t + 6.5 * turns, kind, 6.5), here, atol=1e-6)


@pytest.mark.parametrize("kind", ["linear", "cubic"])
def test_without_a_loop_the_ends_hold(kind):
    np.testing.assert_array_equal(at(FIVE, VALUES, -1, kind), VALUES[0])
    np.testing.assert_array_equal(at(FIVE, VALUES, 9, kind), VALUES[-1])


@pytest.mark.parametrize("kind", ["linear", "cubic"])
@pytest.mark.parametrize("period", [None, 1.0])
def test_one_and_two_keyframes(kind, period):
    assert at((3.0,), [7.0], 4.0, kind, period) == 7
    middle = at((0.0, 0.5), [1.0, 3.0], 0.25, kind, period)
    assert middle == pytest.approx(2)


@pytest.mark.parametrize(
    ("times", "kind", "period", "says"),
    [
        ((), "linear", None, "no keyframes"),
        ((0.0, 0.0), "linear", None, "must increase"),
        ((0.0, 2.0), "cubic", 2.0, "loop must end after"),
        ((0.0, float("nan")), "linear", None, "must increase"),
        ((0.0, 1.0), "sine", None, "choose one of cubic, linear"),
    ],
)
def test_what_cannot_be_is_refused(times, kind, period, says):
    with pytest.raises(ValueError, match=says):
        check(times, kind, period)


@pytest.mark.parametrize("module", ["foundation.interpolation", "gan.animation.film"])
def test_no_torch_is_needed(module):
    code = f"import sys, {module}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("period", [None, 400.0])
def test_of_very_many_keys_those_near_the_time_give_the_curve_of_all(monkeypatch, period):
    rng = np.random.RandomState(0)
    times = tuple(np.cumsum(rng.uniform(0.05, 1.0, 600)).tolist())
    moments = [times[0], times[-1] * 0.5, *rng.uniform(0, 400, 12)]
    near = [weights(times, t, "cubic", period) for t in moments]
    monkeypatch.setattr(interpolation, "MOST_KNOTS", 10_000)
    for t, found in zip(moments, near, strict=True):
        np.testing.assert_allclose(found, weights(times, t, "cubic", period), rtol=0, atol=1e-14)
        assert found.sum() == pytest.approx(1, abs=1e-12)
