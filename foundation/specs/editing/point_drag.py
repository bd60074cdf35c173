"""Options of dragging points of a picture. Standard library only."""

import re
from dataclasses import dataclass

from foundation.specs.formats import write
from foundation.specs.options import option
from foundation.specs.pictures import TruncatedSpec

DRAG_MOST_POINTS = 16
"""Most points of a drag."""
DRAG_HOLD, DRAG_PATIENCE = 20.0, 300
DRAG_MOST_STEPS = 1000


@dataclass(frozen=True)
class PointChoice:
    """A point and its target in pixels, as an option names them; 0 is the centre of the first pixel."""

    x: float
    y: float
    to_x: float
    to_y: float

    def __str__(self) -> str:
        return f"{write(self.x)},{write(self.y)}:{write(self.to_x)},{write(self.to_y)}"


_POINT = re.compile(r"([^,:;]+),([^,:;]+):([^,:;]+),([^,:;]+)")


def read_points(text: str) -> tuple[PointChoice, ...]:
    """Parse points and their targets: "98,154:90,147" or "12,14:20,14;8,8:8,8"."""
    found = [_POINT.fullmatch(part.strip()) for part in text.split(";") if part.strip()]
    try:
        points = tuple(PointChoice(*(float(number) for number in one.groups())) for one in found if one)
        if not points or len(points) < len(found) or "inf" in text.lower() or "nan" in text.lower():
            raise ValueError
    except ValueError:
        raise ValueError(f"expected X,Y:X,Y as in 98,154:90,147, several between semicolons, not {text!r}") from None
    return points


@dataclass(frozen=True, kw_only=True)
class DragOptions:
    """Settings of the optimisation. Those that are None follow from the network; all lengths are in its pixels."""

    first: int = option(0, low=0, high=4095, help="First w vector that may change.")
    last: int | None = option(
        None,
        low=0,
        high=4095,
        help="Last w vector that may change; default: that of the last layer at a quarter of the resolution.",
    )
    one_w: bool = option(False, help="Move all these w vectors alike, by one vector.")
    layer: str | None = option(
        None,
        help="Layer whose features are compared, as named by `inspect`; default: the last of 128 pixels, or of half "
        "of the resolution; up to 64 pixels, the last one before the colours.",
    )
    motion_radius: float | None = option(
        None, low=0.5, high=512.0, help="Radius in pixels of the surroundings that are moved; default: by resolution."
    )
    track_radius: float | None = option(
        None, low=1.0, high=512.0, help="Radius in pixels in which a point is found again; default: by resolution."
    )
    hold: float = option(
        DRAG_HOLD,
        low=0.0,
        high=100.0,
        help="Weight of what lies outside the mask; a smaller one counts below 256 pixels, in proportion.",
    )
    rate: float | None = option(
        None, low=1e-7, high=10.0, help="Learning rate; default: 1/20 of the standard deviation of w."
    )
    arrive: float | None = option(
        None,
        low=0.0,
        high=64.0,
        help="Mean distance in pixels at which it ends; default: 1, and 0.5 up to 64 pixels.",
    )
    patience: int = option(
        DRAG_PATIENCE, low=1, high=1_000_000, help="Number of steps without progress after which it ends."
    )


@dataclass(frozen=True, kw_only=True)
class DragSpec(DragOptions, TruncatedSpec):
    """Drag points of a picture to targets, and write the picture, its w vectors and the way as a direction.

    The folder gets start.png, end.png, w.npz, and drag.npy and drag.npz, directions that go the whole way at a strength
    of 1 (DragGAN, arXiv 2305.10973).
    """

    outdir: str = option(metavar="DIR", help="Output folder; created if missing.")
    points: tuple[PointChoice, ...] = option(
        read=read_points,
        metavar="X,Y:X,Y;...",
        help="Points and their targets in pixels of the picture, from 0 at the centre of the first one.",
    )
    seed: int = option(0, help="Seed of the picture.")
    w: str | None = option(
        None, metavar="FILE", help="Latent to start from in place of a seed: .npz with the array w, .npy or .pt."
    )
    mask: str | None = option(
        None, metavar="FILE", help="Picture of the same size, white where it may change; default: everywhere."
    )
    steps: int = option(DRAG_MOST_STEPS, low=1, high=1_000_000, help="Maximum number of steps.")
    film: str | None = option(
        None, metavar="FILE", help="Film of the way: .mp4, .webm, .gif, or a new folder of PNGs (no extension)."
    )
    fps: float = option(30.0, low=1.0, high=240.0, help="Frames per second; one for each step.")
