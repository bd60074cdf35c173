"""Options of a film of a session's timeline."""

from dataclasses import dataclass

from foundation.specs.formats import read_size
from foundation.specs.options import option


@dataclass(frozen=True, kw_only=True)
class FilmSpec:
    """Render the timeline of a session into a film, which carries the recipe of its first frame.

    Its frames are the images that the window shows at the same times.
    """

    session: str = option(metavar="FILE", help="A .stylescope session, or a film or recipe.")
    out: str = option(metavar="FILE", help="Output: .mp4, .gif, or a new folder of PNGs (a name without extension).")
    size: int = option(0, help="Height of each image in pixels; 0: as rendered.", low=0, high=8192)
    fps: float | None = option(None, help="Frames per second; default: the timeline's.", low=1, high=240)
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
