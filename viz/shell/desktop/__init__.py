"""Entry of StyleScope where this system lists its programs: applications menu, Start menu or Applications."""

import os
import platform
import sys
from pathlib import Path
from types import ModuleType

from viz.shell.desktop import linux, macos, windows

_SYSTEMS = {"Linux": linux, "Windows": windows, "Darwin": macos}


def install() -> str:
    """Write the entry and its icon for this user. Returns a sentence that says where.

    Raises:
        OSError: this system has no such entries, or one cannot be written.
    """
    told: str = _system().install(_command())
    return told


def remove() -> str:
    """Remove the entry and its icon. Returns a sentence. Raises OSError as `install` does."""
    told: str = _system().remove()
    return told


def _system() -> ModuleType:
    name = platform.system()
    if name not in _SYSTEMS:
        raise OSError(f"StyleScope knows no menu of {name}: make a shortcut to the command `stylescope` instead.")
    return _SYSTEMS[name]


def _command() -> list[str]:
    """Return the command that opens the window of this very installation, from any folder."""
    here = Path(sys.executable)
    if platform.system() == "Windows":
        quiet = here.with_name("pythonw.exe")  # the one without a console
        return [str(quiet if os.path.isfile(quiet) else here), "-m", "stylescope"]
    beside = here.with_name("stylescope")
    return [str(beside)] if os.path.isfile(beside) else [sys.executable, "-m", "stylescope"]
