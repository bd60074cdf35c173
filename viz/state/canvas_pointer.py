"""What the mouse does on the canvas, for those who must know of it."""

from dataclasses import dataclass

from viz.gl.camera import Place


@dataclass
class Hand:
    """What the mouse does on the canvas beyond what Dear ImGui knows; kept in `Facts.scratch`."""

    panned: bool = False
    """The picture was panned while Space was down, so letting go of Space must not start to play."""
    place: Place | None = None
    """Where the picture was drawn last."""
