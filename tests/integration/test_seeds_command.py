"""`python -m renderer seeds`: pictures, sheets and latents of many seeds."""

import json
import signal
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View, request_for
from renderer.document.metadata import read
from renderer.document.parts import Display, Latent, LayerStyle, Mixing, Network, Truncation
from renderer.document.session import Session, save
from tests.fixtures_path import ROOT
from tests.integration.command import here, in_process, words_of
from tests.unit.renderer import tiny

OWN = ("--device=cpu", "--threads=1")


def seeds(*options):
    return here("seeds", *OWN, *options)


@pytest.fixture
def work(tmp_path):
    """A session that mixes and truncates, and the image of a seed in it."""
    network = Network(tiny.save(tmp_path, "sg2"))
    mixing = Mixing(3.0, (LayerStyle(5, Latent(9.0)),))
    document = Document(network, Latent(7.5, 2.0), mixing, Truncation(0.6))
    save(tmp_path / "a.stylescope", Session(document, View()), ArrayStore())
    bench = tiny.Bench(network.source)

    def image(seed):
        one = replace(document, latent=Latent(float(seed)))
        return bench.pipeline.still(request_for(one, Display(), "cpu", 1), tiny.Watching())

    return tmp_path / "a.stylescope", image, bench, document


def test_each_picture_is_that_of_the_window_at_its_seed_and_carries_its_recipe(work, tmp_path):
    session, image, _, document = work
    done = in_process("seeds", *OWN, f"--session={session}", "--seeds=3,88-89", f"--out={tmp_path / 'out'}", "--json")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told == [*({"done": i + 1, "total": 3} for i in range(3)), {"saved": str(tmp_path / "out")}]
    for seed in (3, 88, 89):
        path = tmp_path / "out" / f"seed{seed:05d}.png"
        np.testing.assert_array_equal(np.asarray(Image.open(path)), image(seed)[..., :3])
        made = recipe.read(read(path, recipe.KEY), ArrayStore(), [])
        assert made.document.latent == Latent(float(seed))
        assert (made.document.mixing, made.document.truncation) == (document.mixing, document.truncation)


def test_nothing_is_overwritten_and_names_and_formats_are_as_asked_for(work, tmp_path):
    session, image, _, _ = work
    words = [f"--session={session}", "--seeds=5,6", f"--out={tmp_path / 'out'}", "--names=count", "--format=webp"]
    for _ in range(2):
        done = seeds(*words, "--recipe=0", "--size=32")
        assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["001-2.webp", "001.webp", "002-2.webp", "002.webp"]
    assert read(tmp_path / "out" / "001.webp", recipe.KEY) is None
    wanted = Image.fromarray(image(5)).resize((32, 32), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "out" / "001.webp")), np.asarray(wanted)[..., :3])


def test_a_sheet_holds_every_picture_in_its_place(work, tmp_path):
    session, image, _, _ = work
    words = [f"--session={session}", "--seeds=1-5", f"--out={tmp_path}", "--as=sheet", "--columns=3", "--gap=2"]
    assert seeds(*words).returncode == 0
    sheet = np.asarray(Image.open(tmp_path / "seeds.png"))
    side = image(1).shape[0]
    assert sheet.shape == (2 * (side + 2) + 2, 3 * (side + 2) + 2, 4)
    for index in range(5):
        top, left = 2 + index // 3 * (side + 2), 2 + index % 3 * (side + 2)
        np.testing.assert_array_equal(sheet[top : top + side, left : left + side], image(index + 1))
    assert not sheet[-side:, -side:, 3].any(), "the last cell is empty"
    assert seeds(*words, "--captions=1", "--format=png16").returncode == 0
    captioned = np.asarray(Image.open(tmp_path / "seeds-2.png"))
    assert captioned.shape[0] > sheet.shape[0]


def test_latents_are_what_the_synthesis_network_gets(work, tmp_path):
    session, _, bench, document = work
    done = seeds(f"--session={session}", "--seeds=4,2", f"--out={tmp_path / 'w.npz'}", "--as=latents")
    assert done.returncode == 0, done.stderr
    ws = np.load(tmp_path / "w.npz")["w"]
    for row, seed in zip(ws, (4, 2), strict=True):
        request = request_for(replace(document, latent=Latent(float(seed))), Display(), "cpu", 1)
        np.testing.assert_array_equal(row, bench.pipeline.styles(request, tiny.Watching()))


def test_a_stopped_export_keeps_what_it_has_written(work, tmp_path):
    session, *_ = work
    words = words_of(
        "seeds", *OWN, f"--session={session}", "--seeds=0-99999", f"--out={tmp_path / 'out'}", "--json", "--recipe=0"
    )
    running = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    running.stdout.readline()
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=200)
    assert running.returncode == 1
    assert "The export was stopped" in said
    written = list((tmp_path / "out").iterdir())
    assert f"{len(written)} pictures stay" in said
    for path in written:
        Image.open(path).load()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--seeds=1-9", "--as=sheet", "--size=8192", "--format=jpeg"], "choose smaller pictures, or fewer"),
        (["--seeds=x"], "expected whole numbers and ranges"),
        (["--seeds=1", "--out=/proc/none"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_gives_one_sentence(work, tmp_path, words, sentence):
    session, *_ = work
    done = seeds(f"--session={session}", f"--out={tmp_path / 'out'}", *words)
    assert done.returncode in (1, 2)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/*"))
