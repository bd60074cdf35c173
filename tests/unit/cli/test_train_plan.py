"""`train --dry-run`: it refuses what a run would refuse, and shows all that the run would use."""

import json
import os

import pytest
import torch
from click.testing import CliRunner

import gan
from foundation.runs import create
from gan.cli.main import main
from gan.data import ImageSource
from gan.training.group import Group
from gan.training.trainer import Trainer
from tests.integration.training.commands import arguments
from tests.unit.metrics import stand_ins
from tests.unit.training.tiny import CPU, OPTIONS, config, dataset


@pytest.fixture
def data(tmp_path):
    return dataset(tmp_path / "images.zip", classes=3)


def plan(out, data, **changes):
    words = arguments(**{"outdir": out, "data": data, **OPTIONS, **changes})
    return CliRunner().invoke(main, ["train", *words, "--dry-run"])


def test_all_that_would_be_used_is_shown_and_nothing_is_made(tmp_path, data):
    create(tmp_path / "runs", "before")
    shown = plan(tmp_path / "runs", data, cond=1, mirror=1, batch=8)
    assert shown.exit_code == 0, shown.output
    folder = tmp_path / "runs" / "00001-stylegan2-images-gpus1-batch8-gamma1"
    assert f"Output folder: {folder}" in shown.output
    assert not folder.exists()
    for line in (
        "24",
        "8x8, 3 channels",
        "3 numbers each",
        "8 images, 8 at a time",
        "25000 kimg",
        "Mirrored:      yes",
    ):
        assert line in shown.output
    options = shown.output.split("Training options:\n", 1)[1].split("\n\n", 1)[0]
    made = json.loads(options)
    assert made["G"]["arguments"]["mapping_kwargs"] == {"num_layers": 1}
    assert made["G_optimizer"]["lr"] == 0.002
    assert made["loss"]["r1_gamma"] == 1.0
    assert made["ada"]["target"] == 0.6


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"data": "absent.zip"}, "no dataset at"),
        ({"batch": 7, "gpus": 2}, "--batch=7 must be a multiple of --gpus=2"),
        ({"metrics": "fid50k_full"}, "--detector=inception"),
        ({"metrics": "nonsense"}, "no metric 'nonsense'"),
        ({"metrics": "ls"}, "which a training does not have"),
        ({"resume": "absent.pkl"}, "absent.pkl"),
        ({"freezed": 1, "cfg": "stylegan1"}, "--freezed"),
        ({"outdir": "{data}/inside"}, "give another --outdir"),
        ({"device": "cuda:77"}, "cuda:77"),
    ],
    ids=str,
)
def test_what_a_run_would_refuse_is_refused(tmp_path, data, changes, says):
    changes = {name: str(value).format(data=data) for name, value in changes.items()}
    shown = plan(**{"out": tmp_path / "runs", "data": data, **changes})
    assert shown.exit_code == 1, shown.output
    assert f"Error: {shown.output.rsplit('Error: ', 1)[-1]}" in shown.output
    assert says in shown.output.rsplit("Error: ", 1)[1]
    assert not (tmp_path / "runs").exists()


def test_the_network_to_start_from_is_compared(tmp_path, data):
    source = ImageSource(data)
    trainer = Trainer(config(source), source, Group(), CPU)
    trainer.close()
    gan.save(tmp_path / "start.safetensors", trainer.networks({}))
    shown = plan(tmp_path / "runs", data, resume=tmp_path / "start.safetensors")
    assert shown.exit_code == 0, shown.output
    assert "mapping 100 %, synthesis 100 %, D 100 %" in shown.output
    other = plan(tmp_path / "runs", data, resume=tmp_path / "start.safetensors", map_depth=3)
    assert other.exit_code == 1
    assert "--resume-partial=1" in other.output


def test_the_published_default_metric_needs_a_detector_that_can_be_named(tmp_path, data):
    detector = stand_ins.write(tmp_path)[0]
    shown = plan(
        tmp_path / "runs", data, metrics="fid50k_full", detector=os.path.relpath(detector), trust_detector=True
    )
    assert shown.exit_code == 0, shown.output
    assert str(detector) in shown.output


def test_more_gpus_than_there_are_cannot_be_planned(tmp_path, data, monkeypatch):
    monkeypatch.setattr("gan.cli.train_plan.choose_device", lambda name: torch.device("cuda"))
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    shown = plan(tmp_path / "runs", data, gpus=2)
    assert shown.exit_code == 1
    assert "This computer has 1 GPUs: give fewer --gpus." in shown.output
