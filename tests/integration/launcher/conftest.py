"""Runs of the launcher leave nothing behind: their processes end with the test, and their state is its own."""

import contextlib

import pytest

from foundation import runs as run_files
from foundation.ending import kill
from foundation.process import read_identity
from tests.unit.training.tiny import dataset
from training_launcher import registry


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return dataset(tmp_path_factory.mktemp("data") / "images.zip", count=12)


@pytest.fixture
def out(tmp_path, monkeypatch):
    """Return a folder for runs; processes that still run in it are killed afterwards."""
    monkeypatch.setenv("STYLESCOPE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    folder = tmp_path / "runs"
    yield folder
    for run in registry.scan([folder]):
        for name in (run_files.SUPERVISOR_FILE, run_files.STATUS_FILE):
            content, _ = run_files.read_json(folder / run.name / name)
            with contextlib.suppress(AttributeError):
                kill(read_identity(content))
