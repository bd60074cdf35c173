"""Input and output of a panel: the frozen state, the actions it requests, and what those may use of the window."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from renderer.document.document import Document, View
from renderer.document.parts import Display
from viz.state.facts import Facts
from viz.state.interaction import Interaction
from viz.state.settings import Settings


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


class Action:
    """Base of what a panel requests of the window; each is a frozen dataclass in the room of its subject.

    Both methods are called once, in the frame of the request. `change` belongs to the undo step of that frame; `run`
    follows once the frame's scene is taken.
    """

    def change(self, scene: "Scene", window: Window) -> "Scene":
        """Return the scene with what this action makes of it; it may request further actions."""
        return scene

    def run(self, scene: "Scene", window: Window) -> None:
        """Act on the window; `scene` is the present one."""


@dataclass(frozen=True)
class Scene:
    """All state that panels may change: a panel is a function `draw(scene, facts) -> scene`, with no other channel."""

    document: Document = field(default_factory=Document)
    view: View = field(default_factory=View)
    settings: Settings = field(default_factory=Settings)
    interaction: Interaction = field(default_factory=Interaction)
    """State that panels share for as long as the window is open: no part of undo, sessions or render requests."""
    actions: tuple[Action, ...] = ()
    """Requested in this frame; cleared by the window after every frame."""
    preview: Document | None = None
    """Shown instead of the document while the user hovers or drags: no step. Cleared by the window before every frame,
    so it must be set again in each.
    """

    @property
    def shown(self) -> Document:
        """The document on the canvas: the preview where there is one."""
        return self.document if self.preview is None else self.preview

    def request(self, action: Action) -> "Scene":
        """Return this scene with one more action requested of the window."""
        return replace(self, actions=(*self.actions, action))

    def interacting(self, **changes: object) -> "Scene":
        """Return this scene with parts of its interaction replaced; the very same scene where nothing changes."""
        now = self.interaction
        if all(getattr(now, name) == value for name, value in changes.items()):
            return self
        interaction: Interaction = replace(now, **changes)  # type: ignore[arg-type]
        return replace(self, interaction=interaction)


@dataclass(frozen=True)
class ShowDialog(Action):
    """Open one of the window's own dialogs: one of `browse_purposes.MODES` or `viz.shell.dialogs.TITLES`.

    Carried out by `viz.shell.dialogs`, after the frame's other actions have changed the scene.
    """

    name: str
    take: Callable[[str], Action] | None = None
    """Makes the action for the path chosen in a file dialog; None for what the dialog does by itself."""


@dataclass(frozen=True)
class Command:
    """One thing to do."""

    id: str
    group: str
    """Menu, and heading in the list of shortcuts."""
    name: str
    help: str
    run: Callable[[Scene, Facts], Scene]
    keys: tuple[str, ...] = ()
    """The first is shown."""
    available: Callable[[Scene, Facts], bool] = lambda scene, facts: True
    checked: Callable[[Scene, Facts], bool] | None = None
    """For what is on or off: whether it is on."""
    repeats: bool = False
    """True if a held key does it again and again."""
    on_release: bool = False
    """True if its key acts when let go, because holding it means something else."""
