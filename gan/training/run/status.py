"""`status.json`: state and progress of a run."""

import math
import os
import socket
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from foundation.process import Identity, boot_id, identify, read_identity
from foundation.runs import STATUS_FILE, read_json, write_json

State = Literal["starting", "running", "finished", "stopped", "failed"]


def _self() -> Identity:
    found = identify()
    assert found is not None
    return found


@dataclass(frozen=True)
class Status:
    """State and progress of a run."""

    state: State
    """"running" also covers a run that was killed: check its process."""
    kimg: float
    """Thousands of images shown so far."""
    total_kimg: float
    """Total length in thousands of images."""
    sec_per_kimg: float | None
    """Recent seconds per thousand images; None at the start."""
    eta_s: float | None
    """Seconds until the end at that pace."""
    updated: float
    """Time of writing, in seconds since 1970."""
    error: str | None = None
    """Reason of a failed run."""
    pid: int = field(default_factory=os.getpid)
    """The process to send SIGTERM to."""
    pid_start_time: float = field(default_factory=lambda: _self().pid_start_time)
    """Start of that process, in seconds since 1970: another process may get its pid later."""
    boot_id: str = field(default_factory=boot_id)
    """This start of the computer, see `foundation.process.boot_id`."""
    host: str = field(default_factory=socket.gethostname)
    """Name of its computer."""

    def write(self, folder: Path) -> None:
        """Write the status to a run's folder, atomically."""
        plain = {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in asdict(self).items()}
        write_json(folder / STATUS_FILE, plain)


def read(folder: Path) -> dict[str, Any] | None:
    """Content of a run's `status.json`; None if it is missing or damaged."""
    return read_json(folder / STATUS_FILE)[0]


def is_alive(content: dict[str, Any]) -> bool:
    """Return True if the process that wrote a status still runs on this computer."""
    who = read_identity(content)
    return who is not None and who.presence() == "here"


def mark_failed(folder: Path, error: str, now: float, *, first: bool = False) -> None:
    """Mark a run as failed.

    Args:
        folder: The run's folder.
        error: The reason, as a sentence.
        now: Seconds since 1970.
        first: Keep an earlier reason, which probably made this process fail too.
    """
    content = read(folder) or {}
    if first and content.get("state") == "failed":
        return
    status = Status(
        state="failed",
        kimg=float(content.get("kimg") or 0.0),
        total_kimg=float(content.get("total_kimg") or 0.0),
        sec_per_kimg=content.get("sec_per_kimg"),
        eta_s=None,
        updated=now,
        error=error,
    )
    known = {key: content[key] for key in ("pid", "pid_start_time", "boot_id", "host") if key in content}
    replace(status, **known).write(folder)
