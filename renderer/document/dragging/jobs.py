"""The job of the renderer that drags points, and what it reports after each step. Standard library and numpy."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from foundation.specs.editing.drag_options import DragOptions
from renderer.document.dragging.points import DragPoint
from renderer.document.parts import ArrayRef
from renderer.document.request import RenderRequest

Floats = npt.NDArray[np.float32]

DragEnd = Literal["", "arrived", "stuck", "stopped"]
"""Reason of an end; empty while it runs. stopped: `Drag.steps` are done."""
ENDS: tuple[DragEnd, ...] = get_args(DragEnd)

WAY_HEAD = 8


@dataclass(frozen=True)
class Drag:
    """Job: move the handles of a picture to their targets by its w vectors, float32: see `DragWay`.

    Every step sends its progress, with a result; `total` stays one ahead of `done` until it ends. To cancel it ends it
    after the step at hand; nothing is lost, for the last progress has all that another job goes on from. A job that
    goes on where the last one ended, with equal `moved` and options, keeps the optimiser's moments and what the
    handles follow.
    """

    request: RenderRequest
    """The picture before anything was dragged; mixing, psi, directions and all else apply."""
    points: tuple[DragPoint, ...]
    moved: ArrayRef | None = None
    """Offsets of the w vectors so far [num_ws, w_dim], `DragWay.moved` of an earlier job; None at the beginning."""
    mask: ArrayRef | None = None
    """uint8 [H, W] of the picture, above 127 where it may change; None, or all of one kind: everywhere."""
    options: DragOptions = DragOptions()
    steps: int = 0
    """Steps to do; 0: until it ends by itself."""
    done: int = 0
    """Number of the last step done before, from which this job counts on."""
    turn: int = 0
    """Distinguishes repeated jobs."""


@dataclass(frozen=True, eq=False)
class DragWay:
    """State of a drag after a step."""

    step: int
    """Number of the step; counts on from `Drag.done`."""
    end: DragEnd
    """Reason why it ended; empty while it runs."""
    rate: float
    """Steps a second, of the recent ones; 0 while unknown."""
    handles: Floats
    """[points, 3]: x, y and the distance to the target, of each point."""
    moved: Floats
    """[num_ws, w_dim]: offsets of the w vectors from those of the request; a direction of strength 1."""
    ws: Floats
    """[num_ws, w_dim]: the w vectors for the synthesis network, after truncation and directions."""

    @property
    def distance(self) -> float:
        """Mean distance to the targets in pixels."""
        return float(self.handles[:, 2].mean()) if len(self.handles) else 0.0

    def packed(self) -> Floats:
        """Return one array."""
        head = np.zeros(WAY_HEAD, np.float32)
        head[:6] = self.step, ENDS.index(self.end), self.rate, len(self.handles), *self.ws.shape
        return np.concatenate([head, self.handles.ravel(), self.moved.ravel(), self.ws.ravel()]).astype(np.float32)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "DragWay":
        """Return what a packed array holds."""
        array = np.asarray(packed, np.float32)
        step, end, points, num_ws, w_dim = (int(array[i]) for i in (0, 1, 3, 4, 5))
        handles, moved, ws = np.split(array[WAY_HEAD:], np.cumsum([3 * points, num_ws * w_dim]))
        return cls(
            step,
            ENDS[end],
            float(array[2]),
            handles.reshape(points, 3),
            moved.reshape(num_ws, w_dim),
            ws.reshape(num_ws, w_dim),
        )
