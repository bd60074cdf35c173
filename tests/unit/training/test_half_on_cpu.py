"""Training in bfloat16 on a CPU."""

import dataclasses
from functools import partial

import pytest
import torch

from gan.cli.train import make_job
from gan.ops.cpu import dispatch
from gan.training.phases import Phase
from gan.training.run import session
from tests.unit.training import tiny
from tests.unit.training.tiny import dataset

SIZE = {"cbase": 256, "cmax": 16, "zdim": 16, "wdim": 16}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return dataset(tmp_path_factory.mktemp("data") / "images.zip", size=16)


@pytest.fixture(params=[True, False], ids=["kernels", "reference"])
def kernels(request):
    if request.param:
        assert dispatch.enable()
    yield
    dispatch.disable()


def types_in(network):
    """A set that collects the types of what the convolutions of a network's blocks give, with their resolutions."""
    found = set()
    for name, module in network.named_modules():
        if name.endswith((".conv0", ".conv1")):
            module.register_forward_hook(partial(_note, found, int(name.split(".")[-2][1:])))
    return found


def _note(found, resolution, module, given, out):
    found.add((resolution, out.dtype))


@pytest.mark.parametrize("cfg", ["stylegan2", "stylegan3-t", "cifar", "paper256"])
def test_layers_of_half_precision_and_no_others_are_in_bfloat16(data, cfg):
    trainer = tiny.trainer(data, bf16=True, cfg=cfg, batch=4, **SIZE)
    seen = {name: types_in(getattr(trainer, name)) for name in ("G", "D", "G_ema")}
    trainer.step()
    with torch.no_grad():
        trainer.G_ema(torch.zeros(1, 16), torch.zeros(1, 0))
    trainer.close()
    half = {(8, torch.bfloat16), (16, torch.bfloat16)}
    if cfg != "stylegan3-t":  # whose layers have other names
        assert seen["G"] == {(4, torch.float32)} | half
        assert seen["G_ema"] == {(at, torch.float32) for at in (4, 8, 16)}
    assert seen["D"] == half
    assert all(torch.isfinite(p).all() for p in trainer.G.parameters())


def gradients(trainer, monkeypatch):
    """The gradients of all phases of the first batch, by phase, without training on them."""
    found = {}

    def keep(self, phase: Phase) -> None:
        found[phase.name] = torch.cat([p.grad.flatten() for p in phase.network.parameters() if p.grad is not None])
        phase.optimizer.zero_grad(set_to_none=True)

    monkeypatch.setattr(type(trainer), "_exchange", keep)
    trainer.step()
    trainer.close()
    return found


@pytest.mark.parametrize("cfg", ["stylegan2", "stylegan3-t"])
def test_gradients_are_those_of_float32_but_for_rounding(data, monkeypatch, kernels, cfg):
    config = {"cfg": cfg, "batch": 8, "mbstd_group": 4, **SIZE}
    exact = gradients(tiny.trainer(data, **config), monkeypatch)
    half = gradients(tiny.trainer(data, bf16=True, **config), monkeypatch)
    assert exact.keys() == half.keys() == {"Dmain", "Dreg"} | ({"Gmain", "Greg"} if cfg == "stylegan2" else {"Gboth"})
    for name, wanted in exact.items():
        assert not torch.equal(half[name], wanted)
        near = torch.nn.functional.cosine_similarity(half[name], wanted, dim=0)
        assert near > 0.9, (name, float(near))
        assert half[name].norm() == pytest.approx(float(wanted.norm()), rel=0.1)


def ran(tmp_path, monkeypatch, data, multiplies):
    """Train on one batch; return what says that it computes in bfloat16, and the lines about that."""
    job = make_job(tiny.spec(data, bf16=True), None)
    trained, lines = [], []

    class Made(session.Trainer):
        def __init__(self, config, *rest):
            trained.append(config.bf16)
            super().__init__(config, *rest)

    monkeypatch.setattr(session, "Trainer", Made)
    monkeypatch.setattr(session, "has_fast", lambda: multiplies)
    job = dataclasses.replace(job, config=dataclasses.replace(job.config, total_kimg=0.004, tick_kimg=0.004))
    assert session.run(job, lambda: tmp_path, lambda folder: lines.append, lambda nimg: None, exit)
    return trained, [line for line in lines if "bf16" in line]


def test_a_cpu_without_such_products_trains_in_float32_and_says_so(tmp_path, monkeypatch, data):
    trained, lines = ran(tmp_path, monkeypatch, data, multiplies=False)
    assert trained == [False]
    assert lines == [
        "--bf16 changes nothing here: this CPU does not multiply bfloat16 numbers, and computes in float32."
    ]


def test_a_cpu_with_them_trains_in_bfloat16(tmp_path, monkeypatch, data):
    assert ran(tmp_path, monkeypatch, data, multiplies=True) == ([True], [])


def test_other_devices_are_told_that_it_is_for_cpus():
    assert session._without_bfloat16(torch.device("cuda")) == "--bf16 is for CPUs and changes nothing here."
