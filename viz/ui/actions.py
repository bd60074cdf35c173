"""Actions of notifications: retry or restart the renderer, dismiss its failure, show a folder, undo on the shelf."""

import os
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


@dataclass(frozen=True)
class OpenOutside(Action):
    """Open a file in the desktop's own program for it."""

    path: str

    def run(self, scene: Scene, window: Window) -> None:
        """Start the program."""
        if problem := open_outside(self.path):
            window.say(problem, bad=True)


def open_outside(path: str) -> str:
    """Open a file in the desktop's own program for it. Returns an error message, or an empty string."""
    if not os.path.exists(path):
        return f"{path} is no longer there."
    return _started(path, f"No program could be started for {path}")


def reveal(path: str) -> str:
    """Show a folder in the file manager. Returns an error message, or an empty string."""
    if not os.path.isdir(Path(path)):
        return f"The folder {path} does not exist yet."
    return _started(path, f"No file manager could be started for the folder {path}")


def _started(path: str, failed: str) -> str:
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    try:
        subprocess.Popen([opener, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return f"{failed}: {opener} is missing."
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
