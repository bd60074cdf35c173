"""What the processes of runs are given to find their code, and to behave beside other programs."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""Where the code is."""


def environment(**more: str) -> dict[str, str]:
    """The environment of a run's process: this one's, and what is needed more."""
    found = {**os.environ, **more}
    found["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    found.setdefault("GOMP_SPINCOUNT", "0")  # threads that wait for one another must not keep others from working
    found["PYTHONUNBUFFERED"] = "1"
    return found
