"""Files of earlier versions open as they were, with the same images.

`tests/fixtures/before` was written before the rooms, `tests/fixtures/yaml` before documents were JSON.
"""

import dataclasses
import json
import platform
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

import gan
from renderer.cli.opening import opened
from renderer.document import metadata, recipe, session
from renderer.document.animate import requested
from renderer.document.arrays import ArrayStore
from renderer.document.document import request_for
from renderer.document.parts import Network
from renderer.document.recall import recall
from renderer.engine.base import Host
from renderer.engine.film import Cut, frames
from renderer.engine.pipeline import Pipeline
from tests.fixtures_path import ROOT
from tests.unit.renderer.tiny import Watching
from training_launcher import registry
from viz.files import latents
from viz.state import settings_file
from viz.state.settings import Settings

BEFORE = ROOT / "tests" / "fixtures" / "before"
EXPECTED = np.load(BEFORE / "expected.npz")
YAML = ROOT / "tests" / "fixtures" / "yaml"
RUN = "00000-stylegan2-images-gpus1-batch8-gamma1"


@pytest.fixture(autouse=True)
def _one_thread():
    """Use one thread, as for the recorded images: sums depend on the order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def assert_same_image(actual: np.ndarray, name: str, folder: Path = BEFORE) -> None:
    expected = (EXPECTED if folder == BEFORE else np.load(folder / "expected.npz"))[name]
    assert actual.shape == expected.shape
    made_with = json.loads((folder / "made_with.json").read_text())
    here = {
        "torch": torch.__version__.partition("+")[0],
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "machine": platform.machine(),
    }
    np.testing.assert_allclose(actual.astype(int), expected.astype(int), atol=1, rtol=0)
    if here == made_with:
        # Processors of one capability still differ: oneDNN chooses its kernels by the model, which nobody recorded.
        assert (actual != expected).mean() < 2e-4


def pipeline(arrays: ArrayStore) -> Pipeline:
    return Pipeline(Host(arrays))


def image(file: str, network: str | None = None, *, folder: Path = BEFORE) -> np.ndarray:
    """Render the image of a file as the command line does."""
    arrays = ArrayStore()
    found = opened(folder / file, network, arrays)
    assert found.notes == ()
    request = request_for(found.document, found.display, "cpu", 1)
    if found.at is not None:
        request = requested(request, found.document.timeline, found.at)
    return pipeline(arrays).still(request, Watching())


def assert_contains(now: object, before: object, where: str = "") -> None:
    """Assert that all previous content is still there; additions are allowed."""
    if isinstance(before, dict):
        assert isinstance(now, dict)
        for name, value in before.items():
            assert name in now, f"{where}.{name}"
            assert_contains(now[name], value, f"{where}.{name}")
    elif isinstance(before, list):
        assert isinstance(now, list)
        assert len(now) == len(before), where
        for k, (one, other) in enumerate(zip(now, before, strict=True)):
            assert_contains(one, other, f"{where}[{k}]")
    else:
        assert now == before, where


def test_a_session_shows_the_same_image():
    assert_same_image(image("work.stylescope"), "session")


def test_the_timeline_of_a_session_shows_the_same_images():
    arrays = ArrayStore()
    found = opened(BEFORE / "work.stylescope", None, arrays)
    request = request_for(found.document, found.display, "cpu", 1)
    at = pipeline(arrays).still(requested(request, found.document.timeline, 0.3), Watching())
    assert_same_image(at, "session_at")
    film = frames(pipeline(arrays), request, found.document.timeline, Cut(5.0, 0.0, 0.8), Watching())
    assert_same_image(np.stack(list(film)), "film")


def test_a_session_loses_nothing_when_it_is_saved_again(tmp_path):
    arrays, notes = ArrayStore(), []
    found = session.load(BEFORE / "work.stylescope", arrays, notes)
    assert notes == []
    session.save(tmp_path / "again.stylescope", found, arrays)
    shutil.unpack_archive(BEFORE / "work.stylescope", tmp_path / "before", "zip")
    shutil.unpack_archive(tmp_path / "again.stylescope", tmp_path / "now", "zip")
    before = yaml.safe_load((tmp_path / "before" / "session.yaml").read_text())
    now = json.loads((tmp_path / "now" / "session.json").read_text())
    assert (before.pop("version"), now.pop("version")) == (1, session.VERSION)
    assert {"document", "view"} <= before.keys()
    assert_contains(now, before)
    files = sorted(path.relative_to(tmp_path / "before") for path in (tmp_path / "before").rglob("*.npy"))
    assert len(files) == 2
    for file in files:
        assert (tmp_path / "now" / file).read_bytes() == (tmp_path / "before" / file).read_bytes()


@pytest.mark.parametrize("file", ["recipe.png", "film.mp4"])
def test_a_recipe_loses_nothing_when_it_is_written_again(file):
    text = metadata.read(BEFORE / file, recipe.KEY)
    assert text is not None
    arrays, notes = ArrayStore(), []
    again = recipe.write(recipe.read(text, arrays, notes), arrays)
    assert notes == []
    before, now = yaml.safe_load(text), json.loads(again)
    assert (before.pop("version"), now.pop("version")) == (1, recipe.VERSION)
    assert_contains(now, before)


def test_a_recipe_in_a_picture_gives_the_picture_that_carries_it():
    shown = image("recipe.png")
    assert_same_image(shown, "recipe")
    with Image.open(BEFORE / "recipe.png") as carried:
        np.testing.assert_array_equal(np.asarray(carried), EXPECTED["recipe"])


def test_a_recipe_in_a_film_is_the_sessions():
    film, held = (recall(BEFORE / name, ArrayStore()) for name in ("film.mp4", "work.stylescope"))
    assert film.document == held.document
    assert film.display == held.display


def test_a_recipe_as_text_shows_the_same_image():
    assert recall(BEFORE / "pattern.yaml", ArrayStore()).document.network == Network("pattern-t-128")
    network = next((ROOT / "assets").glob("pattern-t-128.*"))
    assert_same_image(image("pattern.yaml", str(network)), "pattern")


@pytest.mark.parametrize("file", ["recipe.png", "recipe.yaml"])
def test_a_recipe_in_yaml_shows_the_same_image(file):
    assert_same_image(image(file, folder=YAML), "recipe", YAML)


def test_a_session_in_yaml_shows_the_same_image(tmp_path):
    assert_same_image(image("work.stylescope", folder=YAML), "session", YAML)
    picture, held = (recall(YAML / name, ArrayStore()) for name in ("recipe.png", "work.stylescope"))
    assert picture.document == held.document
    arrays, notes = ArrayStore(), []
    found = session.load(YAML / "work.stylescope", arrays, notes)
    session.save(tmp_path / "again.stylescope", found, arrays)
    assert session.load(tmp_path / "again.stylescope", ArrayStore(), notes) == found
    assert notes == []


def test_a_recipe_in_yaml_loses_nothing_when_it_is_written_again():
    text = (YAML / "recipe.yaml").read_text()
    arrays, notes = ArrayStore(), []
    before, now = yaml.safe_load(text), json.loads(recipe.write(recipe.read(text, arrays, notes), arrays))
    assert notes == []
    assert (before.pop("version"), now.pop("version")) == (1, recipe.VERSION)
    assert_contains(now, before)


def test_latents_are_the_sessions():
    arrays = ArrayStore()
    found = opened(BEFORE / "work.stylescope", None, arrays)
    ws = pipeline(arrays).styles(request_for(found.document, found.display, "cpu", 1), Watching())
    np.testing.assert_allclose(latents.load(BEFORE / "latent.npz"), ws[None], rtol=0, atol=1e-5)


def test_settings_are_as_they_were(tmp_path):
    found, problem = settings_file.load(BEFORE)
    assert problem == ""
    before = yaml.safe_load((BEFORE / settings_file.FILE).read_text())
    default = dataclasses.asdict(Settings())
    assert {name for name in default if before.get(name) == default[name]} == set()
    settings_file.save(tmp_path, found)
    assert_contains(yaml.safe_load((tmp_path / settings_file.FILE).read_text()), before)


def test_a_run_folder_tells_what_it_told(tmp_path):
    folder = tmp_path / RUN
    shutil.copytree(BEFORE / "run", folder)
    (run,) = registry.scan([tmp_path])
    assert run == registry.read(folder)
    before = json.loads((BEFORE / "run.json").read_text())
    now = json.loads(json.dumps({**dataclasses.asdict(replace(run, spec={})), "spec": dict(run.spec)}, default=str))
    assert_contains(now, before)
    assert Path(run.folder) == folder


def test_a_snapshot_of_a_run_opens(tmp_path):
    folder = tmp_path / RUN
    shutil.copytree(BEFORE / "run", folder)
    networks = gan.load(folder)
    assert networks.G_ema is not None
    assert networks.info.training_set_kwargs["path"] == "/tmp/stylescope-before/images.zip"
