"""Queue for devices: first come, first served; crashes need no cleanup."""

import os
import subprocess
import sys

import pytest

from foundation.process import identify
from training_launcher import devices
from training_launcher.devices import Turn, Wish, gpus, wish_for
from training_launcher.errors import LaunchError


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.fixture
def three_gpus(tmp_path, monkeypatch):
    tool = tmp_path / "bin" / "nvidia-smi"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nprintf '0\\n1\\n2\\n'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def others():
    """Processes that live until they are terminated."""
    started = []

    def start():
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        started.append(process)
        return process, identify(process.pid)

    yield start
    for process in started:
        process.communicate()


def names(turn):
    return [device.name for device in turn.take()]


def test_gpus_are_counted_as_cuda_would(three_gpus, monkeypatch):
    assert [device.name for device in gpus()] == ["cuda:0", "cuda:1", "cuda:2"]
    for chosen, tokens in (("2,0", ["2", "0"]), ("", []), ("-1", []), ("1,7,0", ["1"]), ("GPU-a1,1", ["GPU-a1", "1"])):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
        assert [device.token for device in gpus()] == tokens


def test_without_a_driver_there_are_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpus() == ()
    assert wish_for("auto", 3).kind in ("cpu", "mps")
    with pytest.raises(LaunchError, match="this computer has 0"):
        wish_for("cuda", 1)


def test_wishes(three_gpus):
    assert wish_for("auto", 2) == Wish("cuda", 2)
    assert wish_for("cuda:2", 1) == Wish("cuda", 1, 2)
    assert wish_for("cpu", 4) == Wish("cpu", 1)
    with pytest.raises(LaunchError, match="4 GPUs were asked for, and this computer has 3"):
        wish_for("cuda", 4)
    with pytest.raises(LaunchError, match="There is no cuda:3 here"):
        wish_for("cuda:3", 1)


def test_one_after_another(tmp_path, others):
    (_, a), (_, b) = others(), others()
    first, second, third = (
        Turn(Wish("cpu"), tmp_path, a),
        Turn(Wish("cpu"), tmp_path, b),
        Turn(Wish("cpu"), tmp_path, b),
    )
    assert names(second) == []
    assert names(first) == ["cpu"]
    assert names(third) == []
    first.close()
    assert names(third) == []  # it is the second's turn
    assert names(second) == ["cpu"]
    second.close()
    assert names(third) == ["cpu"]


def test_many_gpus_are_not_kept_from_who_waits_longer(tmp_path, others, three_gpus):
    _, who = others()
    one, all_of_them, late = (Turn(Wish("cuda", count), tmp_path, who) for count in (1, 3, 1))
    cpu = Turn(Wish("cpu"), tmp_path, who)
    assert names(one) == ["cuda:0"]
    assert names(all_of_them) == []
    assert names(late) == []
    assert names(cpu) == ["cpu"]
    one.close()
    assert names(all_of_them) == ["cuda:0", "cuda:1", "cuda:2"]


def test_a_certain_gpu(tmp_path, others, three_gpus):
    _, who = others()
    assert names(Turn(Wish("cuda", 1, 1), tmp_path, who)) == ["cuda:1"]
    assert names(Turn(Wish("cuda", 2), tmp_path, who)) == ["cuda:0", "cuda:2"]


def test_the_dead_hold_nothing_and_wait_for_nothing(tmp_path, others):
    (holds, a), (waits, b), (_, c) = others(), others(), others()
    first, _second, third = (
        Turn(Wish("cpu"), tmp_path, a),
        Turn(Wish("cpu"), tmp_path, b),
        Turn(Wish("cpu"), tmp_path, c),
    )
    assert names(first) == ["cpu"]
    holds.kill()
    waits.kill()
    holds.wait()
    waits.wait()
    assert names(third) == ["cpu"]


def test_a_device_stays_taken_while_the_run_lives_without_its_supervisor(tmp_path, others):
    (supervisor, a), (run, b), (_, c) = others(), others(), others()
    first, second = Turn(Wish("cpu"), tmp_path, a), Turn(Wish("cpu"), tmp_path, c)
    assert names(first) == ["cpu"]
    first.share(b)
    supervisor.kill()
    supervisor.wait()
    assert names(second) == []
    run.kill()
    run.wait()
    assert names(second) == ["cpu"]


def test_a_damaged_lease_is_none(tmp_path, others):
    _, who = others()
    turn = Turn(Wish("cpu"), tmp_path, who)
    (devices.host_folder() / "cpu.lease").write_bytes(b"\xff\x00 no JSON")
    assert names(turn) == ["cpu"]
