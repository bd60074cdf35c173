"""One's own pictures to a run, in the real window: dropped, looked at, made a dataset, and trained on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from foundation.datasets.facts import look
from tests.e2e.driver import Driver, Key, drive
from tests.mixed_pictures import make_mixed
from tests.waiting import PATIENCE
from training_launcher import launcher, registry
from viz.runs.new_dataset.state import MAKING, NAME, MakeDataset, size_of
from viz.runs.new_run.dialog import form_of
from viz.state.settings import Settings

pytestmark = [pytest.mark.window, pytest.mark.timeout(600)]
LONG = PATIENCE


def opened(d: Driver) -> bool:
    return d.scene.interaction.dialog.name == NAME


def dropped(d: Driver, path: Path) -> None:
    d.app.drop([str(path)])
    d.wait_for(lambda: opened(d), what="the dialog")
    d.wait_for(lambda: d.facts.services[MAKING].survey.done, LONG, "all pictures to be looked at")
    d.frames(3)


def test_the_first_run_from_a_folder_of_mixed_pictures(tmp_path: Path, lent):
    made, runs = make_mixed(tmp_path / "mixed"), tmp_path / "runs"
    runs.mkdir()

    def steps(d: Driver) -> None:
        dropped(d, tmp_path / "mixed")
        making = d.facts.services[MAKING]
        found = making.survey
        assert (found.total, found.unreadable, found.duplicates) == (made.total, made.broken, made.duplicates)
        d.wait_for(lambda: making.picture.texture is not None, LONG, "the preview")
        size = size_of(making.form, found, False)
        assert size == 32
        d.click("//**/##make")
        d.wait_for(lambda: d.facts.runs and d.facts.runs[0].kind == "dataset", LONG, "the run that makes it")
        d.wait_for(lambda: d.exists("//**/##train"), LONG, "the dataset")
        data = tmp_path / "mixed-32.zip"
        facts = look(data)
        assert (facts.images, facts.width, facts.height) == (found.good - found.duplicates, 32, 32)
        assert (facts.channels, facts.problem) == (3, "")
        d.click("//**/##train")
        d.wait_for(lambda: d.facts.runs[0].kind == "train" and d.facts.runs[0].spec, LONG, "the training")
        assert (d.facts.runs[0].spec["data"], d.facts.runs[0].spec["mirror"]) == (str(data), True)
        d.wait_for(lambda: "network-snapshot" in d.scene.document.network.source, LONG, "the first snapshot")
        d.wait_frame(LONG)
        assert d.picture().shape[:2] == (32, 32)

    try:
        drive(steps, renderer=lent, settings=Settings(run_dirs=str(runs)))
    finally:
        for one in registry.scan([runs]):
            if one.live:
                launcher.stop(one, patience_s=10, force=True)


def test_more_than_one_in_ten_stops_and_asks(tmp_path: Path):
    folder = tmp_path / "many broken"
    folder.mkdir()
    for index in range(20):
        (folder / f"broken {index}.png").write_bytes(b"no")
        Image.fromarray(np.full((40, 50, 3), 10 * index, np.uint8)).save(folder / f"good {index}.png")

    def steps(d: Driver) -> None:
        dropped(d, folder)
        form = d.facts.services[MAKING].form
        d.click("//**/##make")
        assert not form.making, "it asks first"
        d.click("//**/##leave")
        d.frames(3)
        assert form.partial
        d.click("//**/##make")
        d.wait_for(lambda: d.exists("//**/##train"), LONG, "the dataset")
        assert look(tmp_path / "many broken-32.zip").images == 20
        d.click("//**/##options")
        d.frames(4)
        assert d.scene.interaction.dialog.name == "new-run"
        assert form_of(d.facts).draft.entries["data"] == str(tmp_path / "many broken-32.zip")

    runs = tmp_path / "runs"
    runs.mkdir()
    drive(steps, settings=Settings(run_dirs=str(runs)))


def test_making_can_be_stopped_and_nothing_is_left(tmp_path: Path):
    folder, runs = tmp_path / "pictures", tmp_path / "runs"
    runs.mkdir()
    folder.mkdir()
    random = np.random.RandomState(0)
    for index in range(400):
        Image.fromarray(random.randint(0, 256, (256, 256, 3)).astype(np.uint8)).save(folder / f"{index}.png")

    def steps(d: Driver) -> None:
        dropped(d, folder)
        d.click("//**/##make")
        d.wait_for(lambda: d.facts.runs and d.facts.runs[0].state == "running", LONG, "the run")
        d.click("//**/##stop")
        d.wait_for(lambda: not d.facts.runs[0].live, LONG, "its end")
        d.frames(3)
        if d.facts.runs[0].state == "stopped":
            assert sorted(one.name for one in tmp_path.iterdir()) == ["pictures", "runs"]
            d.click("//**/##back")
            d.frames(3)
            assert d.exists("//**/##make")

    drive(steps, settings=Settings(run_dirs=str(runs)))


def test_a_dataset_is_trained_on_as_it_is(tmp_path: Path):
    folder = tmp_path / "ready"
    folder.mkdir()
    random = np.random.RandomState(0)
    for index in range(8):
        Image.fromarray(random.randint(0, 256, (32, 32, 3)).astype(np.uint8)).save(folder / f"{index}.png")

    def steps(d: Driver) -> None:
        dropped(d, folder)
        d.click("//**/##asis")
        d.frames(4)
        assert d.scene.interaction.dialog.name == "new-run"
        assert form_of(d.facts).draft.entries["data"] == str(folder)

    drive(steps)


def test_the_form_of_a_run_offers_to_make_a_dataset(tmp_path: Path):
    folder = tmp_path / "wide"
    folder.mkdir()
    for index in range(4):
        Image.new("RGB", (60, 40 + index), (index, 0, 0)).save(folder / f"{index}.png")

    def steps(d: Driver) -> None:
        d.menu("Run/###new-run")
        d.frames(3)
        form = form_of(d.facts)
        d.wait_for(lambda: imgui.get_io().want_text_input, what="the field that the form begins with")
        d.ctx.key_chars(str(folder))
        d.wait_for(lambda: d.exists("//**/##makeone"), what="the offer")
        d.wait_for(lambda: form.verdict.problems.get("data"), what="what is wrong")
        d.click("//**/##makeone")
        d.wait_for(lambda: opened(d), what="the dialog")
        assert d.facts.services[MAKING].form.source == str(folder)

    drive(steps)


def test_a_folder_of_networks_is_opened_as_before(tmp_path: Path, avatars):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "network-snapshot-000000.pkl").write_bytes(Path(avatars).read_bytes())
    Image.new("RGB", (64, 64)).save(folder / "fakes000000.png")

    def steps(d: Driver) -> None:
        d.app.drop([str(folder)])
        d.wait_for(lambda: "network-snapshot" in d.scene.document.network.source, what="the network")
        assert not opened(d)

    drive(steps)


def test_the_dialog_at_every_stage_fits_a_small_window(tmp_path: Path):
    made = make_mixed(tmp_path / "mixed", 120, ("a", "b"))
    (tmp_path / "runs").mkdir()

    def steps(d: Driver) -> None:
        d.change(lambda scene: scene.request(MakeDataset()))
        d.wait_for(lambda: opened(d), what="the empty dialog")
        d.press(Key.escape)
        dropped(d, tmp_path / "mixed")
        assert d.facts.services[MAKING].survey.classes == 2
        x0, y0, x1, y1 = d.rect("//**/##make")
        assert 0 <= x0 < x1 <= 1280
        assert 0 <= y0 < y1 <= 720
        d.change(lambda scene: replace(scene, settings=replace(scene.settings, scale=2.0)))
        d.frames(6)
        assert d.exists("//**/##make")
        assert made.broken

    drive(steps, settings=Settings(run_dirs=str(tmp_path / "runs")))
