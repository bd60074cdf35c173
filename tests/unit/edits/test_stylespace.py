"""Search of style channels: what it ranks by, and what gradients leave to be rendered."""

import json

import numpy as np
import pytest
import torch

from gan.edits import stylespace as module
from gan.edits.features import differentiable
from gan.edits.stylespace import FoundChannels, stylespace, stylespace_steps
from tests.unit.networks import tiny
from tests.unit.networks.test_style_offsets import stylegan1

CORNER = np.zeros((16, 16), np.float32)
CORNER[:6, 4:] = 1


def by_hand(G, layer, channel, region=None, pictures=2, samples=50):
    """Strength and share of one channel, straight from the formula."""
    z = torch.from_numpy(np.random.RandomState(5).randn(samples, G.z_dim)).float()
    ws = G.mapping(z, None, truncation_psi=0.7, truncation_cutoff=8)
    affine, index = (
        G.synthesis.get_submodule(layer).affine,
        next(i for i, names in enumerate(G.synthesis.ws_layers) if layer in names),
    )
    sigma = affine(ws[:, index])[:, channel].std(correction=0)
    squares = 0
    for k in range(pictures):
        both = []
        for way in (1, -1):
            offset = torch.zeros(affine.out_features)
            offset[channel] = way * sigma
            image = G.synthesis(ws[k : k + 1], style_offsets={layer: offset})[0]
            both.append((image / 2 + 0.5).clamp(0, 1).double().numpy())
        squares = squares + (((both[0] - both[1]) / 2) ** 2).mean(axis=0) / pictures
    if region is None:
        kept = np.sort(squares.ravel())[-round(0.1 * squares.size) :]
        inside, size = kept.sum(), len(kept)
    else:
        inside, size = (squares * region).sum(), region.sum()
    share = inside / squares.sum()
    return float(np.sqrt(inside / size) * share), float(share), float(sigma)


@pytest.mark.parametrize("region", [None, CORNER], ids=["whole", "region"])
@torch.no_grad()
def test_every_channel_is_ranked_by_the_formula(region):
    G = tiny.generator()
    count = sum(G.synthesis.style_channels.values())
    found = stylespace(G, count, region=region, samples=50, pictures=2)
    assert len(found) == count
    assert (np.diff(found.strength) <= 0).all()
    for k in (0, 1, count // 2, count - 1):
        strength, share, sigma = by_hand(G, found.layers[k], found.channels[k], region)
        assert found.strength[k] == pytest.approx(strength, rel=1e-3)
        assert found.share[k] == pytest.approx(share, rel=1e-3)
        assert found.sigma[k] == pytest.approx(sigma, rel=1e-4)
        assert found.layers[k] in G.synthesis.ws_layers[found.indices[k]]


@pytest.mark.parametrize("region", [None, CORNER], ids=["whole", "region"])
@torch.no_grad()
def test_gradients_know_the_channels_that_are_worth_rendering(region):
    G = tiny.generator()
    every = stylespace(G, 1000, region=region, samples=50, pictures=2)
    few = stylespace(G, 3, region=region, samples=50, pictures=2)
    assert (few.layers[0], few.channels[0]) == (every.layers[0], every.channels[0])
    assert few.strength[0] == every.strength[0]
    assert set(few.names) <= set(every.names[:12])


def test_probes_estimate_the_squared_derivatives(monkeypatch):
    monkeypatch.setattr(module, "PROBES", 150)
    G = tiny.generator()
    layers = module.style_layers(G.synthesis)[:2]
    ws = module._sampled(G, layers, 10, 1, None)[0]
    estimate = sum(module._gradients(G, layers, ws, None)) / 150
    truth = []
    with torch.no_grad():
        for layer in layers:
            for channel in range(layer.channels):
                offset = torch.zeros(2, layer.channels)
                offset[0, channel], offset[1, channel] = 1e-2, -1e-2
                images = G.synthesis(ws.expand(2, -1, -1), style_offsets={layer.name: offset})
                images = (images / 2 + 0.5).clamp(0, 1)
                truth.append(float(((images[0] - images[1]) / 2e-2).square().sum()))
    np.testing.assert_allclose(estimate, truth, rtol=0.5)


def test_a_network_of_inference_mode_is_searched_in_inference_mode():
    with torch.inference_mode():
        G = tiny.generator()
        steps, told = stylespace_steps(G, 2, samples=20, pictures=1), []
        while True:
            try:
                told.append(next(steps))
            except StopIteration as end:
                found = end.value
                break
    assert isinstance(found, FoundChannels)
    assert told == [(i, told[0][1]) for i in range(1, told[0][1] + 1)], "every step counts, and the last is the last"
    plain = stylespace(tiny.generator(), 2, samples=20, pictures=1)
    assert found.names == plain.names
    assert differentiable(G.synthesis) is not G.synthesis
    assert differentiable(tiny.generator().synthesis) is not None


def test_stylegan1_is_searched_by_its_scales():
    G = stylegan1()
    found = stylespace(G, 1000, samples=20, pictures=1)
    assert set(found.layers) == set(G.synthesis.style_channels)
    assert all(
        channel < G.synthesis.style_channels[layer] // 2
        for layer, channel in zip(found.layers, found.channels, strict=True)
    )


def test_wrong_requests_get_a_sentence():
    G = tiny.generator()
    with pytest.raises(ValueError, match=r"no layer b9 with styles: this network's are b4\.conv1"):
        stylespace(G, layers=["b9"])
    with pytest.raises(ValueError, match="paint it anew"):
        stylespace(G, region=np.ones((8, 8), np.float32))
    with pytest.raises(ValueError, match="region is empty"):
        stylespace(G, region=np.zeros((16, 16), np.float32))
    with pytest.raises(ValueError, match="have no styles"):
        stylespace(stylegan1(use_styles=False))


def test_a_file_holds_all_of_it(tmp_path):
    found = stylespace(tiny.generator(), 3, ["b8.conv0"], samples=20, pictures=1)
    found.write(tmp_path / "a.npz", network="n.pkl")
    with np.load(tmp_path / "a.npz") as stored:
        about = json.loads(stored["about"].tobytes())
        assert about == {"method": "stylespace", "layers": ["b8.conv0"] * 3, "network": "n.pkl"}
        for name in ("channels", "indices", "mean", "sigma", "strength", "moves", "share"):
            np.testing.assert_array_equal(stored[name], getattr(found, name))
    assert found.names[0] == f"b8.conv0 channel {found.channels[0]}"
