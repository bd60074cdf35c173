"""Conditions of numbers, against what the program that wrote the file draws."""

import numpy as np
import torch
from click.testing import CliRunner
from PIL import Image

import gan
from foundation.seeds import seed_z
from gan.cli.main import main
from gan.display import to_rgba8
from tests.fixtures_path import fixtures


def test_the_command_takes_numbers(tmp_path):
    network = fixtures() / "formats" / "official_ada-camera25" / "net.pkl"
    with np.load(network.with_name("expected.npz")) as stored:
        c = stored["c"][:1]
    words = ["images", f"--network={network}", "--seeds=0", f"--outdir={tmp_path}"]
    numbers = ",".join(repr(float(x)) for x in c[0])
    done = CliRunner().invoke(main, [*words, f"--condition={numbers}"])
    assert done.exit_code == 0, done.output
    G = gan.load(network, only=("G_ema",)).G_ema
    with torch.no_grad():
        image = G(torch.from_numpy(seed_z(0, G.z_dim))[None].float(), torch.from_numpy(c))[0]
    with Image.open(tmp_path / "seed0000.png") as picture:
        assert np.array_equal(np.asarray(picture), to_rgba8(image)[..., :3])
    for wrong, message in (
        ("--condition=1,2", "condition has 25 numbers, and 2 are given"),
        ("--class=25", "no class 25"),
    ):
        done = CliRunner().invoke(main, [*words, wrong])
        assert done.exit_code == 1
        assert message in done.output
    done = CliRunner().invoke(main, [*words, "--class=1", f"--condition={numbers}"])
    assert done.exit_code == 1
    assert "either --class or --condition" in done.output
