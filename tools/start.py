"""Make `.venv` from requirements.lock and run StyleScope in it, without `make` or a shell, as run.bat and test.bat do.

    python tools/start.py run [NETWORK]     open the window
    python tools/start.py test              run every check and test that this system has

Standard library only: nothing is installed yet when it starts. TORCH_INDEX, if set, is the package index of the PyTorch
build; otherwise a computer with an NVIDIA driver gets the CUDA build that the driver supports.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".made-from"
BUILDS = ((13, "cu130"), (12, "cu128"))
"""Builds of PyTorch by the least major version of CUDA that the driver supports, newest first."""
INDEX = "https://download.pytorch.org/whl"
PACKAGES = ("foundation", "gan", "renderer", "training_launcher", "viz", "visualizer.py", "stylescope.py")
NOT_THERE = ("tests/gpu", "tests/integration/launcher/test_slurm.py")
"""Tests of what only Linux has, or a GPU."""


def python() -> Path:
    """Return the interpreter of the virtual environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def torch_index(variables: Mapping[str, str]) -> str:
    """Return the package index of the PyTorch build for this computer; empty: the default one."""
    if given := variables.get("TORCH_INDEX"):
        return given
    if os.name != "nt" or (program := shutil.which("nvidia-smi")) is None:
        return ""  # elsewhere the default build is the right one
    told = subprocess.run([program], capture_output=True, text=True, errors="replace", check=False).stdout
    found = re.search(r"CUDA Version:\s*(\d+)", told)
    version = int(found[1]) if found else 0
    return next((f"{INDEX}/{build}" for least, build in BUILDS if version >= least), "")


def set_up(variables: Mapping[str, str]) -> None:
    """Make the virtual environment, unless it was made from the same files already."""
    index = torch_index(variables)
    made_from = [(ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "pyproject.toml")]
    wanted = "\n".join([*made_from, Path(__file__).read_text(encoding="utf-8"), index])
    if python().is_file() and STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    print("Setting up .venv from requirements.lock (a few minutes the first time)", flush=True)
    if not python().is_file():
        run(sys.executable, "-m", "venv", VENV)
    pip = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, *(["--extra-index-url", index] if index else []), "--requirement", ROOT / "requirements.lock")
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    STAMP.write_text(wanted, encoding="utf-8")


def run(*command: str | Path) -> None:
    """Run a command in the checkout. Ends this program with its status if it fails."""
    status = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    if status:
        sys.exit(status)


def main(arguments: list[str]) -> None:
    """Set up, then open the window or run the tests."""
    if not arguments or arguments[0] not in ("run", "test"):
        sys.exit(__doc__)
    set_up(os.environ)
    if arguments[0] == "run":
        run(python(), ROOT / "visualizer.py", *arguments[1:])
        return
    run(python(), "-m", "ruff", "check", ".")
    run(python(), "-m", "mypy", *PACKAGES)
    run(python(), "-m", "tools.check_language")
    left_out = [f"--ignore={path}" for path in NOT_THERE]
    shared = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")  # see the Makefile
    run(python(), "-m", "pytest", *shared, *left_out, *arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
