"""Every fixture of every layout and shape draws its program's picture by `gan images` and in the window.

`gan.load` and the networks behind both are compared with the same pictures in tests/parity.
"""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import gan.cli.images
from renderer.document.parts import Latent
from tests.e2e.driver import Driver, drive
from tests.fixtures_path import fixtures
from tests.parity.test_layouts import DRAWN
from viz.files.actions import OpenNetwork

pytestmark = pytest.mark.window

TENSORFLOW = ("sg2ada_tf_64/net.pkl", "sg2ada_tf_cond_32/net.pkl")
SHAPES = (
    "eps_tall/net.pkl",
    "human_sg2_tall/net.pkl",
    "official_ada-rgba/net.pkl",
    "official_sg3-ch6/net.pkl",
    "official_ada-camera25/net.pkl",
    "official_ada-cond5000/net.pkl",
)
UNCHECKED = ("genforce/model_zoo.pth", "genforce/stylegan2_x_32.pth")
"""Layouts without pictures of their program."""
FILES = (*DRAWN, *TENSORFLOW, *SHAPES, *UNCHECKED)


def known(name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Return a ws [num_ws, w_dim] of a network, and the pixels [H, W, C] that its program draws from it."""
    path = fixtures() / "formats" / name
    if name in UNCHECKED:
        return np.linspace(-1, 1, 16, dtype=np.float32), None
    expected = np.load(path.parent / "expected.npz")
    w, images = ("w", "img_const") if name in TENSORFLOW else ("w_0.7", "img_0.7")
    image = expected[images][0].astype(np.float64).transpose(1, 2, 0)
    image = image[..., [0, 0, 0]] if image.shape[2] == 1 else image[..., : 4 if image.shape[2] == 4 else 3]
    return expected[w][0], np.clip(image * 127.5 + 128, 0, 255).astype(np.uint8)


def commanded(name: str, folder) -> np.ndarray:
    """Return the picture of `gan images` [H, W, 3 or 4]."""
    w, _ = known(name)
    np.savez(folder / "w.npz", w=w)
    options = [f"--network={fixtures() / 'formats' / name}", f"--projected-w={folder / 'w.npz'}", "--device=cpu"]
    done = CliRunner().invoke(gan.cli.images.command, [*options, f"--outdir={folder}"])
    assert done.exit_code == 0, done.output
    return np.asarray(Image.open(folder / "proj00.png"))


@pytest.mark.parametrize("part", range(3))
def test_the_command_and_the_window_draw_what_the_program_draws(part, lent, avatars, tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    files = FILES[part::3]
    commands = {name: commanded(name, tmp_path) for name in files}
    for name, picture in commands.items():
        _, expected = known(name)
        if expected is not None:
            assert picture.shape == expected.shape, name
            assert np.abs(picture.astype(int) - expected).max() <= 1, name

    def steps(d: Driver) -> None:
        d.wait_frame()
        for name, picture in commands.items():
            source = str(fixtures() / "formats" / name)
            w, _ = known(name)
            ref = d.facts.arrays.add(w)
            d.change(lambda scene, source=source: scene.request(OpenNetwork(source)))
            d.change(lambda scene, ref=ref: replace(scene, document=replace(scene.document, latent=Latent(array=ref))))
            d.wait_for(
                lambda source=source: d.facts.model is not None and d.facts.model.network.source == source, what=name
            )
            d.wait_frame()
            assert d.facts.failure is None, name
            shown = d.picture()
            assert np.array_equal(shown[..., : picture.shape[2]], picture), name

    drive(steps, network=avatars, renderer=lent)
