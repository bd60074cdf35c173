"""State that several panels share while the window is open: selections, drags, the open dialog, notifications.

Frozen like the rest of the Scene and changed by `Scene.interacting`, but no part of undo, sessions or render requests.
State that one file alone uses stays in `Facts.scratch`.
"""

import math
from dataclasses import dataclass, replace

from renderer.document.document import Document, Swatch
from renderer.ipc.protocol import Changes
from training_launcher.run import Run


@dataclass(frozen=True)
class Place:
    """Position of the image on the screen: its upper left corner and its scale."""

    x: float
    y: float
    scale: float
    """Screen pixels per image pixel."""
    width: int
    height: int

    @property
    def right(self) -> float:
        """Its right edge on the screen."""
        return self.x + self.width * self.scale

    @property
    def bottom(self) -> float:
        """Its lower edge on the screen."""
        return self.y + self.height * self.scale

    def pixel(self, x: float, y: float) -> tuple[int, int] | None:
        """The image's pixel (column, row) under a point of the screen; None beside the image."""
        column, row = math.floor((x - self.x) / self.scale), math.floor((y - self.y) / self.scale)
        return (column, row) if 0 <= column < self.width and 0 <= row < self.height else None


@dataclass(frozen=True)
class CanvasPointer:
    """State of the mouse on the canvas beyond what Dear ImGui knows."""

    panned: bool = False
    """The image was panned while Space was down, so letting go of Space must not start to play."""
    place: Place | None = None
    """Position of the image in the last frame."""


@dataclass(frozen=True)
class Dialog:
    """The open dialog of `viz.shell.dialogs`."""

    name: str = ""
    """Empty: none is open."""
    fresh: bool = False
    """True from the request until it is drawn first."""


@dataclass(frozen=True)
class Message:
    """One notification."""

    text: str
    detail: str = ""
    bad: bool = False
    trace: str = ""
    """Traceback, for the Details button."""
    folder: str = ""
    """Folder to offer."""
    at: float = 0.0


INFO_S = 5.0
"""Seconds after which a plain message goes away."""
MESSAGES = 4
"""Messages shown at once."""


@dataclass(frozen=True)
class Notifications:
    """Messages over the image, and which details are open."""

    messages: tuple[Message, ...] = ()
    details: bool = False
    hidden_nonfinite: object = None
    """The frame whose warning was dismissed."""

    def with_message(self, message: Message) -> "Notifications":
        """Return these with one more message; one of the same text takes the place of the older."""
        others = [old for old in self.messages if old.text != message.text]
        return replace(self, messages=(*others[1 - MESSAGES :], message))

    def at(self, now: float) -> "Notifications":
        """Return these without plain messages that have been seen; errors stay until they are dismissed."""
        current = tuple(one for one in self.messages if one.bad or now - one.at < INFO_S)
        return self if len(current) == len(self.messages) else replace(self, messages=current)


@dataclass(frozen=True)
class MixingSelection:
    """The active swatch and the selected layers."""

    swatch: Swatch | None = None
    """Laid by clicks; None: the second style, whose seed goes on changing where it was laid."""
    layers: tuple[int, ...] = ()
    """w indices that gestures act on together, ascending."""
    anchor: int | None = None
    """First layer of a range that Shift extends."""


@dataclass(frozen=True)
class Target:
    """Layers that would take the dragged swatch."""

    ws: tuple[int, ...]
    where: str
    """As `Fine`, `L8`, `every layer`."""
    span: str
    """Their range, as `L10–L14`; empty where `where` says it."""
    token: str
    """The colour of their band."""


@dataclass(frozen=True)
class Slot:
    """A gap between two swatches of the shelf, counted from its start, that the swatch would be moved to."""

    index: int


