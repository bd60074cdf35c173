"""Thumbnails drawn by low resolutions of a network."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan.display import to_rgba8
from gan.inference.low_res import at_resolution
from renderer.engine import describing, policy, small
from renderer.engine.base import Cancelled
from renderer.ipc.protocol import Display, Latent, Noise, ThumbnailRequest
from tests.unit.renderer import tiny


@pytest.mark.parametrize(
    ("size", "low_res_s", "full_s", "sides"),
    [
        (64, {32: 0.1, 64: 0.5, 128: 1.0}, 2.4, (32, 64)),  # a rough one first
        (128, {32: 0.05, 64: 0.09, 128: 1.0}, 2.4, (64, 128)),  # the finest that is quick
        (128, {32: 0.2, 64: 0.5, 128: 1.0}, 9.0, (32, 128)),  # none is quick: the quickest
        (64, {32: 0.001, 64: 0.005}, 0.02, (64, 64)),  # the final one is quick itself
        (64, {64: 0.3, 128: 0.4}, 1.0, (64, 64)),  # there are no fewer pixels
        (64, {32: 0.1}, 1.0, (32, 0)),  # a network of 64
        (64, {}, 1.0, (0, 0)),  # no low resolutions
        (64, {32: 0.0, 64: 0.0}, 0.0, (64, 64)),  # nothing has been timed yet
    ],
)
def test_the_resolutions_of_a_thumbnail(size, low_res_s, full_s, sides):
    assert small.resolutions(size, low_res_s, full_s) == sides


@pytest.fixture
def low(monkeypatch, sg2):
    """A bench whose network of 32 x 32 renders at 8 and 16 too, and is taken for slow."""
    monkeypatch.setattr(describing, "LOWEST_RES", 8)
    sg2.render()
    for _ in range(policy.RECENT_RUNS):
        sg2.model.pace.ran(0, 100.0)
    return sg2


def request(bench, key="a", size=16, **changes):
    return ThumbnailRequest(key, tiny.changed(bench.request, **changes), size)


def draw(bench, *wanted, rough, watch=None):
    return bench.pipeline.thumbnails(wanted, rough, watch or tiny.Watching())


def test_a_rough_one_comes_first_and_a_fine_one_after_it(low, monkeypatch):
    sides = []
    draws = small.small_outputs
    monkeypatch.setattr(small, "small_outputs", lambda *args: sides.append(args[3]) or draws(*args))
    (rough,) = draw(low, request(low), rough=True)
    (fine,) = draw(low, request(low), rough=False)
    assert sides == [8, 16]
    assert (rough.final, fine.final) == (False, True)
    assert rough.pixels.shape == fine.pixels.shape == (16, 16, 4)
    assert not np.array_equal(rough.pixels, fine.pixels)


def test_it_is_the_picture_of_the_low_resolution(low):
    (fine,) = draw(low, request(low, latent=Latent(3.0)), rough=False)
    G = tiny.network("sg2")
    z = torch.from_numpy(np.random.RandomState(3).randn(1, G.z_dim)).float()
    with torch.inference_mode():
        picture = to_rgba8(at_resolution(G.synthesis, 16)(G.mapping(z, None), noise_mode="const")[0])
    assert np.abs(picture.astype(int) - fine.pixels).max() <= 1


def test_one_of_too_few_pixels_is_enlarged_smoothly(low):
    whole, large = (draw(low, request(low, size=size), rough=False)[0].pixels for size in (32, 128))
    assert whole.shape == (32, 32, 4)
    assert large.shape == (128, 128, 4)
    squares = large.reshape(32, 4, 32, 4, 4)
    assert (squares[:, 0] != squares[:, 3]).any(), "it is no mosaic"
    means = squares.mean((1, 3))
    assert np.abs(means - whole).mean() < 8


def test_whatever_layer_or_draft_is_shown(low):
    plain = draw(low, request(low), rough=False)[0].pixels
    wanted = request(low)
    other = replace(wanted.request, display=replace(Display(), layer="b4.conv1"), low_res_ms=1.0)
    np.testing.assert_array_equal(draw(low, replace(wanted, request=other), rough=False)[0].pixels, plain)


def test_it_follows_the_noise_and_the_display(low):
    plain = draw(low, request(low), rough=False)[0].pixels
    for changes in ({"noise": Noise("random", 3)}, {"noise": Noise("none")}, {"display": Display(scale_db=-20)}):
        assert not np.array_equal(draw(low, request(low, **changes), rough=False)[0].pixels, plain)


def test_it_leaves_no_trace_in_the_model(low):
    before = dict(low.model.layers), dict(low.model.shares), low.model.pace.full_s
    draw(low, request(low), rough=True)
    assert (dict(low.model.layers), dict(low.model.shares), low.model.pace.full_s) == before


def test_it_can_be_cancelled(low):
    with pytest.raises(Cancelled):
        draw(low, request(low), rough=False, watch=tiny.Watching(cancel_at=0.3))


def test_on_another_device_several_of_one_kind_are_drawn_together(low, monkeypatch):
    """The first ones that differ in their styles alone, with the pictures that each has by itself."""
    wanted = [request(low, f"t{i}", latent=Latent(float(i))) for i in range(3)]
    odd = request(low, "odd", noise=Noise("random", 3))
    alone = [draw(low, one, rough=False)[0].pixels for one in wanted]
    calls = []
    draws = small.small_outputs
    monkeypatch.setattr(
        small, "small_outputs", lambda model, ws, *rest: calls.append(len(ws)) or draws(model, ws, *rest)
    )
    assert len(draw(low, *wanted, odd, rough=False)) == 1, "the plans of a CPU draw one after another"
    monkeypatch.setattr(low.model, "device", torch.device("meta"))
    together = draw(low, *wanted, odd, rough=False)
    assert calls == [1, 3]
    for one, picture in zip(together, alone, strict=True):
        assert np.abs(one.pixels.astype(int) - picture).max() <= 1
    assert len(draw(low, wanted[0], replace(wanted[1], size=8), rough=False)) == 1


def test_a_picture_of_few_pixels_is_enlarged_smoothly(sg2):
    sg2.render()
    small_one, large = (draw(sg2, request(sg2, size=size), rough=False)[0].pixels for size in (32, 128))
    assert large.shape == (128, 128, 4)
    steps = np.abs(np.diff(large[..., :3].astype(int), axis=1)).max(axis=2)
    repeated = np.abs(np.diff(small_one.repeat(4, 0).repeat(4, 1)[..., :3].astype(int), axis=1)).max(axis=2)
    assert steps.max() < repeated.max() / 2, "no blocks"
    middle = large.reshape(32, 4, 32, 4, 4).mean(axis=(1, 3))
    assert np.abs(middle - small_one).mean() < 12, "it is the same picture"
