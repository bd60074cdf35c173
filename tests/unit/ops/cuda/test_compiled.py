"""The kernels compile for real devices, and fit into their shared memory. Needs Triton's compiler, but no device."""

import json
import os
import subprocess
import sys

import pytest
import torch

from gan.ops.cuda import tiles
from tests.fixtures_path import ROOT
from tests.soak import ON


def test_all_kernels_compile_and_take_the_memory_that_they_are_known_for():
    pytest.importorskip("triton", reason="Triton is not installed")
    env = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    command = [sys.executable, "-m", "tests.unit.ops.cuda.cross_compile", "86", *["all"] * ON]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found["small"].values()) == {0}
    assert len(found["tiles"]) == (32 if ON else 20)
    for *what, size in found["tiles"]:
        assert size <= 1024 * tiles.shared_memory_kib(*what), what


@pytest.mark.parametrize(
    ("capability", "terms", "tangent", "half", "tile"),
    [
        ((9, 0), 4, False, True, tiles.LARGE),
        ((9, 0), 4, True, False, tiles.SMALL),
        ((8, 9), 1, False, False, tiles.LARGE),
        ((8, 9), 1, True, False, tiles.SMALL),
        ((8, 9), 3, True, False, None),
        ((7, 5), 4, True, True, tiles.SMALL),
        ((7, 5), 2, True, False, None),
    ],
)
def test_the_largest_tile_that_fits(capability, terms, tangent, half, tile, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert tiles.choose_tile(terms, tangent, half, torch.device("cuda", 0)) == tile
