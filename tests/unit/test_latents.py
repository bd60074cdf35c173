"""Seeds give the published latents, and walks meet their specifications."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan import latents
from tests.soak import times


def test_seed_is_numpys_legacy_generator():
    assert np.array_equal(latents.seed_z(7, 5), np.random.RandomState(7).randn(5))
    assert np.array_equal(latents.seed_z(-1, 5), np.random.RandomState(2**32 - 1).randn(5))
    assert np.array_equal(latents.seed_z(2**32 + 3, 5), latents.seed_z(3, 5))


def test_class_comes_after_z():
    state = np.random.RandomState(11)
    state.randn(64)
    assert latents.seed_class(11, 64, 10) == state.randint(10)
    assert len({latents.seed_class(seed, 8, 4) for seed in range(50)}) == 4
    with pytest.raises(ValueError, match="no classes"):
        latents.seed_class(0, 8, 0)


@pytest.mark.parametrize(("x", "y", "seed"), [(0, 0, 0), (3, 2, 203), (-4, 0, -4), (5, -1, -95)])
def test_whole_positions_are_one_seed(x, y, seed):
    assert latents.neighbours(x, y) == ((seed, 1.0),)


def test_four_neighbours():
    assert dict(latents.neighbours(1.25, 3.5)) == {301: 0.375, 302: 0.125, 401: 0.375, 402: 0.125}
    assert dict(latents.neighbours(1.25, 3)) == {301: 0.75, 302: 0.25}
    with pytest.raises(ValueError, match="finite"):
        latents.neighbours(math.nan, 0)


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_weights_share_one_and_give_the_position_back(x, y):
    found = latents.neighbours(x, y)
    assert 1 <= len(found) <= 4
    assert all(weight > 0 for _, weight in found)
    assert sum(weight for _, weight in found) == pytest.approx(1)
    assert sum(seed * weight for seed, weight in found) == pytest.approx(x + 100 * y, abs=1e-5)


def test_slerp_keeps_the_sphere_and_its_speed():
    a, b = torch.randn(2, 6, 16, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    a, b = a / a.norm(dim=1, keepdim=True), b / b.norm(dim=1, keepdim=True)
    points = [latents.slerp(a, b, t) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    torch.testing.assert_close(points[0], a)
    torch.testing.assert_close(points[-1], b)
    steps = torch.stack([(q - p).norm(dim=1) for p, q in itertools.pairwise(points)])
    torch.testing.assert_close(steps, steps[:1].expand_as(steps))
    for p in points:
        torch.testing.assert_close(p.norm(dim=1), torch.ones(6, dtype=torch.float64))


def test_slerp_length_goes_straight_and_parallel_points_do_not_break():
    a, b = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 4.0])
    torch.testing.assert_close(latents.slerp(a, b, 0.5), torch.tensor([1.0, 1.0]) * 3 / math.sqrt(2))
    torch.testing.assert_close(latents.slerp(a, 2 * a, 0.5), 1.5 * a)
    torch.testing.assert_close(latents.slerp(a, -a, 0.25), 0.5 * a)
    t = torch.tensor([[0.0], [1.0]])
    torch.testing.assert_close(latents.slerp(a.expand(2, 2), b.expand(2, 2), t), torch.stack([a, b]))


def test_linear_blend_in_w():
    ws = torch.arange(24.0).reshape(2, 3, 4)
    out = latents.blend_w(ws, (0.25, 0.75), torch.ones(4))
    torch.testing.assert_close(out, 0.25 * ws[0] + 0.75 * ws[1])


def test_arc_blend_keeps_the_distance_and_linear_does_not():
    ws = torch.randn(4, 3, 64, generator=torch.Generator().manual_seed(2))
    w_avg = torch.full((64,), 0.5)
    weights = (0.25, 0.25, 0.25, 0.25)
    distances = (ws - w_avg).norm(dim=-1).mean(dim=0)
    arc = latents.blend_w(ws, weights, w_avg, keep_norm=True)
    torch.testing.assert_close((arc - w_avg).norm(dim=-1), distances)
    straight = latents.blend_w(ws, weights, w_avg)
    assert ((straight - w_avg).norm(dim=-1) < 0.75 * distances).all()
    torch.testing.assert_close(torch.cosine_similarity(arc - w_avg, straight - w_avg, dim=-1), torch.ones(3))
    torch.testing.assert_close(latents.blend_w(ws[:1], (1.0,), w_avg, keep_norm=True), ws[0])


def test_arc_blend_of_opposites_is_the_average():
    w_avg = torch.tensor([1.0, 2.0])
    ws = torch.stack([w_avg + 3, w_avg - 3])
    torch.testing.assert_close(latents.blend_w(ws, (0.5, 0.5), w_avg, keep_norm=True), w_avg)


def test_sphere_blend_of_two_is_slerp():
    zs = np.stack([latents.seed_z(s, 32) for s in (4, 5)])
    for t in (0.0, 0.2, 0.5, 0.9, 1.0):
        slerped = latents.slerp(torch.tensor(zs[0]), torch.tensor(zs[1]), t).numpy()
        np.testing.assert_allclose(latents.blend_z(zs, (1 - t, t)), slerped, atol=1e-7)


@settings(max_examples=times(30), deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_sphere_blend_of_four(fx, fy):
    zs = np.stack([latents.seed_z(s, 16) for s in range(4)])
    weights = ((1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy)
    z = latents.blend_z(zs, weights)
    assert np.linalg.norm(z) == pytest.approx(np.dot(weights, np.linalg.norm(zs, axis=1)))


def test_sphere_blend_of_points_that_cancel_out():
    z = latents.seed_z(1, 8)
    np.testing.assert_allclose(latents.blend_z(np.stack([z, -z]), (0.5, 0.5)), np.zeros(8), atol=1e-12)


def test_blends_refuse_wrong_weights():
    ws = torch.zeros(2, 4)
    with pytest.raises(ValueError, match="need 2 weights"):
        latents.blend_w(ws, (1.0,), torch.zeros(4))
    with pytest.raises(ValueError, match="add up to 1"):
        latents.blend_w(ws, (0.5, 0.6), torch.zeros(4))
    with pytest.raises(ValueError, match="negative"):
        latents.blend_z(np.ones((2, 3)), (1.5, -0.5))
