"""Runs `python -m gan train`, in a process of its own as a user does, or in this one."""

import json
import os
import signal
import subprocess
import sys
import time

import torch
from click.testing import CliRunner

from gan.cli.main import main
from tests.fixtures_path import ROOT
from tests.unit.training.tiny import OPTIONS
from tests.waiting import PATIENCE
from training_launcher.environment import environment

ENVIRONMENT = {**os.environ, "PYTHONPATH": environment()["PYTHONPATH"], "OMP_NUM_THREADS": "1"}


def arguments(**options):
    return [
        f"--{name.replace('_', '-')}={','.join(value) or 'none' if isinstance(value, tuple) else value}"
        for name, value in options.items()
    ]


def train(out, data, **options):
    """Return the command of a tiny run."""
    given = {"outdir": out, "data": data, **OPTIONS, "batch": 8, "kimg": 1, "tick": 0.1, "snap": 1000, **options}
    return [sys.executable, "-m", "gan", "train", *arguments(**given)]


def resume(folder, **options):
    return [sys.executable, "-m", "gan", "train", f"--resume={folder}", *arguments(**options)]


def start(command):
    return subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finish(process, seconds=PATIENCE):
    """Wait for the end; return (exit status, output)."""
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        raise AssertionError(f"it did not end:\n{output}") from None
    return process.returncode, output


def run(command):
    return finish(start(command))


def here(command):
    """Run a command in this process, on one thread as the others do; return (exit status, output)."""
    threads = torch.get_num_threads()
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    torch.set_num_threads(1)
    try:
        result = CliRunner().invoke(main, command[3:])
    finally:
        torch.set_num_threads(threads)
        for number, handler in signals.items():
            signal.signal(number, handler)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


def status(folder):
    return json.loads((folder / "status.json").read_text())


def wait_for(what, process, seconds=PATIENCE):
    """Wait until `what()` is true while the process runs."""
    end = time.monotonic() + seconds
    while not what():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            output, _ = process.communicate()
            raise AssertionError(f"it never came to it:\n{output}")
        time.sleep(0.02)


def kimg(folder, *states):
    """Return the reported thousands of images of a run in one of these states, running unless given; else -1."""
    try:
        content = status(folder)
    except (OSError, ValueError):
        return -1
    return content["kimg"] if content["state"] in (states or ("running",)) else -1


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]
