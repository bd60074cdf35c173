"""The GPU benchmark in miniature on the CPU: every part runs and writes its results, with few imports."""

import json
import math
import subprocess
import sys

from benchmarks import gpu
from tests.fixtures_path import ROOT


def test_every_part_runs(tmp_path, capsys):
    out = tmp_path / "cpu.json"
    gpu.main(["--tiny", "--device=cpu", f"--out={out}"])
    found = json.loads(out.read_text())
    assert json.loads(capsys.readouterr().out) == found
    assert len(found["operators"]["operators"]) == 16
    for name, row in found["operators"]["operators"].items():
        assert row["error"] < (5e-3 if "float16" in name else 1e-6), name
        # In half precision, values near 0 may have the other sign, and so the other slope.
        assert row["gradient_error"] < (math.inf if "float16" in name else 1e-6), name
        assert row["ms"] > 0
    assert {key.partition(",")[0] for key in found["synthesis"]} == {
        "stylegan2-32",
        "stylegan3-t-32",
        "stylegan3-r-32",
    }
    assert all(row["kernels_ms"] > 0 and row["graph_ms"] is None for row in found["synthesis"].values())
    assert found["frames"].keys() == {"stylegan2-32", "stylegan3-t-32", "stylegan3-r-32"}
    for row in found["frames"].values():
        assert row["plain_ms"]["median"] >= row["plain_ms"]["best"] > 0
        assert row["page_locked_ms"] is row["staged_ms"] is None
    assert found["training"]["stylegan2, kernels"]["seconds_per_kimg"] > 0


def test_it_needs_no_more_than_it_says():
    """It runs from the plain checkout with what a machine with PyTorch has."""
    code = "import sys, benchmarks.gpu, gan.training.trainer; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in ("numba", "hypothesis", "scipy", "platformdirs", "filelock", "psutil", "tensorboardX", "triton"):
        assert name not in done.stdout.split(), name
