"""Which process is meant: a number alone may belong to another program after a while, or after a restart."""

import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import psutil

Presence = Literal["here", "gone", "elsewhere"]
"""Alive on this computer; not alive any more; on another computer, where one cannot look."""

_SAME_START_S = 2.0
"""By how much two readings of a process's start may differ: clocks are set while computers run."""


@cache
def boot_id() -> str:
    """Names this start of the computer; empty where the system has no such name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@dataclass(frozen=True)
class Identity:
    """A process, told from every other one that ever had its number."""

    pid: int
    pid_start_time: float
    """Seconds since 1970."""
    boot_id: str
    host: str

    def fields(self) -> dict[str, Any]:
        """As files keep it."""
        return asdict(self)

    def presence(self) -> Presence:
        """Whether it is alive, as far as one can see from here."""
        if self.host != socket.gethostname():
            return "elsewhere"
        if self.boot_id != boot_id():
            return "gone"
        try:
            process = psutil.Process(self.pid)
            with process.oneshot():
                same = abs(process.create_time() - self.pid_start_time) < _SAME_START_S
                return "here" if same and process.status() != psutil.STATUS_ZOMBIE else "gone"
        except (psutil.Error, OSError, ValueError, OverflowError):
            return "gone"

    def signal(self, number: int) -> bool:
        """Send it a signal; False where it is not alive on this computer.

        Raises:
            PermissionError: it belongs to somebody else.
        """
        if self.presence() != "here":
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True


def identify(pid: int | None = None) -> Identity | None:
    """The process with a number, by default this one; None where there is none."""
    pid = os.getpid() if pid is None else pid
    try:
        return Identity(pid, float(psutil.Process(pid).create_time()), boot_id(), socket.gethostname())
    except psutil.Error:
        return None


def read_identity(content: Any) -> Identity | None:
    """What a file says of a process; None where it says nothing of use."""
    if not isinstance(content, Mapping):
        return None
    pid, start = content.get("pid"), content.get("pid_start_time")
    if isinstance(pid, bool) or not isinstance(pid, int) or not isinstance(start, int | float) or not 0 < pid < 2**31:
        return None
    return Identity(pid, float(start), str(content.get("boot_id", "")), str(content.get("host", "")))
