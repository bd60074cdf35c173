"""Persistent settings, and the start options of a window."""

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
"""Interface scales available to keys and the Settings dialog."""

LOW_RES_MS = 50.0
"""Render time above which images are rendered at low resolution during drags."""


@dataclass(frozen=True)
class Settings:
    """Settings stored in a YAML file in the user's configuration folder (see `settings_file`)."""

    scheme: Scheme = "dark"
    scale: float = 1.0
    """Interface scale on top of the screen's own, 0.75..3."""
    device: str = "auto"
    """Device of the renderer: auto, cpu, cuda, cuda:1, mps."""
    frame_limit: int = 60
    """Frame rate limit; 0 for none."""
    vsync: bool = True
    drafts: bool = True
    """True to render slow images at a lower resolution during drags."""
    capture_dir: str = ""
    """Folder of captures; empty for the pictures folder of the user."""
    browse_dir: str = ""
    """Initial folder of the file browser; empty for the last one used."""
    reopen: bool = True
    """True to open windows with the session of the one closed last."""
    recent: tuple[str, ...] = ()
    """Recently opened networks, newest first."""
    followed: str = ""
    """Followed run folder, resumed by the next window; empty if none."""
    run_dirs: str = ""
    """Folders of runs, joined by the system's path separator; empty for the default ones."""


def config_dir() -> Path:
    """Return the folder of settings and layouts: $STYLESCOPE_CONFIG_DIR, or the system's configuration folder."""
    chosen = os.environ.get("STYLESCOPE_CONFIG_DIR")
    return Path(chosen) if chosen else platformdirs.user_config_path("stylescope", appauthor=False)


@dataclass(frozen=True)
class Options:
    """Start options of a window."""

    network: str = ""
    """Path, URL or run folder; empty for the demo network."""
    session: str = ""
    """Session, image or film with a recipe to open at the start."""
    config_dir: Path = field(default_factory=config_dir)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Settings from the command line, for this session only."""
    kept: Settings = Settings()
    """Settings on file, without overrides."""
    keep: bool = True
    """True to save settings and layouts in `config_dir`."""
    problem: str = ""
    """Message to show at the start."""
    size: tuple[int, int] = (1440, 900)
    strict: bool = False
    """True to raise on misuse of Dear ImGui, as tests do, instead of recovering."""
    idling: bool = True
    clock: Callable[[], float] = time.perf_counter
    """Monotonic clock in seconds."""
    chance: random.Random = field(default_factory=random.Random)
    """Source of random seeds."""
