"""Metrics of training runs: finding their data, and measuring during training."""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gan.data import ImageSource
from gan.metrics import for_training, snapshots
from gan.metrics.detectors import MissingDetectorError
from gan.metrics.training_set import TrainingSet, run_of, training_set
from gan.training.run import folder as run_folder
from tests.pictures import noise, write_zip
from tests.unit.networks.tiny import RES, generator
from tests.unit.renderer.tiny import save


@dataclass
class Process:
    rank: int = 0


@pytest.fixture
def source(tmp_path):
    return ImageSource(write_zip(tmp_path / "data.zip", noise(12, RES)))


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "00000-run"
    folder.mkdir()
    run_folder.write_spec(folder, {"data": str(tmp_path / "data.zip"), "mirror": True})
    return folder


def test_our_runs_say_what_was_trained_on(run, tmp_path):
    assert run_of(run) == run_of(run / "network-snapshot-000000.safetensors") == run
    assert run_of(tmp_path / "lone.pkl") is None
    assert training_set(run, {"path": "elsewhere"}) == TrainingSet(str(tmp_path / "data.zip"), True)


def test_official_runs_and_files_say_it_too(tmp_path):
    (tmp_path / "training_options.json").write_text(
        json.dumps({"training_set_kwargs": {"path": "d.zip", "xflip": True}})
    )
    assert training_set(run_of(tmp_path / "network-snapshot-000000.pkl"), {}) == TrainingSet("d.zip", True)
    assert training_set(None, {"path": "e.zip"}) == TrainingSet("e.zip", False)
    assert training_set(None, {}) == TrainingSet(None, False)
    (tmp_path / "training_options.json").write_text("{")
    with pytest.raises(ValueError, match="name the dataset with --data"):
        training_set(tmp_path, {})


def test_a_run_is_measured_and_the_results_kept(source, run, monkeypatch, tmp_path):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(snapshots, "_SECONDS", 0.0)
    told = []
    measure = for_training(("kid10_lite0_full", "fd10_lite0_full"), source, Process(), run, told.append)
    figures = measure(generator(), run / "network-snapshot-000004.safetensors")
    assert set(figures) == {"kid10_lite0_full", "fd10_lite0_full"}
    line = json.loads((run / "metric-kid10_lite0_full.jsonl").read_text())
    assert line["results"] == {"kid10_lite0_full": figures["kid10_lite0_full"]}
    assert line["snapshot_pkl"] == "network-snapshot-000004.safetensors"
    assert any("real pictures" in word for word in told)
    assert any(word.startswith("fd10_lite0_full ") for word in told)


def test_a_metric_that_does_not_fit_costs_no_training(source, run):
    told = []
    measure = for_training(("eqt10_int",), source, Process(), run, told.append)
    assert measure(generator(), run / "network-snapshot-000004.safetensors") == {}
    assert told == [
        "Not measured: eqt10_int moves the network's input, which only StyleGAN3 networks have: leave it out."
    ]


def test_a_missing_detector_stops_at_the_start(source, run):
    with pytest.raises(MissingDetectorError, match="fid50k_full needs the Inception network"):
        for_training(("fid50k_full",), source, Process(), run, print)


def test_auto_is_nothing_where_there_is_nothing_to_look_with(source, run, monkeypatch):
    monkeypatch.setattr(snapshots.Detectors, "has", lambda self, kind: False)
    told = []
    assert for_training(("auto",), source, Process(), run, told.append) is None
    assert told == ["No feature network is at hand, so nothing is measured: pip install 'stylescope[metrics]'."]


def test_a_process_of_its_own_measures_while_training_goes_on(source, run, monkeypatch, tmp_path):
    """The command finds the dataset in the run's folder and leaves its result there."""
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    snapshot = Path(save(run, "sg2")).rename(run / "network-snapshot-000004.safetensors")
    write_zip(source.path, noise(12, 32))
    told = []
    measure = for_training(("kid10_lite0_full",), source, Process(), run, told.append, background=True)
    assert measure(None, snapshot) == {}
    assert measure(None, snapshot) == {}
    assert "still being measured" in told[1]
    assert f"--network={snapshot}" in told[1]
    result = run / "metric-kid10_lite0_full.jsonl"
    for _ in range(600):
        if result.is_file() and result.read_text().endswith("\n"):
            break
        time.sleep(0.2)
    assert json.loads(result.read_text())["snapshot_pkl"] == snapshot.name
    assert measure._process.wait(60) == 0, (run / "metrics.log").read_text()


def test_a_process_that_failed_is_told(source, run, monkeypatch):
    told = []
    measure = for_training(("kid10_lite0_full",), source, Process(), run, told.append, background=True)
    monkeypatch.setattr(sys, "executable", "false")
    measure(None, run / "a.safetensors")
    measure._process.wait(60)
    measure(None, run / "a.safetensors")
    measure._process.wait(60)
    assert any("Measuring failed with status 1" in word for word in told)
    assert for_training(("kid10_lite0_full",), source, Process(1), run, told.append, background=True)(None, run) == {}
