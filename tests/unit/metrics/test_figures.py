"""Values of metrics with a known answer."""

import math

import numpy as np
import pytest
import torch

from gan.metrics.frechet import frechet_distance
from gan.metrics.inception_score import inception_score
from gan.metrics.kernel import kernel_distance
from gan.metrics.moments import Moments
from gan.metrics.path_length import path_length
from gan.metrics.precision_recall import precision_recall
from gan.metrics.separability import conditional_entropy, separability


def cloud(count, features=6, seed=0, scale=1.0, shift=0.0):
    return torch.randn(count, features, generator=torch.Generator().manual_seed(seed)) * scale + shift


def test_frechet_distance_of_normal_distributions():
    """|mu|^2 + sum (s_r - s_g)^2 for independent features."""
    n = torch.tensor([1.0, -1.0]).repeat(500)[:, None] * torch.eye(2).repeat_interleave(2, 0).repeat(250, 1)
    moments = Moments.of(n * 2**0.5)  # mean 0, covariance 1
    other = Moments.of(n * 2**0.5 * 3 + torch.tensor([2.0, 0.0]))
    assert frechet_distance(moments, other) == pytest.approx(4 + 2 * (3 - 1) ** 2, rel=1e-6)
    assert frechet_distance(moments, moments) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_with_fewer_pictures_than_features():
    assert frechet_distance(Moments.of(cloud(4, 10)), Moments.of(cloud(4, 10, seed=1))) > 0


def test_kernel_distance_has_no_bias():
    same = kernel_distance(cloud(2000), cloud(2000, seed=1), np.random.RandomState(0), 50, 200)
    other = kernel_distance(cloud(2000), cloud(2000, seed=1, shift=0.5), np.random.RandomState(0), 50, 200)
    assert abs(same) < 0.01 < 0.1 < other


def test_precision_and_recall_of_part_of_a_distribution():
    real = torch.cat([cloud(100), cloud(100, seed=1, shift=100)])
    precision, recall = precision_recall(real, cloud(200, seed=2))
    assert precision > 0.8
    assert 0.3 < recall < 0.6
    assert precision_recall(real, real) == (1, 1)
    assert precision_recall(real, real + 1e4) == (0, 0)


def test_inception_score_counts_classes():
    sure = torch.eye(4).repeat(30, 1)
    assert inception_score(sure, 3) == (pytest.approx(4), pytest.approx(0, abs=1e-12))
    assert inception_score(torch.full((40, 4), 0.25))[0] == pytest.approx(1)


def test_path_length_leaves_out_the_odd_ones():
    distances = torch.ones(1000)
    distances[:5], distances[5:10] = 0, 1e6
    assert path_length(distances) == pytest.approx(1)


def test_conditional_entropy():
    sides = np.array([0, 0, 1, 1], bool)
    assert conditional_entropy(sides, sides) == 0
    assert conditional_entropy(sides, np.array([0, 1, 0, 1], bool)) == pytest.approx(math.log(2))
    assert conditional_entropy(sides, np.array([0, 1, 1, 1], bool)) == pytest.approx(math.log(2) / 2)


def test_separability_of_attributes_with_and_without_a_plane():
    points = np.random.RandomState(0).randn(2000, 5)
    plane = points @ np.array([1.0, -2, 0, 0.5, 0])
    ring = (points[:, :2] ** 2).sum(axis=1) - 1.4  # no plane can tell inside from outside
    assert separability(points, plane[:, None]) == pytest.approx(1, abs=0.05)
    assert 1.5 < separability(points, ring[:, None]) <= 2.01
    both = separability(points, np.stack([plane, ring], axis=1))
    product = separability(points, plane[:, None]) * separability(points, ring[:, None])
    assert both == pytest.approx(product)
    assert separability(points, np.ones((2000, 1))) == 1  # nothing to tell apart


@pytest.mark.parametrize(
    "ask",
    [
        lambda: frechet_distance(Moments.of(cloud(1)), Moments.of(cloud(5))),
        lambda: kernel_distance(cloud(1), cloud(5), np.random.RandomState(0)),
        lambda: precision_recall(cloud(3), cloud(9)),
        lambda: inception_score(torch.full((5, 2), 0.5)),
        lambda: separability(np.zeros((3, 2)), np.zeros((3, 1))),
    ],
)
def test_too_few_pictures_are_told(ask):
    with pytest.raises(ValueError, match="ask for more samples"):
        ask()
