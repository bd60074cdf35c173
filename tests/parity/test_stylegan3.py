"""StyleGAN3 against what the published implementation computes (fixtures/README.md)."""

import json
from functools import lru_cache

import numpy as np
import pytest
import torch

import gan
from gan.networks.stylegan3_layers import modulated_conv2d
from tests.fixtures_path import fixtures

CASES = ("sg3t_64", "sg3r_64")
TOLERANCE = 5e-5


@lru_cache
def load(case):
    folder = fixtures() / case
    with np.load(folder / "expected.npz") as stored:
        expected = {key: stored[key] for key in stored.files}
    return gan.load(str(folder / "net.pkl")), expected


def assert_close(actual, expected):
    assert tuple(actual.shape) == expected.shape
    assert actual.dtype == torch.float32
    np.testing.assert_allclose(actual.numpy(), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_mapping(case):
    nets, expected = load(case)
    mapping, z, cutoff = nets.G_ema.mapping, torch.from_numpy(expected["z"]), int(expected["cutoff"])
    assert_close(mapping(z, None), expected["w"])
    assert_close(mapping(z, None, truncation_psi=0.7), expected["w_psi07"])
    assert_close(mapping(z, None, truncation_psi=0.5, truncation_cutoff=cutoff), expected["w_psi05_cut"])
    psis = [0.5] * cutoff + [1.0] * (nets.G_ema.num_ws - cutoff)
    assert_close(mapping(z, None, truncation_psi=psis), expected["w_psi05_cut"])


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_images(case):
    nets, expected = load(case)
    G, z, cutoff = nets.G_ema, torch.from_numpy(expected["z"]), int(expected["cutoff"])
    assert_close(G(z, None), expected["img_const"])
    assert_close(G(z, truncation_psi=0.7), expected["img_const_psi07"])
    assert_close(G(z[:2], truncation_psi=0.5, truncation_cutoff=cutoff), expected["img_const_psi05_cut"])
    assert_close(G.synthesis(torch.from_numpy(expected["ws_mixed"])), expected["img_ws_mixed"])


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_the_input_transform(case):
    nets, expected = load(case)
    synthesis, ws = nets.G_ema.synthesis, torch.from_numpy(expected["w"][:2])
    assert_close(synthesis(ws, input_transform=expected["transform_inv"]), expected["img_transform"])
    inverse = torch.linalg.inv(torch.from_numpy(expected["transform"]).double())
    assert_close(synthesis(ws, input_transform=inverse.expand(2, 3, 3)), expected["img_transform"])
    assert_close(synthesis(ws), expected["img_const"][:2])  # the network keeps its own


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_the_generator_without_averaged_weights(case):
    nets, expected = load(case)
    ws = nets.G.mapping(torch.from_numpy(expected["z"][:2]))
    assert_close(ws, expected["rawG_w"])
    assert_close(nets.G.synthesis(ws), expected["rawG_img_const"])


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_every_layer(case):
    nets, expected = load(case)
    synthesis, ws = nets.G_ema.synthesis, torch.from_numpy(expected["w"])
    assert list(synthesis.layer_names) == expected["feat_names"].tolist()
    seen = {}
    synthesis(ws, on_layer=lambda name, x: seen.update({name: x}))
    for i, name in enumerate(synthesis.layer_names):
        feature = seen[name]
        assert feature.shape == tuple(expected["feat_shape"][i])
        values = feature[0].flatten()
        head = values[torch.linspace(0, len(values) - 1, 64).round().long()]  # in float32, as it was recorded
        np.testing.assert_allclose(head, expected["feat_head"][i], rtol=0, atol=TOLERANCE)
        assert abs(feature.mean().item() - expected["feat_mean"][i]) <= TOLERANCE
        assert abs(feature.std().item() - expected["feat_std"][i]) <= TOLERANCE
    for name in ("input", synthesis.layer_names[5], synthesis.layer_names[-1]):
        assert torch.equal(synthesis(ws, capture=name), seen[name])


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_moving_the_averages(case):
    nets, expected = load(case)
    G = gan.load(str(fixtures() / case / "net.pkl")).G_ema
    img = G(torch.from_numpy(expected["z"]), update_emas=True)
    assert_close(img[:2], expected["emas_img_const"])
    assert_close(G.mapping.w_avg, expected["emas_w_avg"])
    magnitudes = [getattr(G.synthesis, name).magnitude_ema for name in G.synthesis.layer_names[1:]]
    assert_close(torch.stack(magnitudes), expected["emas_magnitude"])
    before = [getattr(nets.G_ema.synthesis, name).magnitude_ema for name in G.synthesis.layer_names[1:]]
    assert not torch.equal(torch.stack(magnitudes), torch.stack(before))


def test_modulated_convolution_and_gradients():
    folder = fixtures() / "ops_parity"
    cases = [case for case in json.loads((folder / "configs.json").read_text()) if case["op"] == "sg3_modulated_conv2d"]
    assert cases
    with np.load(folder / "expected.npz") as stored:
        expected = {key: stored[key] for key in stored.files}
    for case in cases:
        tensors = {name: torch.from_numpy(expected[f"{case['id']}_in_{name}"]) for name in case["tensors"]}
        inputs = [tensors[name].requires_grad_() for name in case["grads"]]
        y = modulated_conv2d(**tensors, **case["kwargs"])
        grads = torch.autograd.grad(y, inputs, torch.from_numpy(expected[f"{case['id']}_gy"]))
        wanted = [expected[f"{case['id']}_grad_{name}"] for name in case["grads"]]
        for actual, value in zip([y.detach(), *grads], [expected[f"{case['id']}_y"], *wanted], strict=True):
            np.testing.assert_allclose(actual.numpy(), value, rtol=0, atol=1e-5 * np.abs(value).max())
