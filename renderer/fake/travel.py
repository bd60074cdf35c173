"""Dragged points of a test pattern: they go straight to their targets. Standard library and numpy."""

import numpy as np
import numpy.typing as npt

from renderer.document.arrays import ArrayStore
from renderer.document.dragging.jobs import Drag, DragEnd, DragWay
from renderer.engine.base import Watch

Floats = npt.NDArray[np.float32]

STRIDE = 0.5
"""Pixels that a handle goes in a step."""
RATE = 20.0
"""Steps a second, pretended."""


class Travel:
    """A drag whose handles go `STRIDE` pixels in each step; w moves with them by the same share of 1.

    The first step moves nothing, as in a network. Points outside the square of 16,000 pixels never move, so that it
    ends stuck, after `DragOptions.patience` steps.
    """

    def __init__(self, work: Drag, ws: Floats, arrays: ArrayStore) -> None:
        self._work, self._first = work, ws
        self._moved = np.zeros_like(ws) if work.moved is None else np.array(arrays.get(work.moved), np.float32)
        self._handles = np.array([(one.x, one.y) for one in work.points], np.float64).reshape(-1, 2)
        self._targets = np.array([(one.to_x, one.to_y) for one in work.points], np.float64).reshape(-1, 2)
        self._can_move = np.abs(self._targets).max(initial=0) < 16_000
        self._done = 0

    def step(self, watch: Watch) -> DragWay:
        """Do the next step."""
        if self._done and self._can_move:
            self._advance()
        self._done += 1
        left = np.linalg.norm(self._targets - self._handles, axis=1)
        arrive = self._work.options.arrive
        end: DragEnd = ""
        if left.mean() <= (1.0 if arrive is None else arrive):
            end = "arrived"
        elif not self._can_move and self._done >= self._work.options.patience:
            end = "stuck"
        elif self._done == self._work.steps:
            end = "stopped"
        handles = np.column_stack([self._handles, left]).astype(np.float32)
        return DragWay(self._work.done + self._done, end, RATE, handles, self._moved.copy(), self._first + self._moved)

    def _advance(self) -> None:
        way = self._targets - self._handles
        left = np.linalg.norm(way, axis=1, keepdims=True)
        self._handles += way * np.minimum(1, STRIDE / np.maximum(left, 1e-9))
        options = self._work.options
        last = len(self._moved) // 2 if options.last is None else options.last
        self._moved[options.first : last + 1] += np.float32(STRIDE / 100)
