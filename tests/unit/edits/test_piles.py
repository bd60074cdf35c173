"""A direction from two piles: fits, held-out accuracy, and what thirty choices reach."""

import numpy as np
import pytest

from gan.edits.piles import RIDGES, coordinates, fitted, left_out, sort_piles


def data(count: int = 40, seed: int = 0):
    random = np.random.RandomState(seed)
    x = random.randn(count, 5)
    y = (x[:, 0] + 0.5 * random.randn(count) > 0).astype(float)
    return x, y


def test_fits_are_those_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression  # here, as each worker imports all modules of tests

    x, y = data()
    own = fitted(x[None], y[None], np.array([2.0]))[0]
    known = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(x, y)
    np.testing.assert_allclose(own, [*known.coef_[0], known.intercept_[0]], atol=1e-3)


def test_a_picture_is_judged_by_a_fit_that_has_not_seen_it():
    x, y = data(12)
    odds = left_out(x, y, RIDGES[3:4])[0]
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        w = fitted(x[rest][None], y[rest][None], RIDGES[3:4])[0]
        np.testing.assert_allclose(odds[i], x[i] @ w[:-1] + w[-1], atol=1e-6)


def test_chance_is_told_as_chance():
    random = np.random.RandomState(1)
    w, side = random.randn(60, 8), random.rand(60) > 0.5
    found = sort_piles(w, side, coordinates(random.randn(200, 8)))
    assert 0.3 < found.accuracy < 0.7
    assert found.error == pytest.approx(np.sqrt(found.accuracy * (1 - found.accuracy) / 60))


def test_small_pictures_say_which_of_many_coordinates_matter():
    """Of 128 coordinates of w four show; thirty choices find the rule with pictures, hardly without."""
    random = np.random.RandomState(2)
    shown = random.randn(128, 4)
    pool, test = random.randn(400, 128), random.randn(500, 128)
    pictures = pool @ shown @ random.randn(4, 48)
    rule = shown[:, 0]
    chosen, truth = pool[:30], test @ rule > 0
    plain = sort_piles(chosen, chosen @ rule > 0, coordinates(pool))
    helped = sort_piles(chosen, chosen @ rule > 0, coordinates(pool, pictures))
    right = [float(((one.odds(test) > 0) == truth).mean()) for one in (plain, helped)]
    assert right[1] > 0.85 > right[0]
    assert abs(helped.vector @ rule) / np.linalg.norm(rule) > 0.8
    np.testing.assert_allclose(np.linalg.norm(helped.vector), 1)


def test_too_few_pictures_say_which_pile_lacks_some():
    w = np.random.RandomState(0).randn(9, 4)
    with pytest.raises(ValueError, match="right pile has 3 of 4"):
        sort_piles(w, np.arange(9) > 5, coordinates(w))
