"""Entry of StyleScope in the Start menu of a user of Windows: a shortcut, which PowerShell makes."""

import os
import subprocess
from pathlib import Path

import platformdirs

from foundation.files import replacing
from viz.shell.desktop.icon import icon

_MAKE = (
    "$shortcut = (New-Object -ComObject WScript.Shell).CreateShortcut($env:STYLESCOPE_SHORTCUT);"
    "$shortcut.TargetPath = $env:STYLESCOPE_PROGRAM;"
    "$shortcut.Arguments = $env:STYLESCOPE_ARGUMENTS;"
    "$shortcut.IconLocation = $env:STYLESCOPE_ICON;"
    "$shortcut.WorkingDirectory = $env:USERPROFILE;"
    "$shortcut.Save()"
)
"""The names come by the environment, so that no letter in them means anything to PowerShell."""


def install(command: list[str]) -> str:
    """Make the shortcut and its icon. Returns a sentence that says where; `command` opens the window.

    Raises:
        OSError: PowerShell is missing or cannot make it, or a file cannot be written.
    """
    entry, picture = _paths()
    for path in (entry, picture):
        path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(picture) as part:
        icon().save(part, format="ICO")
    variables = {
        "STYLESCOPE_SHORTCUT": str(entry),
        "STYLESCOPE_PROGRAM": command[0],
        "STYLESCOPE_ARGUMENTS": subprocess.list2cmdline(command[1:]),
        "STYLESCOPE_ICON": str(picture),
    }
    done = subprocess.run(
        ["powershell", "-NoProfile", "-NonInteractive", "-Command", _MAKE],
        env={**os.environ, **variables}, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        reason = next(iter(done.stderr.strip().splitlines()), f"status {done.returncode}")
        raise OSError(f"PowerShell could not make the shortcut ({reason}): make one to `stylescope` by hand.")
    return f"StyleScope is in the Start menu now: {entry}"


def remove() -> str:
    """Remove the shortcut and its icon. Returns a sentence."""
    for path in _paths():
        path.unlink(missing_ok=True)
    return "StyleScope is no longer in the Start menu."


def _paths() -> tuple[Path, Path]:
    roaming = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    menu = roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs"
    return menu / "StyleScope.lnk", platformdirs.user_data_path("stylescope", appauthor=False) / "stylescope.ico"
