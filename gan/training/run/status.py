"""`status.json`: the state of a run, readable from its folder."""

import json
import math
import socket
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import psutil

from gan.io.atomic import replacing
from gan.training.run.folder import STATUS_FILE

State = Literal["starting", "running", "finished", "stopped", "failed"]

_SAME_START = 2.0
"""Seconds by which two readings of a process's start may differ."""


def _start_time(pid: int) -> float:
    return float(psutil.Process(pid).create_time())


def boot_id() -> str:
    """Names this start of the computer; empty where the system has no such name."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""


@dataclass(frozen=True)
class Status:
    """Status of a run."""

    state: State
    """"running" also covers a run that was killed: compare the process."""
    kimg: float
    """Thousands of images shown so far."""
    total_kimg: float
    """Number of images in the whole run."""
    sec_per_kimg: float | None
    """Seconds for a thousand images, lately; None at the start."""
    eta_s: float | None
    """Seconds until the end at that pace."""
    updated: float
    """Time of writing, in seconds since 1970."""
    error: str | None = None
    """Reason why the run failed."""
    pid: int = field(default_factory=lambda: psutil.Process().pid)
    """The process to send SIGTERM to."""
    pid_start_time: float = field(default_factory=lambda: _start_time(psutil.Process().pid))
    """Start of that process, in seconds since 1970: another process may get its number later."""
    boot_id: str = field(default_factory=boot_id)
    """See `boot_id`."""
    host: str = field(default_factory=socket.gethostname)
    """The computer it runs on."""

    def write(self, folder: Path) -> None:
        """Write it into a run's folder, whole or not at all."""
        plain = {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in asdict(self).items()}
        with replacing(folder / STATUS_FILE) as part:
            part.write_text(json.dumps(plain, indent=1) + "\n")


def read(folder: Path) -> dict[str, Any] | None:
    """Content of a run's `status.json`; None where there is none or it is damaged."""
    try:
        content = json.loads((folder / STATUS_FILE).read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def is_alive(content: dict[str, Any]) -> bool:
    """True if the process that wrote a status still runs on this computer."""
    if content.get("boot_id") != boot_id() or content.get("host") != socket.gethostname():
        return False
    try:
        return abs(_start_time(int(content["pid"])) - float(content["pid_start_time"])) < _SAME_START
    except (psutil.Error, KeyError, TypeError, ValueError):
        return False


def mark_failed(folder: Path, error: str, now: float, *, first: bool = False) -> None:
    """Say that a run failed.

    Args:
        folder: The run's folder.
        error: Why, in a sentence.
        now: Seconds since 1970.
        first: Leave an earlier reason alone: it is why the other processes failed too.
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
