"""Entry of StyleScope in the applications menu of a Linux desktop, by the rules of freedesktop.org."""

import os
import shutil
import subprocess
from pathlib import Path

from foundation.files import replacing, write_text
from viz.shell.desktop.icon import SIZE, icon


def install(command: list[str]) -> str:
    """Write the entry and its icon for this user. Returns a sentence that says where; `command` opens the window.

    Raises:
        OSError: a file cannot be written.
    """
    entry, picture = _paths()
    picture.parent.mkdir(parents=True, exist_ok=True)
    with replacing(picture) as part:
        icon().save(part, format="PNG")
    write_text(entry, _entry(command, picture))
    _tell_desktop(entry.parent)
    return f"StyleScope is in the applications menu now: {entry}"


def remove() -> str:
    """Remove the entry and its icon. Returns a sentence."""
    for path in _paths():
        path.unlink(missing_ok=True)
    _tell_desktop(_paths()[0].parent)
    return "StyleScope is no longer in the applications menu."


def _paths() -> tuple[Path, Path]:
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    icons = home / "icons" / "hicolor" / f"{SIZE}x{SIZE}" / "apps"
    return home / "applications" / "stylescope.desktop", icons / "stylescope.png"


def _entry(command: list[str], picture: Path) -> str:
    lines = {
        "Type": "Application",
        "Name": "StyleScope",
        "Comment": "Explore, edit and train style-based GANs",
        "Exec": " ".join([*(_quoted(part) for part in command), "%f"]),
        "Icon": str(picture),
        "Terminal": "false",
        "Categories": "Graphics;Science;",
        "StartupWMClass": "StyleScope",
    }
    return "[Desktop Entry]\n" + "".join(f"{key}={value}\n" for key, value in lines.items())


def _quoted(part: str) -> str:
    """Quote an argument as desktop entries do: in double quotes, with a backslash before those that mean something."""
    for sign in ("\\", '"', "`", "$"):
        part = part.replace(sign, f"\\{sign}")
    return '"' + part.replace("\\", "\\\\").replace("%", "%%") + '"'


def _tell_desktop(folder: Path) -> None:
    """Let the desktop read the folder again at once, where it has the program for that."""
    if program := shutil.which("update-desktop-database"):
        subprocess.run([program, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
