"""`python -m renderer picture`."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

import gan
from foundation.png import save_png
from gan.io.fingerprint import fingerprint
from renderer.document import metadata, recipe, session
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View, request_for
from renderer.document.parts import Direction, Display, Latent, LayerBend, Network, StyleOffset, Truncation
from renderer.document.recipe import KEY, Recipe
from tests.integration.command import here, in_process
from tests.unit.renderer import tiny


def work(folder) -> tuple[Document, ArrayStore]:
    arrays = ArrayStore()
    w = arrays.add(np.random.RandomState(2).randn(8, 16).astype(np.float32))
    smile = Direction("smile", arrays.add(np.random.RandomState(3).randn(16).astype(np.float32)), 0.5)
    channel = StyleOffset("b8.conv0", 3, 1.5, 0.7)
    bend = LayerBend("b8.conv1", "turn", 20.0, (0, 2))
    network = Network(tiny.save(folder, "sg2"))
    return Document(
        network, Latent(array=w), truncation=Truncation(0.75), directions=(smile,), styles=(channel,), bends=(bend,)
    ), arrays


def test_a_recipe_and_a_session_give_the_picture_of_the_window(tmp_path):
    document, arrays = work(tmp_path)
    display = Display(scale_db=2.0)
    bench = tiny.Bench(document.network.source)
    for ref, array in arrays.all().items():
        assert bench.pipeline._caches.arrays.add(array) == ref
    expected = bench.pipeline.still(request_for(document, display, "cpu", 1), tiny.Watching())[..., :3]
    session.save(tmp_path / "a.stylescope", session.Session(document, View(display=display)), arrays)
    (tmp_path / "a.yaml").write_text(recipe.write(Recipe(document, display), arrays))
    for name, run in {"a.stylescope": in_process, "a.yaml": here}.items():
        out = tmp_path / f"{name}.png"
        done = run("picture", "--recipe", tmp_path / name, "--out", out, "--device", "cpu")
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == str(out)
        np.testing.assert_array_equal(np.array(Image.open(out)), expected)
        again, first = (json.loads(text) for text in (metadata.read(out, KEY), (tmp_path / "a.yaml").read_text()))
        source = document.network.source
        digest = hashlib.sha256(Path(source).read_bytes()).hexdigest()
        (named,) = again.pop("networks")
        assert (named["source"], named["sha256"]) == (source, digest)
        assert named["fingerprint"] == fingerprint(gan.load(source).G_ema)
        assert first.pop("networks") == []  # nothing had been rendered
        assert again == first


def test_what_cannot_be_rendered_gives_a_sentence_and_exit_code_1(tmp_path):
    document, arrays = work(tmp_path)
    gone = replace(document, network=Network(str(tmp_path / "gone.pkl")))
    (tmp_path / "gone.yaml").write_text(recipe.write(Recipe(gone), arrays))
    save_png(tmp_path / "plain.png", np.zeros((4, 4, 3), np.uint8))
    for name, run, sentence in (
        ("gone.yaml", in_process, "gone.pkl could not be opened"),
        ("plain.png", here, "carries no recipe"),
    ):
        done = run("picture", "--recipe", tmp_path / name)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*rendered*"))


def test_the_network_of_a_run_folder_is_pinned(tmp_path):
    folder = tmp_path / "00000-run"
    folder.mkdir()
    first = folder / "network-snapshot-000001.safetensors"
    shutil.copy(tiny.save(tmp_path, "sg2"), first)
    (tmp_path / "a.json").write_text(recipe.write(Recipe(Document()), ArrayStore()))
    done = here(
        "picture", "--recipe", tmp_path / "a.json", "--network", folder, "--out", tmp_path / "a.png", "--device", "cpu"
    )
    assert (done.returncode, done.stderr) == (0, "")
    text = json.loads(metadata.read(tmp_path / "a.png", KEY))
    assert text["document"]["network"]["source"] == str(first)
    (named,) = text["networks"]
    assert (named["source"], named["sha256"]) == (str(first), hashlib.sha256(first.read_bytes()).hexdigest())
    shutil.copy(tiny.save(tmp_path, "sg3"), folder / "network-snapshot-000002.safetensors")
    done = here("picture", "--recipe", tmp_path / "a.png", "--out", tmp_path / "b.png", "--device", "cpu")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "a.png").read_bytes()
    shutil.copy(folder / "network-snapshot-000002.safetensors", first)
    done = here("picture", "--recipe", tmp_path / "a.png", "--out", tmp_path / "c.png", "--device", "cpu")
    assert done.returncode == 0
    assert "is not the network that this was saved with" in done.stderr
