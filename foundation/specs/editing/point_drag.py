"""Options of dragging points of a picture. Standard library only."""

import re
from dataclasses import dataclass

from foundation.specs.editing.defaults import DRAG_HOLD, DRAG_MOST_STEPS
from foundation.specs.editing.drag_options import DragOptions, Optimisation, first_option, hold_option, last_option
from foundation.specs.formats import write
from foundation.specs.options import option
from foundation.specs.pictures import EditedSpec


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
class DragOutput:
    """Output folder, longest run and film of a drag."""

    outdir: str = option(metavar="DIR", help="Output folder; created if missing.")
    steps: int = option(DRAG_MOST_STEPS, low=1, high=1_000_000, help="Maximum number of steps.")
    film: str | None = option(
        None, metavar="FILE", help="Film of the way: .mp4, .webm, .gif, or a new folder of PNGs (no extension)."
    )
    fps: float = option(30.0, low=1.0, high=240.0, help="Frames per second; one for each step.")


@dataclass(frozen=True, kw_only=True)
class DragSpec(DragOptions, DragOutput, EditedSpec):
    """Drag points of a picture to targets, and write the picture, its w vectors and the way as a direction.

    The folder gets start.png, end.png, w.npz, and drag.npy and drag.npz, directions that go the whole way at a strength
    of 1 (DragGAN, arXiv 2305.10973). `python -m renderer drag` starts from a session or recipe of the window.
    """

    points: tuple[PointChoice, ...] = option(
        read=read_points,
        metavar="X,Y:X,Y;...",
        help="Points and their targets in pixels of the picture, from 0 at the centre of the first one.",
    )
    seed: int = option(0, help="Seed of the picture.")
    w: str | None = option(
        None, metavar="FILE", help="Latent to start from in place of a seed: .npz with the array w, .npy or .pt."
    )
    noise_mode: str = option(
        "const",
        choices=("const", "none"),
        help="Noise mode: stored constants, or none; random noise cannot be dragged.",
    )
    mask: str | None = option(
        None, metavar="FILE", help="Picture of the same size, white where it may change; default: everywhere."
    )


@dataclass(frozen=True, kw_only=True)
class SessionDragSpec(Optimisation, DragOutput):
    """Drag points of the picture of a session or recipe, from exactly what the window shows.

    Mixing, psi, directions, styles, bends, noise and transform apply. A session has points, mask and settings too. The
    folder gets start.png and end.png with recipes, w.npz, and drag.npy and drag.npz, directions that go the whole way
    at a strength of 1.
    """

    session: str = option(
        names=("--recipe", "--session"),
        metavar="FILE",
        help="A picture or film that StyleScope saved, a .stylescope session, or a recipe.",
    )
    points: tuple[PointChoice, ...] = option(
        (),
        read=read_points,
        metavar="X,Y:X,Y;...",
        help="Points and their targets in pixels of the picture, from 0 at the centre of the first one; default: the "
        "session's.",
    )
    mask: str | None = option(
        None,
        metavar="FILE",
        help="Picture of the same size, white where it may change; default: what the session's brush has painted, if "
        "it is in use.",
    )
    first: int | None = first_option(None, "; default: the session's, or 0")
    last: int | None = last_option("the session's, or that of the last layer at a quarter of the resolution")
    hold: float | None = hold_option(None, f"; default: the session's, or {DRAG_HOLD:g}")
    network: str | None = option(
        None, metavar="NETWORK", help="Network to use instead of the session's: a file, a URL or a run folder."
    )
    device: str = option("auto", help="Device: auto, cpu, cuda, cuda:1 or mps.")
    threads: int = option(0, help="Maximum number of CPU threads; 0: automatic.", low=0)
    nice: int = option(0, help="Niceness of the process, 0-19; higher gives way to other programs.", low=0, high=19)
