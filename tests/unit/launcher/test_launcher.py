"""Run operations that need no running process."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from foundation import runs as run_files
from foundation.process import identify
from foundation.specs.metrics import MetricsSpec
from foundation.specs.train import TrainSpec
from tests.fixtures_path import ROOT
from tests.unit.launcher.test_registry import make
from training_launcher import launcher, registry
from training_launcher.places import remember, remembered

SPEC = TrainSpec(outdir="", cfg="stylegan2", data="d.zip", gpus=1, batch=4, gamma=1.0)


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_STATE", str(tmp_path / "state"))


def test_what_cannot_be_asked_for_makes_no_folder(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / run_files.RUN_FILE).touch()
    for spec, says in (
        (replace(SPEC, batch=0, p=3.0), "batch must be at least 1.*p must be between"),
        (MetricsSpec(network="a.pkl"), "cannot be a run"),
        (replace(SPEC, resume=str(tmp_path / "run")), "is a run: resume it"),
    ):
        with pytest.raises(launcher.LaunchError, match=says):
            launcher.submit(spec, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_no_slurm_is_told_and_leaves_a_failed_run(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(launcher.LaunchError, match="There is no Slurm on this computer"):
        launcher.submit(SPEC, tmp_path / "runs", executor="slurm")
    (run,) = registry.scan([tmp_path / "runs"])
    assert run.state == "failed"
    assert "There is no Slurm" in run.error


def test_a_run_by_hand_on_another_computer_is_out_of_reach(tmp_path):
    far = replace(identify(), host="far-away")
    with pytest.raises(launcher.LaunchError, match="by hand elsewhere"):
        launcher.stop(registry.read(make(tmp_path, who=far)))


def test_official_runs_are_not_resumed(tmp_path):
    folder = tmp_path / "00000-ffhq"
    folder.mkdir()
    (folder / run_files.OPTIONS_FILE).write_text('{"total_kimg": 5}')
    os.utime(folder / run_files.OPTIONS_FILE, (1e9, 1e9))
    with pytest.raises(launcher.LaunchError, match="official tools"):
        launcher.resume(registry.read(folder))


def test_trash(tmp_path):
    """In a process of its own: where the trash is, is looked up once."""
    live, dead = make(tmp_path, "00001-a", who=identify()), make(tmp_path, "00002-b")
    with pytest.raises(launcher.LaunchError, match="still running: stop it first"):
        launcher.trash(registry.read(live))
    code = f"from training_launcher import launcher, registry; launcher.trash(registry.read({str(dead)!r}))"
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not dead.exists()
    assert (tmp_path / "home" / "Trash" / "files" / "00002-b" / run_files.RUN_FILE).is_file()
    assert live.is_dir()


def test_where_runs_were_asked_for_is_remembered(tmp_path):
    for name in ("a", "b", "a", "gone"):
        (tmp_path / name).mkdir(exist_ok=True)
        remember(tmp_path / name)
    (tmp_path / "gone").rmdir()
    assert remembered() == (tmp_path / "a", tmp_path / "b")


def test_the_launcher_imports_neither_torch_nor_gan_nor_submitit():
    code = (
        "import sys, training_launcher.cli.main, training_launcher.supervisor; "
        "print(sorted({'torch', 'numpy', 'gan', 'viz', 'renderer', 'submitit', 'send2trash'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
