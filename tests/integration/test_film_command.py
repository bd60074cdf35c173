"""`python -m renderer film` as a process of its own: its frames are the preview's."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer import recipe, session
from renderer.animate import requested
from renderer.arrays import ArrayStore
from renderer.document import Document, View, request_for
from renderer.mixing import take
from renderer.parts import Display, Latent, Mixing, Network
from renderer.recall import recall
from renderer.timeline import Key, Timeline, Track
from tests.fixtures_path import ROOT
from tests.unit.renderer import tiny

SECONDS, FPS = 2.0, 6.0
TIMELINE = Timeline(
    (
        Track("latent", (Key(0.0, Latent(3.0)), Key(0.7, Latent(8.0)), Key(1.4, Latent(21.0)))),
        Track("truncation.psi", (Key(0.2, 0.5), Key(1.5, 1.0)), "linear"),
        Track("mixing", (Key(0.0, Mixing()), Key(1.0, take(Mixing(), (1, 2), Latent(5.0))))),
    ),
    SECONDS,
    FPS,
)


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "renderer", "film", "--device=cpu", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def work(tmp_path_factory) -> tuple[Path, Document]:
    folder = tmp_path_factory.mktemp("film")
    document = Document(Network(tiny.save(folder, "sg2")), Latent(3.0), timeline=TIMELINE)
    session.save(folder / "walk.stylescope", session.Session(document, View()), ArrayStore())
    return folder / "walk.stylescope", document


def previews(document: Document) -> list[np.ndarray]:
    """What the window shows at the times of the frames."""
    bench = tiny.Bench(document.network.source)
    request = request_for(document, Display(), "cpu", 1)
    shown = []
    for i in range(round(SECONDS * FPS)):
        now = requested(request, document.timeline, i / FPS)
        shown.append(bench.pipeline.still(now, tiny.Watching())[..., :3])
    return shown


def test_frames_are_the_pictures_of_the_preview(work, tmp_path):
    path, document = work
    done = run("--session", path, "--out", tmp_path / "frames", "--json")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    steps = [line for line in told if "done" in line]
    assert steps[-1]["done"] == steps[-1]["total"] == 12
    frames = [np.array(Image.open(file)) for file in sorted((tmp_path / "frames").glob("*.png"))]
    shown = previews(document)
    assert len(frames) == len(shown) == 12
    for frame, picture in zip(frames, shown, strict=True):
        np.testing.assert_array_equal(frame, picture)


def test_the_end_of_a_loop_differs_from_its_beginning_no_more_than_neighbours_do(work):
    _, document = work
    smooth = replace(document, timeline=replace(TIMELINE, fps=30.0, tracks=TIMELINE.tracks[:1]))
    bench = tiny.Bench(document.network.source)
    request = request_for(smooth, Display(), "cpu", 1)
    shown = [
        bench.pipeline.still(requested(request, smooth.timeline, i / 30), tiny.Watching())[..., :3].astype(int)
        for i in range(60)
    ]
    steps = [np.abs(a - b).mean() for a, b in pairwise(shown)]
    assert np.abs(shown[-1] - shown[0]).mean() <= max(steps)


def test_the_distance_from_the_mean_goes_straight_between_keys(work):
    _, document = work
    bench = tiny.Bench(document.network.source)
    walk = replace(document, timeline=replace(TIMELINE, tracks=TIMELINE.tracks[:1]))
    request = request_for(walk, Display(), "cpu", 1)
    mean = tiny.network("sg2").mapping.w_avg.numpy()

    def distance(t: float) -> float:
        ws = bench.pipeline.styles(requested(request, walk.timeline, t), tiny.Watching())
        return float(np.linalg.norm(ws[0] - mean))

    ends = [distance(t) for t in (0.0, 0.7, 1.4, 2.0)]
    assert ends[3] == pytest.approx(ends[0], rel=1e-5), "in a loop the end is the beginning"
    for (a, b), (first, last) in zip(pairwise((0.0, 0.7, 1.4, 2.0)), pairwise(ends), strict=True):
        for share in (0.25, 0.5, 0.8):
            straight = first + share * (last - first)
            assert distance(a + share * (b - a)) == pytest.approx(straight, rel=0.01)


def test_a_film_carries_its_recipe_and_a_grid_is_as_large_as_its_cells(work, tmp_path):
    path, document = work
    done = run("--session", path, "--out", tmp_path / "walk.mp4", "--grid=2x1", "--size=64", "--end=0.5")
    assert done.returncode == 0, done.stderr
    arrays = ArrayStore()
    assert recall(tmp_path / "walk.mp4", arrays).document == document
    import imageio_ffmpeg

    frames = imageio_ffmpeg.read_frames(str(tmp_path / "walk.mp4"))
    assert next(frames)["size"] == (128, 64)
    frames.close()


def test_what_cannot_be_filmed_gets_a_sentence(work, tmp_path):
    path, document = work
    late = run("--session", path, "--out", tmp_path / "a.mp4", "--start=5")
    assert late.returncode == 2
    assert "choose a later end" in late.stderr
    gone = replace(document, network=Network(str(tmp_path / "gone.pkl")))
    (tmp_path / "gone.yaml").write_text(recipe.write(recipe.Recipe(gone), ArrayStore()))
    lost = run("--session", tmp_path / "gone.yaml", "--out", tmp_path / "a.mp4")
    assert lost.returncode == 1
    assert "gone.pkl could not be opened" in lost.stderr
    assert not (tmp_path / "a.mp4").exists()
