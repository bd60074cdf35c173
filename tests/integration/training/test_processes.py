"""Many processes: the same weights as one, and an end when one is lost."""

import os
import signal

import psutil
import torch

from gan.training.run import launch
from tests.integration.training import commands, workers
from tests.unit.training.tiny import dataset


def test_two_processes_are_one_that_averages_the_same_halves(tmp_path):
    data = dataset(tmp_path / "images.zip", count=20)
    launch.run_workers(2, tmp_path, workers.train_and_save, data, tmp_path)
    first, second = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1))
    alone = workers.train_alone(data)
    for name, value in alone.items():
        torch.testing.assert_close(first[name], second[name], rtol=0, atol=0, msg=name)
        if not name.endswith("w_avg"):  # it moves once for each micro-batch
            torch.testing.assert_close(first[name], value, rtol=0, atol=1e-5, msg=name)


def test_two_processes_stop_with_a_snapshot_go_on_and_end_when_one_is_lost(tmp_path):
    data = dataset(tmp_path / "images.zip")
    folder = tmp_path / "runs" / "00000-stylegan2-images-gpus2-batch8-gamma1"
    process = commands.start(commands.train(tmp_path / "runs", data, gpus=2, kimg=1000))
    commands.wait_for(lambda: commands.kimg(folder) > 0, process)
    process.send_signal(signal.SIGTERM)
    returncode, output = commands.finish(process)
    assert returncode == 0, output
    content = commands.status(folder)
    assert content["state"] == "stopped"
    done = torch.load(folder / "training-state.pt", weights_only=True)["nimg"]
    assert done == round(content["kimg"] * 1000)

    process = commands.start(commands.resume(folder))
    commands.wait_for(lambda: commands.kimg(folder) > content["kimg"], process)
    first = commands.status(folder)["pid"]
    siblings = [child.pid for child in psutil.Process(process.pid).children(recursive=True) if _trains(child)]
    (other,) = [pid for pid in siblings if pid != first]
    os.kill(other, signal.SIGKILL)
    returncode, output = commands.finish(process)
    assert returncode == 1
    assert f"(process {other}) was ended by SIGKILL" in output
    assert commands.status(folder)["state"] == "failed"
    assert f"process {other}" in commands.status(folder)["error"]
    assert not psutil.pid_exists(first)


def _trains(child):
    return any("spawn_main" in part for part in child.cmdline())
