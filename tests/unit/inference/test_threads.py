"""Threads that may be in C++ when the program ends."""

import subprocess
import sys

import pytest

from tests.fixtures_path import ROOT

BUSY = """
import torch
from gan import threads
from gan.ops.cpu import crew
from renderer.engine import kernels

torch.set_num_threads(1)

class Late:
    def help(self, worker):
        for _ in range(40):
            torch.ones(400, 400) @ torch.ones(400, 400)

def spin():
    while not threads.ending.is_set():
        torch.ones(400, 400) @ torch.ones(400, 400)

{how}
"""


@pytest.mark.parametrize(
    "how", ["threads.start('busy', spin)", "crew._crew(1)[0].put(Late())", "kernels.start('kernels', spin)"]
)
def test_a_program_ends_well_while_its_threads_compute(how):
    done = subprocess.run(
        [sys.executable, "-c", BUSY.format(how=how)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
