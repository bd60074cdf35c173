"""Effects of a direction as the window keeps them."""

import numpy as np
import pytest

from renderer.document.directions.effects import EffectsFound, covered


def found(by_layer=(0, 1, 6, 3, 0), where=None, kept=()) -> EffectsFound:
    place = np.ones((2, 2)) if where is None else where
    return EffectsFound(
        *(np.array(x, np.float32) for x in (by_layer, place)), np.array(kept, np.float32).reshape(-1, 2)
    )


def test_they_come_back_from_their_array():
    one = found(where=np.arange(6).reshape(2, 3), kept=[(0.5, 0.1), (1, -1)])
    again = EffectsFound.of(one.packed())
    for name in ("by_layer", "where", "kept"):
        np.testing.assert_array_equal(getattr(again, name), getattr(one, name))


@pytest.mark.parametrize("array", [[], [1, 2], [0, 1, 1], [1, 9000, 9000], [5, 2, 2, 1], [1, 1, 1, 0.5, 0.5, 7]])
def test_other_arrays_are_refused(array):
    with pytest.raises(ValueError, match="no effects"):
        EffectsFound.of(np.array(array, np.float32))


@pytest.mark.parametrize(
    ("by_layer", "ends"),
    [
        ((0, 1, 6, 3, 0), (2, 3)),
        ((0, 0, 1, 0, 0), (2, 2)),
        ((1, 1, 1, 1, 1), (0, 4)),
        ((9.1, 0.5, 0.4, 0, 0), (0, 0)),
        ((5, 0, 0, 0, 5), (0, 4)),
        ((0, 0, 0, 0, 0), None),
    ],
)
def test_the_fewest_layers_in_a_row_with_most_of_the_change_act(by_layer, ends):
    assert found(by_layer).acting() == ends


def test_shares_of_layers():
    assert found().share(2, 3) == pytest.approx(0.9)
    assert found().share(-1, 99) == 1
    assert found((0, 0)).share(0, 1) == 0


def test_elsewhere_is_outside_of_the_region_or_of_the_tenth_that_changes_most():
    where = np.zeros((4, 5))
    where[0, :2], where[3, 4] = 3, 4
    assert found(where=where).elsewhere() == pytest.approx(0.3), "two of twenty cells are its place"
    region = np.zeros((8, 10), np.uint8)
    region[:2, :2] = 255
    np.testing.assert_array_equal(np.nonzero(covered(region, where.shape)), [[0], [0]])
    assert found(where=where).elsewhere(covered(region, where.shape)) == pytest.approx(0.7)
    region[:, :] = 255
    assert found(where=where).elsewhere(covered(region, where.shape)) == 0
    assert found(where=np.zeros((4, 5))).elsewhere() == 1


def test_half_covered_cells_count_half():
    region = np.zeros((4, 4), np.uint8)
    region[:, 0] = 255
    np.testing.assert_allclose(covered(region, (2, 2)), [[0.5, 0], [0.5, 0]])
