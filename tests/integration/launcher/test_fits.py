"""Fits of photos as runs: found by their folder, stopped with the best so far, killed at any step, and gone on with."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from foundation import runs as run_files
from foundation.arrays import read_floats
from foundation.ending import kill
from foundation.specs.editing import fits as names
from foundation.specs.editing.projection import ProjectSpec
from gan.cli.main import main
from tests.integration.launcher.runs import over, process, wait_for
from tests.unit.renderer import tiny
from training_launcher import launcher, registry
from training_launcher.commands import arguments


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return str(tiny.save(tmp_path_factory.mktemp("network"), "sg2"))


@pytest.fixture
def photo(tmp_path):
    pixels = np.random.RandomState(0).randint(0, 256, (40, 60, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "jon.png")
    return tmp_path / "jon.png"


def spec(network, photo, **changes):
    given = {"num_steps": 60, "save_video": False, "device": "cpu", "outdir": ""}
    return ProjectSpec(network=network, targets=(str(photo),), **{**given, **changes})


def about(run):
    return json.loads((Path(run.folder) / names.ABOUT).read_text())


def curve(run):
    """Return the distance by step, as far as whole lines are there."""
    lines = (Path(run.folder) / names.CURVE).read_text().splitlines()
    return {line["step"]: line["distance"] for line in map(json.loads, lines)}


def latents(run, name=names.PROJECTED):
    return read_floats(Path(run.folder) / name, "w")


def stepped(run, least):
    return wait_for(run, lambda now: now.state == "running" and now.done >= least)


def never_killed(fit):
    """Fit in this process, which need not import PyTorch again; return its folder as a run's."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the runs have
    try:
        done = CliRunner().invoke(main, ["project", *arguments(fit)])
    finally:
        torch.set_num_threads(threads)
    assert done.exit_code == 0, done.output
    return SimpleNamespace(folder=fit.outdir)


def test_a_fit_is_a_run(network, photo, out):
    run = over(launcher.submit(spec(network, photo, num_steps=12, save_video=True), out))
    assert (run.kind, run.state, run.done, run.total, run.unit) == ("fit", "finished", 12.0, 12.0, "steps"), run.error
    assert run.name == "00000-project-jon"
    assert run.spec["outdir"] == run.folder
    found = {path.name for path in Path(run.folder).iterdir()}
    assert {names.PROJECTED, names.PROJECTION, names.TARGET, names.FILM, names.ABOUT, names.CURVE} <= found
    assert names.STATE not in found
    assert latents(run).shape == (1, about(run)["num_ws"], about(run)["w_dim"])
    assert sorted(curve(run)) == list(range(12))
    assert about(run)["result"]["distance"] > 0
    assert registry.scan([out]) == (run,)


def test_stopped_and_gone_on_with(network, photo, out):
    run = launcher.submit(spec(network, photo, num_steps=40), out)
    stepped(run, 8)
    assert latents(run, names.LATEST).shape == (1, about(run)["num_ws"], about(run)["w_dim"])
    launcher.stop(run)
    stopped = over(run)
    assert (stopped.state, stopped.error) == ("stopped", "")
    kept = about(run)
    assert 8 <= kept["step"] < 40
    assert kept["result"]["step"] == kept["step"]
    latents(run)
    before = curve(run)
    launcher.resume(stopped)
    done = over(run)
    assert (done.state, done.done) == ("finished", 40.0)
    after = curve(run)
    assert sorted(after) == list(range(40))
    assert {step: after[step] for step in before} == before
    with pytest.raises(launcher.LaunchError, match="has reached its end"):
        launcher.resume(done)


def test_killed_and_gone_on_with_it_finds_the_same(network, photo, out, tmp_path):
    run = launcher.submit(spec(network, photo, num_steps=30), out)
    for least in (3, 10):
        stepped(run, least)
        kill(process(run))
        lost = over(run)
        assert lost.state == "lost"
        photo.rename(photo.with_suffix(".gone")) if photo.exists() else None  # its crop is in the folder
        launcher.resume(lost)
    done = over(run)
    assert (done.state, done.done) == ("finished", 30.0), done.error
    photo.with_suffix(".gone").rename(photo)
    whole = never_killed(spec(network, photo, num_steps=30, outdir=str(tmp_path / "whole")))
    np.testing.assert_array_equal(latents(done), latents(whole))
    assert curve(done) == curve(whole)


def test_tuning_is_gone_on_with_too(network, photo, out):
    run = launcher.submit(spec(network, photo, num_steps=5, tune=True, tune_steps=60), out)
    stepped(run, 12)
    assert (Path(run.folder) / names.LATEST_PICTURE).is_file()
    kill(process(run))
    launcher.resume(over(run))
    stepped(run, 20)
    launcher.stop(run)
    assert over(run).state == "stopped"
    assert about(run)["result"]["tuned"] == names.TUNED
    assert about(run)["phase"] == "tune"


def test_a_fit_waits_while_it_is_asked_to(network, photo, out):
    run = launcher.submit(spec(network, photo), out)
    stepped(run, 5)
    pause = Path(run.folder) / names.PAUSE
    times = set()

    def rests(now):
        pause.touch()
        times.add(now.updated)
        return len(times) > 3  # the supervisor looked again and again

    pause.touch()
    wait_for(run, rests)
    at = len(curve(run))
    times.clear()
    wait_for(run, rests)
    assert len(curve(run)) <= at + 1
    pause.unlink()
    stepped(run, at + 3)


def test_failures_are_sentences(network, photo, out):
    (photo.parent / "bad.png").write_bytes(b"no picture")
    run = over(launcher.submit(spec(network, photo.parent / "bad.png"), out))
    assert run.state == "failed"
    assert "bad.png cannot be read" in run.error
    assert run_files.LOG_FILE in {path.name for path in Path(run.folder).iterdir()}
