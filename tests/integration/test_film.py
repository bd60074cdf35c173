"""Films: their frames are the preview's, byte for byte; the command, its errors, and termination."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.document import recipe
from renderer.document.animate import requested
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, request_for
from renderer.document.metadata import read
from renderer.document.parts import Display, Latent, Network, WBlend
from renderer.document.session import Session, save
from renderer.document.timeline import Key, Timeline, Track
from renderer.engine.film import Cut, frames, shifted
from renderer.engine.pipeline import Pipeline
from tests.integration.command import here, in_process
from tests.unit.renderer import tiny

TIMELINE = Timeline(
    (
        Track("latent", (Key(0.0, Latent(1)), Key(0.4, Latent(7)), Key(0.7, Latent(30, 2)))),
        Track("truncation.psi", (Key(0.0, 1.0), Key(0.5, 0.4, "both"))),
    ),
    seconds=1.0,
    fps=10.0,
)


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return Document(network=Network(tiny.save(tmp_path, "sg2")), timeline=TIMELINE)


def session(tmp_path: Path, document: Document) -> Path:
    path = tmp_path / "walk.stylescope"
    save(path, Session(document), ArrayStore())
    return path


OWN = ("--device=cpu", "--threads=1")


def test_a_films_frames_are_the_previews_pictures(tmp_path, document):
    done = in_process("film", *OWN, f"--session={session(tmp_path, document)}", f"--out={tmp_path / 'film'}", "--json")
    assert done.returncode == 0, done.stderr
    pictures = sorted((tmp_path / "film").glob("*.png"))
    assert len(pictures) == TIMELINE.frames == 10
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told == [*({"done": i + 1, "total": 10} for i in range(10)), {"saved": str(tmp_path / "film")}]
    engine, request = Pipeline(), request_for(document, Display(), "cpu", 1)
    for i, path in enumerate(pictures):
        seen = dict(engine.render(requested(request, TIMELINE, i / 10), tiny.Watching()).images)["picture"]
        assert np.array_equal(np.asarray(Image.open(path)), seen[..., :3]), f"frame {i}"


def test_a_loop_has_no_seam(document):
    engine, request = Pipeline(), request_for(document, Display(), "cpu", 1)
    timeline = replace(TIMELINE, fps=30.0)
    shown = [one.astype(int) for one in frames(engine, request, timeline, Cut(30.0, 0.0, 1.0), tiny.Watching())]
    changes = [np.abs(b - a).mean() for a, b in zip(shown, [*shown[1:], shown[0]], strict=True)]
    assert 0 < changes[-1] <= max(changes[:-1])


def test_size_grid_and_range(document):
    engine, request = Pipeline(), request_for(document, Display(), "cpu", 1)
    cut = Cut(10.0, 0.2, 0.5, size=48, columns=3, rows=2)
    shown = list(frames(engine, request, TIMELINE, cut, tiny.Watching()))
    assert [one.shape for one in shown] == [(96, 144, 3)] * 3
    own = list(frames(engine, request, TIMELINE, replace(cut, columns=1, rows=1), tiny.Watching()))
    assert np.array_equal(shown[0][:48, :48], own[0])


def test_a_grid_goes_on_by_seeds():
    blend = WBlend(((Latent(1), 0.25), (WBlend(((Latent(2, 3), 1.0),)), 0.75)), lengths=(0.5, 0.5))
    assert shifted(blend, 2, 1) == replace(blend, parts=((Latent(3, 1), 0.25), (WBlend(((Latent(4, 4), 1.0),)), 0.75)))


def test_a_film_carries_its_recipe(tmp_path, document):
    out = tmp_path / "film.mp4"
    done = here("film", *OWN, f"--session={session(tmp_path, document)}", f"--out={out}", "--end=0.2")
    assert done.returncode == 0, done.stderr
    notes: list[str] = []
    assert recipe.read(read(out, recipe.KEY), ArrayStore(), notes).document == document
    assert not notes


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--grid", "0x2"), "two positive whole numbers"),
        (("--start", "5"), "choose a later end"),
        (("--network", "/nowhere.pkl"), "could not be opened"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(tmp_path, document, options, sentence):
    done = here("film", *OWN, f"--session={session(tmp_path, document)}", f"--out={tmp_path / 'film.gif'}", *options)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "film.gif").exists()
