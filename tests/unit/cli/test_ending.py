"""Commands that are asked to end by SIGTERM end in order: nothing incomplete is left."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from tests.fixtures_path import ROOT
from tests.pictures import write_zip
from tests.unit.renderer import tiny
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGTERM is of POSIX systems")


def at_work(folder, words):
    """Run a command until there is a temporary file, ask it to end, and return its exit status."""
    process = subprocess.Popen([sys.executable, "-m", "gan", *words], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: process.poll() is not None or any(folder.rglob("*.part")), "the work")
        assert process.poll() is None, process.communicate()[1]
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate()
    finally:
        process.kill()
    assert "Traceback" not in errors
    return process.returncode


def test_making_a_dataset(tmp_path):
    pictures = np.random.RandomState(0).randint(0, 256, (2000, 128, 128, 3)).astype(np.uint8)
    source = write_zip(tmp_path / "source.zip", pictures)
    words = ["dataset", f"--source={source}", f"--dest={tmp_path / 'made.zip'}"]
    assert at_work(tmp_path, words) == 128 + signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["source.zip"]


def test_writing_a_film(tmp_path):
    network = tiny.save(tmp_path, "sg2")
    film = tmp_path / "films"
    film.mkdir()
    words = ["video", f"--network={network}", "--seeds=0-3", "--w-frames=5000", f"--output={film / 'walk.mp4'}"]
    assert at_work(film, words) == 128 + signal.SIGTERM
    assert list(film.iterdir()) == []
