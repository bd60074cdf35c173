"""The window as actions see it: the services that every room may use."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from renderer.document.document import Document
from renderer.document.parts import Display
from viz.state.facts import Facts


class Say(Protocol):
    """Shows a message over the image."""

    def __call__(self, text: str, detail: str = "", *, bad: bool = False, folder: str = "") -> None:
        """Show `text`; `detail` says what it means, `folder` is one to offer."""


class Steps(Protocol):
    """Undo and redo."""

    def undo(self) -> None:
        """Take back the last step."""

    def redo(self) -> None:
        """Do the step taken back last once more."""

    def jump(self, done: int) -> None:
        """Undo or redo until `done` steps are done."""


class Link(Protocol):
    """The way to the renderer."""

    @property
    def shown(self) -> tuple[Document, Display, float | None] | None:
        """Document, display and second of the timeline of the newest image; None before the first."""

    def retry(self) -> None:
        """Request the present image once more."""

    def restart(self) -> None:
        """End the renderer process and start another."""

    def dismiss_failure(self) -> None:
        """Forget the newest failure."""


class Window(Protocol):
    """One open window."""

    @property
    def facts(self) -> Facts:
        """Input of the panels in this frame, with the services of the rooms."""

    @property
    def steps(self) -> Steps:
        """Undo and redo."""

    @property
    def link(self) -> Link:
        """The way to the renderer."""

    @property
    def say(self) -> Say:
        """Shows a message over the image."""

    def photograph(self, take: Callable[[NDArray[np.uint8]], None]) -> None:
        """Hand the next whole frame of the window, [H, W, 3] bytes, to `take`."""

    def saved(self, path: str) -> None:
        """Report a file that was written: it is named in a message, and offered by the panels."""
