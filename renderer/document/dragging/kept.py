"""Dragging of points as a session keeps it: the points, what may change, and the settings. Standard library only."""

from dataclasses import dataclass
from typing import Annotated, Literal

from foundation.specs.editing.defaults import DRAG_HOLD, DRAG_MOST_POINTS
from renderer.document.dragging.points import DragPoint
from renderer.document.parts import ArrayRef
from renderer.document.ranges import Count, Index, Range

KeepAs = Literal["picture", "direction"]
"""Form of what a drag makes: stored w vectors, or a direction whose strength 0..1 is the share of the way."""


@dataclass(frozen=True)
class PointDrag:
    """Points on the picture and how they are dragged: part of the session, but of no picture's recipe."""

    points: Annotated[tuple[DragPoint, ...], Count(DRAG_MOST_POINTS)] = ()
    masked: bool = False
    """Only what is painted may change."""
    mask: ArrayRef | None = None
    """Region that may change where `masked`, uint8 [H, W] in pixels of the network, 255 inside."""
    layers: Annotated[tuple[Index, ...], Count(2)] = ()
    """First and last w vector that may change; empty: those up to the layer of a quarter of the resolution."""
    hold: Annotated[float, Range(0, 100)] = DRAG_HOLD
    """Weight of keeping what lies outside the mask."""
    keep: KeepAs = "picture"
