"""Interpolation between keyframes."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan import splines
from tests.fixtures_path import ROOT

TIMES = (0.0, 1.0, 2.5, 3.0, 5.0)
VALUES = np.random.RandomState(0).randn(len(TIMES), 3)


@pytest.mark.parametrize("kind", splines.KINDS)
@pytest.mark.parametrize("period", [None, 6.5])
def test_keyframes_are_met_exactly(kind, period):
    for t, value in zip(TIMES, VALUES, strict=True):
        np.testing.assert_array_equal(splines.at(TIMES, VALUES, t, kind, period), value)


def test_linear_is_numpys():
    for t in np.linspace(-1, 6, 50):
        assert splines.at(TIMES, VALUES[:, 0], t) == pytest.approx(np.interp(t, TIMES, VALUES[:, 0]))


@given(st.floats(-10, 20), st.sampled_from(splines.KINDS), st.sampled_from([None, 5.5, 9.0]))
def test_weights_add_up_to_one(t, kind, period):
    assert splines.weights(TIMES, t, kind, period).sum() == pytest.approx(1)


def derivatives(t, period, side):
    """Value, speed and acceleration of the cubic on one side of t, from the cubic through four points there."""
    h = 0.05
    points = t + side * h * np.arange(4)
    curve = [splines.at(TIMES, VALUES[:, 0], p, "cubic", period) for p in points]
    _, second, first, value = np.polyfit(points - t, curve, 3)
    return np.array([value, first, 2 * second])


@pytest.mark.parametrize(("period", "inner"), [(None, TIMES[1:-1]), (6.5, TIMES)])
def test_cubic_has_no_jump_in_speed_or_acceleration(period, inner):
    for t in inner:
        np.testing.assert_allclose(derivatives(t, period, -1), derivatives(t, period, 1), atol=1e-7)


def test_natural_ends_do_not_accelerate():
    assert derivatives(TIMES[0], None, 1)[2] == pytest.approx(0, abs=1e-7)
    assert derivatives(TIMES[-1], None, -1)[2] == pytest.approx(0, abs=1e-7)


def test_periodic_cubic_of_a_sine_is_close_to_it():
    times = tuple(np.arange(12) / 12)
    for t in np.linspace(0, 1, 37):
        found = splines.at(times, np.sin(2 * np.pi * np.array(times)), t, "cubic", 1.0)
        assert found == pytest.approx(np.sin(2 * np.pi * t), abs=2e-3)


@given(st.floats(0, 6.5), st.integers(-3, 3), st.sampled_from(splines.KINDS))
def test_loops_repeat(t, turns, kind):
    here = splines.at(TIMES, VALUES, t, kind, 6.5)
    np.testing.assert_allclose(splines.at(TIMES, VALUES, t + 6.5 * turns, kind, 6.5), here, atol=1e-6)


@pytest.mark.parametrize("kind", splines.KINDS)
def test_without_a_loop_the_ends_hold(kind):
    np.testing.assert_array_equal(splines.at(TIMES, VALUES, -1, kind), VALUES[0])
    np.testing.assert_array_equal(splines.at(TIMES, VALUES, 9, kind), VALUES[-1])


@pytest.mark.parametrize("kind", splines.KINDS)
@pytest.mark.parametrize("period", [None, 1.0])
def test_one_and_two_keyframes(kind, period):
    assert splines.at((3.0,), [7.0], 4.0, kind, period) == 7
    middle = splines.at((0.0, 0.5), [1.0, 3.0], 0.25, kind, period)
    assert middle == pytest.approx(2)


@pytest.mark.parametrize(
    ("times", "kind", "period", "says"),
    [
        ((), "linear", None, "no keyframes"),
        ((0.0, 0.0), "linear", None, "must increase"),
        ((0.0, 2.0), "cubic", 2.0, "loop must end after"),
        ((0.0, float("nan")), "linear", None, "must increase"),
        ((0.0, 1.0), "sine", None, "choose one of linear, cubic"),
    ],
)
def test_what_cannot_be_is_refused(times, kind, period, says):
    with pytest.raises(ValueError, match=says):
        splines.weights(times, 0.0, kind, period)


@pytest.mark.parametrize("module", ["gan.splines", "gan.animation.film"])
def test_no_torch_is_needed(module):
    code = f"import sys, {module}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
