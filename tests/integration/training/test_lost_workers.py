"""A process of a run that is killed or frozen: it is named, and the run stops with its state saved."""

import os
import re
import signal
import subprocess
import sys

import psutil
import pytest
import torch

from tests.fixtures_path import ROOT
from tests.integration.training import commands
from tests.unit.training.tiny import dataset
from tests.waiting import wait_for

LIMIT = 8
ENDS = {signal.SIGSTOP: f"has not answered for {LIMIT} seconds", signal.SIGKILL: "was ended by SIGKILL"}


@pytest.fixture
def begun(tmp_path):
    """Start runs of two processes in the folder of the test and wait for their first batches."""
    started = []

    def begin(command):
        folder = tmp_path / "runs" / "00000-stylegan2-images-gpus2-batch8-gamma1"
        process = commands.start(command)
        started.append(process)
        commands.wait_for(lambda: commands.kimg(folder) > 0.05, process)
        first = commands.status(folder)["pid"]
        workers = [child for child in psutil.Process(process.pid).children(recursive=True) if _trains(child)]
        (second,) = [child.pid for child in workers if child.pid != first]
        return process, folder, (first, second)

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()


def _trains(child):
    words = " ".join(child.cmdline())
    return "spawn_main" in words or "-m gan train" in words


def _command(tmp_path):
    data = dataset(tmp_path / "images.zip")
    return commands.train(tmp_path / "runs", data, gpus=2, kimg=1000, worker_timeout=LIMIT)


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("how", ENDS, ids=lambda how: how.name)
def test_a_lost_worker_is_named_and_the_state_is_saved(how, rank, begun, tmp_path):
    process, folder, workers = begun(_command(tmp_path))
    shown = commands.kimg(folder)
    os.kill(workers[rank], how)
    returncode, output = commands.finish(process)
    assert returncode == 1, output
    sentence = f"Worker {rank} (process {workers[rank]}) {ENDS[how]}, so the run has stopped. Its state at "
    assert sentence in output
    content = commands.status(folder)
    assert content["state"] == "failed"
    assert content["error"].startswith(sentence)
    assert not any(psutil.pid_exists(pid) for pid in workers)
    kimg = float(re.search(r"Its state at ([\d.]+) kimg is saved", content["error"])[1])
    assert kimg >= shown
    state = torch.load(folder / "training-state.pt", weights_only=True)
    assert state["nimg"] == round(kimg * 1000)
    assert (folder / f"network-snapshot-{int(kimg):06d}{f'{kimg % 1:.3f}'[1:]}.safetensors").is_file()

    if (how, rank) == (signal.SIGSTOP, 0):  # all four states are written by the same lines
        process = commands.start(commands.resume(folder, kimg=int(kimg) + 1))
        returncode, output = commands.finish(process)
        assert returncode == 0, output


@pytest.mark.parametrize("how", ENDS, ids=lambda how: how.name)
def test_under_torchrun_the_survivor_names_the_one_that_was_lost(how, begun, tmp_path):
    words = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--rdzv-endpoint=localhost:0",
             "--rdzv-backend=c10d"]  # fmt: skip
    command = _command(tmp_path)
    process, folder, workers = begun([*words, *command[1:]])
    os.kill(workers[1], how)
    returncode, output = commands.finish(process)
    assert returncode != 0
    what = "has ended unexpectedly" if how == signal.SIGKILL else ENDS[how]
    assert f"Error: Worker 1 (process {workers[1]}) {what}, so the run has stopped. Its state at" in output
    assert commands.status(folder)["error"].startswith(f"Worker 1 (process {workers[1]})")


def test_a_run_that_is_frozen_as_a_whole_goes_on(begun, tmp_path):
    process, folder, workers = begun(_command(tmp_path))
    for pid in (process.pid, *workers):
        os.kill(pid, signal.SIGSTOP)
    subprocess.run([sys.executable, "-c", f"import time; time.sleep({2 * LIMIT})"], check=True, cwd=ROOT)
    for pid in (process.pid, *workers):
        os.kill(pid, signal.SIGCONT)
    before = commands.status(folder)["kimg"]
    wait_for(lambda: commands.kimg(folder) > before)
    process.send_signal(signal.SIGTERM)
    returncode, output = commands.finish(process)
    assert returncode == 0, output
    assert commands.status(folder)["state"] == "stopped"
