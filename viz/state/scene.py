"""Input and output of a panel: the frozen document, view and settings, and the actions that it requests."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from renderer.document.document import Document, View
from viz.state.interaction import Interaction
from viz.state.settings import Settings
from viz.state.window import Window


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
