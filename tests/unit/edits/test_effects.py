"""Effects of directions: the layers on which they act, where in the picture, and what they move of others."""

import numpy as np
import pytest
import torch

from foundation.bundled import DEMO
from gan.edits.effects import KEPT_PICTURES, PICTURES, SIDE, Kept, Trial, effects, on_layers, sign_of, starts_of
from gan.edits.looks import MEASURES, View
from gan.edits.measures import drawing
from gan.edits.weights import sefa
from gan.images import load_generator
from tests.unit.renderer import tiny


@pytest.fixture(scope="module")
def demo():
    return load_generator(str(DEMO), "cpu")


@pytest.mark.parametrize(("kind", "index"), [("sg2", 0), ("sg2", 3), ("sg2", 6), ("sg3", 4), ("sg1", 2)])
def test_of_a_network_in_which_one_layer_alone_matters_that_one_is_measured(kind, index):
    G = tiny.only(index, kind)
    vector = np.ones(G.w_dim, np.float32)
    found = effects(G, vector, drawing(G))
    assert found.by_layer[index] > 0
    others = np.delete(found.by_layer, index)
    np.testing.assert_array_equal(others, 0)


def test_layers_and_places_are_those_of_the_pictures(demo):
    move = on_layers(sefa(demo, 1).vectors[0] * 2, demo.num_ws, range(1, 5))
    starts, draw = starts_of(demo), drawing(demo)
    found = effects(demo, move, draw, range(1, 5))
    assert found.where.shape == (SIDE, SIDE)
    assert (found.by_layer[[0, *range(5, demo.num_ws)]] == 0).all()
    changes = []
    for seed in range(PICTURES):
        base = starts[seed].expand(demo.num_ws, -1)
        step = torch.from_numpy(move) * sign_of(seed)
        changes.append(np.square(draw(base + step, 0) - draw(base, 0)).mean(axis=-1))
    np.testing.assert_allclose(found.where, np.mean(changes, axis=0), rtol=1e-4, atol=1e-7)
    alone = torch.zeros_like(step)
    by_hand = []
    for seed in range(PICTURES):
        base, alone[3] = starts[seed].expand(demo.num_ws, -1), torch.from_numpy(move[3]) * sign_of(seed)
        by_hand.append(np.square(draw(base + alone, 0) - draw(base, 0)).mean())
    assert found.by_layer[3] == pytest.approx(np.mean(by_hand), rel=1e-4)


def test_a_direction_goes_along_itself_by_one_deviation_and_half_of_it_by_about_half(demo):
    vector = (sefa(demo, 1).vectors[0]).astype(np.float32)
    half = on_layers(0.5 * vector, demo.num_ws, range(demo.num_ws))
    whole = on_layers(vector, demo.num_ws, range(demo.num_ws))
    kept = (Kept(whole), Kept(whole, lambda picture: MEASURES["brighter"](picture, _view(picture))))
    found = effects(demo, half, drawing(demo), before=whole, kept=kept)
    np.testing.assert_allclose(found.kept[:, 0], 1, atol=1e-6)
    assert (abs(found.kept[:, 1] - 0.5) < 0.25).all()


def _view(picture: np.ndarray) -> View:
    return View(np.ones(picture.shape[:2], np.float32), picture)


def test_nothing_moves_of_what_changes_nothing_itself(demo):
    vector = sefa(demo, 1).vectors[0]
    nothing = on_layers(np.zeros(demo.w_dim), demo.num_ws, range(demo.num_ws))
    found = effects(demo, vector, drawing(demo), before=vector, kept=(Kept(nothing),))
    np.testing.assert_array_equal(found.kept, 0)


def test_pictures_are_counted_and_kept_ones_need_the_direction_before(demo):
    starts, move = starts_of(demo), on_layers(np.ones(demo.w_dim), demo.num_ws, (2, 3))
    assert len(Trial(starts, move, (2, 3)).tasks) == PICTURES * 4
    assert len(Trial(starts, move, (3,)).tasks) == PICTURES * 2, "one layer is all of it"
    assert len(Trial(starts, move, (3,), move, (Kept(move),)).tasks) == KEPT_PICTURES * 4
    with pytest.raises(ValueError, match="before"):
        Trial(starts, move, (2,), kept=(Kept(move),))
