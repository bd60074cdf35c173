"""Rectangles, other channels and other conditions, against what the programs that write them draw."""

from functools import lru_cache

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import gan
from gan.cli.main import main
from gan.inference import cpu
from gan.inference.low_res import at_resolution, shares
from tests.fixtures_path import fixtures

CASES = {
    "eps_tall": (3, 48, 32),
    "human_sg2_tall": (3, 32, 16),
    "human_sg2_square": (3, 32, 32),
    "official_ada-rgba": (4, 32, 32),
    "official_sg3-ch6": (6, 32, 32),
    "official_ada-camera25": (3, 32, 32),
    "official_ada-cond5000": (3, 32, 32),
}
SHARE = 1e-4
"""Tolerance, as a share of the largest value."""
every_case = pytest.mark.parametrize("case", CASES)


@lru_cache
def load(case):
    folder = fixtures() / "formats" / case
    with np.load(folder / "expected.npz") as stored:
        expected = {key: torch.from_numpy(stored[key]) for key in stored.files}
    return gan.load(folder / "net.pkl", only=("G_ema",)).G_ema, expected


def assert_close(actual, expected):
    assert actual.shape == expected.shape
    torch.testing.assert_close(actual, expected, rtol=0, atol=SHARE * float(expected.abs().max()))


@every_case
@torch.no_grad()
def test_images_are_those_of_the_program_that_wrote_the_file(case):
    G, expected = load(case)
    assert (G.img_channels, *G.img_size) == CASES[case]
    for psi in (1.0, 0.7):
        w = G.mapping(expected["z"], expected.get("c"), truncation_psi=psi)
        assert_close(w, expected[f"w_{psi}"])
        assert_close(G.synthesis(w), expected[f"img_{psi}"])


@every_case
@torch.no_grad()
def test_plans_draw_every_shape(case):
    G, expected = load(case)
    w = expected["w_1.0"]
    layer = G.synthesis.layer_names[-2]
    noise = dict.fromkeys(G.synthesis.noise_layers, (True, 1.5, 3))
    plain, seeded = G.synthesis(w), G.synthesis(w, noise=noise)
    shown = G.synthesis(w, capture=layer)
    assert cpu.warm_up(G.synthesis)
    try:
        assert cpu.plan_for(G.synthesis, w) is not None
        assert_close(G.synthesis(w), plain)
        assert_close(G.synthesis(w[:1], noise=noise), seeded[:1])
        assert_close(G.synthesis(w[:1], capture=layer), shown[:1])
        for side in shares(G.synthesis):
            small = at_resolution(G.synthesis, side)
            height, width = G.img_size
            size = (height * side // G.img_resolution, width * side // G.img_resolution)
            assert small.img_size == size
            assert small(w).shape == (len(w), G.img_channels, *size)
    finally:
        cpu.cool_down(G.synthesis)


@every_case
def test_layers_have_the_sizes_that_are_told(case):
    G, expected = load(case)
    seen = {}
    G.synthesis(expected["w_1.0"][:1], on_layer=lambda name, x: seen.update({name: tuple(x.shape[2:])}))
    assert seen == {name: G.synthesis.layer_size(name) for name in G.synthesis.layer_names}


@every_case
def test_converted_files_draw_the_same(case, tmp_path):
    G, expected = load(case)
    info = gan.contents(fixtures() / "formats" / case / "net.pkl").info
    info = gan.describe({"G_ema": info.architectures["G_ema"]})
    gan.save(tmp_path / "net.safetensors", gan.Networks(None, None, G, info))
    again = gan.load(tmp_path / "net.safetensors").G_ema
    with torch.no_grad():
        assert torch.equal(again.synthesis(expected["w_1.0"]), G.synthesis(expected["w_1.0"]))


@every_case
def test_the_command_writes_the_real_shape(case, tmp_path):
    channels, height, width = CASES[case]
    network = fixtures() / "formats" / case / "net.pkl"
    done = CliRunner().invoke(main, ["images", f"--network={network}", "--seeds=0,1", f"--outdir={tmp_path}"])
    assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "seed0001.png") as picture:
        assert (picture.height, picture.width, picture.mode) == (height, width, "RGBA" if channels == 4 else "RGB")
