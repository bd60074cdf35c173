"""Identity of processes: a pid alone may belong to another program later, or after a restart."""

import gc
import hashlib
import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from foundation.inputs import clean_text

Presence = Literal["here", "gone", "elsewhere"]
"""Alive on this computer; not alive any more; on another computer, and so unknown."""

_SAME_START_S = 2.0
"""Seconds by which two readings of a start time may differ: clocks are adjusted while computers run."""
MARK = r"\d{1,10}_\d{1,12}_[0-9a-f]{0,8}_[0-9a-f]{8}"
"""Pattern of `Identity.mark`, for names of files."""


def cores() -> int:
    """Return the number of CPUs that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return (len(affinity(0)) if affinity is not None else os.cpu_count()) or 1


@contextmanager
def unlooked() -> Iterator[None]:
    """Look for no garbage while the first large modules are imported, torch among them.

    Imports make objects that stay, and looking through them takes a sixth of the time. All objects of that moment are
    left out of later looks, too, so that a process which has done more than to begin goes on as usual.
    """
    if "torch" in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@cache
def boot_id() -> str:
    """Return the id of this start of the computer; empty if the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


@dataclass(frozen=True)
class Identity:
    """A process, distinct from every other one that ever had its pid."""

    pid: int
    pid_start_time: float
    """Seconds since 1970."""
    boot_id: str
    host: str

    def fields(self) -> dict[str, Any]:
        """Return the fields that files hold."""
        return asdict(self)

    def mark(self) -> str:
        """Return a short form for names of files, at most 40 characters; `presence_of` reads it."""
        return f"{self.pid}_{int(self.pid_start_time)}_{self.boot_id.replace('-', '')[:8]}_{_digest(self.host)}"

    def presence(self) -> Presence:
        """Return "here", "gone" or "elsewhere"; a zombie counts as gone."""
        if self.host != socket.gethostname():
            return "elsewhere"
        if self.boot_id != boot_id():
            return "gone"
        import psutil

        try:
            process = psutil.Process(self.pid)
            with process.oneshot():
                same = abs(process.create_time() - self.pid_start_time) < _SAME_START_S
                return "here" if same and process.status() != psutil.STATUS_ZOMBIE else "gone"
        except (psutil.Error, OSError, ValueError, OverflowError):
            return "gone"


def identify(pid: int | None = None) -> Identity | None:
    """Return the process with a pid, by default this one; None if there is none."""
    pid = os.getpid() if pid is None else pid
    try:
        import psutil
    except ImportError:  # a machine that only measures does without
        return None
    try:
        return Identity(pid, float(psutil.Process(pid).create_time()), boot_id(), socket.gethostname())
    except psutil.Error:
        return None


def read_identity(content: Any) -> Identity | None:
    """Read a process from the fields of a file; None if they name none."""
    if not isinstance(content, Mapping):
        return None
    pid, start = content.get("pid"), content.get("pid_start_time")
    if (
        isinstance(pid, bool)
        or not isinstance(pid, int)
        or not isinstance(start, int | float)
        or not (0 < pid < 2**31 and 0 <= start < 2**63)
    ):
        return None
    boot, host = clean_text(content.get("boot_id", "")), clean_text(content.get("host", ""))
    return Identity(pid, float(start), boot, host)


def own_mark() -> str:
    """Return the mark of this process, with a pid alone where the system knows no more."""
    return _own_mark(os.getpid())


@cache
def _own_mark(pid: int) -> str:
    """Return the mark of this process; by pid, as a fork has another one."""
    who = identify(pid) or Identity(pid, 0.0, boot_id(), socket.gethostname())
    return who.mark()


def presence_of(mark: str) -> Presence | None:
    """Return where the process with a mark is; None if the text is no mark."""
    if not re.fullmatch(MARK, mark):
        return None
    pid, start, boot, host = mark.split("_")
    if host != _digest(socket.gethostname()):
        return "elsewhere"
    if boot != boot_id().replace("-", "")[:8]:
        return "gone"
    return Identity(int(pid), float(start), boot_id(), socket.gethostname()).presence()


def _digest(host: str) -> str:
    return hashlib.sha256(host.encode("utf-8", "surrogateescape")).hexdigest()[:8]
