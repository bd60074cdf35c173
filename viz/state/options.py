"""How a window starts."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viz.state import settings_file
from viz.state.settings import Settings


@dataclass(frozen=True)
class Options:
    """How a window starts."""

    network: str = ""
    """Path, URL or run folder; empty for the demo network."""
    session: str = ""
    """A session, or a picture or film with a recipe, to open at the start."""
    config_dir: Path = field(default_factory=settings_file.config_dir)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Settings that the command line set for this session only."""
    kept: Settings = Settings()
    """The settings on file, which overrides do not change."""
    keep: bool = True
    """Whether settings and layouts are kept in `config_dir`."""
    problem: str = ""
    """A sentence to show at the start."""
    size: tuple[int, int] = (1440, 900)
    strict: bool = False
    """Whether misuse of Dear ImGui raises, as tests want it, instead of being put right."""
    idling: bool = True
    clock: Callable[[], float] = time.perf_counter
    """Seconds; never goes back."""
    chance: random.Random = field(default_factory=random.Random)
    """Where random seeds come from."""
