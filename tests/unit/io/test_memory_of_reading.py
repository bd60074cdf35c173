"""Opening a large file takes the memory of its networks, and none of the file's bytes stay."""

import json
import subprocess
import sys

import pytest
import torch

import gan
from gan.networks import build
from tests.fixtures_path import ROOT
from tests.official_pickles import TINY_D, TINY_G, dumps, persistent
from tests.soak import ON

WIDTH, LAYERS = (4096, 15) if ON else (2048, 6)
"""The mapping network is nearly all of the file: 1 GB in a search for faults, else 100 MB."""

ARGUMENTS = {**TINY_G, "z_dim": WIDTH, "w_dim": WIDTH, "mapping_kwargs": {"num_layers": LAYERS}}
SLACK = 12 * 2**20
"""Bytes that the process itself moves about."""

PROGRAM = """
import gc, json, os, sys
import torch
import gan
from gan.memory import keep_freed_memory

def status(field):
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(field))

def measure(path, freed):
    if freed == "kept":
        keep_freed_memory()
    gan.load(small)
    gc.collect()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = status("VmRSS")
    nets = gan.load(path, only=("G_ema",))
    gc.collect()
    peak, after = status("VmHWM") - before, status("VmRSS") - before
    network = sum(value.numel() * value.element_size() for value in nets.G_ema.state_dict().values())
    print(json.dumps({"peak": peak, "after": after, "network": network}), flush=True)

torch.set_num_threads(1)
small, *cases = sys.argv[1:]
gan.load(small)
for case in cases:  # each in a process of its own, which need not import PyTorch again
    child = os.fork()
    if child == 0:
        measure(*case.split("="))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, case
"""
CASES = [("pickle", "kept"), ("zip", "kept"), ("zip", "returned"), ("legacy", "returned"), ("safetensors", "returned")]
"""Kinds of files, and what becomes of freed memory: the renderer keeps it."""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """One file of each kind, and a small one."""
    folder = tmp_path_factory.mktemp("large")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        G = build("stylegan2.Generator", **ARGUMENTS).requires_grad_(False)
    (folder / "small.pkl").write_bytes(dumps({"G_ema": persistent(build("stylegan2.Generator", **TINY_G), TINY_G)}))
    (folder / "pickle").write_bytes(dumps({"G_ema": persistent(G, ARGUMENTS), "D": discriminator()}))
    torch.save({"G_ema": G.state_dict()}, folder / "zip")
    torch.save({"G_ema": G.state_dict()}, folder / "legacy", _use_new_zipfile_serialization=False)
    info = gan.describe({"G_ema": gan.Architecture("stylegan2.Generator", ARGUMENTS)})
    gan.save(folder / "safetensors", gan.Networks(None, None, G, info))
    return folder


def discriminator():
    return persistent(build("stylegan2.Discriminator", **TINY_D), TINY_D)


@pytest.fixture(scope="module")
def found(large):
    """Bytes that reading took at most, that it left, and of the network, for each of `CASES`."""
    cases = [f"{large / kind}={freed}" for kind, freed in CASES]
    command = [sys.executable, "-c", PROGRAM, str(large / "small.pkl"), *cases]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip(CASES, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_memory(large, found, case):
    size = (large / case[0]).stat().st_size
    assert found[case]["peak"] < 1.3 * size + SLACK
    assert found[case]["after"] - found[case]["network"] < 0.1 * size + SLACK
