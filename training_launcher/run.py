"""The `Run` that lists, panels and commands pass around. Standard library only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["train", "metrics", "video", "figures", "dataset", "fit"]
State = Literal["queued", "starting", "running", "finished", "stopped", "failed", "lost"]

UNITS: dict[Kind, str] = {
    "train": "kimg",
    "metrics": "metrics",
    "video": "frames",
    "figures": "pictures",
    "dataset": "pictures",
    "fit": "steps",
}
"""Units of progress of each kind of run."""

LIVE: tuple[State, ...] = ("queued", "starting", "running")
"""States with a process or a cluster job behind the run."""


@dataclass(frozen=True)
class Run:
    """A run as read from its folder; a damaged folder gives the part that is readable."""

    folder: str
    """Absolute path."""
    kind: Kind
    state: State
    """"lost": its status says that it runs, but there is no such process or job any more."""
    spec: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Options by name; empty if `run.yaml` is missing or damaged."""
    done: float = 0.0
    total: float = 0.0
    """Progress in `unit`; total 0 if unknown."""
    unit: str = "kimg"
    """"kimg", "metrics", "frames", "pictures" or "steps"."""
    seconds_per_unit: float | None = None
    eta_s: float | None = None
    """Seconds until the end at that pace."""
    device: str = ""
    """Device, as "cpu", "cuda:0" or "slurm 1234"."""
    executor: Literal["local", "slurm", ""] = ""
    """Empty: started by hand or by another tool."""
    updated: float = 0.0
    """Time of its last output, in seconds since 1970."""
    last_line: str = ""
    """Last line of its log."""
    error: str = ""
    """Reason of its failure, as a sentence."""
    cause: str = ""
    """The likely cause in two or three words, as "out of memory"; empty if unknown."""
    metric: tuple[str, float] | None = None
    """Newest result of the run's first metric, as ("fid50k_full", 18.4)."""
    official: bool = False
    """The folder was made by the official tools."""
    problem: str = ""
    """Unreadable part of the folder, as one sentence; empty if there is none."""

    @property
    def name(self) -> str:
        """Name of the folder."""
        return os.path.basename(self.folder)

    @property
    def one(self) -> str:
        """Singular of `unit`: "kimg", "metric", "frame", "picture" or "step"."""
        return self.unit.removesuffix("s")

    @property
    def live(self) -> bool:
        """A process works on it, or it waits for its turn."""
        return self.state in LIVE
