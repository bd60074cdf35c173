"""What panels are told: read-only, made anew for every frame of the window."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.ipc.protocol import Failure, Frame, Loading, ModelInfo, Preparing, RenderRequest, Work
from training_launcher.run import Run
from viz.link.jobs import Told

T = TypeVar("T")

NO_NETWORK = "No network is open yet"
"""Why rows are greyed before the first picture."""


@dataclass(frozen=True)
class Texture:
    """An OpenGL texture with the size of the picture in it."""

    id: int
    width: int
    height: int


@dataclass(frozen=True)
class Snapshot:
    """One network of a run folder."""

    kimg: float
    path: str
    fakes: str = ""
    """Picture grid made at the same time; empty when there is none."""


@dataclass(frozen=True)
class Performance:
    """Figures for the Performance panel and the status bar; the series are the newest few hundred, oldest first."""

    ui_ms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Work of the window's thread for each frame: its processor time, so without waiting for OpenGL."""
    frame_ms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Time from frame to frame."""
    render_ms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Whole render time of each picture, but for reading the network."""
    stages: tuple[tuple[str, NDArray[np.float64]], ...] = ()
    """The same by stage: (stage, series); zero where a stage did not run."""
    latency_ms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """From the change of the document to the texture."""
    memory: tuple[int, int] = (0, 0)
    """Bytes used by the renderer, bytes there are."""


REFRESH_S = 0.25
"""Figures that change with every frame cannot be read."""


class Figures(NamedTuple):
    """A frame to be read rather than watched, with the textures that belong to it."""

    frame: Frame | None = None
    picture: Texture | None = None
    layers: Texture | None = None


class Tally(NamedTuple):
    """What has happened to small pictures since the window opened."""

    asked: int = 0
    missed: int = 0
    """Of those asked for, the ones that were not there yet."""
    came: int = 0


class Thumbnails(Protocol):
    """Small pictures rendered in the background; asking for one makes it wanted."""

    @property
    def tally(self) -> Tally:
        """Tells who draws whether pictures were asked for, were missing, or have come."""

    def get(self, request: RenderRequest, size: int = 64) -> tuple[Texture, tuple[float, float, float, float]] | None:
        """Texture and (u0, v0, u1, v1) of the picture of `request`, or None while it is not there yet."""


class Works(Protocol):
    """Long work done by the renderer while nothing else is to do. Ask outside of kept parts, in every frame."""

    def ask(self, work: Work) -> Told:
        """What there is of a work by now. A work that is not asked for in a frame is ended; finished ones are kept."""

    def once(self, work: Work, then: Callable[[Told], None]) -> None:
        """Do a work whoever asks, and call `then` when it is over."""


class Scratch:
    """State that no one else needs, such as what has been typed so far into a field: one object of each class."""

    def __init__(self) -> None:
        self._held: dict[type, Any] = {}

    def get(self, kind: type[T]) -> T:
        """The one object of this class, made without arguments when it is asked for first."""
        if kind not in self._held:
            self._held[kind] = kind()
        found: T = self._held[kind]
        return found


@dataclass(frozen=True)
class States:
    """The states of the document that undo and redo lead to, oldest first."""

    states: tuple[tuple[str, Document], ...] = ()
    """Name of the step that made each, and the document; the first has no name."""
    now: int = 0
    """Index of the present one."""


@dataclass(frozen=True)
class Facts:
    """Everything a panel may read besides the scene."""

    thumbnails: Thumbnails
    scratch: Scratch
    works: Works
    arrays: ArrayStore
    """Arrays that the document may name."""
    model: ModelInfo | None = None
    """The network of the picture shown; None before the first."""
    frame: Frame | None = None
    """The newest good frame."""
    picture: Texture | None = None
    image_version: int = 0
    """Another number for every image: compare it instead of frames or textures, which are used again."""
    spectrum: Texture | None = None
    layers: Texture | None = None
    """Strip of layer thumbnails, in the order of `frame.layers`."""
    figures: Figures = Figures()
    """The newest frame for tables and numbers: while frames follow one another, only a few a second."""
    pixels: Callable[[], NDArray[np.uint8] | None] = lambda: None
    """RGBA bytes [H, W, 4] of the picture shown, for reading single pixels. Valid within this frame."""
    loading: Loading | None = None
    preparing: Preparing | None = None
    """Kernels that are compiled just now, or the trouble with them."""
    failure: Failure | None = None
    waiting_s: float = 0.0
    """How long the newest request has been unanswered."""
    snapshots: tuple[Snapshot, ...] = ()
    """Networks of the run folder the network came from, by kimg."""
    runs: tuple[Run, ...] = ()
    """Runs in the folders of `run_dirs`, newest number first; each the same object while nothing of it changes."""
    undo: str = ""
    """Name of the step that Undo would take back; empty when there is none."""
    redo: str = ""
    saved: str = ""
    """File written last."""
    has_last: bool = False
    """Whether there is a session of the window that was closed last."""
    session: str = ""
    """The session file at hand; empty where there is none."""
    states: States = field(default_factory=States)
    """What can be gone back to."""
    devices: tuple[str, ...] = ("auto", "cpu", "cuda", "mps")
    measure: Callable[[], Performance] = Performance
    """Makes `performance`."""
    now: float = 0.0
    """Seconds on a clock that never goes back."""
    size: tuple[float, float] = (1280.0, 720.0)
    """The window in design lengths (pixels at 100 %)."""

    @cached_property
    def performance(self) -> Performance:
        """Copies of all series: made for those who look at them."""
        return self.measure()
