"""Orders, marks and choices of the gallery, without a window."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.seeds import seed_class
from renderer.document.document import SeedMarks
from viz.gallery import choosing, order
from viz.gallery.actions import ranges_of
from viz.gallery.known import BLOCK, MOST_BLOCKS, Known, _put
from viz.gallery.order import Ordered
from viz.state.interaction import SeedChoice
from viz.state.seeds.marks import mark_of, with_mark

NUMBERS = np.random.default_rng(0)
W = NUMBERS.normal(0, 1, (300, 16)).astype(np.float32) + 3
MEAN = np.full(16, 3.0, np.float32)
SEEDS = np.arange(100, 400, dtype=np.int64)


def test_similarity_is_the_cosine_seen_from_the_mean():
    found = order.similarity(W, MEAN, W[7])
    wanted = [(w - MEAN) @ (W[7] - MEAN) / np.linalg.norm(w - MEAN) / np.linalg.norm(W[7] - MEAN) for w in W]
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert found[7] == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(order.similarity(W, MEAN, MEAN + 0.5 * (W[7] - MEAN)), found, atol=1e-4)
    assert order.by_values(SEEDS, found, descending=True).seeds[0] == 107


def test_typicality_and_projection():
    np.testing.assert_allclose(order.typicality(W, MEAN), np.linalg.norm(W - MEAN, axis=1), rtol=1e-4)
    direction = NUMBERS.normal(0, 1, 16).astype(np.float32)
    found = order.projection(np.stack([MEAN, MEAN + 2 * direction, MEAN - direction]), MEAN, direction)
    np.testing.assert_allclose(found, [0, 2, -1], atol=1e-4)
    layers = np.stack([direction * 2, np.zeros(16, np.float32)])
    np.testing.assert_allclose(order.projection(W, MEAN, layers), order.projection(W, MEAN, direction), atol=1e-4)


def test_orders_are_whole_and_stable():
    values = NUMBERS.integers(0, 5, 300).astype(np.float32)
    for descending in (False, True):
        made = order.by_values(SEEDS, values, descending)
        assert sorted(made.seeds.tolist()) == SEEDS.tolist()
        for value in range(5):
            same = made.seeds[made.values == value].tolist()
            assert same == sorted(same)
    assert order.starred_first(SEEDS[:6], [104], [100, 102]).seeds.tolist() == [104, 101, 103, 105, 100, 102]
    made = order.by_class(SEEDS, 8, 4)
    assert made.values.tolist() == sorted(made.values.tolist())
    assert [seed_class(int(seed), 8, 4) for seed in made.seeds] == made.values.tolist()


def test_filters():
    whole = Ordered(np.array([3, 1, 2], np.int64), np.array([0.3, 0.1, 0.2], np.float32))
    assert order.filtered(whole, "all", [1], [2]) is whole
    assert order.filtered(whole, "unrejected", [1], [2]).seeds.tolist() == [3, 1]
    starred = order.filtered(whole, "starred", [2, 9, 5], [])
    assert starred.seeds.tolist() == [2, 5, 9]
    assert starred.values[0] == np.float32(0.2)
    assert np.isnan(starred.values[1:]).all()
    assert order.filtered(whole, "rejected", [], []).seeds.tolist() == []


seeds_ = st.lists(st.integers(0, 30), max_size=20)


@given(st.lists(st.tuples(seeds_, st.sampled_from(["starred", "rejected", ""])), max_size=8))
def test_a_seed_has_one_mark_at_most_and_the_last_one_counts(steps):
    marks, wanted = SeedMarks("a"), {}
    for seeds, mark in steps:
        marks = with_mark(marks, seeds, mark)
        wanted |= dict.fromkeys(seeds, mark)
    assert not set(marks.starred) & set(marks.rejected)
    assert len(set(marks.starred)) == len(marks.starred)
    assert all(mark_of(marks, seed) == mark for seed, mark in wanted.items())


def test_choosing_by_clicks_and_keys():
    shown = np.array([5, 3, 9, 1, 7], np.int64)
    one = choosing.clicked(SeedChoice(), shown, 3, more=False, through=False)
    assert (one.chosen, one.cursor, one.anchor) == ((3,), 3, 3)
    run = choosing.clicked(one, shown, 7, more=False, through=True)
    assert run.chosen == (3, 9, 1, 7)
    assert choosing.clicked(run, shown, 5, more=False, through=True).chosen == (3, 5), "backwards from the anchor"
    assert choosing.clicked(run, shown, 9, more=True, through=False).chosen == (3, 1, 7)
    assert choosing.inverted(run, shown).chosen == (5,)
    assert choosing.everything(run, shown).chosen == (5, 3, 9, 1, 7)
    moved = choosing.moved(one, shown, 1, 2, through=True)
    assert moved.chosen == (3, 9, 1)
    assert choosing.moved(one, shown, 1, 99, through=False).cursor == 7
    assert choosing.targets(replace(one, chosen=())) == (3,)
    assert choosing.boxed(one, (3, 5), (9, 5), more=True).chosen == (3, 5, 9)


def test_what_is_known_is_bounded():
    known = Known()
    for block in range(3 * MOST_BLOCKS):
        _put(known.w, block, np.zeros((BLOCK, 4), np.float32))
    assert len(known.w) == MOST_BLOCKS
    assert known.of(0, 10) is None
    last = (3 * MOST_BLOCKS - 2) * BLOCK
    assert known.of(last + 900, 300).shape == (300, 4)


def test_ranges():
    assert ranges_of([1, 2, 3, 7, 9, 10]) == "1-3,7,9-10"
