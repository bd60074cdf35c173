"""Settings of the lens, as a session keeps them. Standard library only."""

from dataclasses import dataclass
from typing import Annotated, Literal

from renderer.document.ranges import Range

PICTURES = 16
"""Default number of pictures that equivariance is averaged over."""


@dataclass(frozen=True)
class Lens:
    """Figures that are measured while they are seen."""

    on: bool = False
    """Show the lens beside layers and spectrum."""
    live: bool = True
    """Measure again whenever the picture has changed."""
    path: Literal["timeline", "pad"] = "timeline"
    """Path length along the timeline or the walk, or around the present w."""
    dataset: str = ""
    """Zip file or folder whose radial power is compared with the network's; empty: none."""
    pictures: Annotated[int, Range(1, 64)] = PICTURES
    """Number of pictures that equivariance is averaged over; 1: the present one alone."""
