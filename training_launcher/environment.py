"""Environment of the processes of runs."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""Folder of the packages."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a run's process: this one's with the import path, unbuffered output and `more`."""
    found = {**os.environ, **more}
    found["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    found.setdefault("GOMP_SPINCOUNT", "0")  # waiting OpenMP threads must not occupy cores
    found["PYTHONUNBUFFERED"] = "1"
    return found
