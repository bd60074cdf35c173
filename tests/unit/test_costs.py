"""The plugin that shows what tests cost."""

import os
import re
import subprocess
import sys

from tests.fixtures_path import ROOT

TESTS = """
import subprocess, sys, pytest
@pytest.fixture
def dear():
    sum(range(10_000_000))
def test_cheap(): pass
def test_fixture(dear): pass
def test_process(): subprocess.run([sys.executable, "-c", "sum(range(20_000_000))"])
"""


def test_fixtures_and_ended_processes_count_and_the_dearest_comes_first(tmp_path):
    (tmp_path / "test_some.py").write_text(TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n1",
        "-p",
        "tests.costs",
        "-p",
        "no:cacheprovider",
        "-c",
        "x.ini",
    ]
    (tmp_path / "x.ini").write_text("[pytest]\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path), str(tmp_path / "test_some.py")],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    costs = re.findall(r"^ +([\d.]+)  test_some.py::test_(\w+)$", done.stdout, re.MULTILINE)
    assert [name for _, name in costs] == ["process", "fixture", "cheap"]
    assert float(costs[1][0]) > 0
    assert re.search(r"files, \d+ in all =+\n +[\d.]+  test_some.py\n", done.stdout)
