"""Actions of notifications: retry or restart the renderer, dismiss its failure, show a folder, undo on the shelf."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class Retry(Action):
    """Request the current image again, though nothing changed."""

    def run(self, scene: Scene, window: Window) -> None:
        """Request it."""
        window.link.retry()


@dataclass(frozen=True)
class RestartRenderer(Action):
    """Stop the renderer process and start a new one."""

    def run(self, scene: Scene, window: Window) -> None:
        """Restart it."""
        window.link.restart()


@dataclass(frozen=True)
class DismissFailure(Action):
    """Hide the notification of a failure."""

    def run(self, scene: Scene, window: Window) -> None:
        """Clear it."""
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
    """Show a folder in the file manager. Returns an error message, or an empty string."""
    if not Path(path).is_dir():
        return f"The folder {path} does not exist yet."
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    try:
        subprocess.Popen([opener, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return f"No file manager could be started ({opener}); the folder is {path}."
    return ""


@dataclass(frozen=True)
class UndoShelf(Action):
    """Take the last change of the shelf back."""

    def run(self, scene: Scene, window: Window) -> None:
        """Take it back."""
        window.steps.undo_shelf()


@dataclass(frozen=True)
class RedoShelf(Action):
    """Repeat the change of the shelf that was taken back last."""

    def run(self, scene: Scene, window: Window) -> None:
        """Repeat it."""
        window.steps.redo_shelf()
