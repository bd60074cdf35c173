"""The mouse on the canvas: where the image lies, and what was done with it."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Position of the image on the screen: its upper left corner and its scale."""

    x: float
    y: float
    scale: float
    """Screen pixels per image pixel."""
    width: int
    height: int

    @property
    def right(self) -> float:
        """Its right edge on the screen."""
        return self.x + self.width * self.scale

    @property
    def bottom(self) -> float:
        """Its lower edge on the screen."""
        return self.y + self.height * self.scale

    def pixel(self, x: float, y: float) -> tuple[int, int] | None:
        """The image's pixel (column, row) under a point of the screen; None beside the image."""
        column, row = math.floor((x - self.x) / self.scale), math.floor((y - self.y) / self.scale)
        return (column, row) if 0 <= column < self.width and 0 <= row < self.height else None


@dataclass(frozen=True)
class CanvasPointer:
    """State of the mouse on the canvas beyond what Dear ImGui knows."""

    panned: bool = False
    """The image was panned while Space was down, so letting go of Space must not start to play."""
    place: Place | None = None
    """Where the image was drawn last."""
