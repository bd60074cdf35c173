"""`stats.jsonl`: the published statistics of a run, and the names of what it writes between whole kimg."""

import dataclasses
import json

import pytest
import torch

from foundation.runs import snapshots
from gan.cli.train import make_job
from gan.training.run import session
from gan.training.timing import PhaseTimes
from tests.unit.training.tiny import CPU, dataset, spec

PUBLISHED = {
    *("Timing/Gmain", "Timing/Greg", "Timing/Dmain", "Timing/Dreg"),
    *("Timing/total_sec", "Timing/total_hours", "Timing/total_days"),
    *("Timing/sec_per_tick", "Timing/sec_per_kimg", "Timing/maintenance_sec"),
    *("Progress/tick", "Progress/kimg", "Progress/augment"),
    *("Resources/cpu_mem_gb", "Resources/peak_gpu_mem_gb", "Resources/peak_gpu_mem_reserved_gb"),
    *("Loss/G/loss", "Loss/D/loss", "Loss/scores/real", "Loss/scores/fake", "Loss/signs/real", "Loss/r1_penalty"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder of a run of 12 images with a tick of 8."""
    place = tmp_path_factory.mktemp("run")
    job = make_job(spec(dataset(place / "images.zip", size=8)), None)
    config = dataclasses.replace(job.config, total_kimg=0.012, tick_kimg=0.008, snapshot_ticks=1)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        job = dataclasses.replace(job, config=config, folder=place)
        assert session.run(job, lambda: place, lambda folder: lambda line: None, lambda nimg: None, exit)
    finally:
        torch.set_num_threads(threads)
    return place


def test_every_published_statistic_is_written(folder):
    first, *_ = [json.loads(line) for line in (folder / "stats.jsonl").read_text().splitlines()]
    assert first.keys() >= PUBLISHED
    values = {name: first[name]["mean"] for name in PUBLISHED}
    assert all(values[f"Timing/{phase}"] > 0 for phase in ("Gmain", "Greg", "Dmain", "Dreg"))
    assert values["Timing/total_hours"] == pytest.approx(values["Timing/total_sec"] / 3600)
    assert values["Timing/total_days"] == pytest.approx(values["Timing/total_sec"] / 86400)


def test_snapshots_between_whole_kimg_keep_their_own_names(folder):
    assert [snapshot.kimg for snapshot in snapshots(folder)] == [0, 0.008, 0.012]
    assert {path.name for path in folder.glob("fakes*")} == {
        "fakes000000.png",
        "fakes000000.008.png",
        "fakes000000.012.png",
    }


def test_phases_are_measured_in_milliseconds():
    now = iter([10.0, 10.25, 20.0, 20.5, 30.0, 31.0])
    times = PhaseTimes(CPU, lambda: next(now))
    for name in ("Gmain", "Dmain", "Gmain"):
        with times.measured(name):
            pass
    assert times.take() == {"Gmain": 1000, "Dmain": 500}
    assert times.take() == {}
