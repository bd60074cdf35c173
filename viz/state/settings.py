"""Settings that outlive a window, and the options with which one starts."""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import platformdirs

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
    """Device of the renderer: auto, cpu, cuda, cuda:1, mps."""
    frame_limit: int = 60
    """Frames a second at most; 0 sets no limit."""
    vsync: bool = True
    drafts: bool = True
    """While something is dragged, pictures that take long are drawn at a lower resolution."""
    capture_dir: str = ""
    """Folder of captures; empty for the folder of pictures in the user's home."""
    browse_dir: str = ""
    """First folder of the file browser; empty for its last one."""
    recent: tuple[str, ...] = ()
    """Networks that opened, newest first."""
    followed: str = ""
    """The run folder that is followed, to be taken up again by the next window; empty where none is."""
    run_dirs: str = ""
    """Folders that hold runs, one after the other with the system's separator of paths; empty for the usual ones."""


def config_dir() -> Path:
    """The folder for settings and layouts: $STYLESCOPE_CONFIG_DIR, or the system's place for such things."""
    chosen = os.environ.get("STYLESCOPE_CONFIG_DIR")
    return Path(chosen) if chosen else platformdirs.user_config_path("stylescope", appauthor=False)


@dataclass(frozen=True)
class Options:
    """Options with which a window starts."""

    network: str = ""
    """Path, URL or run folder; empty for the demo network."""
    session: str = ""
    """A session, or a picture or film with a recipe, to open at the start."""
    config_dir: Path = field(default_factory=config_dir)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Settings that the command line set for this session only."""
    kept: Settings = Settings()
    """The settings on file, which overrides do not change."""
    keep: bool = True
    """True if settings and layouts are kept in `config_dir`."""
    problem: str = ""
    """A sentence to show at the start."""
    size: tuple[int, int] = (1440, 900)
    strict: bool = False
    """True if misuse of Dear ImGui raises, as tests want it, instead of being put right."""
    idling: bool = True
    clock: Callable[[], float] = time.perf_counter
    """Seconds; never goes back."""
    chance: random.Random = field(default_factory=random.Random)
    """Source of random seeds."""
