"""What a panel receives and returns: the frozen document, view and settings, and what it asks the window to do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from renderer.document.document import Document, View
from training_launcher.run import Run
from viz.state.settings import Settings
from viz.timeline.export import FilmOptions


@dataclass(frozen=True)
class SavePicture:
    """Write the picture shown as a numbered PNG into the capture folder."""


@dataclass(frozen=True)
class SaveWindow:
    """Write the whole window as a numbered PNG into the capture folder."""


@dataclass(frozen=True)
class SavePixels:
    """Write a picture as a numbered PNG into the capture folder."""

    make: Callable[[], NDArray[np.uint8]]
    """Makes it, [H, W, 3 or 4], in the thread that writes it."""


@dataclass(frozen=True)
class Undo:
    """Take back the last step."""


@dataclass(frozen=True)
class Redo:
    """Do the step taken back once more."""


@dataclass(frozen=True)
class OpenNetwork:
    """Open a path, URL or run folder; it becomes recent once it has rendered."""

    source: str


@dataclass(frozen=True)
class ShowDialog:
    """Open one of the window's own dialogs: one of `browse_for.MODES`, help, about, commands, settings."""

    name: str


@dataclass(frozen=True)
class ResetLayout:
    """Put the panels of the present workspace back where they belong."""


@dataclass(frozen=True)
class Retry:
    """Ask for the present picture once more, though nothing changed."""


@dataclass(frozen=True)
class RestartRenderer:
    """End the renderer process and start another."""


@dataclass(frozen=True)
class DismissFailure:
    """Hide the error strip."""


@dataclass(frozen=True)
class RevealFolder:
    """Show a folder in the desktop's file manager."""

    path: str


@dataclass(frozen=True)
class ExportFilm:
    """Make a film of the timeline in the background."""

    options: FilmOptions


@dataclass(frozen=True)
class CancelExport:
    """Give up the film that is being made."""


@dataclass(frozen=True)
class OpenFile:
    """Take up what a file remembers: a session, or the recipe in a picture, a film or a text."""

    path: str


@dataclass(frozen=True)
class OpenLastSession:
    """Take up what the window showed when it was last closed."""


@dataclass(frozen=True)
class SaveSession:
    """Write the session into a file; an empty path is the file it came from, or asks for one."""

    path: str = ""


@dataclass(frozen=True)
class SaveLatent:
    """Write the w vectors of the present picture into a `.npz` or `.npy` file."""

    path: str


@dataclass(frozen=True)
class OpenLatent:
    """Show the w vectors in a `.npz` or `.npy` file."""

    path: str


@dataclass(frozen=True)
class OpenDirection:
    """Add the direction in a `.npy` file."""

    path: str


@dataclass(frozen=True)
class StopRun:
    """Let a run end well, with a snapshot; one that waits for its turn is not started."""

    run: Run


@dataclass(frozen=True)
class ResumeRun:
    """Go on with a run in its own folder, exactly from where it was."""

    run: Run


@dataclass(frozen=True)
class TrashRun:
    """Move a run's folder to the trash."""

    run: Run


@dataclass(frozen=True)
class Jump:
    """Undo or redo until this many steps are done."""

    done: int


@dataclass(frozen=True)
class Follow:
    """Show each new snapshot of a run as it appears, from now on; an empty folder ends it."""

    folder: str


@dataclass(frozen=True)
class Beside:
    """Show the present picture beside the one that another snapshot, a file, draws."""

    source: str


@dataclass(frozen=True)
class StartRun:
    """Start a run, or let it wait for its turn."""

    spec: Any
    """The filled spec."""
    outdir: str
    executor: Literal["local", "slurm"] = "local"
    slurm: Any = None
    """`launcher.SlurmOptions`; None where it runs here."""
    follow: bool = False
    """Whether its snapshots are shown as they appear."""


@dataclass(frozen=True)
class Duplicate:
    """Open the form for a new run, filled with what a run was asked for."""

    run: Run


@dataclass(frozen=True)
class StartFrom:
    """Open the form for a new training that begins with the weights of a network."""

    source: str


@dataclass(frozen=True)
class ShowResults:
    """Show what the metrics in a run's folder came to."""

    folder: str


@dataclass(frozen=True)
class SaveResults:
    """Write the results of metrics that are shown into a CSV file."""

    path: str


@dataclass(frozen=True)
class TakePath:
    """Put a path that was browsed for into the form that asked for it."""

    path: str


@dataclass(frozen=True)
class Quit:
    """Close the window."""


Ask = (
    SavePicture
    | SaveWindow
    | SavePixels
    | Undo
    | Redo
    | OpenNetwork
    | ShowDialog
    | ResetLayout
    | Retry
    | RestartRenderer
    | DismissFailure
    | RevealFolder
    | ExportFilm
    | CancelExport
    | OpenFile
    | OpenLastSession
    | SaveSession
    | SaveLatent
    | OpenLatent
    | OpenDirection
    | StopRun
    | ResumeRun
    | TrashRun
    | Jump
    | Follow
    | Beside
    | StartRun
    | Duplicate
    | StartFrom
    | ShowResults
    | SaveResults
    | TakePath
    | Quit
)


@dataclass(frozen=True)
class Scene:
    """The whole state that panels may change. `draw(scene, facts) -> scene` is a panel's only channel."""

    document: Document = field(default_factory=Document)
    view: View = field(default_factory=View)
    settings: Settings = field(default_factory=Settings)
    asks: tuple[Ask, ...] = ()
    """Cleared by the window after every frame."""
    preview: Document | None = None
    """Shown instead of the document while a hand tries something out: no step. Cleared by the window before every
    frame, so it must be set again in each.
    """

    @property
    def shown(self) -> Document:
        """What the canvas shows: the document, or what is being tried out."""
        return self.document if self.preview is None else self.preview

    def ask(self, what: Ask) -> "Scene":
        """This scene with one more request to the window."""
        return replace(self, asks=(*self.asks, what))
