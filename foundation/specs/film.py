"""Options of a film of a session's timeline."""

from dataclasses import dataclass

from foundation.specs.formats import read_size
from foundation.specs.options import option


@dataclass(frozen=True, kw_only=True)
class FilmSpec:
    """Render the timeline of a session into a film, which carries the recipe of its first frame.

    Its frames are the pictures that the window shows at the same times.
    """

    session: str = option(metavar="FILE", help="A .stylescope session, or a film or recipe.")
    out: str = option(metavar="FILE", help="The film: .mp4, .gif, or a new folder of PNGs (a name with no ending).")
    size: int = option(0, help="Height of each picture; 0: as rendered.", low=0, high=8192)
    fps: float | None = option(None, help="Frames a second; default: the timeline's.", low=1, high=240)
    grid: tuple[int, int] = option(
        (1, 1), read=read_size, metavar="CxR", help="Pictures side by side, of seeds further on, as in 3x2."
    )
    start: float = option(0.0, help="Seconds.", low=0)
    end: float | None = option(None, help="Seconds; default: the timeline's end.", low=0)
    network: str | None = option(
        None, metavar="NETWORK", help="Another network than the session names: a file, a URL or a run folder."
    )
    device: str = option("auto", help="auto, cpu, cuda, cuda:1 or mps.")
    threads: int = option(0, help="Of the processor, at most; 0: as many as help.", low=0)
    nice: int = option(0, help="How much to give way to other programs.", low=0, high=19)
