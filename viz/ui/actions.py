"""Actions of notifications: help the renderer, hide its failure, show a folder."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class Retry(Action):
    """Request the present image once more, though nothing changed."""

    def run(self, scene: Scene, window: Window) -> None:
        """Request it."""
        window.link.retry()


@dataclass(frozen=True)
class RestartRenderer(Action):
    """End the renderer process and start another."""

    def run(self, scene: Scene, window: Window) -> None:
        """Restart it."""
        window.link.restart()


@dataclass(frozen=True)
class DismissFailure(Action):
    """Hide the notification of a failure."""

    def run(self, scene: Scene, window: Window) -> None:
        """Forget it."""
        window.link.dismiss_failure()


@dataclass(frozen=True)
class RevealFolder(Action):
    """Show a folder in the desktop's file manager."""

    path: str

    def run(self, scene: Scene, window: Window) -> None:
        """Start the file manager."""
        if problem := reveal(self.path):
            window.say(problem, bad=True)


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
