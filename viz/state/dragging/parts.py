"""Parts of the interaction for dragging points, and for the brush."""

from dataclasses import dataclass
from typing import Literal

from renderer.document.document import Document
from renderer.document.dragging.points import DragPoint
from renderer.document.parts import ArrayRef
from renderer.ipc.protocol import Drag

BRUSH_SIZES = (4.0, 128.0)
"""Smallest and largest diameter of the brush on the screen, in design lengths."""
BRUSH_USUAL = 34.0


@dataclass(frozen=True)
class BrushInHand:
    """The brush."""

    size: float = BRUSH_USUAL
    """Diameter on the screen, in design lengths."""
    erases: bool = False
    paints: Literal["region", "mask"] = "region"
    """The region that measures look at, or what a drag may change."""


@dataclass(frozen=True)
class Stage:
    """A state that a drag began at, or was stopped at."""

    document: Document
    points: tuple[DragPoint, ...]
    moved: ArrayRef | None = None
    """Offsets of the w vectors from those of the first stage [num_ws, w_dim]; None at the first stage."""
    ws: ArrayRef | None = None
    """The w vectors that they lead to [num_ws, w_dim]."""
    film: tuple[ArrayRef, ...] = ()
    """Offsets after the steps that led here, the oldest first."""
    step: int = 0
    """Number of the last step."""


End = Literal["", "arrived", "stuck", "stopped", "failed"]


@dataclass(frozen=True)
class PointDragger:
    """The drag at hand.

    While it runs, the document is that of the present stage, and the canvas shows `shown` as a preview. Each run ends
    with one undo step and one more stage.
    """

    chosen: int | None = None
    """Point that Del removes."""
    pending: int | None = None
    """Point whose target the next click sets."""
    moving: bool = False
    """True while the mouse moves a point: a running drag goes on with its new place once it is let go."""
    touched: int = 0
    """Number of the user's changes of points, mask and settings, each of which can be undone."""
    nudged: bool = False
    """True if points were changed while it runs, so that it must go on with them."""
    stages: tuple[Stage, ...] = ()
    """Empty: nothing was dragged since the last `Keep`."""
    at: int = 0
    """Index of the present stage."""
    away: bool = False
    """True while the document is of no stage: something else was edited since."""
    running: Drag | None = None
    runs: int = 0
    """Number of jobs begun."""
    points: tuple[DragPoint, ...] = ()
    """Points while it runs."""
    left: tuple[float, ...] = ()
    """Distance of each point that was left when the run began, in pixels."""
    step: int = 0
    rate: float = 0.0
    """Steps a second."""
    distances: tuple[float, ...] = ()
    """Mean distance after each step of the run, in pixels."""
    moved: ArrayRef | None = None
    """Offsets so far, from the first stage."""
    ws: ArrayRef | None = None
    """The w vectors that they lead to [num_ws, w_dim]."""
    film: tuple[ArrayRef, ...] = ()
    shown: Document | None = None
    """Document with the newest offsets, for the canvas."""
    end: End = ""
    """Reason why the last run ended."""
    problem: str = ""
    """Sentence and advice of the failure that ended it."""
    told: bool = False
    """True once the note on small networks was seen in this window."""

    @property
    def alive(self) -> bool:
        """True while it runs, or while the document is what it left."""
        return self.running is not None or (not self.away and self.at > 0)
