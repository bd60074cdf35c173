"""Commands that are asked to end by SIGTERM end in order: nothing incomplete is left."""

import io
import os
import signal
import subprocess
import sys
import zipfile

import pytest
from PIL import Image

from tests.fixtures_path import ROOT
from tests.pictures import noise
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
    source = tmp_path / "source.zip"
    picture = io.BytesIO()
    Image.fromarray(noise(1, 128)[0]).save(picture, "PNG")
    with zipfile.ZipFile(source, "w") as archive:  # so many that the work takes longer than the signal
        for number in range(2000):
            archive.writestr(f"{number:04}.png", picture.getvalue())
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
