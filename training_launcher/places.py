"""The launcher's own folder: leases of devices, and the folders that runs were submitted to.

Runs are found by scanning folders, so these files may be deleted at any time.
"""

import os
import socket
from collections.abc import Iterable
from pathlib import Path

import platformdirs
from filelock import FileLock

from foundation.files import write_text
from foundation.inputs import TooLargeError, decoded, read_regular

_FOLDERS = "folders.txt"
_MOST = 50
"""Folders remembered at most."""
_LARGEST = 1 << 20
"""Bytes of their file; a larger one is damaged."""


def state_folder() -> Path:
    """Return the user's state folder, or the one that `STYLESCOPE_STATE` names."""
    chosen = os.environ.get("STYLESCOPE_STATE")
    return Path(chosen) if chosen else platformdirs.user_state_path("stylescope", appauthor=False)


def host_folder() -> Path:
    """Return the part for this computer, and make it: several computers may share a home folder."""
    folder = state_folder() / "devices" / socket.gethostname()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def lock(name: str) -> FileLock:
    """Return a lock between the user's processes on this computer."""
    return FileLock(host_folder() / f"{name}.lock")


def remember(outdir: Path) -> None:
    """Remember that runs were submitted to a folder; the newest comes first."""
    path = state_folder() / _FOLDERS
    with lock("folders"):
        known = [folder for folder in _read(path) if folder != str(outdir)]
        write_text(path, "".join(f"{folder}\n" for folder in [str(outdir), *known][:_MOST]))


def remembered() -> tuple[Path, ...]:
    """Return the existing folders that runs were submitted to, newest first."""
    return tuple(Path(folder) for folder in _read(state_folder() / _FOLDERS) if os.path.isdir(folder))


def _read(path: Path) -> Iterable[str]:
    try:
        return [line for line in decoded(read_regular(path, _LARGEST)).splitlines() if line.strip()]
    except (OSError, TooLargeError):
        return []
