"""Runs `python -m gan train` as a user does."""

import json
import os
import subprocess
import sys
import time

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


def kimg(folder):
    """Return the reported thousands of images of a run; -1 before the first report."""
    try:
        content = status(folder)
    except (OSError, ValueError):
        return -1
    return content["kimg"] if content["state"] == "running" else -1


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]
