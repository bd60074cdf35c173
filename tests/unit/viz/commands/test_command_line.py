"""The present image as a command of the library."""

import shlex

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from gan.cli.main import main
from renderer.document.document import Document
from renderer.document.parts import (
    ArrayRef,
    Direction,
    Latent,
    LayerBend,
    LayerStyle,
    Mixing,
    Network,
    Noise,
    StyleOffset,
    Transform,
    Truncation,
)
from tests.unit.renderer import tiny
from viz.commands.command_line import command_for


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("sg2", {"latent": Latent(7.0, 1.0), "truncation": Truncation(0.5), "noise": Noise("none")}),
        ("cond", {"latent": Latent(3.0, label=1)}),
        ("sg3", {"latent": Latent(2.0), "transform": Transform(0.125, -0.25, 30.0)}),
        ("sg2", {"styles": (StyleOffset("b8.conv0", 3, 2.5, 0.3), StyleOffset("b16.torgb", 1, -1.1))}),
        ("sg2", {"bends": (LayerBend("b8.conv0", "turn", 30.0), LayerBend("b16.conv1", "multiply", -1.0, (0, 2)))}),
        ("sg3", {"bends": (LayerBend("input", "zoom", 1.5), LayerBend("input", "noise", 0.5))}),
        ("sg1", {"styles": (StyleOffset("b8.conv0", 9, 0.7),)}),
        ("sg3", {"styles": (StyleOffset("input", 2, 0.1), StyleOffset("input", 3, 0.0))}),
    ],
)
def test_the_command_makes_the_very_same_picture(tmp_path, monkeypatch, family, changes):
    bench = tiny.Bench(tiny.save(tmp_path, family))
    document = Document(Network(bench.request.image.network.source), **changes)
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command_for(document))
    assert words[:3] == ["python", "-m", "gan"]
    done = CliRunner().invoke(main, [*words[3:], "--device=cpu"])
    assert done.exit_code == 0, done.output
    (path,) = (tmp_path / "out").glob("*.png")
    np.testing.assert_array_equal(np.array(Image.open(path)), bench.picture(**changes)[..., :3])


@pytest.mark.parametrize(
    "document",
    [
        Document(latent=Latent(0.5)),
        Document(latent=Latent(-1.0)),
        Document(latent=Latent(label=0, label_b=1, label_mix=0.5)),
        Document(truncation=Truncation(0.5, cutoff=4)),
        Document(noise=Noise("random")),
        Document(noise=Noise(strength=0.5)),
        Document(mixing=Mixing(layers=(LayerStyle(0),))),
        Document(transform=Transform(x=0.1, whole_pixels=True)),
    ],
)
def test_what_has_no_option_has_no_command(document):
    assert command_for(document) == ""


def test_what_does_nothing_is_no_matter():
    document = Document(directions=(Direction("smile", ArrayRef("0" * 64)),))
    assert command_for(document) == command_for(Document())
