"""What the worker's loop drives: something that turns requests into pictures. Standard library and numpy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from renderer.document.arrays import ArrayStore
from renderer.ipc.frames import RGBA, Slot
from renderer.ipc.protocol import (
    Failure,
    Frame,
    Held,
    LayerInfo,
    ModelInfo,
    Part,
    Preparing,
    RenderRequest,
    Statistics,
    ThumbnailRequest,
)


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """A newer request made this render pointless."""


class Slots(Protocol):
    """Where the window reads frames from: `frames.Ring`."""

    def open(self, pictures: Sequence[tuple[str, tuple[int, ...]]]) -> Slot:
        """A free slot with room for named pictures of these heights and widths; again the same until one is sent."""


class Watch(Protocol):
    """What a render tells the worker while it runs."""

    def check(self, share: float) -> None:
        """Call between layers with the share of the work that is done, 0..1. Raises Cancelled to stop the render."""

    def loading(self, share: float | None) -> None:
        """A network is being read; `share` 0..1 while downloading, else None. Raises Cancelled to stop that."""


@dataclass(frozen=True)
class Rendered:
    """The pictures of a frame, by name, and the fields of `Frame` that come with them."""

    pictures: tuple[tuple[str, RGBA], ...]
    model: ModelInfo
    milliseconds: tuple[tuple[str, float], ...]
    statistics: Statistics | None = None
    selected: Statistics | None = None
    nonfinite: int = 0
    layers: tuple[LayerInfo, ...] = ()
    layer_statistics: tuple[Statistics, ...] = ()
    radial: tuple[tuple[float, float], ...] = ()
    memory: tuple[int, int] = (0, 0)
    draft: int = 0
    whole_ms: float = 0.0
    slot: Slot | None = None
    """Where the pictures are already, which are then not given here."""


def frame_of(request: RenderRequest, rendered: Rendered, place: Held, parts: tuple[Part, ...]) -> Frame:
    """The answer to `request`, once the pictures lie in a slot."""
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
        draft=rendered.draft,
        whole_ms=rendered.whole_ms,
    )


class Engine(Protocol):
    """Renders. Whatever it raises but Cancelled is told to the window as `failure` words it."""

    def render(self, request: RenderRequest, watch: Watch) -> Rendered:
        """Everything that a frame shows."""

    def thumbnail(self, wanted: ThumbnailRequest, watch: Watch) -> RGBA:
        """A picture [size, size, 4]."""

    def still(self, request: RenderRequest, watch: Watch) -> RGBA:
        """The whole picture alone [H, W, 4]."""

    def styles(self, request: RenderRequest, watch: Watch) -> npt.NDArray[np.float32]:
        """The w vectors that the synthesis network gets [num_ws, w_dim]."""

    def read_ahead(self, request: RenderRequest, watch: Watch) -> bool:
        """Read the network of a request in a thread; whether it is in memory now. After Cancelled, call it again."""

    def failure(self, request: RenderRequest, error: Exception) -> Failure:
        """Words for an error that a call above raised; frees memory if that was the problem."""


@dataclass(frozen=True)
class Host:
    """What the process that runs an engine lends it."""

    arrays: ArrayStore = field(default_factory=ArrayStore)
    """What requests may name."""
    prepared: Callable[[Preparing], None] = lambda told: None
    """Called from any thread with what is to be told of kernels."""
    slots: Slots | None = None
    """Where a device may bring the pictures of a frame by itself."""


MakeEngine = Callable[[Host], Engine]
"""Called once in the child; may take seconds (it imports torch)."""
