"""StyleGAN2 against what the published implementations compute (fixtures/README.md)."""

from functools import lru_cache

import numpy as np
import pytest
import torch

import gan
from tests.fixtures_path import fixtures, trained_networks

CASES = ("sg2_64", "sg2_resnet_32", "sg2ada_cond_32")
TENSORFLOW = "sg2_tf_64"
TOLERANCE = 1e-4


@lru_cache
def load(case):
    folder = fixtures() / case
    with np.load(folder / "expected.npz") as stored:
        expected = {key: stored[key] for key in stored.files}
    return gan.load(str(folder / "net.pkl")), expected


def inputs(expected, count=None):
    z = torch.from_numpy(expected["z"])[:count]
    c = torch.from_numpy(expected["c"])[:count] if "c" in expected else None
    return z, c


def assert_close(actual, expected):
    assert tuple(actual.shape) == expected.shape
    np.testing.assert_allclose(actual.numpy(), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("case", [*CASES, TENSORFLOW])
@torch.no_grad()
def test_mapping(case):
    nets, expected = load(case)
    z, c = inputs(expected)
    cutoff = int(expected["cutoff"])
    assert_close(nets.G_ema.mapping(z, c), expected["w"])
    assert_close(nets.G_ema.mapping(z, c, truncation_psi=0.7), expected["w_psi07"])
    assert_close(nets.G_ema.mapping(z, c, truncation_psi=0.5, truncation_cutoff=cutoff), expected["w_psi05_cut"])


@pytest.mark.parametrize("case", [*CASES, TENSORFLOW])
@torch.no_grad()
def test_images(case):
    nets, expected = load(case)
    G = nets.G_ema
    cutoff = int(expected["cutoff"])
    assert_close(G(*inputs(expected)), expected["img_const"])
    assert_close(G(*inputs(expected), truncation_psi=0.7), expected["img_const_psi07"])
    if case != TENSORFLOW:
        assert_close(G(*inputs(expected), noise_mode="none"), expected["img_none"])
        assert_close(G(*inputs(expected), truncation_psi=0.7, noise_mode="none"), expected["img_none_psi07"])
    cut = G(*inputs(expected, 2), truncation_psi=0.5, truncation_cutoff=cutoff)
    assert_close(cut, expected["img_const_psi05_cut"])
    assert_close(G.synthesis(torch.from_numpy(expected["ws_mixed"])), expected["img_ws_mixed"])


@pytest.mark.parametrize("case", [*CASES, TENSORFLOW])
@torch.no_grad()
def test_the_generator_without_averaged_weights(case):
    nets, expected = load(case)
    ws = nets.G.mapping(*inputs(expected, 2))
    assert_close(ws, expected["rawG_w"])
    assert_close(nets.G.synthesis(ws), expected["rawG_img_const"])


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_every_layer(case):
    nets, expected = load(case)
    synthesis = nets.G_ema.synthesis
    assert list(synthesis.layer_names) == expected["feat_names"].tolist()
    seen = {}
    ws = torch.from_numpy(expected["w"])
    synthesis(ws, on_layer=lambda name, x: seen.update({name: x}))
    for i, name in enumerate(synthesis.layer_names):
        feature = seen[name]
        assert feature.shape == tuple(expected["feat_shape"][i])
        values = feature[0].flatten().numpy()
        head = values[np.linspace(0, len(values) - 1, 64).round().astype(int)]
        np.testing.assert_allclose(head, expected["feat_head"][i], rtol=0, atol=TOLERANCE)
        assert abs(feature.mean().item() - expected["feat_mean"][i]) <= TOLERANCE
        assert abs(feature.std().item() - expected["feat_std"][i]) <= TOLERANCE
        assert torch.equal(synthesis(ws, capture=name), feature)


@pytest.mark.parametrize("case", [case for case in CASES if case != "sg2ada_cond_32"])
@torch.no_grad()
def test_moving_the_mean_of_w(case):
    nets, expected = load(case)
    mapping = gan.load(str(fixtures() / case / "net.pkl")).G_ema.mapping
    mapping(*inputs(expected), update_emas=True)
    assert_close(mapping.w_avg, expected["emas_w_avg"])
    assert not torch.equal(mapping.w_avg, nets.G_ema.mapping.w_avg)


@torch.no_grad()
def test_the_published_conversion_of_a_tensorflow_pickle():
    """The published PyTorch conversion's output; also without noise, for which the graph gave no image."""
    nets, expected = load(TENSORFLOW)
    with np.load(fixtures() / TENSORFLOW / "expected_converted.npz") as converted:
        z = torch.from_numpy(expected["z"])
        assert_close(nets.G_ema.mapping(z), converted["w"])
        assert_close(nets.G_ema(z), converted["img_const"])
        assert_close(nets.G_ema(z, noise_mode="none"), converted["img_none"])
        assert_close(nets.D(torch.from_numpy(expected["img_const"])), converted["d_logits"])


@torch.no_grad()
def test_a_trained_network():
    folder = trained_networks()
    with np.load(folder / "avatars-32-expected.npz") as stored:
        seeds, expected = stored["seeds"], stored["img_psi07"]
    G = gan.load(str(folder / "avatars-32.pkl")).G_ema
    z = torch.from_numpy(np.stack([np.random.RandomState(seed).randn(G.z_dim) for seed in seeds]))
    assert_close(G(z, truncation_psi=0.7), expected)
