"""Persistent settings, and the start options of a window."""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs

from foundation.specs.formats import PictureFormat

Scheme = Literal["dark", "light"]
Precision = Literal["motion", "exact", "fast"]
"""When images may be rendered at a lower precision, where the processor renders those sooner."""
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

SCALES = (0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
"""Interface scales available to keys and the Settings dialog."""

LEAST = (960.0, 540.0)
"""Least width and height of a window in design lengths: a larger interface would not fit."""


def fitting(room: tuple[float, float]) -> tuple[float, ...]:
    """Return the scales that leave `LEAST` of a window; at least the smallest.

    `room`: Size of the window in design lengths at 100 %.
    """
    found = tuple(
        scale for scale in SCALES if all(have >= need * scale for have, need in zip(room, LEAST, strict=True))
    )
    return found or SCALES[:1]


def shown_scale(scale: float, room: tuple[float, float]) -> float:
    """Return the scale at which a window is drawn: the wanted one, or the largest that fits."""
    return min(scale, max(fitting(room)))


def scale_problem(scale: float, room: tuple[float, float]) -> str:
    """Return why a window cannot be drawn at a scale; empty if it can."""
    if scale <= max(fitting(room)):
        return ""
    width, height = (round(need * scale) for need in LEAST)
    return f"{round(scale * 100)} % needs a window of at least {width} x {height}"


LOW_RES_MS = 66.0
"""Render time above which images in motion are rendered at low resolution: 12 a second, with some time to spare."""


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
    """True to render slow images at a lower resolution while they move."""
    precision: Precision = "motion"
    """Lower precision of images: in motion, never, or always. Saved images and films are exact."""
    smooth: bool = True
    """True to interpolate between the pixels of an image that is shown larger than it is."""
    capture_format: PictureFormat = "png"
    """Format of saved pictures."""
    capture_scale: int = 1
    """Enlargement of saved images of small networks, 1..16."""
    preview_gb: float = 1.0
    """Memory for pictures of the timeline, in GB of 2^30 bytes, so that it plays at its own rate; 0 keeps none."""
    preview_fill: bool = True
    """True to draw the missing pictures of the timeline in idle time."""
    capture_dir: str = ""
    """Folder of captures; empty for the pictures folder of the user."""
    browse_dir: str = ""
    """Initial folder of the file browser; empty for the last one used."""
    first_steps: bool = True
    """True to show newcomers four things to try at the first start."""
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
    """Path, URL or run folder; empty for the last session, or for `first` where there is none."""
    first: str = ""
    """Network of a window that neither a network nor a session was asked for."""
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
    welcome: bool = True
    """Open on Start; without an earlier session the image walks by itself."""
    size: tuple[int, int] = (1440, 900)
    strict: bool = False
    """True to raise on misuse of Dear ImGui, as tests do, instead of recovering."""
    idling: bool = True
    clock: Callable[[], float] = time.perf_counter
    """Monotonic clock in seconds."""
    chance: random.Random = field(default_factory=random.Random)
    """Source of random seeds."""
