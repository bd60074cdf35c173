"""StyleGAN1 against what the published implementation computes (fixtures/README.md)."""

from functools import lru_cache

import numpy as np
import pytest
import torch

import gan
from gan.networks.stylegan1_layers import enlarge
from tests.fixtures_path import fixtures

CASE = "sg1_tf_64"
TOLERANCE = 1e-4


@lru_cache
def loaded():
    with np.load(fixtures() / CASE / "expected.npz") as expected:
        return gan.load(fixtures() / CASE / "net.pkl"), dict(expected)


def assert_close(actual, wanted):
    actual = actual.detach().numpy()[: len(wanted)]
    np.testing.assert_allclose(actual, wanted, rtol=0, atol=TOLERANCE)


@pytest.fixture
def nets():
    return loaded()[0]


@pytest.fixture
def expected():
    return loaded()[1]


@pytest.fixture
def z(expected):
    return torch.from_numpy(expected["z"])


def test_mapping_and_truncation(nets, expected, z):
    mapping, cutoff = nets.G_ema.mapping, int(expected["cutoff"])
    assert_close(mapping(z), expected["w"])
    assert_close(mapping(z, truncation_psi=0.7), expected["w_psi07"])
    assert_close(mapping(z, truncation_psi=0.5, truncation_cutoff=cutoff), expected["w_psi05_cut"])
    assert_close(mapping(z, truncation_psi=0.7, truncation_cutoff=cutoff), expected["w_psi07_cut"])
    np.testing.assert_array_equal(mapping.w_avg.numpy(), expected["dlatent_avg"])


@torch.no_grad()
def test_pictures(nets, expected, z):
    G, cutoff = nets.G_ema, int(expected["cutoff"])
    assert_close(G(z), expected["img_const"])
    assert_close(G(z, truncation_psi=0.7), expected["img_const_psi07"])
    assert_close(G(z, truncation_psi=0.7, truncation_cutoff=cutoff), expected["img_const_psi07_cut"])
    assert_close(G(z, truncation_psi=0.5, truncation_cutoff=cutoff), expected["img_const_psi05_cut"])
    assert_close(G(z, truncation_psi=0.7, truncation_cutoff=8), expected["img_default_cutoff8"])


@torch.no_grad()
def test_style_mixing(nets, expected):
    assert_close(nets.G_ema.synthesis(torch.from_numpy(expected["ws_mixed"])), expected["img_ws_mixed"])


@torch.no_grad()
def test_the_generator_as_trained(nets, expected, z):
    assert_close(nets.G.mapping(z), expected["rawG_w"])
    assert_close(nets.G(z[:2]), expected["rawG_img_const"])


@torch.no_grad()
def test_every_layer(nets, expected, z):
    """Each scope of the published graph: its mean and standard deviation over the batch."""
    synthesis, found = nets.G_ema.synthesis, {}
    synthesis(nets.G_ema.mapping(z), on_layer=lambda name, x: found.update({name: x}))
    values = {"dlatents_in": torch.from_numpy(expected["w"]), "lod": torch.zeros(()), "images_out": synthesis(_ws(z))}
    for i, name in enumerate(synthesis.noise_layers):
        values[f"noise{i}"] = synthesis.get_submodule(name).noise_const
    pictures = []
    for lod, resolution in enumerate(reversed(synthesis.block_resolutions)):
        scope, block = f"{resolution}x{resolution}", f"b{resolution}"
        values[f"ToRGB_lod{lod}"] = synthesis.get_submodule(f"{block}.torgb")(found[f"{block}.conv1"])
        values[f"{scope}/Conv1"] = values[f"{scope}/Conv"] = found[f"{block}.conv1"]
        values[f"{scope}/Conv0_up"] = values[f"{scope}/Const"] = found.get(f"{block}.conv0", found["b4.input"])
        values[f"Grow_lod{lod}"] = values[f"ToRGB_lod{lod}"]
        pictures.insert(0, values[f"ToRGB_lod{lod}"])
    for i, picture in enumerate(pictures[:-1]):
        values[f"Upscale2D_{i}" if i else "Upscale2D"] = enlarge(picture, 2)
    checked = dict(
        zip(expected["feat_names"], zip(expected["feat_mean"], expected["feat_std"], strict=True), strict=True)
    )
    assert len(checked) == 36
    for name, (mean, std) in checked.items():
        value = values[str(name)].double()
        assert value.mean().item() == pytest.approx(mean, abs=TOLERANCE), name
        assert value.std(unbiased=False).item() == pytest.approx(std, abs=TOLERANCE), name


def _ws(z):
    return loaded()[0].G_ema.mapping(z)
