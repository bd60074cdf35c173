"""Paths of other programs (fixtures/walk_parity)."""

import numpy as np
import pytest

from gan.animation import paths
from gan.animation.noise_loops import noise, noise_loop
from tests.parity.edits.published import published

CASE, TOLERANCE = "walk_parity", 1e-6
STREAM = np.random.RandomState(91)
A, B, C = (STREAM.randn(1, 24) for _ in range(3))
LONG = 1.7 * B


def assert_published(key, value):
    expected = published(CASE)[1][key]
    assert value.dtype == np.float64
    np.testing.assert_allclose(value.reshape(expected.shape), expected, rtol=0, atol=TOLERANCE)


def test_great_circles():
    assert_published("dv_slerp", np.stack([paths.great_circle(A, LONG, t) for t in (0, 0.25, 0.5, 0.9)]))
    assert_published("dv_slerp_interpolate", paths.great_circles(np.stack([A, B, C]), 4))
    near = A + 1e-3 * B
    np.testing.assert_array_equal(paths.great_circle(A, near, 0.5), A + 0.5 * (near - A))


@pytest.mark.parametrize("name", paths.EASINGS)
def test_easings(name):
    assert_published(f"dv_line_{name}", np.array([paths.EASINGS[name](i / 12) for i in range(12)]))


@pytest.mark.parametrize(("frames", "diameter"), [(9, 5), (12, 8.0)])
def test_circular_loops(frames, diameter):
    z = [np.random.RandomState(seed).randn(1, 512) for seed in (91, 92, 93)]
    assert_published(f"dv_circularloop_{frames}", paths.circular_loop(*z, diameter, frames)[:, 0, :32])


def test_noise_loops():
    assert_published("dv_noiseloop", noise_loop(32, 0.9, 8, 91))
    whole = noise_loop(64, 2.0, 24, 7, rescaled=True)
    assert whole.std() == pytest.approx(1)
    steps = np.linalg.norm(np.diff(np.concatenate([whole, whole[:1]]), axis=0), axis=1)
    assert steps.max() < 4 * steps.min(), "the seam is like any other place"
    assert all(abs(noise(3, x, y)) <= 1 for x, y in np.random.RandomState(0).randn(500, 2) * 9)


def test_straight_and_rescaled_lines():
    assert_published("ep_smoothstep", np.stack([paths.smoothstep(np.arange(9) / 8, order) for order in (0.5, 1, 2)]))
    assert_published("ep_lerp", paths.line_of((A, LONG), 5))
    assert_published("ep_lerp_smooth", paths.line_of((A, LONG), 5, 0.5))
    assert_published("ep_slerp", paths.line_of((A, LONG), 5, rescaled=True))
    assert_published("ep_slerp_smooth", paths.line_of((A, LONG), 5, 0.5, rescaled=True))


def test_loops_through_keys():
    assert_published("ep_cublerp", paths.spline_loop(np.concatenate([A, B, C]), 4))


@pytest.mark.parametrize("kind", ["plain", "cubic", "gauss", "cubic_gauss"])
def test_loops_of_seeds(kind):
    stream = np.random.RandomState(91)
    keys = np.concatenate([stream.randn(1, 24) for _ in range(4)])
    options = {name: name in kind for name in ("cubic", "gauss")}
    assert_published(f"ep_anima_{kind}", paths.key_loop(keys, 20, 5, **options))
