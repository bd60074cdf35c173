"""Read-only input of the panels besides the scene, rebuilt for every frame of the window."""

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
from viz.state.history import Branch

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class ServiceKey(Generic[T]):
    """Name and type of a service."""

    name: str


class Services:
    """Services of one window, by key.

    The draw cache does not record reads from services: a cached part reads changing values through a `derived`
    function (`viz.state.recording`), or receives them as an argument.
    """

    def __init__(self) -> None:
        self._built: dict[ServiceKey[Any], Any] = {}

    def add(self, key: ServiceKey[T], service: T) -> T:
        """Register a service under its key and return it. Raises ValueError if the key is taken."""
        if key in self._built:
            raise ValueError(f"the window has the service {key.name!r} already")
        self._built[key] = service
        return service

    def __getitem__(self, key: ServiceKey[T]) -> T:
        """Return the service of a key. Raises LookupError if none is registered."""
        if key not in self._built:
            raise LookupError(f"the window has no service {key.name!r}")
        service: T = self._built[key]
        return service


NO_NETWORK = "No network is open yet"
"""Reason shown on disabled rows before the first image."""


@dataclass(frozen=True)
class Texture:
    """An OpenGL texture and the size of its image."""

    id: int
    width: int
    height: int


@dataclass(frozen=True)
class Snapshot:
    """One network snapshot of a run folder."""

    kimg: float
    path: str
    fakes: str = ""
    """Image grid written at the same time; empty if there is none."""


@dataclass(frozen=True, eq=False)
class Performance:
    """Values for the Performance panel and the status bar; the series hold the newest few hundred, oldest first."""

    ui_ms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """CPU time of the UI thread per frame, without waiting for OpenGL."""
    frame_ms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Time between frames."""
    render_ms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Total render time of each image, without loading the network."""
    stages: tuple[tuple[str, NDArray[np.float64]], ...] = ()
    """Render time by stage: (stage, series); zero where a stage did not run."""
    latency_ms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Time from a document change to the texture."""
    memory: tuple[int, int] = (0, 0)
    """Bytes used by the renderer, bytes in total."""

    @property
    def rendered_ms(self) -> NDArray[np.float64]:
        """Render times without those of images that came from a cache, which take none."""
        return self.render_ms[self.render_ms > DRAWN_MS]


DRAWN_MS = 0.05
"""Render time above which an image was drawn and not taken from a cache."""
REFRESH_S = 0.25
"""Refresh interval of numbers: values that change every frame cannot be read."""


class Figures(NamedTuple):
    """A frame whose numbers are displayed, with the textures that belong to it."""

    frame: Frame | None = None
    picture: Texture | None = None
    layers: Texture | None = None


class Tally(NamedTuple):
    """Counts of thumbnails since the window opened."""

    asked: int = 0
    missed: int = 0
    """Number of requests for thumbnails that were not available yet."""
    came: int = 0
    lost: int = 0
    """Number of times that one gave its place in a texture to another."""


class Thumbnails(Protocol):
    """Small images rendered in the background on request."""

    @property
    def tally(self) -> Tally:
        """Return counts from which callers see if images were requested, missed, added or displaced."""

    @property
    def waiting(self) -> int:
        """Return the number of images that were missing in the last frame."""

    def get(
        self, request: RenderRequest, size: int = 64, owner: str = ""
    ) -> tuple[Texture, tuple[float, float, float, float]] | None:
        """Return texture and (u0, v0, u1, v1) of the image of `request`, or None if it is not available yet.

        Of several owners the one whose requests are newest comes first.
        """

    def known(self, request: RenderRequest, size: int = 64) -> tuple[Texture, tuple[float, float, float, float]] | None:
        """Return what `get` would, without requesting anything: for an older image shown meanwhile."""

    def problem(self, request: RenderRequest, size: int = 64) -> str:
        """Return why the image of a request could not be drawn, as sentences; empty if it could."""

    def opened(self, owner: str) -> None:
        """Put an owner that the user has just opened before others whose requests are as new."""


@dataclass(frozen=True, eq=False)
class JobStatus:
    """Progress and result of a job; equal to itself alone, as arrays have no single equality."""

    done: int = 0
    total: int = 1
    result: AnyArray | None = None
    """Result so far, read-only; its shape depends on the kind of job."""
    failure: Failure | None = None

    @property
    def over(self) -> bool:
        """Return True if the job has ended."""
        return self.failure is not None or self.done >= self.total


class RunningJob(NamedTuple):
    """A job that the renderer is doing."""

    name: str
    """Name for people."""
    done: int
    total: int
    left_s: float | None = None
    """Seconds left, where the work itself knows; None: to be estimated from its progress."""


class Jobs(Protocol):
    """Long computations that the renderer does while idle. Ask in every frame, outside of cached parts."""

    @property
    def running(self) -> tuple[RunningJob, ...]:
        """Return the jobs that are not over."""

    def ask(self, work: Work) -> JobStatus:
        """Return the status of a job. A job that is not asked for in a frame is cancelled; finished ones are kept."""

    def once(self, work: Work, then: Callable[[JobStatus], None]) -> None:
        """Run a job independently of `ask`, and call `then` when it has ended."""


class Scratch:
    """State private to one file, such as the text typed into a field: one object of each class.

    State shared by files belongs in `Scene.interaction`, objects with threads or OpenGL handles in `Services`.
    """

    def __init__(self) -> None:
        self._held: dict[type, Any] = {}

    def get(self, kind: type[T]) -> T:
        """Return the object of this class, created without arguments on first use."""
        if kind not in self._held:
            self._held[kind] = kind()
        found: T = self._held[kind]
        return found


@dataclass(frozen=True)
class Keeping:
    """State of autosave."""

    on: bool = False
    """False for windows that keep nothing, such as the tour's."""
    at: float = 0.0
    """Time at which the work was last written, in seconds since 1970; 0 if there was none to write."""
    problem: str = ""
    """Why the newest work could not be written; empty if it was, or is about to be."""
    folder: str = ""


