"""Commands against what the published implementations compute (fixtures/README.md), as pixels."""

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from gan.cli.main import main
from gan.display import to_rgba8
from tests.fixtures_path import fixtures, trained_networks

CASES = ("sg2_64", "sg2_resnet_32", "sg2ada_cond_32", "sg3t_64", "sg3r_64")


def run(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output


def assert_shows(path, img):
    """A difference of 1e-4 may carry a pixel over the edge to the next of 256 levels, but seldom."""
    with Image.open(path) as picture:
        apart = np.abs(np.array(picture).astype(int) - to_rgba8(torch.from_numpy(img))[..., :3])
    assert apart.max() <= 1
    assert (apart > 0).mean() < 0.02


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("ws", "img"), [("ws_mixed", "img_ws_mixed"), ("w_psi07", "img_const_psi07")])
def test_latents_from_files(case, ws, img, tmp_path):
    folder = fixtures() / case
    with np.load(folder / "expected.npz") as stored:
        latents, expected = stored[ws], stored[img]
    np.savez(tmp_path / "w.npz", w=latents)
    run("images", "--network", folder / "net.pkl", "--projected-w", tmp_path / "w.npz", "--outdir", tmp_path)
    for i in range(len(expected)):
        assert_shows(tmp_path / f"proj{i:02d}.png", expected[i])


def test_seeds_of_a_trained_network(tmp_path):
    folder = trained_networks()
    with np.load(folder / "avatars-32-expected.npz") as stored:
        seeds, expected = stored["seeds"], stored["img_psi07"]
    given = ",".join(map(str, seeds))
    run("images", "--network", folder / "avatars-32.pkl", f"--seeds={given}", "--trunc=0.7", "--outdir", tmp_path)
    for seed, img in zip(seeds, expected, strict=True):
        assert_shows(tmp_path / f"seed{seed:04d}.png", img)
