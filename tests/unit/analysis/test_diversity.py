"""Mean distance of all pairs, from sums."""

import itertools
import math

import numpy as np
import pytest
import torch

from gan.analysis.diversity import PairDistances, as_batch, diversity
from gan.images import render, styles
from gan.metrics.distance import NAMES, Distance, pyramid
from tests.unit.renderer import tiny

PIXELS = Distance(NAMES[""], "", pyramid)


def test_the_mean_is_that_of_all_pairs():
    features = torch.randn(9, 50, generator=torch.Generator().manual_seed(0)) + 3
    pairs = PairDistances()
    assert math.isnan(pairs.mean)
    for one in features:
        pairs.add(one[None])
    wanted = np.mean([float((a - b).square().sum()) for a, b in itertools.combinations(features, 2)])
    assert pairs.mean == pytest.approx(wanted, rel=1e-5)
    assert pairs.error > 0


def test_pictures_of_seeds_are_those_that_the_library_draws():
    G = tiny.network("sg2")
    found = diversity(G, PIXELS.of, range(4), psi=0.7)
    shown = [as_batch(render(G, styles(G, [seed], psi=0.7)[0])) for seed in range(4)]
    wanted = np.mean([float(PIXELS.between(a, b)[0]) for a, b in itertools.combinations(shown, 2)])
    assert found.mean == pytest.approx(wanted, rel=1e-4)
    assert diversity(G, PIXELS.of, range(4), psi=0.0).mean == 0
    assert 0 < found.mean < diversity(G, PIXELS.of, range(4)).mean


def test_the_error_bounds_the_spread():
    """Over many draws the mean deviates by no more than the error says."""
    draw = np.random.RandomState(0)
    means, errors = [], []
    for _ in range(60):
        pairs = PairDistances()
        for row in draw.randn(24, 8).astype(np.float32):
            pairs.add(torch.from_numpy(row))
        means.append(pairs.mean)
        errors.append(pairs.error)
    assert np.std(means) < 1.1 * np.mean(errors)
