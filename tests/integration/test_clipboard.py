"""The clipboard of a real display: what is copied can be pasted by another program."""

import subprocess
import sys

import numpy as np
import pytest

from tests.fixtures_path import ROOT
from tests.waiting import PATIENCE
from tests.xserver import AVAILABLE, on_display, x_server

COPY = """
import sys, numpy as np
from viz.files.clipboard import Clipboard
import threading
done = threading.Event()
clipboard = Clipboard(done.set)
clipboard.copy(lambda: np.load(sys.argv[1]))
assert done.wait(200)
print(repr(clipboard.poll()), flush=True)
sys.stdin.read()
clipboard.close()
"""
PASTE = """
import sys, numpy as np, copykitten
pixels, width, height = copykitten.paste_image()
np.save(sys.argv[1], np.frombuffer(pixels, np.uint8).reshape(height, width, 4))
"""


def start(code, environment, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.skipif(not AVAILABLE, reason="Xvfb is not installed")
def test_a_copied_picture_is_pasted_with_its_transparency(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (24, 31, 4), np.uint8)
    np.save(tmp_path / "a.npy", pixels)
    with x_server() as display:
        owner = start(COPY, on_display(display), tmp_path / "a.npy")
        assert owner.stdout.readline().strip() == "''"
        other = start(PASTE, on_display(display), tmp_path / "b.npy")
        other.communicate(timeout=PATIENCE)
        assert other.returncode == 0
        owner.communicate("", timeout=PATIENCE)
        assert owner.returncode == 0
    np.testing.assert_array_equal(np.load(tmp_path / "b.npy"), pixels)


def test_without_a_display_it_says_so(tmp_path):
    environment = on_display("")
    environment.pop("DISPLAY")
    np.save(tmp_path / "a.npy", np.zeros((4, 4, 3), np.uint8))
    owner = start(COPY, environment, tmp_path / "a.npy")
    said, _ = owner.communicate("")
    assert owner.returncode == 0
    assert "there is no clipboard here" in said
