"""Points of a picture and where they should go. Standard library only."""

import math
from dataclasses import dataclass
from typing import Annotated

from renderer.document.ranges import Range

Coordinate = Annotated[float, Range(-16384, 32768)]
"""Position in pixels of the whole picture as shown, transform included: 0 is the centre of the first pixel, to the
right and downward, so that the index of a pixel is the position of its centre."""


@dataclass(frozen=True)
class DragPoint:
    """A point (the handle) and its target."""

    x: Coordinate
    """The handle now."""
    y: Coordinate
    to_x: Coordinate
    """The target; that of a point that should stay is where it is."""
    to_y: Coordinate
    set_x: Coordinate | None = None
    """Place of the handle on the picture before anything was dragged; None if it was set, or moved by hand, on the
    picture as it is now. Says what the handle follows after a restart of the renderer."""
    set_y: Coordinate | None = None

    @property
    def distance(self) -> float:
        """Pixels from the handle to the target."""
        return math.hypot(self.to_x - self.x, self.to_y - self.y)
