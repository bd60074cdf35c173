"""Curves: smoothing equals the plain recursion, thinning preserves what is visible."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.ui.plot_series import CurveRequest, curve, smoothed, thinned

numbers = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=200).map(np.array)


def plainly(values, weight):
    found, total, mass = [], 0.0, 0.0
    for value in values:
        total, mass = weight * total + value, weight * mass + 1
        found.append(total / mass)
    return np.array(found)


@given(numbers, st.sampled_from([0.1, 0.5, 0.9, 0.99, 0.999]))
def test_smoothing_is_the_recursion(values, weight):
    assert np.allclose(
        smoothed(values, weight), plainly(values, weight), atol=2e-2 * max(1, np.abs(values).max()) * 1e-3
    )


def test_nothing_is_smoothed_at_zero_and_a_constant_stays_what_it_is():
    values = np.array([3.0, 1.0, 2.0])
    assert smoothed(values, 0.0) is values
    assert np.allclose(smoothed(np.full(5000, 2.5), 0.999), 2.5)


def test_what_is_not_finite_stays_alone():
    values = np.array([1.0, np.nan, 1.0, np.inf, 1.0])
    found = smoothed(values, 0.9)
    assert np.array_equal(np.isfinite(found), np.isfinite(values))
    assert np.allclose(found[np.isfinite(found)], 1.0)


@given(st.integers(1, 5000), st.integers(2, 400))
def test_thinning_keeps_order_extremes_and_the_bound(count, points):
    x = np.arange(count, dtype=np.float64)
    y = np.sin(x * 0.37) * x
    a, b = thinned(x, y, points)
    assert len(a) <= max(points, 2)
    assert (np.diff(a) > 0).all()
    assert b.min() == y.min()
    assert b.max() == y.max()
    assert np.array_equal(y[a.astype(int)], b)


def test_a_curve_tells_its_whole_range_though_a_part_is_in_sight():
    x, y = np.arange(1000.0), np.linspace(5, 1, 1000)
    found = curve(x, y, CurveRequest("run", "loss", points=40, low=400.0, high=420.0))
    assert found.x_range == (0, 999)
    assert found.y_range == pytest.approx((1, 5), abs=0.03)
    assert found.x[0] == 399
    assert found.x[-1] == 421
    assert found.newest == 1
    assert not found.raw_x.size


def test_a_smoothed_curve_has_the_raw_one_beside_it():
    rng = np.random.default_rng(0)
    y = rng.normal(size=3000)
    found = curve(np.arange(3000.0), y, CurveRequest("run", "loss", smoothing=0.98, points=200))
    assert found.raw_y.max() == y.max()
    assert np.abs(found.y[20:]).max() < 1
    assert len(found.raw_x) <= 200


def test_gaps_are_left_out_and_nothing_gives_no_curve():
    nan = float("nan")
    found = curve([0.0, 1.0, 2.0], [1.0, nan, 3.0], CurveRequest("run", "fid"))
    assert list(found.x) == [0, 2]
    assert curve([0.0], [nan], CurveRequest("run", "fid")) is None
    assert curve([], [], CurveRequest("run", "fid")) is None


def test_rare_outliers_do_not_flatten_the_plot():
    y = np.ones(1000)
    y[500] = 1e9
    assert curve(np.arange(1000.0), y, CurveRequest("run", "loss")).y_range[1] < 10


def test_measurements_made_in_any_order_are_drawn_by_kimg_and_the_newest_of_one_counts():
    made = curve([108, 0, 50, 0], [0.1, 0.9, 0.3, 0.7], CurveRequest("run", "kid", metric=True))
    assert made is not None
    assert made.x.tolist() == [0, 50, 108]
    assert made.y.tolist() == [0.7, 0.3, 0.1]
    assert made.newest == 0.1
    as_written = curve([108, 0, 50], [0.1, 0.9, 0.3], CurveRequest("run", "Loss/G/loss"))
    assert as_written is not None
    assert as_written.x.tolist() == [108, 0, 50]
