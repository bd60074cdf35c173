"""Films of seeds: the keyframe seeds of each cell, and frames equal to the walk's images."""

import numpy as np
import pytest

from gan.animation.seed_films import frames, keyframe_seeds
from gan.animation.walks import evenly
from gan.edits.directions import Direction, apply
from gan.images import render, styles
from tests.unit.networks import tiny


def test_seeds_are_dealt_cell_by_cell():
    assert keyframe_seeds(range(6), 2) == [[0, 1, 2], [3, 4, 5]]
    assert keyframe_seeds([7, 8], 2, 3) == [[7, 8, 7], [8, 7, 8]]
    shuffled = np.arange(6)
    np.random.RandomState(3).shuffle(shuffled)
    assert keyframe_seeds(range(6), 2, shuffle_seed=3) == shuffled.reshape(2, 3).tolist()
    with pytest.raises(ValueError, match="5 seeds cannot be shared out evenly among 2 cells"):
        keyframe_seeds(range(5), 2)
    with pytest.raises(ValueError, match="needs seeds"):
        keyframe_seeds([], 1)


def test_frames_are_the_walks_pictures_side_by_side():
    G = tiny.generator()
    walks = [evenly(styles(G, seeds), G.mapping.w_avg) for seeds in ([0, 1], [2, 3])]
    along = [Direction(np.ones(tiny.W, dtype=np.float32), 0.5)]
    made = list(frames(G, walks, 2, [0.0, 0.3], along))
    assert len(made) == 2
    assert made[0].shape == (tiny.RES, 2 * tiny.RES, 3)
    assert np.array_equal(made[0][:, : tiny.RES], render(G, apply(styles(G, [0])[0], along)))
    assert np.array_equal(made[1][:, tiny.RES :], render(G, apply(walks[1].at(0.3), along)))
