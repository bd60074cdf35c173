"""Interfaces between the worker's loop and an engine that renders. Standard library and numpy."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from renderer.document.arrays import ArrayStore
from renderer.ipc.frames import RGBA, Slot
from renderer.ipc.protocol import (
    ClosestW,
    Diversity,
    Drag,
    DragWay,
    Effects,
    Equivariance,
    Failure,
    Frame,
    Geodesic,
    LayerInfo,
    ModelInfo,
    Network,
    NetworkFacts,
    Part,
    PathMap,
    Preparing,
    RadialPower,
    RenderRequest,
    SampleW,
    Search,
    SlotRef,
    SortPiles,
    Statistics,
    ThumbnailRequest,
)


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """A newer request made this render obsolete."""


class Slots(Protocol):
    """Memory that the window reads frames from: `frames.Ring`."""

    def open(self, images: Sequence[tuple[str, tuple[int, ...]]]) -> Slot:
        """Return a free slot for named images of these heights and widths; the same one until it is sent."""


class Watch(Protocol):
    """Callbacks of a render while it runs."""

    def check(self, share: float) -> None:
        """Call between layers with the share of the work that is done, 0..1. Raises Cancelled to stop the render."""

    def loading(self, share: float | None) -> None:
        """Report reading of a network; `share` is 0..1 while downloading, else None. Raises Cancelled to stop."""


@dataclass(frozen=True)
class Rendered:
    """The images of a frame, by name, and the fields of `Frame` that come with them."""

    images: tuple[tuple[str, RGBA], ...]
    model: ModelInfo
    milliseconds: tuple[tuple[str, float], ...]
    statistics: Statistics | None = None
    selected: Statistics | None = None
    nonfinite: int = 0
    layers: tuple[LayerInfo, ...] = ()
    layer_statistics: tuple[Statistics, ...] = ()
    radial: tuple[tuple[float, float], ...] = ()
    memory: tuple[int, int] = (0, 0)
    low_res: int = 0
    fast: bool = False
    full_ms: float = 0.0
    slot: Slot | None = None
    """Slot that holds the images already; `images` is empty then."""


def frame_of(request: RenderRequest, rendered: Rendered, place: SlotRef, parts: tuple[Part, ...]) -> Frame:
    """Make the answer to `request` from images in a slot."""
    return Frame(
        request_id=request.request_id,
        segment=place.segment,
        slot=place.slot,
        parts=parts,
        model=rendered.model,
        milliseconds=rendered.milliseconds,
        statistics=rendered.statistics,
        selected=rendered.selected,
        nonfinite=rendered.nonfinite,
        layers=rendered.layers,
        layer_statistics=rendered.layer_statistics,
        radial=rendered.radial,
        memory=rendered.memory,
        low_res=rendered.low_res,
        fast=rendered.fast,
        full_ms=rendered.full_ms,
    )


@dataclass(frozen=True)
class Small:
    """A thumbnail."""

    pixels: RGBA
    """[size, size, 4]."""
    final: bool = True
    """False if a finer one can be drawn."""


SLICE_SECONDS = 0.005
"""Longest time that waiting for another thread may delay a request."""

Steps = Generator["tuple[int, int] | tuple[int, int, Result]", None, "Result"]
"""A computation in steps: yields (done, total) after each, or those and a result so far, and returns its result.

To drop it ends it.
"""
Result = npt.NDArray[np.float32]
Searching = (
    Search | SampleW | SortPiles | Geodesic | Equivariance | RadialPower | Diversity | PathMap | ClosestW
)  # fmt: skip


class Dragging(Protocol):
    """A drag that was begun."""

    def step(self, watch: Watch) -> DragWay:
        """Do the next step. An exception of `watch` leaves the drag unchanged: the step can be tried again."""


class Measuring(Protocol):
    """A measurement of effects that was begun."""

    def step(self, watch: Watch) -> tuple[int, int, "Result | None"]:
        """Do the next step: (done, total, result at the end). An exception of `watch` leaves it to be tried again."""


class Engine(Protocol):
    """Renders. Errors other than Cancelled reach the window as `failure` describes them."""

    def render(self, request: RenderRequest, watch: Watch) -> Rendered:
        """Render everything that a frame shows."""

    def thumbnails(self, wanted: Sequence[ThumbnailRequest], rough: bool, watch: Watch) -> tuple[Small, ...]:
        """Return thumbnails of the first few of `wanted`, at least one: as many as pay to be drawn together.

        With `rough` they may have few pixels, where those take much less time.
        """

    def still(self, request: RenderRequest, watch: Watch, keep: bool = False) -> RGBA:
        """Return the image alone [H, W, 4], at full resolution; `keep` what other displays of it can be made from."""

    def deep_still(self, request: RenderRequest, watch: Watch) -> npt.NDArray[np.uint16]:
        """Return the image alone with 16 bits a channel, [H, W, 4], at full resolution."""

    def styles(self, request: RenderRequest, watch: Watch) -> npt.NDArray[np.float32]:
        """Return the w vectors for the synthesis network [num_ws, w_dim]."""

    def search(self, work: Searching, watch: Watch) -> Steps:
        """Begin to look for directions or a path, or at w vectors. Reads the network; all else is done in the steps."""

    def effects(self, work: Effects, watch: Watch) -> Measuring:
        """Begin to measure what a direction does, which reads the network."""

    def drag(self, work: Drag, watch: Watch) -> Dragging:
        """Begin to drag points, which reads the network."""

    def read_ahead(self, request: RenderRequest, watch: Watch) -> bool:
        """Read the network of a request in a thread; True once it is in memory. After Cancelled, call it again."""

    def measured(self, a: RGBA, b: RGBA) -> Future[npt.NDArray[np.float64]]:
        """Return the perceptual distance of two images as `protocol.PerceptualDistance` has it, once it is there."""

    def describe(self, request: RenderRequest, other: Network, watch: Watch) -> NetworkFacts:
        """Return what is to be said of a network beside that of a request, reading it if needed."""

    def failure(self, request: RenderRequest, error: Exception) -> Failure:
        """Describe an error that a call above raised; frees memory if that was the problem."""


@dataclass(frozen=True)
class Host:
    """Services of the process that runs an engine."""

    arrays: ArrayStore = field(default_factory=ArrayStore)
    """Arrays that requests may name."""
    prepared: Callable[[Preparing], None] = lambda state: None
    """Called from any thread with the state of compiled kernels."""
    slots: Slots | None = None
    """Slots that a device may copy images into directly; None: none."""


MakeEngine = Callable[[Host], Engine]
"""Called once in the child; may take seconds (it imports torch)."""
