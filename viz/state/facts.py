"""Input of the panels besides the scene: read-only, made anew for every frame of the window."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from renderer.document.arrays import AnyArray, ArrayStore
from renderer.document.document import Document
from renderer.ipc.protocol import Failure, Frame, Loading, ModelInfo, Preparing, RenderRequest, Work
from training_launcher.run import Run

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class ServiceKey(Generic[T]):
    """Name and type of a service."""

    name: str


class Services:
    """The services of one window.

    The draw cache does not record what is read from them: a cached part reads what changes in one through a `derived`
    function (`viz.state.recording`), or gets it as an argument.
    """

    def __init__(self) -> None:
        self._built: dict[ServiceKey[Any], Any] = {}

    def add(self, key: ServiceKey[T], service: T) -> T:
        """Provide a service under its key, and return it. Raises ValueError where there is one already."""
        if key in self._built:
            raise ValueError(f"the window has the service {key.name!r} already")
        self._built[key] = service
        return service

    def __getitem__(self, key: ServiceKey[T]) -> T:
        """Return the service of a key. Raises LookupError where the window built none."""
        if key not in self._built:
            raise LookupError(f"the window has no service {key.name!r}")
        service: T = self._built[key]
        return service


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
    """Counts of thumbnails since the window opened."""

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


@dataclass(frozen=True)
class JobStatus:
    """Progress and result of a job."""

    done: int = 0
    total: int = 1
    result: AnyArray | None = None
    """As far as there is one, read-only; the kind of work gives its shape."""
    failure: Failure | None = None

    @property
    def over(self) -> bool:
        """Return whether nothing more will come."""
        return self.failure is not None or self.done >= self.total


class Jobs(Protocol):
    """Long work that the renderer does while it is idle. Ask outside of cached parts, in every frame."""

    def ask(self, work: Work) -> JobStatus:
        """Return the status of a job. A job that is not asked for in a frame is cancelled; finished ones stay."""

    def once(self, work: Work, then: Callable[[JobStatus], None]) -> None:
        """Do a job whoever asks, and call `then` when it is over."""


class Scratch:
    """State of one file alone, such as the text typed into a field: one object of each class.

    What several files read belongs to `Scene.interaction`, objects with threads or OpenGL handles to `Services`.
    """

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
    """Input of a panel besides the scene."""

    thumbnails: Thumbnails
    scratch: Scratch
    jobs: Jobs
    arrays: ArrayStore
    """Arrays that the document may name."""
    services: Services = field(default_factory=Services)
    """Long-lived objects of the rooms, built by the window."""
    chance: random.Random = field(default_factory=random.Random)
    """Source of random seeds."""
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
    """Seconds since the newest request, while it is unanswered; else 0."""
    stalled_s: float = 0.0
    """Seconds since the renderer gave a sign of life; 0 while it reads a network."""
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
    """True if there is a session of the window that was closed last."""
    session: str = ""
    """The session file at hand; empty where there is none."""
    states: States = field(default_factory=States)
    """States to go back to."""
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
