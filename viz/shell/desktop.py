"""Entry of StyleScope in the applications menu of a Linux desktop, by the rules of freedesktop.org."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from foundation.files import replacing, write_text
from viz.ui.tokens import DARK

_SIZE, _FINER = 256, 4
"""Pixels of the icon's side, and how many times as large it is drawn for smooth edges."""


def install() -> str:
    """Write the entry and its icon for this user. Returns a sentence that says where.

    Raises:
        OSError: this is no Linux, or a file cannot be written.
    """
    entry, picture = _paths()
    picture.parent.mkdir(parents=True, exist_ok=True)
    with replacing(picture) as part:
        icon().save(part, format="PNG")
    write_text(entry, _entry(_command(), picture))
    _tell_desktop(entry.parent)
    return f"StyleScope is in the applications menu now: {entry}"


def remove() -> str:
    """Remove the entry and its icon. Returns a sentence."""
    for path in _paths():
        path.unlink(missing_ok=True)
    _tell_desktop(_paths()[0].parent)
    return "StyleScope is no longer in the applications menu."


def icon() -> Image.Image:
    """Draw the logo, transparent around it: three nested shapes, one for each band of layers."""
    side = _SIZE * _FINER
    image = Image.new("RGBA", (side, side))
    pen, middle = ImageDraw.Draw(image), side / 2
    for colour, share, round_ in ((DARK.coarse, 0.48, False), (DARK.middle, 0.32, True), (DARK.fine, 0.16, False)):
        reach = share * side
        if round_:
            pen.ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=colour)
        else:
            corners = [(middle + reach, middle), (middle, middle + reach), (middle - reach, middle)]
            pen.polygon([*corners, (middle, middle - reach)], fill=colour)
    return image.resize((_SIZE, _SIZE), Image.Resampling.LANCZOS)


def _paths() -> tuple[Path, Path]:
    if platform.system() != "Linux":
        raise OSError("Only Linux desktops have such entries: make a shortcut to the command `stylescope` instead.")
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    icons = home / "icons" / "hicolor" / f"{_SIZE}x{_SIZE}" / "apps"
    return home / "applications" / "stylescope.desktop", icons / "stylescope.png"


def _command() -> list[str]:
    """Return the command that opens the window of this very installation, from any folder."""
    beside = Path(sys.executable).with_name("stylescope")
    return [str(beside)] if os.path.isfile(beside) else [sys.executable, "-m", "stylescope"]


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
