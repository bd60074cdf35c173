"""State that several panels share while the window is open: selections, drags, the open dialog, notifications.

Frozen like the rest of the Scene and changed by `Scene.interacting`, but not part of undo, sessions or render
requests. State used by a single file stays in `Facts.scratch`.
"""

import math
from dataclasses import dataclass, replace

from foundation.inputs import DETAIL, SENTENCE, clean_fields, clean_lines
from renderer.document.document import Camera, Document, SeedMarks, Swatch
from renderer.document.timeline import Way
from renderer.ipc.protocol import Changes, Geodesic, Network
from training_launcher.run import Run
from viz.state.dragging.parts import BrushInHand as BrushInHand
from viz.state.dragging.parts import PointDragger as PointDragger
from viz.state.dragging.parts import Stage as Stage
from viz.state.finding.parts import DirectionFinder as DirectionFinder
from viz.state.finding.parts import PileSorter as PileSorter
from viz.state.fitting.parts import PhotoTable as PhotoTable


@dataclass(frozen=True)
class Place:
    """Position of the image on the screen: upper left corner and scale."""

    x: float
    y: float
    scale: float
    """Screen pixels per image pixel."""
    width: int
    height: int

    @property
    def right(self) -> float:
        """Right edge in screen coordinates."""
        return self.x + self.width * self.scale

    @property
    def bottom(self) -> float:
        """Lower edge in screen coordinates."""
        return self.y + self.height * self.scale

    def pixel(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the image pixel (column, row) at a screen position; None outside the image."""
        column, row = math.floor((x - self.x) / self.scale), math.floor((y - self.y) / self.scale)
        return (column, row) if 0 <= column < self.width and 0 <= row < self.height else None


@dataclass(frozen=True)
class CanvasPointer:
    """Mouse state on the canvas that Dear ImGui does not track."""

    panned: bool = False
    """True if the image was panned while Space was down, so releasing Space must not start playback."""
    place: Place | None = None
    """Position of the image in the last frame."""


@dataclass(frozen=True)
class Dialog:
    """The open dialog of `viz.shell.dialogs`."""

    name: str = ""
    """Empty if none is open."""
    fresh: bool = False
    """True from the request until the first draw."""


@dataclass(frozen=True)
class Message:
    """One notification."""

    text: str
    detail: str = ""
    bad: bool = False
    trace: str = ""
    """Traceback, for the Details button."""
    folder: str = ""
    """Folder to open from the message."""
    shelf: bool = False
    """Offer to take back the change of the shelf that it reports."""
    photo: str = ""
    """Picture that was opened for its recipe: offer to fit it as a photo."""
    about: str = ""
    """Subject, as `save` or `open`: an error goes when there is news of the same one."""
    at: float = 0.0

    def __post_init__(self) -> None:
        # Parts of it come from files, whose names and contents may be anything.
        clean_fields(self, text=SENTENCE, detail=DETAIL)
        object.__setattr__(self, "trace", clean_lines(self.trace))


INFO_S = 4.0
"""Seconds before an informational message disappears."""
MESSAGES = 4
"""Maximum number of messages shown at once."""


@dataclass(frozen=True)
class Notifications:
    """Messages over the image, and the expanded details."""

    messages: tuple[Message, ...] = ()
    details: bool = False
    hidden_nonfinite: object = None
    """Frame whose warning was dismissed."""

    def with_message(self, message: Message) -> "Notifications":
        """Return these with one more message in place of one of the same text; good news ends errors about it."""
        before = self if message.bad else self.mended(message.about)
        others = [old for old in before.messages if old.text != message.text]
        return replace(self, messages=(*others[1 - MESSAGES :], message))

    def mended(self, about: str) -> "Notifications":
        """Return these without errors about a subject, of which there is something newer to tell or to see."""
        others = tuple(old for old in self.messages if not (about and old.bad and old.about == about))
        return self if len(others) == len(self.messages) else replace(self, messages=others)

    def at(self, now: float) -> "Notifications":
        """Return these without expired informational messages; errors stay until dismissed."""
        current = tuple(one for one in self.messages if one.bad or now - one.at < INFO_S)
        return self if len(current) == len(self.messages) else replace(self, messages=current)


@dataclass(frozen=True)
class MixingSelection:
    """The active swatch and the selected layers."""

    swatch: Swatch | None = None
    """Placed by clicks; None: the second style, whose seed changes wherever it is placed."""
    layers: tuple[int, ...] = ()
    """Selected w indices, ascending."""
    anchor: int | None = None
    """First layer of a range extended with Shift."""


@dataclass(frozen=True)
class Target:
    """Layers that a dragged swatch would be dropped on."""

    ws: tuple[int, ...]
    where: str
    """Label such as `Fine`, `L8`, `every layer`."""
    span: str
    """Range such as `L10–L14`; empty if `where` already names it."""
    token: str
    """Colour token of their band."""
    layers: tuple[str, ...] = ()
    """Their layers, for networks (see `ModelInfo.blend_rows`)."""


@dataclass(frozen=True)
class Slot:
    """Gap on the shelf, counted from its start, that the swatch would be moved to."""

    index: int


@dataclass(frozen=True)
class SwatchDrag:
    """A swatch dragged from the shelf. See `viz.mixing.drag` for its behaviour."""

    on: bool = False
    swatch: Swatch | None = None
    network: Network | None = None
    """Dragged instead of a swatch, if it is not None."""
    at: int | None = None
    """Index on the shelf; None for the second style."""
    over: Target | Slot | None = None
    found: Target | Slot | None = None
    """Target under the pointer in this frame: set by the panels while drawing, read by `viz.mixing.drag_view`."""
    anchor: int | None = None
    """Row at which Shift was pressed, where a range starts."""


@dataclass(frozen=True)
class GridSettings:
    """Settings of the mixing grid."""

    rows: str = ""
    """Seeds as typed; empty: the shelf, or default seeds while that is empty."""
    columns: str = ""
    taken: int = 0
    """Index in `viz.mixing.grid.SETS`."""


@dataclass(frozen=True)
class KeySelection:
    """Selected keys of the timeline, each as parameter path and time in seconds."""

    chosen: tuple[str, float] | None = None
    menu: tuple[str, float] | None = None
    """Key for which the context menu is open."""


@dataclass(frozen=True)
class RunChoice:
    """Selected runs and curves of the Train workspace."""

    folders: tuple[str, ...] = ()
    """Selected runs, the focused one first; empty: the network's own run, or the newest one training."""
    kind: int = 0
    """Index in `viz.runs.selection.KINDS`."""
    smoothing: float = 0.9
    stat: str = ""
    """Statistic of the configurable plot; empty for the first available."""
    metric: str = ""
    """Metric shown in the metric plot; empty for the first available."""
    log_scale: frozenset[str] = frozenset()
    """Plots with a logarithmic value axis."""
    kimg: float | None = None
    """kimg of the shown image grid; None for the newest."""
    reals: bool = False
    """True to show images of the data set instead."""
    search: str = ""
    """Search text of the log."""
    trashing: Run | None = None
    """Run whose deletion awaits confirmation."""
    plots: tuple["PlotRange", ...] = ()
    """Number of points and zoom of the plots drawn."""


@dataclass(frozen=True)
class PlotRange:
    """Number of points and zoom of one plot of curves."""

    id: str
    folder: str = ""
    """Focused run when the zoom was set: it is reset for another run."""
    points: int = 1000
    low: float = -float("inf")
    high: float = float("inf")
    """Visible kimg range while the plot is zoomed."""
    zoomed: bool = False


@dataclass(frozen=True)
class Following:
    """The run whose newest snapshot is shown."""

    folder: str = ""
    """Empty: no run is followed."""
    kimg: float | None = None
    """Position of the shown snapshot; None before the first."""
    source: str = ""
    """Network shown in the last frame: a different one was chosen by the user."""
    waiting: str = ""
    """Run followed by the previous window, until the initial content of this one is known."""


@dataclass(frozen=True)
class Scrub:
    """Position and direction of the slider over a run's snapshots."""

    run: str = ""
    index: int = -1
    step: int = 1
    turn: int = 0
    """Counter of slider positions: snapshots preloaded at one position may be evicted at the next."""
    active: bool = False
    """True if the slider has been hovered since this run was opened."""


@dataclass(frozen=True)
class Beside:
    """Another snapshot of a run, compared with the current one."""

    source: str = ""
    """Its file. While B shows this network, B is the current document but for the network. Empty: an independent B."""
    seen: Document | None = None
    """Document that B was last updated from."""


@dataclass(frozen=True)
class MarksBefore:
    """Marks that undo in the gallery brings back."""

    marks: tuple[SeedMarks, ...]
    done: int
    """Number of steps of the document that were done then: a later step is undone first."""


@dataclass(frozen=True)
class SeedChoice:
    """Chosen seeds of the gallery."""

    chosen: tuple[int, ...] = ()
    """In the order in which they were chosen."""
    cursor: int | None = None
    """Seed that keys act on, and that is shown large."""
    anchor: int | None = None
    """Start of the run of seeds that Shift extends."""
    pointed: int | None = None
    """Seed under the pointer."""
    turn: int = 0
    """Counts the times that the user sorted again."""
    past: tuple[MarksBefore, ...] = ()
    future: tuple[MarksBefore, ...] = ()


@dataclass(frozen=True)
class FirstSteps:
    """Behaviour of Start by itself: the walk at the first start, and the four things to try."""

    auto: bool = False
    """Start was opened by the window, and goes with the first step of the document."""
    walking: bool = False
    """The image walks by itself until anything is touched."""
    on: bool = False
    """The four things to try are shown."""
    done: tuple[tuple[int, float], ...] = ()
    """Number and time of each thing that was done."""
    since: Document | None = None
    """Document when they were first shown."""
    saved: str = ""
    """File that had been saved last then; empty if none."""


@dataclass(frozen=True)
class SegmentMeasuring:
    """A path between two keys of the latent that is being measured."""

    at: float
    """Time of the first key in seconds."""
    mark: str
    """`segment_mark` of the two."""
    way: Way
    """The path as far as it is known."""
    even: bool
    """Measure its speed too."""
    work: Geodesic | Changes
    """The job that runs now."""


@dataclass(frozen=True)
class ComparedNetworks:
    """Choices in the comparison of networks that last while the window is open."""

    focus: int = 0
    """Place of the cell that was clicked last: it is drawn before the others."""
    shown: int = 0
    """Place of the cell that mode flip shows."""
    before: int = 1
    """Place of the cell that it showed before."""
    cameras: tuple[Camera, ...] = ()
    """Of the cells in their order; the first one's is that of all while they are linked."""
    differences: tuple[Network | None, ...] = ()
    """Networks that show their difference to the first; None: the blend."""
    strip_hidden: bool = False
    """The message about memory was answered."""
    followed: tuple[str, ...] = ()
    """Files of networks beside the document's own that give way to the newest snapshot of their run."""


@dataclass(frozen=True)
class Front:
    """Things to bring to the front, and to name on the canvas."""

    window: str = ""
    """Window to bring to the front of its node in the next frame."""
    preview: str = ""
    """Name of the preview of the last frame, as `Smile +2 σ`."""


@dataclass(frozen=True)
class Interaction:
    """State shared between panels, besides document, view and settings."""

    dialog: Dialog = Dialog()
    notifications: Notifications = Notifications()
    pointer: CanvasPointer = CanvasPointer()
    selection: MixingSelection = MixingSelection()
    drag: SwatchDrag = SwatchDrag()
    grid: GridSettings = GridSettings()
    seeds: SeedChoice = SeedChoice()
    first: FirstSteps = FirstSteps()
    keys: KeySelection = KeySelection()
    measuring: Changes | None = None
    """Running measurement of the timeline's speed."""
    segment: SegmentMeasuring | None = None
    """Path between two keys that is being measured."""
    runs: RunChoice = RunChoice()
    following: Following = Following()
    scrub: Scrub = Scrub()
    beside: Beside = Beside()
    finder: DirectionFinder = DirectionFinder()
    sorter: PileSorter = PileSorter()
    photos: PhotoTable = PhotoTable()
    compared: ComparedNetworks = ComparedNetworks()
    brush: BrushInHand = BrushInHand()
    dragger: PointDragger = PointDragger()
    front: Front = Front()
