"""The desktop around the window: files dropped on it, and folders shown in the file manager."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from viz.state.snapshots import NETWORK_SUFFIXES


def on_drop(take: Callable[[list[str]], None]) -> None:
    """Call `take` with the paths of files dropped on the window. Call once the window is open."""
    import glfw
    from imgui_bundle import glfw_utils

    def dropped(window: object, paths: list[str]) -> None:
        take(list(paths))

    glfw.set_drop_callback(glfw_utils.glfw_window_hello_imgui(), dropped)  # type: ignore[arg-type]  # it gives a list


def dropped_source(path: str) -> tuple[str, str]:
    """The network to open for a dropped file or folder, and a sentence when there is none."""
    place = Path(path)
    if place.is_dir() or place.suffix.lower() in NETWORK_SUFFIXES:
        return path, ""
    known = " or ".join(NETWORK_SUFFIXES)
    return (
        "",
        f"{place.name} is no network: drop a {known} file, a run folder, or a picture, film or session of StyleScope.",
    )


def reveal(path: str) -> str:
    """Show a folder in the file manager. Returns a sentence when that fails, else nothing."""
    if not Path(path).is_dir():
        return f"The folder {path} does not exist yet."
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    try:
        subprocess.Popen([opener, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return f"No file manager could be started ({opener}); the folder is {path}."
    return ""
