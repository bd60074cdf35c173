"""The bundled networks load, render, and meet their specifications."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

import gan
from foundation import bundled
from foundation.runs import snapshots
from foundation.specs.options import problems
from foundation.specs.train import TrainSpec
from gan.analysis import equivariance as eq
from gan.edits.blend import misfit
from gan.latents import seed_z
from tests.fixtures_path import ROOT

ASSETS = ROOT / "assets"
RECORDS = {
    "demo": next((ASSETS / "recorded-runs").glob("00000-*")),
    "avatars-64": next((ASSETS / "recorded-runs").glob("00001-*")),
}
"""Of the runs that trained them."""
NAMES = (*RECORDS, "night-avatars-64", "pattern-t-128")
LIMIT = 2 * 10**6
ALL = 12 * 10**6
"""Bytes of all assets together."""


def pictures(network, seeds=range(3), psi=1.0, **kwargs):
    z = torch.from_numpy(np.stack([seed_z(seed, network.z_dim) for seed in seeds])).float()
    with torch.no_grad():
        return network(z, None, truncation_psi=psi, **kwargs)


@pytest.fixture(scope="module", params=NAMES)
def named(request):
    return request.param, gan.load(ASSETS / f"{request.param}.safetensors")


def test_networks_are_small_and_hold_what_one_looks_at(named):
    name, nets = named
    assert (ASSETS / f"{name}.safetensors").stat().st_size < LIMIT
    assert nets.G_ema is not None
    assert nets.G is None
    assert nets.D is None


def test_they_are_found_in_the_checkout():
    assert bundled.ASSETS == ASSETS
    assert all(path.is_file() for path in (bundled.FIRST, bundled.AVATARS, bundled.NIGHT, bundled.DEMO))
    assert sum(path.stat().st_size for path in ASSETS.rglob("*") if path.is_file()) < ALL


def test_the_recorded_run_has_snapshots_to_follow_and_compare():
    found = snapshots(RECORDS["avatars-64"])
    assert len(found) >= 3
    first, last = (gan.load(one.path).G_ema for one in (found[0], found[-1]))
    assert (pictures(first) - pictures(last)).abs().mean() > 0.05


def test_the_second_avatars_blend_with_the_first():
    parents = [gan.load(path).G_ema for path in (bundled.AVATARS, bundled.NIGHT)]
    assert misfit(*parents) == ""
    day, night = (pictures(one, range(32)).mean(dim=(0, 2, 3)) for one in parents)
    assert (day - night > 0.2).all(), "one looks like night"


def test_pictures_are_colourful_and_differ(named):
    _, nets = named
    img = pictures(nets.G_ema)
    assert img.shape[2:] == (nets.info.resolution,) * 2
    assert torch.isfinite(img).all()
    assert (img.std(dim=(1, 2, 3)) > 0.15).all()
    assert ((img[:, 0] - img[:, 2]).std() > 0.1).all()
    assert (img[0] - img[1]).abs().mean() > 0.15
    assert 0.3 < img.std() < 0.9


def test_truncation_goes_to_one_picture(named):
    _, nets = named
    mean, half, full = (pictures(nets.G_ema, range(2), psi, noise_mode="none") for psi in (0.0, 0.5, 1.0))
    torch.testing.assert_close(mean[0], mean[1], atol=1e-4, rtol=0)
    assert mean.std() > 0.1
    assert (half[0] - half[1]).abs().mean() < (full[0] - full[1]).abs().mean()


@pytest.mark.parametrize("name", RECORDS)
def test_a_network_is_what_the_run_beside_it_asked_for(name):
    asked = yaml.safe_load((RECORDS[name] / "run.yaml").read_text())
    spec = TrainSpec(**asked["spec"] | {"metrics": tuple(asked["spec"]["metrics"])})
    assert (asked["kind"], problems(spec)) == ("train", ())
    nets = gan.load(ASSETS / f"{name}.safetensors")
    G = nets.G_ema
    assert (G.z_dim, G.w_dim, G.mapping.num_layers) == (spec.zdim, spec.wdim, spec.map_depth)
    arguments = nets.info.architectures["G_ema"].arguments
    assert (arguments["channel_base"], arguments["channel_max"]) == (spec.cbase, spec.cmax)
    assert nets.info.training_set_kwargs["path"] == Path(spec.data).name


def test_demo_was_measured_while_it_learnt():
    lines = [json.loads(line) for line in (RECORDS["demo"] / "metric-kid1k_lite0_full.jsonl").read_text().splitlines()]
    curve = {int(line["snapshot_pkl"][17:23]): line["results"]["kid1k_lite0_full"] for line in lines}
    assert len(curve) >= 12
    assert max(curve) >= 60
    assert curve[max(curve)] < 0.25 * curve[0]


def test_pattern_says_that_it_was_never_trained():
    nets = gan.load(ASSETS / "pattern-t-128.safetensors")
    assert nets.info.family == "StyleGAN3-T"
    assert nets.info.training_set_kwargs == {"notice": "random weights, calibrated, not trained"}


def test_pattern_is_calibrated():
    """Each layer's `magnitude_ema` is the mean square of what it really gets."""
    network = gan.load(ASSETS / "pattern-t-128.safetensors").G_ema
    powers = {}
    pictures(network, on_layer=lambda name, x: powers.update({name: float(x.square().mean())}))
    layers = network.synthesis.layer_names
    for before, after in itertools.pairwise(layers):
        stored = float(getattr(network.synthesis, after).magnitude_ema)
        assert powers[before] == pytest.approx(stored, rel=0.5), after


def test_pattern_moves_with_its_input():
    """EQ-T well above the 40 dB at which the paper finds translation visually perfect; EQ-R likewise."""
    network = gan.load(ASSETS / "pattern-t-128.safetensors").G_ema
    ws = network.mapping(torch.from_numpy(seed_z(1, network.z_dim)[None]).float())

    def render(matrix):
        with torch.no_grad():
            return network.synthesis(ws, input_transform=matrix)

    still = render(np.eye(3))
    assert eq.equivariance_db(*eq.translation_error(render, still, 0.07, -0.11, whole=True)) > 50
    assert eq.equivariance_db(*eq.translation_error(render, still, 0.0713, -0.1131, whole=False)) > 45
    assert eq.equivariance_db(*eq.rotation_error(render, still, 0.4)) > 40