@dataclass(frozen=True)
class SwatchDrag:
    """A swatch dragged from the shelf. See `viz.mixing.drag` for what it does."""

    on: bool = False
    swatch: Swatch | None = None
    at: int | None = None
    """Its index on the shelf; None for the second style."""
    over: Target | Slot | None = None
    found: Target | Slot | None = None
    """Target under the pointer in this frame, as the drawing panels find; taken by `viz.mixing.drag_view`."""
    anchor: int | None = None
    """The row at which Shift went down: a range begins there."""


@dataclass(frozen=True)
class GridSettings:
    """Settings of the mixing grid."""

    rows: str = ""
    """Seeds as typed; empty: the shelf, or the usual seeds while that is empty."""
    columns: str = ""
    taken: int = 0
    """Index in `viz.mixing.grid.SETS`."""


@dataclass(frozen=True)
class KeySelection:
    """Keys of the timeline, each as its parameter path and its time in seconds."""

    chosen: tuple[str, float] | None = None
    menu: tuple[str, float] | None = None
    """The key that the menu belongs to."""


@dataclass(frozen=True)
class RunChoice:
    """Runs and curves chosen in the Train workspace."""

    folders: tuple[str, ...] = ()
    """The runs chosen, the one in focus first; empty: the network's own run, or the newest that trains."""
    kind: int = 0
    """Index in `viz.runs.selection.KINDS`."""
    smoothing: float = 0.9
    stat: str = ""
    """The statistic of the plot of one's choice; empty for the first there is."""
    metric: str = ""
    """The figure of the metric's plot; empty for the first there is."""
    log_scale: frozenset[str] = frozenset()
    """Plots whose values stand on a logarithmic axis."""
    kimg: float | None = None
    """The image grid shown; None for the newest."""
    reals: bool = False
    """Show the data set's images instead."""
    search: str = ""
    """Text searched in the log."""
    trashing: Run | None = None
    """The run that is asked about."""
    plots: tuple["PlotRange", ...] = ()
    """Resolution and zoom of the plots that were drawn."""


@dataclass(frozen=True)
class PlotRange:
    """Resolution and zoom of one plot of curves."""

    id: str
    folder: str = ""
    """The run in focus when it was zoomed: another one shows all again."""
    points: int = 1000
    low: float = -float("inf")
    high: float = float("inf")
    """The kimg in sight while the plot is zoomed."""
    zoomed: bool = False


@dataclass(frozen=True)
class Following:
    """The run whose newest snapshot is shown."""

    folder: str = ""
    """Empty: none is followed."""
    kimg: float | None = None
    """Of the snapshot shown; None before the first."""
    source: str = ""
    """The network shown in the last frame: another one means that the user chose it."""
    waiting: str = ""
    """The run that the last window followed, as long as it is not known what this one opens with."""


@dataclass(frozen=True)
class Scrub:
    """Position and direction of the slider over a run's snapshots."""

    run: str = ""
    index: int = -1
    step: int = 1
    turn: int = 0
    """Counts its positions: what was read ahead at one may have had to leave at the next."""
    active: bool = False
    """True if the pointer has been on the slider since this run was opened."""


@dataclass(frozen=True)
class Beside:
    """The other snapshot of a run that the present one is compared with."""

    source: str = ""
    """Its file: while B is this network, B is the present document but for it. Empty: B is a state of its own."""
    seen: Document | None = None
    """The document that B was made of last."""


@dataclass(frozen=True)
class Interaction:
    """State shared between panels besides document, view and settings."""

    dialog: Dialog = Dialog()
    notifications: Notifications = Notifications()
    pointer: CanvasPointer = CanvasPointer()
    selection: MixingSelection = MixingSelection()
    drag: SwatchDrag = SwatchDrag()
    grid: GridSettings = GridSettings()
    keys: KeySelection = KeySelection()
    measuring: Changes | None = None
    """The measurement of the timeline's speed that is going on."""
    runs: RunChoice = RunChoice()
    following: Following = Following()
    scrub: Scrub = Scrub()
    beside: Beside = Beside()
