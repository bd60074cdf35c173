"""`gan drag`: what it writes, and what it refuses."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from foundation.directions import read_directions
from foundation.png import save_png
from gan.cli.main import main
from tests.unit.renderer import tiny


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return tiny.save(tmp_path_factory.mktemp("networks"), "sg2")


def drag(*words):
    return CliRunner().invoke(main, ["drag", "--device=cpu", *words])


def test_it_writes_pictures_latents_the_way_and_a_film(network, tmp_path):
    words = [f"--network={network}", "--points=8,9:14,9;20,20:20,20", f"--outdir={tmp_path}", "--steps=3", "--json"]
    done = drag(*words, f"--film={tmp_path / 'way.gif'}")
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert {"done": 3, "total": 3} in lines
    with Image.open(tmp_path / "way.gif") as film:
        assert film.n_frames == 4
    moved = np.load(tmp_path / "drag.npy")
    (one,) = read_directions(tmp_path / "drag.npz")
    assert (one.name, one.layers) == ("Drag", (0, 1, 2))
    np.testing.assert_array_equal(one.vector, moved)
    with Image.open(tmp_path / "start.png") as before, Image.open(tmp_path / "end.png") as after:
        assert before.size == after.size == (32, 32)
        assert np.asarray(before).tolist() != np.asarray(after).tolist()
    with np.load(tmp_path / "w.npz") as latents:
        assert latents["w"].shape == (1, 8, 16)
    again = drag(*words[:3], f"--outdir={tmp_path / 'more'}", "--steps=1", f"--w={tmp_path / 'w.npz'}")
    assert again.exit_code == 0, again.output


def test_a_dry_run_says_what_would_be_used(network, tmp_path):
    done = drag(f"--network={network}", "--points=8,9:14,9", f"--outdir={tmp_path / 'out'}", "--dry-run")
    assert done.exit_code == 0, done.output
    for line in ("1, 6 px from their targets", "b32.conv1, of 3 px", "0 to 2 of 8", "0.5 px"):
        assert line in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--points=8,9"], "expected X,Y:X,Y"),
        (["--points=8,9:nan,9"], "expected X,Y:X,Y"),
        (["--points=8,9:40,9"], "leaves the picture of 32 x 32"),
        (["--points=" + ";".join(["8,9:9,9"] * 17)], "give at most 16"),
        (["--points=8,9:9,9", "--layer=b99"], "no layer called 'b99'"),
        (["--points=8,9:9,9", "--mask={mask}"], "has 8 x 8 pixels, and the picture 32 x 32"),
        (["--points=8,9:9,9", "--mask={network}"], "no picture"),
    ],
)
def test_refusals_are_a_sentence(network, tmp_path, words, says):
    save_png(tmp_path / "mask.png", np.zeros((8, 8), np.uint8))
    words = [word.format(mask=tmp_path / "mask.png", network=network) for word in words]
    done = drag(f"--network={network}", f"--outdir={tmp_path / 'out'}", *words)
    assert done.exit_code != 0
    assert says in " ".join(done.output.split())
    assert "Traceback" not in done.output
