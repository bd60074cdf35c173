"""StyleGAN2-ADA's TensorFlow pickles against what the published TensorFlow code computes (fixtures/README.md)."""

import shutil
from functools import lru_cache

import numpy as np
import pytest
import torch

import gan
from tests.fixtures_path import fixtures

CASES = ("sg2ada_tf_64", "sg2ada_tf_cond_32")
TOLERANCE = 1e-4


@lru_cache
def load(case):
    folder = fixtures() / "formats" / case
    with np.load(folder / "expected.npz") as stored:
        expected = {key: stored[key] for key in stored.files}
    return gan.load(folder / "net.pkl"), expected


def inputs(expected, count=None):
    return tuple(torch.from_numpy(expected[key])[:count] if key in expected else None for key in ("z", "c"))


def assert_close(actual, expected):
    assert tuple(actual.shape) == expected.shape
    np.testing.assert_allclose(actual.numpy(), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_mapping_and_images(case):
    nets, expected = load(case)
    G, cutoff = nets.G_ema, int(expected["cutoff"])
    assert_close(G.mapping(*inputs(expected)), expected["w"])
    assert_close(G.mapping(*inputs(expected), truncation_psi=0.7), expected["w_psi07"])
    assert_close(G.mapping(*inputs(expected), 0.5, cutoff), expected["w_psi05_cut"])
    assert_close(G(*inputs(expected)), expected["img_const"])
    assert_close(G(*inputs(expected), truncation_psi=0.7), expected["img_const_psi07"])
    assert_close(G(*inputs(expected, 2), 0.5, cutoff), expected["img_const_psi05_cut"])
    assert_close(G(*inputs(expected), noise_mode="none"), expected["img_none"])
    assert_close(G.synthesis(torch.from_numpy(expected["ws_mixed"])), expected["img_ws_mixed"])


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_the_other_networks(case):
    nets, expected = load(case)
    ws = nets.G.mapping(*inputs(expected, 2))
    assert_close(ws, expected["rawG_w"])
    assert_close(nets.G.synthesis(ws), expected["rawG_img_const"])
    c = inputs(expected)[1]
    for images, logits in (("img_const", "d_logits"), ("d_img_rand", "d_logits_rand")):
        assert_close(nets.D(torch.from_numpy(expected[images]), c), expected[logits])


@pytest.mark.parametrize("case", CASES)
def test_what_the_file_says_is_kept(case, tmp_path):
    nets, expected = load(case)
    assert (nets.info.family, nets.info.c_dim) == ("StyleGAN2", expected["c"].shape[1] if "c" in expected else 0)
    for name in ("G", "D", "G_ema"):
        arguments = nets.info.architectures[name].arguments
        assert (arguments["num_fp16_res"], arguments["conv_clamp"]) == (4, 256)
    gan.save(tmp_path / "net.safetensors", nets)
    again = gan.load(tmp_path / "net.safetensors").G_ema
    with torch.no_grad():
        assert torch.equal(again(*inputs(expected)), nets.G_ema(*inputs(expected)))


@pytest.mark.parametrize("name", ["bare_Gs", "four", "nonsquare", "unknown"])
@torch.no_grad()
def test_other_containers_of_the_same_network(name, tmp_path):
    """A file without its source text is a copy here, so that no test depends on its folder."""
    folder = fixtures() / "formats" / "tf_containers"
    shutil.copy(folder / f"{name}.pkl", tmp_path / "net.pkl")
    expected, found = gan.load(folder / "plain.pkl").G_ema, gan.load(tmp_path / "net.pkl")
    z = torch.from_numpy(np.random.RandomState(1).randn(2, expected.z_dim)).float()
    assert torch.equal(found.G_ema(z, None, 0.7), expected(z, None, 0.7))
    notice = " ".join(found.info.notices)
    ignored = {"nonsquare": ("min_w", "min_h", "res_log2"), "unknown": ("verbose", "impl")}.get(name, ())
    assert bool(notice) == bool(ignored)
    assert all(key in notice for key in ignored)
