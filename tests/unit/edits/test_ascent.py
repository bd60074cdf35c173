"""Directions of steepest mean effect."""

import numpy as np
import pytest

from gan.edits.ascent import Climb, Spread, steepest

SIZE = 12


def spread(seed=0):
    random = np.random.RandomState(seed)
    return Spread.of(random.randn(500, SIZE) @ (random.randn(SIZE, SIZE) * np.linspace(0.1, 1, SIZE)))


def test_deviations_are_those_of_the_samples():
    w = np.random.RandomState(3).randn(400, SIZE) * np.linspace(0.5, 3, SIZE)
    way = np.random.RandomState(4).randn(SIZE)
    way /= np.linalg.norm(way)
    assert Spread.of(w).deviation(way) == pytest.approx((w @ way).std(ddof=1))


@pytest.mark.parametrize("seed", range(5))
def test_no_other_direction_has_more_effect(seed):
    random, known = np.random.RandomState(seed), spread(seed)
    slope = random.randn(SIZE)
    best = steepest(slope, known)
    assert np.linalg.norm(best) == pytest.approx(1)
    own = slope @ best * known.deviation(best)
    for size in (0.01, 0.1, 1.0, 10.0):
        for _ in range(100):
            other = best + size * random.randn(SIZE)
            other /= np.linalg.norm(other)
            assert slope @ other * known.deviation(other) <= own + 1e-9


def test_with_equal_variances_it_is_the_gradient():
    even = Spread(np.ones(SIZE), np.eye(SIZE))
    np.testing.assert_allclose(steepest(np.arange(SIZE), even), np.arange(SIZE) / np.linalg.norm(np.arange(SIZE)))


def test_a_climb_leaves_a_way_on_which_the_measure_turns_back():
    """x grows to a maximum, then falls; y grows steadily, if less at the start."""
    even, climb = Spread(np.ones(2), np.eye(2)), Climb(Spread(np.ones(2), np.eye(2)), 200)

    def slope(at):
        return np.array([2.0 - 2.0 * at[0] ** 2, 1.0])

    for part in climb.batches(7):
        climb.take(part, np.stack([slope(climb.place(number)) for number in part]))
    found = climb.direction()
    assert steepest(slope(np.zeros(2)), even)[0] > 0.85
    assert abs(found[0]) < 0.7
    assert found[1] > 0.7


def test_nothing_grows_without_gradients():
    climb = Climb(spread(), 4)
    first = next(climb.batches(4))
    with pytest.raises(ValueError, match="the same in every picture"):
        climb.take(first, np.zeros((len(first), SIZE)))