@dataclass(frozen=True)
class RecentSession:
    """Session of an earlier window."""

    path: str
    at: float
    """Time of its last change, in seconds since 1970."""
    title: str
    """Name of its network; empty until it was read."""
    detail: str
    texture: Texture | None = None
    missing: bool = False
    """Its network is not where it was."""


@dataclass(frozen=True)
class States:
    """Document states reachable by undo and redo, oldest first."""

    states: tuple[tuple[str, Document], ...] = ()
    """Name of the step that led to each state, and its document; the first has no name."""
    now: int = 0
    """Index of the current state."""
    branches: tuple[Branch, ...] = ()
    """Lines of steps that were left for the present one, the newest last."""


@dataclass(frozen=True)
class Facts:
    """Input of a panel besides the scene."""

    thumbnails: Thumbnails
    scratch: Scratch
    jobs: Jobs
    arrays: ArrayStore
    """Arrays that the document refers to."""
    services: Services = field(default_factory=Services)
    """Long-lived objects of the window."""
    chance: random.Random = field(default_factory=random.Random)
    """Source of random seeds."""
    model: ModelInfo | None = None
    """Network of the shown image; None before the first."""
    frame: Frame | None = None
    """Newest frame without errors."""
    picture: Texture | None = None
    image_version: int = 0
    """Number that differs for every image. Compare it instead of frames or textures, which are reused."""
    spectrum: Texture | None = None
    layers: Texture | None = None
    """Atlas of layer thumbnails, in the order of `frame.layers`."""
    figures: Figures = Figures()
    """Newest frame for tables and numbers, limited to a few updates a second."""
    pixels: Callable[[], NDArray[np.uint8] | None] = lambda: None
    """Returns RGBA bytes [H, W, 4] of the shown image, for reading single pixels. Valid within this frame."""
    loading: Loading | None = None
    preparing: Preparing | None = None
    """Kernels being compiled, or the error of compiling them."""
    failure: Failure | None = None
    waiting_s: float = 0.0
    """Seconds since the newest unanswered request, else 0."""
    stalled_s: float = 0.0
    """Seconds since the last message of the renderer; 0 while it loads a network."""
    snapshots: tuple[Snapshot, ...] = ()
    """Snapshots in the run folder of the network, by kimg."""
    runs: tuple[Run, ...] = ()
    """Runs in the folders of `run_dirs`, highest number first; a run keeps its identity while it is unchanged."""
    undo: str = ""
    """Name of the step that Undo would revert; empty if there is none."""
    redo: str = ""
    shelf_undo: str = ""
    """Name of the change of the shelf that can be taken back; empty if there is none."""
    shelf_redo: str = ""
    saved: str = ""
    """Most recently written file."""
    sessions: tuple[RecentSession, ...] = ()
    """Sessions of earlier windows, newest first."""
    keeping: Keeping = Keeping()
    session: str = ""
    """Path of the current session file; empty if there is none."""
    states: States = field(default_factory=States)
    """States reachable by undo and redo."""
    devices: tuple[str, ...] = ("auto", "cpu", "cuda", "mps")
    measure: Callable[[], Performance] = Performance
    """Computes `performance`."""
    now: float = 0.0
    """Seconds on a monotonic clock."""
    size: tuple[float, float] = (1280.0, 720.0)
    """Window size in design lengths (pixels at 100 %)."""
    room: tuple[float, float] = (1280.0, 720.0)
    """Window size in design lengths if the interface were at 100 %."""

    @cached_property
    def performance(self) -> Performance:
        """Copies of all series, made on access."""
        return self.measure()
