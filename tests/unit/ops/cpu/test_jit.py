"""Kernels on disk: shared by processes, and optional."""

import os
import subprocess
import sys
from pathlib import Path

from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = """
import numpy as np
from gan.ops.cpu.stylegan2 import add_colours
add_colours.prepare()
rgb, out = np.arange(4, dtype=np.float32), np.zeros(4, np.float32)
none = np.zeros(0, np.float32)
add_colours(1, 4, none, rgb, 1, 2, 2, np.ones(8, np.float32), np.ones(1, np.float32), 3.0, out)
assert out.tolist() == [1, 2, 3, 3], out
print(add_colours.was_compiled)
"""


def start(folder):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process):
    out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return out.strip()


def test_processes_that_start_together_compile_once_and_later_ones_read(tmp_path):
    together = [start(tmp_path) for _ in range(3)]
    assert sorted(said(process) for process in together) == ["False", "False", "True"]
    assert said(start(tmp_path)) == "False"


def test_where_nothing_can_be_written_kernels_are_compiled_and_not_kept(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert said(start(tmp_path / "file")) == "True"


def test_numba_is_not_imported_before_a_kernel_is_wanted():
    program = "import sys, gan.networks, gan.ops, renderer.engine.pipeline; sys.exit('numba' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0
