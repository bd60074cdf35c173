"""Two piles: the order of pictures, advice, and the end of what is useful."""

import numpy as np

from foundation.specs.editing.defaults import PILE_SAMPLE
from renderer.document.directions.piles import Accuracy, PileFound, Piles
from viz.directions.piles import advice, upcoming, useful


def found(odds: np.ndarray) -> PileFound:
    return PileFound(0.8, 0.1, 1.0, np.ones(4, np.float32), odds.astype(np.float32))


def sorted_piles(count: int) -> Piles:
    piles = Piles(chance=100)
    for i in range(count):
        piles = piles.chosen(1000 + i, "left" if i % 2 else "right")
    return piles


def test_pictures_come_by_chance_at_first_then_the_least_sure_and_every_fifth_by_chance():
    odds = np.arange(PILE_SAMPLE, 0, -1).astype(float)  # the last seeds are the least sure
    assert upcoming(sorted_piles(0), found(odds), None, 3) == (100, 101, 102)
    assert upcoming(sorted_piles(8), found(odds), None, 3) == (499, 100, 498), "the tenth comes by chance"
    assert upcoming(sorted_piles(8), None, 7, 2) == (7, 100), "the present one stays"


def test_a_result_comes_back_from_its_array():
    one = found(np.arange(5))
    again = PileFound.of(one.packed())
    np.testing.assert_array_equal(again.odds, one.odds)
    np.testing.assert_array_equal(again.vector, one.vector)
    assert (again.accuracy, again.sigma) == (np.float32(0.8), 1.0)


def test_choices_are_taken_back_with_their_points_of_the_curve():
    piles = sorted_piles(2).chosen(5, "skip")
    assert (piles.count, piles.of("skip")) == (2, (5,))
    curve = (Accuracy(1, 0.5), Accuracy(2, 0.6))
    piles = Piles(choices=piles.choices, curve=curve)
    assert piles.back().curve == curve
    assert piles.back().back().curve == curve[:1]
    assert piles.moved(1000, "left").of("left") == (1000, 1001)
    assert piles.without(1000).of("right") == ()


def test_advice_says_what_is_wrong():
    one_sided = Piles()
    for seed in range(12):
        one_sided = one_sided.chosen(seed, "left")
    assert "All are on one side" in advice(one_sided, None)
    assert "cannot be told" in advice(sorted_piles(24), 0.55)
    assert not advice(sorted_piles(24), 0.8)


def test_little_changes_once_the_curve_is_flat():
    steep = tuple(Accuracy(n, 0.5 + 0.01 * n) for n in range(8, 16))
    flat = tuple(Accuracy(n, 0.9) for n in range(8, 16))
    assert useful(steep[:3]) is None
    assert useful(steep) == 60
    assert useful(flat) == 0
