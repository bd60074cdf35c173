"""The bundled networks load, render, and meet their specifications."""

import itertools
import json

import numpy as np
import pytest
import torch
import yaml

import gan
from foundation.specs.options import problems
from foundation.specs.train import TrainSpec
from gan.analysis import equivariance as eq
from gan.latents import seed_z
from tests.fixtures_path import ROOT

ASSETS = ROOT / "assets"
RECORDS = {
    "demo": ASSETS / "recorded-runs" / "00000-stylegan2-avatars-64",
    "avatars-64-dusk": ASSETS / "recorded-runs" / "00001-stylegan2-avatars-64-dusk",
}
"""Records of the runs that trained the networks."""
NAMES = (*RECORDS, "avatars-32", "pattern-t-128")
LIMIT = 4 * 10**6
ALL_LIMIT = 12 * 10**6


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


def test_all_together_are_small():
    assert sum(path.stat().st_size for path in ASSETS.rglob("*") if path.is_file()) < ALL_LIMIT


@pytest.mark.parametrize("name", RECORDS)
def test_networks_are_what_the_runs_beside_them_asked_for(name):
    asked = yaml.safe_load((RECORDS[name] / "run.yaml").read_text())
    spec = TrainSpec(**asked["spec"] | {"metrics": tuple(asked["spec"]["metrics"])})
    assert (asked["kind"], problems(spec)) == ("train", ())
    nets = gan.load(ASSETS / f"{name}.safetensors")
    G = nets.G_ema
    assert (G.z_dim, G.w_dim, G.mapping.num_layers) == (spec.zdim, spec.wdim, spec.map_depth)
    arguments = nets.info.architectures["G_ema"].arguments
    assert (arguments["channel_base"], arguments["channel_max"]) == (spec.cbase, spec.cmax)
    assert nets.info.training_set_kwargs["path"] == spec.data


@pytest.mark.parametrize("name", RECORDS)
def test_networks_were_measured_while_they_learnt(name):
    lines = [json.loads(line) for line in (RECORDS[name] / "metric-kid1k_lite0_full.jsonl").read_text().splitlines()]
    curve = {int(line["snapshot_pkl"][17:23]): line["results"]["kid1k_lite0_full"] for line in lines}
    assert len(curve) >= 3
    assert curve[max(curve)] < curve[min(curve)]


def test_the_two_networks_fit_each_other():
    """The second was trained on from the first: the same arguments, with other weights in every layer."""
    first, second = (gan.load(ASSETS / f"{name}.safetensors") for name in RECORDS)
    assert first.info.architectures["G_ema"].arguments == second.info.architectures["G_ema"].arguments
    ours, theirs = first.G_ema.state_dict(), second.G_ema.state_dict()
    assert {name: value.shape for name, value in ours.items()} == {name: value.shape for name, value in theirs.items()}
    trained = [name for name, _ in first.G_ema.named_parameters()]
    assert all(not torch.equal(ours[name], theirs[name]) for name in trained)
    similar = torch.nn.functional.cosine_similarity
    assert similar(*(nets["mapping.fc0.weight"].flatten() for nets in (ours, theirs)), dim=0) > 0.9


def test_snapshots_of_the_recorded_run_show_how_it_learnt():
    snapshots = sorted(RECORDS["demo"].glob("network-snapshot-*.safetensors"))
    assert len(snapshots) >= 3
    first, *_, last = (pictures(gan.load(path).G_ema, noise_mode="const") for path in snapshots)
    final = pictures(gan.load(ASSETS / "demo.safetensors").G_ema, noise_mode="const")
    torch.testing.assert_close(last, final, atol=0.02, rtol=0)  # half precision
    assert (first - final).abs().mean() > 0.05


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
