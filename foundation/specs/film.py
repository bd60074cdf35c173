"""Options of what is rendered from a session: a film of its timeline, and many seeds."""

from dataclasses import dataclass

from foundation.specs.formats import CHECKERBOARD, PICTURE_FORMATS, read_background, read_seeds, read_size
from foundation.specs.options import option

KINDS = ("pictures", "sheet", "latents")
NAMES = ("seed", "number", "count")
FILM_ENDINGS = (".mp4", ".webm", ".gif", "")
"""Endings of the films that can be written; a folder has none."""
CLEAR_FILMS = (".webm", "")
"""Endings of films that keep transparency."""
GIF_RATE = 50.0
"""Most frames per second of a GIF: it counts hundredths of a second, and players slow down what lasts only one."""


@dataclass(frozen=True, kw_only=True)
class FilmSpec:
    """Render the timeline of a session into a film, which carries the recipe of its first frame.

    Its frames are the images that the window shows at the same times.
    """

    session: str = option(metavar="FILE", help="A .stylescope session, or a film or recipe.")
    out: str = option(metavar="FILE", help="Output: .mp4, .webm, .gif, or a new folder of PNGs (no extension).")
    size: int = option(0, help="Height of each image in pixels; 0: as rendered.", low=0, high=8192)
    fps: float | None = option(None, help="Frames per second; default: the timeline's.", low=1, high=240)
    background: str = option(
        CHECKERBOARD,
        read=read_background,
        metavar="COLOUR",
        help="What images with transparency lie over: checkerboard, or a colour as in #ff8000. A folder of PNGs keeps "
        "the transparency, and so does .webm.",
    )
    grid: tuple[int, int] = option(
        (1, 1), read=read_size, metavar="CxR", help="Grid of images with consecutive seeds, as in 3x2."
    )
    start: float = option(0.0, help="Start in seconds.", low=0)
    end: float | None = option(None, help="End in seconds; default: the end of the timeline.", low=0)
    network: str | None = option(
        None, metavar="NETWORK", help="Network to use instead of the session's: a file, a URL or a run folder."
    )
    device: str = option("auto", help="Device: auto, cpu, cuda, cuda:1 or mps.")
    threads: int = option(0, help="Maximum number of CPU threads; 0: automatic.", low=0)
    nice: int = option(0, help="Niceness of the process, 0-19; higher gives way to other programs.", low=0, high=19)


@dataclass(frozen=True, kw_only=True)
class SeedsSpec:
    """Render many seeds with the settings of a session: truncation, mixing, directions and transform stay.

    Nothing is overwritten; what was written stays when the command is stopped.
    """

    session: str = option(metavar="FILE", help="A .stylescope session, or a picture, film or recipe.")
    seeds: tuple[int, ...] = option(read=read_seeds, metavar="SEEDS", help="Seeds, as in 0,1,4-6.")
    out: str = option(
        metavar="PATH", help="Folder of the pictures, or of the sheet; for latents a .npz or .npy, or a folder."
    )
    kind: str = option(
        "pictures",
        choices=KINDS,
        names=("--as",),
        help="A file each, one sheet of them all, or their w vectors, [N, num_ws, w_dim].",
    )
    format: str = option(
        "png", choices=PICTURE_FORMATS, help="Format of pictures and sheets; png16 has 16 bits a channel."
    )
    size: int = option(0, help="Height of each picture in pixels; 0: as rendered.", low=0, high=8192)
    names: str = option("seed", choices=NAMES, help="Names of the files: seed00088.png, 88.png, or counted 001.png.")
    recipe: bool = option(True, help="Let each picture carry its recipe.")
    columns: int = option(0, help="Columns of a sheet; 0: about as many as rows.", low=0, high=1000)
    gap: int = option(4, help="Pixels between the pictures of a sheet.", low=0, high=256)
    captions: bool = option(False, help="Write the seed under each picture of a sheet.")
    network: str | None = option(
        None, metavar="NETWORK", help="Network to use instead of the session's: a file, a URL or a run folder."
    )
    device: str = option("auto", help="Device: auto, cpu, cuda, cuda:1 or mps.")
    threads: int = option(0, help="Maximum number of CPU threads; 0: automatic.", low=0)
    nice: int = option(0, help="Niceness of the process, 0-19; higher gives way to other programs.", low=0, high=19)
