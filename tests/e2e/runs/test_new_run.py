"""A run from the form to its results, all in the real window: started, followed, stopped, resumed, measured."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foundation.specs.options import fields
from foundation.specs.train import TrainSpec
from tests.e2e.driver import Driver, Key, drive
from tests.fixtures_path import fixtures
from tests.waiting import PATIENCE
from training_launcher import launcher, registry
from training_launcher.presets import load
from training_launcher.run import Run
from viz.runs.curves_section import PlotAxes
from viz.runs.data import RUN_FILES
from viz.runs.new_run.dialog import form_of
from viz.runs.new_run.form import Form
from viz.runs.results_dialog import Looking
from viz.runs.selection import chosen_alone
from viz.state.settings import Settings

pytestmark = [pytest.mark.window, pytest.mark.timeout(600)]
LONG = PATIENCE
TRY = next(one for one in load() if one.name == "try-16")
KIMG = next(part for part in fields(TrainSpec) if part.name == "kimg")


@pytest.fixture
def avatars_16(tmp_path: Path) -> Path:
    """The first 64 faces, with their labels, at 16 x 16 pixels."""
    source = fixtures().parent / "data" / "avatars-64.zip"
    if not source.is_file():
        pytest.skip(f"the dataset {source} is absent")
    path = tmp_path / "avatars-16.zip"
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(path, "w") as small:
        names = sorted(name for name in whole.namelist() if name.endswith(".png"))[:64]
        for name in names:
            with Image.open(io.BytesIO(whole.read(name))) as picture:
                made = io.BytesIO()
                picture.convert("RGB").resize((16, 16), Image.Resampling.BOX).save(made, "PNG")
            small.writestr(name, made.getvalue())
        labels = dict(json.loads(whole.read("dataset.json"))["labels"])
        small.writestr("dataset.json", json.dumps({"labels": [[name, labels[name]] for name in names]}))
    return path


def field(name: str) -> str:
    return f"//**/{name}/##field"


def open_form(d: Driver) -> Form:
    d.menu("Run/###new-run")
    d.frames(3)
    return form_of(d.facts)


def fill(d: Driver, **entries: object) -> None:
    for name, value in entries.items():
        d.type_into(field(name), str(value))


def unfold(d: Driver, *groups: str) -> None:
    for group in groups:
        d.click(f"//**/group/##section{group}")
        d.frames(2)


def newest(runs: Path) -> Run:
    return registry.scan([runs])[0]


def test_a_training_from_the_form_to_its_metrics(avatars_16: Path, tmp_path: Path, lent):
    runs = tmp_path / "runs"

    def start(d: Driver) -> Run:
        form = open_form(d)
        d.click("//**/##preset")
        d.frames(3)
        d.click(f"//**/##pick {TRY.title}")
        d.frames(2)
        fill(d, data=avatars_16, batch=64)
        unfold(d, "Network")
        fill(d, cbase=64, cmax=4)
        unfold(d, "Network", "Schedule")
        fill(d, kimg=1000)
        assert form.draft.value(KIMG) == 1000
        d.wait_for(lambda: form.verdict.spec is not None, what="the dataset to be looked at")
        assert "64 pictures, 16x16, colour" in str(form.looker.ask(str(avatars_16), lambda: None))
        d.click("//**/##start")
        d.wait_for(lambda: d.facts.runs and d.facts.runs[0].state == "running", LONG, "the training")
        assert d.scene.interaction.following.folder == d.facts.runs[0].folder
        return d.facts.runs[0]

    def follow(d: Driver, run: Run) -> None:
        d.wait_for(lambda: "network-snapshot" in d.scene.document.network.source, LONG, "the first snapshot")
        d.wait_frame(LONG)
        first, kimg, steps = d.picture(), d.scene.interaction.following.kimg, d.app.store.history.done
        d.wait_for(lambda: d.scene.interaction.following.kimg != kimg, LONG, "another snapshot")
        d.wait_for(lambda: d.app.up_to_date and not np.array_equal(d.picture(), first), LONG, "its picture")
        assert d.app.store.history.done == steps
        assert d.scene.document.network.source.startswith(run.folder)

    def plots_move(d: Driver, run: Run) -> None:
        d.press(Key.mod_ctrl, Key._4)
        d.frames(10)
        d.change(lambda scene: chosen_alone(scene, run.folder))
        files, plots = d.app.services[RUN_FILES], d.facts.scratch.get(PlotAxes)
        d.wait_for(lambda: "Loss/G/loss" in files.record(run.folder).stats, LONG, "the first losses")
        d.wait_for(lambda: plots.of("loss").limits != (0.0, 1.0, 0.0, 1.0), LONG, "the plot of them")
        before = plots.of("loss").limits[1]
        d.wait_for(lambda: plots.of("loss").limits[1] > before, LONG, "the plot to go on")

    def stop(d: Driver, run: Run) -> Run:
        d.click("//Run/##Stop")
        d.wait_for(lambda: d.facts.runs[0].state == "stopped", LONG, "the end of the training")
        stopped = d.facts.runs[0]
        assert stopped.done > 0
        assert not list(Path(run.folder).glob("*.part"))
        return stopped

    def resume(d: Driver, stopped: Run) -> None:
        d.click("//Run/##Resume")
        d.wait_for(
            lambda: d.facts.runs[0].state == "running" and d.facts.runs[0].done > stopped.done, LONG, "more of it"
        )
        assert len(d.facts.runs) == 1, "in the same folder"
        stop(d, stopped)

    def measure(d: Driver, run: Run) -> None:
        form = open_form(d)
        d.click("//**/kind/##1")
        d.frames(3)
        d.type_into("//**/Every/##value", "1000")
        d.click("//**/##takeall")
        d.frames(2)
        first = sorted(Path(run.folder).glob("network-snapshot-*"))[0]
        form.take_path("networks", str(first))
        assert len(form.networks) == 2
        fill(d, metrics="kid16_lite0")
        d.click("//**/##start")
        d.wait_for(lambda: d.facts.runs[0].kind == "metrics", LONG, "the metric run")
        d.wait_for(lambda: not d.facts.runs[0].live, LONG, "its end")
        assert d.facts.runs[0].state == "finished", (d.facts.runs[0].error, d.facts.runs[0].last_line)
        assert (d.facts.runs[0].done, d.facts.runs[0].unit) == (2, "metrics")

    def results(d: Driver) -> None:
        d.menu("Run/###results")
        d.frames(5)
        found = d.facts.scratch.get(Looking).shown.table
        assert found.figures == ("kid16_lite0",)
        kimg, values = found.curve("kid16_lite0")
        assert len(kimg) == 2
        assert np.isfinite(values).all()
        assert len(found.best) == 1
        d.click("//**/##exportcsv")
        d.frames(4)
        d.type_into("//**/##path", str(tmp_path / "out.csv"))
        d.wait_for((tmp_path / "out.csv").is_file, what="the CSV file")
        assert len((tmp_path / "out.csv").read_text().splitlines()) == 3

    def steps(d: Driver) -> None:
        d.wait_frame(LONG)
        run = start(d)
        try:
            follow(d, run)
            plots_move(d, run)
            resume(d, stop(d, run))
            measure(d, run)
            results(d)
        finally:
            for one in registry.scan([runs]):
                if one.live:
                    launcher.stop(one, patience_s=10, force=True)

    drive(steps, renderer=lent, settings=Settings(run_dirs=str(runs)), size=(1600, 1000))
