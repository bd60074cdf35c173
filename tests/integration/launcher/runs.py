"""Tiny runs, and helpers that wait for their progress."""

import os
import time
from pathlib import Path

from foundation import runs as run_files
from foundation.process import read_identity
from foundation.specs.train import TrainSpec
from tests.unit.training.tiny import OPTIONS
from tests.waiting import PATIENCE
from training_launcher import registry


def tiny(data, **changes):
    """Return the spec of a training of some seconds that could continue for minutes."""
    given = {"outdir": "", "data": str(data), **OPTIONS, "batch": 8, "workers": 0, "kimg": 200, "tick": 0.1, "snap": 2}
    return TrainSpec(**{**given, **changes})


def wait_for(run, true, seconds=PATIENCE):
    """Return the run as soon as it meets a condition."""
    end = time.monotonic() + seconds
    while not true(now := registry.read(run.folder)):
        if time.monotonic() > end:
            with open(os.path.join(run.folder, run_files.LOG_FILE)) as log:
                raise AssertionError(f"it never came to it: {now}\n{log.read()}")
        time.sleep(0.1)
    return now


def over(run):
    return wait_for(run, lambda now: not now.live)


def trained(run, kimg=0.2):
    """Return the run once it has trained for a while."""
    return wait_for(run, lambda now: now.state == "running" and now.done >= kimg)


def process(run, name=run_files.STATUS_FILE):
    """Return the pid of the run's worker; with SUPERVISOR_FILE, of its supervisor."""
    content, _ = run_files.read_json(Path(run.folder) / name)
    return read_identity(content)


def gone(identity, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while identity.presence() == "here":
        assert time.monotonic() < end, "it is still there"
        time.sleep(0.05)
