"""Imports of foundation/: light, for the window's start, and of no package above it."""

import subprocess
import sys

import pytest

from tests.fixtures_path import ROOT

LIGHT = (
    "files",
    "inputs",
    "runs",
    "process",
    "seeds",
    "bands",
    "background",
    "specs.train",
    "specs.checks",
    "specs.draft",
)
HEAVY = {"torch", "numpy", "PIL", "yaml", "click", "imgui_bundle", "gan", "renderer", "training_launcher", "viz"}


@pytest.mark.parametrize("module", LIGHT)
def test_importing_it_imports_nothing_heavy(module):
    code = f"import sys, foundation.{module}; print(*({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_window_imports_neither_click_nor_torch():
    code = "import sys, viz.shell.app; print(*({'torch', 'gan', 'click'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
