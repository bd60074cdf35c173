"""Stopped and killed runs go on where they were saved, bit for bit."""

import json
import signal

import pytest
import torch

import gan
from tests.integration.training import commands
from tests.unit.training.tiny import dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return dataset(tmp_path_factory.mktemp("data") / "images.zip", count=12)


@pytest.fixture(scope="module")
def straight(tmp_path_factory, data):
    """Return a run that was never interrupted."""
    out = tmp_path_factory.mktemp("straight")
    returncode, output = commands.here(commands.train(out, data))
    assert returncode == 0, output
    return out / FOLDER


FOLDER = "00000-stylegan2-images-gpus1-batch8-gamma1"


def final(folder):
    return torch.load(folder / "training-state.pt", weights_only=True)


def assert_same_end(folder, straight):
    ours, theirs = final(folder), final(straight)
    assert ours["nimg"] == theirs["nimg"] == 1000
    for name, network in theirs["networks"].items():
        for key, value in network.items():
            assert torch.equal(ours["networks"][name][key], value), f"{name}.{key}"
    assert ours["ada"]["p"] == theirs["ada"]["p"]
    kimg = [line["Progress/kimg"]["mean"] for line in commands.lines(folder / "stats.jsonl")]
    assert kimg == [line["Progress/kimg"]["mean"] for line in commands.lines(straight / "stats.jsonl")]


def test_what_a_run_leaves(straight):
    present = {path.name for path in straight.iterdir()}
    assert {
        "run.yaml",
        "status.json",
        "log.txt",
        "stats.jsonl",
        "training-state.pt",
        "reals.png",
        "fakes000000.png",
        "fakes000001.png",
        "network-snapshot-000000.safetensors",
        "network-snapshot-000001.safetensors",
    } <= present
    assert any("tfevents" in name for name in present)
    assert not [name for name in present if name.endswith(".part")]
    content = commands.status(straight)
    assert content["state"] == "finished"
    assert content["kimg"] == content["total_kimg"] == 1
    assert content["eta_s"] == 0
    assert content["error"] is None
    first = commands.lines(straight / "stats.jsonl")[0]
    assert set(first["Loss/G/loss"]) == {"num", "mean", "std"}
    assert first["Loss/G/loss"]["num"] == 104
    nets = gan.load(straight)
    assert nets.G is not None
    assert nets.D is not None
    assert nets.info.training_set_kwargs["resolution"] == 8


def test_sigterm_saves_and_ends_well_and_the_run_goes_on(tmp_path, data, straight):
    folder = tmp_path / FOLDER
    process = commands.start(commands.train(tmp_path, data))
    commands.wait_for(lambda: commands.kimg(folder) >= 0.2, process)
    process.send_signal(signal.SIGTERM)
    returncode, output = commands.finish(process)
    assert returncode == 0, output
    assert f"go on with --resume={folder}" in output
    assert commands.status(folder)["state"] == "stopped"
    assert 0 < final(folder)["nimg"] < 1000
    returncode, output = commands.here(commands.resume(folder))
    assert returncode == 0, output
    assert_same_end(folder, straight)


def test_sigkill_between_snapshots_costs_what_came_after_the_last_one(tmp_path, data, straight):
    folder = tmp_path / FOLDER
    process = commands.start(commands.train(tmp_path, data))
    # Snapshots come after ticks 1, 2, 4 and 8: 0.3 kimg is between two of them.
    commands.wait_for(lambda: commands.kimg(folder) >= 0.3, process)
    process.kill()
    commands.finish(process)
    saved = final(folder)["nimg"]
    assert 0 < saved < 1000
    (folder / "metric-test.jsonl").write_text(
        json.dumps({"snapshot_pkl": "network-snapshot-000000.safetensors"})
        + "\n"
        + json.dumps({"snapshot_pkl": "network-snapshot-000009.safetensors"})
        + "\n"
        + '{"cut off'
    )
    returncode, output = commands.here(commands.resume(folder))
    assert returncode == 0, output
    assert_same_end(folder, straight)
    assert len(commands.lines(folder / "metric-test.jsonl")) == 1


def test_options_that_would_make_it_another_run_are_refused(straight):
    returncode, output = commands.here(commands.resume(straight, gamma=3))
    assert returncode == 1
    assert "was trained with --gamma=1.0, so it cannot go on exactly with 3.0" in output
    assert "Traceback" not in output


def test_transfer_starts_another_run_from_the_networks(tmp_path, data, straight):
    network = straight / "network-snapshot-000001.safetensors"
    returncode, output = commands.here(commands.train(tmp_path, data, kimg=0, resume=network))
    assert returncode == 0, output
    start, given = gan.load(tmp_path / FOLDER), gan.load(network)
    for name in ("G", "D", "G_ema"):
        for key, value in getattr(given, name).state_dict().items():
            assert torch.equal(getattr(start, name).state_dict()[key], value)
