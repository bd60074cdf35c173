"""Walks through W: they meet their keyframes, loop seamlessly, and preserve the distance from the mean."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.animation.walks import INTERPOLATIONS, Walk, evenly
from tests.soak import times

K, LAYERS, DIM = 5, 3, 64


def keyframes(seed=0, count=K):
    return torch.randn(count, LAYERS, DIM, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


W_AVG = torch.full((DIM,), 0.3, dtype=torch.float64)


def distances(ws):
    return (ws - W_AVG).norm(dim=-1)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("keep_norm", [False, True])
@pytest.mark.parametrize("loop", [False, True])
def test_keyframes_are_met(interpolation, keep_norm, loop):
    ws = keyframes()
    walk = evenly(ws, W_AVG, loop=loop, interpolation=interpolation, keep_norm=keep_norm)
    for i in range(K):
        torch.testing.assert_close(walk.at(float(i)), ws[i])
    torch.testing.assert_close(walk.at(float(K)), ws[0] if loop else ws[-1])


@settings(max_examples=times(60), deadline=None)
@given(
    st.integers(0, 1000),
    st.floats(0, K),
    st.sampled_from([("linear", True), ("cubic", True), ("slerp", False), ("slerp", True)]),
    st.booleans(),
)
def test_distance_from_the_average_goes_linearly(seed, t, kind, loop):
    interpolation, keep_norm = kind
    ws = keyframes(seed) * torch.linspace(0.2, 2, K, dtype=torch.float64)[:, None, None]
    walk = evenly(ws, W_AVG, loop=loop, interpolation=interpolation, keep_norm=keep_norm)
    ends = torch.cat([distances(ws), distances(ws[:1] if loop else ws[-1:])]).numpy()
    for layer in range(LAYERS):
        wanted = np.interp(t, np.arange(K + 1), ends[:, layer])
        assert float(distances(walk.at(t))[layer]) == pytest.approx(wanted, rel=0.01)


def test_without_keeping_it_the_walk_sinks_toward_the_average():
    ws = keyframes()
    walk = evenly(ws, W_AVG, interpolation="linear")
    assert (distances(walk.at(0.5)) < 0.85 * (distances(ws[0]) + distances(ws[1])) / 2).all()


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("keep_norm", [False, True])
def test_loops_have_no_seam(interpolation, keep_norm):
    frames = 40
    walk = evenly(keyframes(), W_AVG, interpolation=interpolation, keep_norm=keep_norm)
    path = torch.stack([walk.at(i / frames) for i in range(K * frames)])
    steps = (path.roll(-1, dims=0) - path).flatten(1).norm(dim=1)
    assert steps[-1] <= 1.01 * steps[:-1].max()
    torch.testing.assert_close(walk.at(1.3 + K), walk.at(1.3))


def test_cubic_is_smooth_where_linear_has_a_corner():
    ws = keyframes()

    def corner(interpolation):
        walk = evenly(ws, W_AVG, interpolation=interpolation)
        before, after = walk.at(1.0) - walk.at(0.999), walk.at(1.001) - walk.at(1.0)
        return float((after - before).norm() / before.norm())

    assert corner("cubic") < 0.02
    assert corner("linear") > 0.5


def test_own_times():
    ws = keyframes(count=2)
    walk = Walk((0.0, 10.0), ws, W_AVG, "linear")
    torch.testing.assert_close(walk.at(2.5), 0.75 * ws[0] + 0.25 * ws[1])


def test_what_cannot_be_is_refused():
    ws = keyframes()
    with pytest.raises(ValueError, match="as many times"):
        Walk((0.0,), ws, W_AVG)
    with pytest.raises(ValueError, match="choose one of linear, cubic, slerp"):
        evenly(ws, W_AVG, interpolation="wobbly")
    with pytest.raises(ValueError, match="must increase"):
        Walk((0.0, 1.0, 1.0, 2.0, 3.0), ws, W_AVG)
