"""The real programs with what Windows lacks taken away, and with its rules for files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures_path import ROOT

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the stand-in looks into /proc")

EVERY_MODULE = """
import importlib, pkgutil, sys
for package in ("foundation", "gan", "renderer", "training_launcher", "viz"):
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if not found.name.endswith("__main__") and ".ops.cuda." not in found.name:
            importlib.import_module(found.name)
import visualizer
"""


def on_windows(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with the stand-in, in it and in all that it starts."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    variables["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests" / "portable" / "site"), str(ROOT)])
    variables["STYLESCOPE_AS_ON_WINDOWS"] = "1"
    variables["HOME"] = variables["USERPROFILE"] = str(folder)
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=500
    )


def test_every_module_is_imported(tmp_path: Path):
    ended = on_windows("-c", EVERY_MODULE, folder=tmp_path)
    assert ended.returncode == 0, ended.stderr[-3000:]


READ_MEANWHILE = """
import sys, threading, time
from pathlib import Path
from foundation.files import write_text
path = Path(sys.argv[1])
write_text(path, "before")
file = path.open()
try:
    path.replace(path.with_name("other"))
except PermissionError:
    print("held")
threading.Timer(0.3, file.close).start()
write_text(path, "after")
print(path.read_text())
"""


def test_a_file_is_replaced_once_its_reader_is_done(tmp_path: Path):
    ended = on_windows("-c", READ_MEANWHILE, str(tmp_path / "a.json"), folder=tmp_path)
    assert ended.stdout.split() == ["held", "after"], ended.stderr


@pytest.mark.parametrize(
    "tests",
    [
        ["tests/integration/launcher/test_local.py", "-k", "gone_on_with or can_be_resumed"],
        ["tests/e2e/link/test_renderer_process.py", "tests/e2e/files/test_session.py", "-k", "not stuck"],
    ],
    ids=["a training, its stop and its resume", "the window and the renderer"],
)
def test_the_programs_work(tests: list[str], tmp_path: Path):
    ended = on_windows("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, folder=tmp_path)
    assert ended.returncode == 0, ended.stdout[-5000:]
