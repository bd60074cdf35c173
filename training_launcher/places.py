"""Where the launcher keeps what is not a run's own: turns on devices, and which folders runs were asked for in.

Nothing is lost when these files are: runs are found by looking into folders.
"""

import os
import socket
from collections.abc import Iterable
from pathlib import Path

import platformdirs
from filelock import FileLock

from foundation.files import write_text

_FOLDERS = "folders.txt"
_MOST = 50
"""So many folders are remembered."""


def state_folder() -> Path:
    """The user's folder for such things; `STYLESCOPE_STATE` names another one."""
    chosen = os.environ.get("STYLESCOPE_STATE")
    return Path(chosen) if chosen else platformdirs.user_state_path("stylescope", appauthor=False)


def host_folder() -> Path:
    """The part of it that is this computer's: a home folder may be shared by many."""
    folder = state_folder() / "devices" / socket.gethostname()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def lock(name: str) -> FileLock:
    """What only one process of the user may do at a time on this computer."""
    return FileLock(host_folder() / f"{name}.lock")


def remember(outdir: Path) -> None:
    """Keep in mind that runs were asked for in a folder; the newest comes first."""
    path = state_folder() / _FOLDERS
    with lock("folders"):
        known = [folder for folder in _read(path) if folder != str(outdir)]
        write_text(path, "".join(f"{folder}\n" for folder in [str(outdir), *known][:_MOST]))


def remembered() -> tuple[Path, ...]:
    """Folders that runs were asked for in, those that are still there, newest first."""
    return tuple(Path(folder) for folder in _read(state_folder() / _FOLDERS) if os.path.isdir(folder))


def _read(path: Path) -> Iterable[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        return []
