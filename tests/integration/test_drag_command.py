"""Drags on the command line against the job of the window: one state gives the same w vectors."""

import json
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from foundation.png import save_png
from foundation.specs.editing.drag_options import DragOptions
from gan.cli.main import main as gan_main
from renderer.__main__ import main as renderer_main
from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View, request_for
from renderer.document.dragging.jobs import Drag, DragWay
from renderer.document.dragging.kept import PointDrag
from renderer.document.dragging.points import DragPoint
from renderer.document.metadata import read
from renderer.document.parts import (
    Direction,
    Display,
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
from renderer.document.recall import recall
from renderer.document.session import Session, save
from renderer.engine.jobs import begin
from tests.fixtures_path import ROOT
from tests.unit.renderer import tiny

STEPS = 4
POINTS = (DragPoint(10.0, 12.0, 20.0, 12.0), DragPoint(22.0, 20.0, 22.0, 20.0))
WRITTEN = "--points=10,12:20,12;22,20:22,20"


@pytest.fixture(autouse=True)
def references(monkeypatch):
    """Compute without kernels, which may or may not be compiled yet; leave the signals of this process alone."""
    monkeypatch.setenv("STYLESCOPE_KERNELS", "off")
    monkeypatch.setattr("signal.signal", lambda number, handler: None)


def edited(kind: str, folder) -> tuple[Document, ArrayStore]:
    """A document in which everything that the window can edit is edited."""
    arrays = ArrayStore()
    vector = np.random.RandomState(3).randn(16).astype(np.float32)
    np.save(folder / "age.npy", vector)
    age = Direction("Age", arrays.add(vector), 0.5, 0, 3)
    document = Document(
        Network(tiny.save(folder, kind)),
        Latent(7.0),
        Mixing(3.0, (LayerStyle(2, Latent(9.0)), LayerStyle(5, amount=0.5))),
        Truncation(0.6),
        directions=(age,),
    )
    if kind == "sg3":
        layer = "L2_52_8"
        document = replace(document, transform=Transform(0.1, -0.05, 20.0))
    else:
        layer = "b16.conv0"
        document = replace(document, noise=Noise(strength=1.5))
    styles, bends = (StyleOffset(layer, 1, 0.7),), (LayerBend(layer, "multiply", 1.4, (0, 2)),)
    return replace(document, styles=styles, bends=bends), arrays


def of_the_job(document, arrays, points=POINTS, mask=None, **options):
    """The state that the window's job reports after some steps, of a renderer of its own."""
    bench = tiny.Bench(document.network.source)
    store = bench.pipeline._caches.arrays
    for one in (*(d.array for d in document.directions), *((mask,) if mask else ())):
        assert store.add(arrays.get(one)) == one
    work = Drag(
        request_for(document, Display(), "cpu", 1), points, mask=mask, options=DragOptions(**options), steps=STEPS
    )
    running = begin(work, bench.pipeline)
    return [DragWay.of(running.step(tiny.Watching()).result) for _ in range(STEPS)][-1]


def drag(main, *words):
    done = CliRunner().invoke(main, ["drag", "--device=cpu", f"--steps={STEPS}", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done


def latents(folder):
    with np.load(folder / "w.npz") as found:
        return found["w"][0]


@pytest.mark.parametrize("kind", ["sg1", "sg2", "sg3"])
def test_a_recipe_gives_the_w_of_the_windows_job(kind, tmp_path):
    document, arrays = edited(kind, tmp_path)
    path, out = tmp_path / "recipe.yaml", tmp_path / "out"
    path.write_text(recipe.write(recipe.Recipe(document, Display()), arrays), encoding="utf-8")
    wanted = of_the_job(document, arrays)
    done = drag(renderer_main, f"--recipe={path}", WRITTEN, f"--outdir={out}", f"--film={out / 'way.gif'}", "--json")
    np.testing.assert_array_equal(latents(out), wanted.ws)
    np.testing.assert_array_equal(np.load(out / "drag.npy"), wanted.moved)
    assert wanted.moved.any()
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"done": STEPS, "total": STEPS} in told
    assert told[-1]["saved"] == str(out)
    with Image.open(out / "way.gif") as film:
        assert film.n_frames == STEPS + 1
    bench = tiny.Bench(document.network.source)
    for name, count in (("start.png", 1), ("end.png", 2)):
        found = recall(out / name, bench.pipeline._caches.arrays)
        assert len(found.document.directions) == count
        still = bench.pipeline.still(request_for(found.document, found.display, "cpu", 1), tiny.Watching())
        np.testing.assert_array_equal(np.asarray(Image.open(out / name)), still[..., :3])
    assert recipe.read(read(out / "end.png", recipe.KEY), ArrayStore(), []).document.directions[-1].whole


@pytest.mark.parametrize("kind", ["sg2", "sg3"])
def test_options_give_the_w_of_the_windows_job(kind, tmp_path):
    document, arrays = edited(kind, tmp_path)
    document = replace(document, mixing=Mixing(), noise=Noise())
    wanted = of_the_job(document, arrays)
    out, (style,), (bend,) = tmp_path / "out", document.styles, document.bends
    words = [f"--network={document.network.source}", "--seed=7", "--trunc=0.6", WRITTEN, f"--outdir={out}"]
    words += [f"--direction={tmp_path / 'age.npy'}:0.5:0-3", f"--style-offset={style.layer}:1:0.7"]
    words += [f"--bend={bend.layer}:multiply:1.4:0,2"]
    if kind == "sg3":
        words += ["--translate=0.1,-0.05", "--rotate=-20"]
    drag(gan_main, *words)
    np.testing.assert_array_equal(latents(out), wanted.ws)
    plain = of_the_job(replace(document, styles=(), bends=(), transform=Transform()), arrays)
    assert np.abs(plain.moved - wanted.moved).max() > 1e-4, "they count"


def test_a_session_brings_its_points_mask_and_settings(tmp_path):
    document, arrays = edited("sg2", tmp_path)
    may = np.zeros((32, 32), np.uint8)
    may[8:24] = 255
    pulled = PointDrag(POINTS, True, arrays.add(may), (1, 2), 40.0)
    save(tmp_path / "a.stylescope", Session(document, View(pulled=pulled)), arrays)
    wanted = of_the_job(document, arrays, mask=pulled.mask, first=1, last=2, hold=40.0)
    assert [i for i in range(8) if wanted.moved[i].any()] == [1, 2]
    drag(renderer_main, f"--session={tmp_path / 'a.stylescope'}", f"--outdir={tmp_path / 'out'}")
    np.testing.assert_array_equal(latents(tmp_path / "out"), wanted.ws)
    save_png(tmp_path / "mask.png", 255 - may)
    words = [f"--session={tmp_path / 'a.stylescope'}", f"--mask={tmp_path / 'mask.png'}", "--first=0", "--last=1"]
    drag(renderer_main, *words, "--hold=40", f"--outdir={tmp_path / 'other'}")
    other = of_the_job(document, arrays, mask=arrays.add(255 - may), last=1, hold=40.0)
    np.testing.assert_array_equal(latents(tmp_path / "other"), other.ws)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--recipe={plain}"], "no points in"),
        (["--recipe={plain}", "--points=8,9:40,9"], "lies outside the picture of 32"),
        (["--recipe={plain}", "--points=8,9:9,9", "--layer=b99"], "no layer called 'b99'"),
        (["--recipe={plain}", "--points=8,9:9,9", "--mask={mask}"], "has 8 x 8 pixels, and the picture 32 x 32"),
        (["--recipe={plain}", "--points=8,9:9,9", "--mask={plain}"], "no picture"),
        (["--recipe=nowhere.png", "--points=8,9:9,9"], "There is no file nowhere.png"),
        (["--recipe={mask}", "--points=8,9:9,9"], "carries no recipe"),
    ],
)
def test_refusals_are_a_sentence(tmp_path, words, says):
    document = Document(Network(tiny.save(tmp_path, "sg2")))
    plain, mask, out = tmp_path / "plain.yaml", tmp_path / "mask.png", tmp_path / "out"
    plain.write_text(recipe.write(recipe.Recipe(document, Display()), ArrayStore()), encoding="utf-8")
    save_png(mask, np.repeat(np.array([0, 255], np.uint8), 32).reshape(8, 8))
    words = [word.format(plain=plain, mask=mask) for word in words]
    done = CliRunner().invoke(renderer_main, ["drag", "--device=cpu", f"--outdir={out}", *words])
    assert done.exit_code != 0
    assert says in " ".join(done.output.split())
    assert "Traceback" not in done.output
    assert not out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_it_is_stopped_after_a_step_and_keeps_what_it_has(tmp_path):
    document = Document(Network(tiny.save(tmp_path, "sg2")))
    path, out = tmp_path / "plain.yaml", tmp_path / "out"
    path.write_text(recipe.write(recipe.Recipe(document, Display()), ArrayStore()), encoding="utf-8")
    words = [f"--recipe={path}", "--points=8,9:28,28", "--rate=1e-7", "--steps=100000", "--patience=100000"]
    words += ["--arrive=0", f"--outdir={out}", "--device=cpu", "--threads=1", "--json"]
    command = [sys.executable, "-m", "renderer", "drag", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["done"] == 1
        child.send_signal(signal.SIGTERM)
        rest = child.stdout.read().splitlines()
    assert child.returncode == 0
    done = json.loads(rest[-1])
    assert (done["saved"], done["end"]) == (str(out), "")
    assert latents(out).shape == (8, 16)
    assert {"start.png", "end.png", "w.npz", "drag.npy", "drag.npz"} == {one.name for one in out.iterdir()}
