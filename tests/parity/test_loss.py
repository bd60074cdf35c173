"""The losses' gradients against those that the published code recorded, with the same random numbers."""

import json
from typing import Any

import numpy as np
import pytest
import torch

import gan
from gan.training.loss import Batch, Loss, LossSettings
from tests.fixtures_path import fixtures

TOLERANCE = 1e-4  # of the largest value of each gradient
TINY = 1e-7  # below this a gradient is compared absolutely


class Recorded:
    """The random tensors of one recorded call, in its order."""

    def __init__(self, draws):
        self._draws = iter(draws)

    def normal(self, shape):
        draw = next(self._draws)
        assert tuple(draw.shape) == tuple(shape)
        return draw

    def gate(self, shape, probability):
        return self.normal(shape) < probability

    def integer(self, low, high):
        drawn = int(next(self._draws))
        assert low <= drawn < high
        return drawn

    def assert_used_up(self):
        assert next(self._draws, None) is None


@pytest.fixture(scope="module")
def expected() -> Any:
    with np.load(fixtures() / "loss_parity" / "expected.npz") as archive:
        return {key: torch.from_numpy(value) for key, value in archive.items()}


def accumulate(run, expected, monkeypatch):
    nets = gan.load(fixtures() / "loss_parity" / "net.pkl")
    G, D = nets.G.train(), nets.D.train()
    if run["noise_strength_zeroed"]:
        for name, parameter in G.named_parameters():
            if name.endswith("noise_strength"):
                parameter.zero_()
    loss = Loss(G, D, LossSettings(**_settings(run["loss_kwargs"])), None, torch.device("cpu"))
    loss.pl_mean = torch.tensor(run["pl_mean_before"])
    network = {"G": G, "D": D}[run["phase"][0]]
    network.requires_grad_(True)
    tag = run["tag"]
    draws = Recorded([expected[f"{tag}/draw{i:02d}"] for i in range(len(run["draws"]))])
    # The noise inputs draw from torch itself.
    monkeypatch.setattr(torch, "randn", lambda *shape, **_: draws.normal(shape))
    reported = {}
    loss.accumulate_gradients(
        run["phase"],
        Batch(*(expected[name] for name in ("real_img", "real_c", "gen_z", "gen_c"))),
        run["gain"],
        run["cur_nimg"],
        draws,
        torch.Generator(),
        lambda name, values: reported.update({name: values.detach().flatten()}),
    )
    monkeypatch.undo()
    draws.assert_used_up()
    return loss, network, reported


def _settings(kwargs):
    kwargs = dict(kwargs)
    # Always so here; the older published code has no such setting.
    assert kwargs.pop("pl_no_weight_grad", True) is True
    return kwargs


PHASES = {"Gmain", "Greg", "Gboth", "Dmain", "Dreg", "Dboth"}


@pytest.fixture(scope="module")
def runs():
    return json.loads((fixtures() / "loss_parity" / "runs.json").read_text())


def test_every_recorded_phase(runs, expected, monkeypatch):
    compare(runs, expected, monkeypatch)


def test_a_record_may_lack_phases_and_settings(runs, expected, monkeypatch):
    few = [run for run in runs if run["phase"] in ("Gmain", "Dmain")]
    plain = [{key: value for key, value in run["loss_kwargs"].items() if key != "pl_no_weight_grad"} for run in few]
    compare([{**run, "loss_kwargs": kwargs} for run, kwargs in zip(few, plain, strict=True)], expected, monkeypatch)
    with pytest.raises(AssertionError):
        compare([], expected, monkeypatch)


def compare(runs, expected, monkeypatch):
    """Repeat the recorded phases and compare gradients, statistics and running means. A record may hold some only."""
    assert runs
    assert {run["phase"] for run in runs} <= PHASES
    for run in runs:
        tag = run["tag"]
        loss, network, reported = accumulate(run, expected, monkeypatch)
        recorded = run["grad_norms"]
        assert recorded.keys() == dict(network.named_parameters()).keys()
        for name, parameter in network.named_parameters():
            if recorded[name] is None:
                assert parameter.grad is None, f"{tag}: {name} should have no gradient"
                continue
            assert parameter.grad is not None, f"{tag}: {name} has no gradient"
            assert float(parameter.grad.norm()) == pytest.approx(recorded[name], rel=TOLERANCE, abs=TINY), name
            wanted = expected.get(f"{tag}/grad/{name}")
            if wanted is not None:  # some runs recorded norms only
                limit = max(TOLERANCE * float(wanted.abs().max()), TINY)
                assert float((parameter.grad - wanted).abs().max()) <= limit, f"{tag}: {name}"
        assert float(loss.pl_mean) == pytest.approx(run["pl_mean_after"], abs=1e-5)
        assert reported.keys() == run["stats"].keys()
        for name, values in run["stats"].items():
            np.testing.assert_allclose(reported[name], values, rtol=1e-4, atol=1e-5)
        if f"{tag}/w_avg_after" in expected:
            np.testing.assert_allclose(loss.G.mapping.w_avg, expected[f"{tag}/w_avg_after"], atol=1e-6)
