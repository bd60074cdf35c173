"""A process of a run that is killed or frozen: it is named, and the run stops with its state saved.

Starting two processes that train takes most of the time, so a run that has stopped serves once more.
"""

import os
import re
import signal
import sys
import time

import psutil
import pytest
import torch

from tests.integration.training import commands
from tests.unit.training.tiny import dataset
from tests.waiting import wait_for

LIMIT = 5
ENDS = {signal.SIGSTOP: f"has not answered for {LIMIT} seconds", signal.SIGKILL: "was ended by SIGKILL"}


@pytest.fixture
def begun(tmp_path):
    """Start runs of two processes in the folder of the test and wait for their first batches."""
    started = []

    def begin(command):
        folder = tmp_path / "runs" / "00000-stylegan2-images-gpus2-batch8-gamma1"
        before = max(commands.kimg(folder, "stopped", "failed"), 0.05)
        process = commands.start(command)
        started.append(process)
        commands.wait_for(lambda: commands.kimg(folder) > before, process)
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


def _lose(begun, command, rank, how):
    """Kill or freeze a process of a run, which ends as it should; return the run's folder."""
    process, folder, workers = begun(command)
    shown = commands.kimg(folder)
    os.kill(workers[rank], how)
    returncode, output = commands.finish(process)
    assert returncode == 1, output
    sentence = f"Worker {rank} (process {workers[rank]}) {ENDS[how]}, so the run has stopped. Its state at "
    assert sentence in output, output
    content = commands.status(folder)
    assert content["state"] == "failed"
    assert content["error"].startswith(sentence)
    assert not any(psutil.pid_exists(pid) for pid in workers)
    kimg = float(re.search(r"Its state at ([\d.]+) kimg is saved", content["error"])[1])
    assert kimg >= shown
    state = torch.load(folder / "training-state.pt", weights_only=True)
    assert state["nimg"] == round(kimg * 1000)
    assert (folder / f"network-snapshot-{int(kimg):06d}{f'{kimg % 1:.3f}'[1:]}.safetensors").is_file()
    return folder


@pytest.mark.parametrize(("how", "rank"), [(signal.SIGKILL, 0), (signal.SIGSTOP, 1)], ids=["SIGKILL-0", "SIGSTOP-1"])
def test_a_lost_worker_is_named_and_the_state_is_saved(how, rank, begun, tmp_path):
    _lose(begun, _command(tmp_path), rank, how)


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


def test_a_run_that_was_lost_goes_on_also_when_it_is_frozen_as_a_whole_and_stops_with_a_snapshot(begun, tmp_path):
    folder = _lose(begun, _command(tmp_path), 0, signal.SIGSTOP)

    process, folder, workers = begun(commands.resume(folder))
    for pid in (process.pid, *workers):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(2 * LIMIT)
    for pid in (process.pid, *workers):
        os.kill(pid, signal.SIGCONT)
    before = commands.status(folder)["kimg"]
    wait_for(lambda: commands.kimg(folder) > before)
    process.send_signal(signal.SIGTERM)
    returncode, output = commands.finish(process)
    assert returncode == 0, output
    content = commands.status(folder)
    assert content["state"] == "stopped"
    done = torch.load(folder / "training-state.pt", weights_only=True)["nimg"]
    assert done == round(content["kimg"] * 1000)

    _lose(begun, commands.resume(folder), 1, signal.SIGKILL)
