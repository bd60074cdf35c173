"""What a user sets once and expects to find again: kept between sessions, not part of any document."""

from dataclasses import dataclass
from typing import Literal

Scheme = Literal["dark", "light"]

SCALES = (0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
"""Interface scales that keys and the Settings dialog step through."""

LOW_RES_MS = 50.0
"""Images that take longer are rendered at a low resolution while something is dragged."""


@dataclass(frozen=True)
class Settings:
    """Kept in a YAML file in the user's configuration folder (see `settings_file`)."""

    scheme: Scheme = "dark"
    scale: float = 1.0
    """Interface scale on top of the screen's own, 0.75..3."""
    device: str = "auto"
    """Where the renderer runs: auto, cpu, cuda, cuda:1, mps."""
    frame_limit: int = 60
    """Frames a second at most; 0 sets no limit."""
    vsync: bool = True
    drafts: bool = True
    """While something is dragged, pictures that take long are drawn at a lower resolution."""
    capture_dir: str = ""
    """Where pictures are saved; empty for the folder of pictures in the user's home."""
    browse_dir: str = ""
    """Where the file browser opens; empty for where it was last."""
    recent: tuple[str, ...] = ()
    """Networks that opened, newest first."""
    followed: str = ""
    """The run folder that is followed, to be taken up again by the next window; empty where none is."""
    run_dirs: str = ""
    """Folders that hold runs, one after the other with the system's separator of paths; empty for the usual ones."""
