"""Input and output of a panel: the frozen scene, the actions it requests, and the window interface they use."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from renderer.document.document import Document, View
from renderer.document.parts import Display
from viz.state.facts import Facts
from viz.state.interaction import Interaction
from viz.state.settings import Settings


class Say(Protocol):
    """Shows a message over the image."""

    def __call__(
        self,
        text: str,
        detail: str = "",
        *,
        bad: bool = False,
        folder: str = "",
        shelf: bool = False,
        photo: str = "",
        about: str = "",
    ) -> None:
        """Show `text`.

        Args:
            text: One sentence.
            detail: Its explanation.
            bad: An error, which stays until it is dismissed, or mended.
            folder: A folder to open from the message.
            shelf: Offer to take back the change of the shelf that it reports.
            photo: A picture that was opened for its recipe: offer to fit it as a photo.
            about: Its subject, as `save` or `open`: errors about it go when something of it was done.
        """


class Steps(Protocol):
    """Undo and redo."""

    step: str
    """Name of the step that this frame's change of the document makes; empty to derive it from the change."""

    def undo(self) -> None:
        """Undo the last step."""

    def redo(self) -> None:
        """Redo the last undone step."""

    def jump(self, done: int) -> None:
        """Undo or redo until `done` steps are done."""

    def choose(self, branch: int) -> None:
        """Return to the end of a branch."""

    def undo_shelf(self) -> None:
        """Take the last change of the shelf back."""

    def redo_shelf(self) -> None:
        """Repeat the change of the shelf that was taken back last."""


class Link(Protocol):
    """Connection to the renderer."""

    @property
    def shown(self) -> tuple[Document, Display, float | None] | None:
        """Document, display and second of the timeline of the newest image; None before the first."""

    def retry(self) -> None:
        """Request the current image again."""

    def restart(self) -> None:
        """Stop the renderer process and start a new one."""

    def dismiss_failure(self) -> None:
        """Clear the last failure."""


Closing = Literal["kept", "saved", "anyway"]
"""Close once autosave has kept the work, else ask; once the session that is being saved is written; at once."""


class Window(Protocol):
    """One open window."""

    @property
    def facts(self) -> Facts:
        """Input of the panels in this frame, with services."""

    @property
    def steps(self) -> Steps:
        """Undo and redo."""

    @property
    def link(self) -> Link:
        """Connection to the renderer."""

    @property
    def say(self) -> Say:
        """Shows a message over the image."""

    def photograph(self, take: Callable[[NDArray[np.uint8]], None]) -> None:
        """Pass the next complete window frame, [H, W, 3] bytes, to `take`."""

    def close_window(self, how: Closing) -> None:
        """Close the window, when the work is safe."""

    def saved(self, path: str, about: str = "save", size: str = "") -> None:
        """Report a written file: shows a message and makes it available to panels."""


class Action:
    """Base class of requests from panels to the window; each is a frozen dataclass.

    Both methods are called once, in the frame of the request. `change` is part of that frame's undo step; `run` is
    called after the scene of the frame has been stored.
    """

    def change(self, scene: "Scene", window: Window) -> "Scene":
        """Return the scene changed by this action; it may request further actions."""
        return scene

    def run(self, scene: "Scene", window: Window) -> None:
        """Apply side effects to the window; `scene` is the current one."""


@dataclass(frozen=True)
class Scene:
    """State that panels may change: a panel is a function `draw(scene, facts) -> scene` with no other channel."""

    document: Document = field(default_factory=Document)
    view: View = field(default_factory=View)
    settings: Settings = field(default_factory=Settings)
    interaction: Interaction = field(default_factory=Interaction)
    """State shared by panels while the window is open: not part of undo, sessions or render requests."""
    actions: tuple[Action, ...] = ()
    """Actions requested in this frame; cleared after every frame."""
    preview: Document | None = None
    """Document shown instead while the user hovers or drags, without an undo step. Cleared before every frame, so it
    must be set again in each.
    """
    preview_name: str = ""
    """Name of the preview for the plate on the canvas; set with it."""

    @property
    def shown(self) -> Document:
        """Document on the canvas: the preview if there is one."""
        return self.document if self.preview is None else self.preview

    def request(self, action: Action) -> "Scene":
        """Return this scene with one more requested action."""
        return replace(self, actions=(*self.actions, action))

    def interacting(self, **changes: object) -> "Scene":
        """Return this scene with parts of its interaction replaced; the same object if nothing changes."""
        now = self.interaction
        if all(getattr(now, name) == value for name, value in changes.items()):
            return self
        interaction: Interaction = replace(now, **changes)  # type: ignore[arg-type]
        return replace(self, interaction=interaction)


@dataclass(frozen=True)
class ShowDialog(Action):
    """Open one of the window's own dialogs: one of `browse_purposes.MODES` or `viz.shell.dialogs.TITLES`.

    Handled by `viz.shell.dialogs` after all other actions of the frame.
    """

    name: str
    take: Callable[[str], Action] | None = None
    """Creates the action for the path chosen in a file dialog; None for the dialog's default."""


@dataclass(frozen=True)
class Command:
    """A command of the menus, the palette and the keyboard."""

    id: str
    group: str
    """Menu, and heading in the list of shortcuts."""
    name: str
    help: str
    run: Callable[[Scene, Facts], Scene]
    keys: tuple[str, ...] = ()
    """Key chords; the first is displayed."""
    available: Callable[[Scene, Facts], bool] = lambda scene, facts: True
    checked: Callable[[Scene, Facts], bool] | None = None
    """For toggles: returns the current state."""
    repeats: bool = False
    """True if holding a key repeats the command."""
    holds: bool = False
    """True if the command runs once more when its key was held and is let go."""
    on_release: bool = False
    """True if the command runs on key release, because holding the key has another meaning."""
    place: Callable[[Scene], bool] | None = None
    """Returns True where its keys act; there they come before those of commands without a place. None: everywhere."""
