"""Blended networks against the published programs (fixtures/blend_parity)."""

from functools import lru_cache

import numpy as np
import pytest
import torch

import gan
from gan.edits.blend import blended, kinship, misfit
from gan.edits.blend_amounts import hard_cut, ramp, uniform
from tests.fixtures_path import fixtures
from tests.parity.edits.published import network, published

CASE = "blend_parity"
RAMPS = range(4)


def first():
    return network(CASE, published(CASE)[0]["network"])


@lru_cache
def second():
    """The other network, made as the fixture says."""
    path = (fixtures() / CASE / published(CASE)[0]["network"]).resolve()
    G = gan.load(str(path), only=("G_ema",)).G_ema
    draw = torch.Generator().manual_seed(4242)
    with torch.no_grad():
        for _, p in G.named_parameters():
            deviation = p.std() if p.numel() > 1 else p.abs()
            p.add_(0.5 * deviation * torch.randn(p.shape, generator=draw))
    return G


def parts(amounts):
    return {name: ((0, amount),) for name, amount in amounts.items()}


@torch.no_grad()
def picture(G):
    z = np.concatenate([np.random.RandomState(seed).randn(1, G.z_dim) for seed in (61, 62)])
    ws = G.mapping(torch.from_numpy(z).float(), None, truncation_psi=0.7)
    return G.synthesis(ws, noise_mode="const").numpy()


def assert_equal(found, key):
    np.testing.assert_allclose(found, published(CASE)[1][key], rtol=0, atol=published(CASE)[0]["tolerance"]["img"])


def test_the_parents():
    numbers = torch.cat([p.detach().flatten()[:1] for _, p in second().named_parameters()])
    np.testing.assert_allclose(numbers.numpy(), published(CASE)[1]["second/probe"], rtol=0, atol=1e-6)
    assert_equal(picture(first()), "img1")
    assert_equal(picture(second()), "img2")
    assert not misfit(first(), second())
    assert kinship(first(), second()) == pytest.approx(1 / np.sqrt(1.25), abs=0.01)


@pytest.mark.parametrize("after", [8, 16, 32])
def test_hard_cut(after):
    G = blended(first(), [second()], parts(hard_cut(first(), str(after))))
    assert_equal(picture(G), f"hard{after}/img")


@pytest.mark.parametrize("number", RAMPS)
def test_ramp(number):
    run = published(CASE)[0]["runs"]["jp"][number]
    amounts = ramp(first(), f"{run['resolution']}:{run['level']}", run["blend_width"])
    assert list(amounts) == run["layers"]
    np.testing.assert_allclose(list(amounts.values()), run["y"], rtol=0, atol=1e-8)
    assert_equal(picture(blended(first(), [second()], parts(amounts))), f"jp{number}/img")


def test_uniform():
    G = blended(first(), [second()], parts(uniform(first(), 0.5)))
    assert_equal(picture(G), "lerp0.5/img")
