"""What is known of a run: the one thing that lists, panels and commands pass around. Standard library only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["train", "metrics", "video", "figures"]
State = Literal["queued", "starting", "running", "finished", "stopped", "failed", "lost"]

LIVE: tuple[State, ...] = ("queued", "starting", "running")
"""States in which a process, or a cluster's job, stands behind the run."""


@dataclass(frozen=True)
class Run:
    """A run as its folder tells of it; a folder that is damaged gives what can still be read."""

    folder: str
    """Absolute path."""
    kind: Kind
    state: State
    """"lost": it says that it runs, and no such process or job is there any more."""
    spec: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What was asked for, by option; empty where `run.yaml` is missing or damaged."""
    done: float = 0.0
    total: float = 0.0
    """Progress in `unit`; total 0: not known."""
    unit: str = "kimg"
    """"kimg", "metrics", "frames" or "pictures"."""
    seconds_per_unit: float | None = None
    eta_s: float | None = None
    """Seconds until the end at that pace."""
    device: str = ""
    """Where it runs, as "cpu", "cuda:0" or "slurm 1234"."""
    executor: Literal["local", "slurm", ""] = ""
    """Empty: started by hand or by another tool."""
    updated: float = 0.0
    """When it last said something, in seconds since 1970."""
    last_line: str = ""
    """Of its log."""
    error: str = ""
    """Why it failed, in a sentence."""
    cause: str = ""
    """The likely cause in two or three words, as "out of memory"; empty where it cannot be told."""
    metric: tuple[str, float] | None = None
    """Newest result of the run's first metric, as ("fid50k_full", 18.4)."""
    official: bool = False
    """Whether the official tools made the folder."""
    problem: str = ""
    """What of the folder cannot be read, in one sentence."""

    @property
    def name(self) -> str:
        """The folder's own name."""
        return os.path.basename(self.folder)

    @property
    def one(self) -> str:
        """One of what `unit` counts: "kimg", "metric", "frame" or "picture"."""
        return self.unit.removesuffix("s")

    @property
    def live(self) -> bool:
        """Whether something is at work on it, or waits for its turn."""
        return self.state in LIVE
