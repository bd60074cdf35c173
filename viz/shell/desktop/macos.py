"""Entry of StyleScope in the Applications folder of a user of macOS: an application that starts the command."""

import plistlib
import shlex
import shutil
from pathlib import Path

from foundation.files import replacing, write_text
from viz.shell.desktop.icon import icon


def install(command: list[str]) -> str:
    """Write the application. Returns a sentence that says where; `command` opens the window.

    Raises:
        OSError: a file cannot be written.
    """
    contents = _application() / "Contents"
    program, picture = contents / "MacOS" / "stylescope", contents / "Resources" / "stylescope.icns"
    for path in (program, picture):
        path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(picture) as part:
        icon().save(part, format="ICNS")
    write_text(program, f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    program.chmod(0o755)
    about = {
        "CFBundleName": "StyleScope",
        "CFBundleIdentifier": "stylescope",
        "CFBundleExecutable": program.name,
        "CFBundleIconFile": picture.name,
        "CFBundlePackageType": "APPL",
        "NSHighResolutionCapable": True,
    }
    write_text(contents / "Info.plist", plistlib.dumps(about).decode())
    return f"StyleScope is in Applications now: {_application()}"


def remove() -> str:
    """Remove the application. Returns a sentence."""
    shutil.rmtree(_application(), ignore_errors=True)
    return "StyleScope is no longer in Applications."


def _application() -> Path:
    return Path.home() / "Applications" / "StyleScope.app"
