"""Folder of the sessions that windows keep by themselves: one file for each window, the newest of which stay.

The name of a session names its process, so that no window ever writes to the file of another one, also where several
computers share the folder. A lock file stands beside it while its window is open: one that is left belongs to a
window that was killed.
"""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from foundation.leftovers import OLD_S, clean
from foundation.process import MARK, own_mark, presence_of
from renderer.document.session import SUFFIX

MOST = 10
"""Number of sessions that stay, besides those of open windows."""
LAST = f"last{SUFFIX}"
"""The one session that earlier versions kept."""
LOCK = ".lock"

State = Literal["open", "closed", "killed"]

_NAME = re.compile(rf"window-\d{{8}}-\d{{6}}-({MARK})-[0-9a-f]{{8}}", re.ASCII)
_BEFORE = re.compile(r"window-\d+-\d+", re.ASCII)
"""Names of earlier versions, whose lock is held by the system while their process lives."""
_UNREADABLE = "unreadable-"


@dataclass(frozen=True)
class Kept:
    """A session in the folder."""

    path: Path
    at: float
    """Time of its last change, in seconds since 1970."""
    state: State
    """Its window is open, was closed, or was killed."""


def new_path(folder: Path) -> Path:
    """Return a path for the session of a new window that no other window has."""
    return folder / f"window-{time.strftime('%Y%m%d-%H%M%S')}-{own_mark()}-{secrets.token_hex(4)}{SUFFIX}"


def sessions(folder: Path) -> tuple[Kept, ...]:
    """Return the sessions of windows, newest first; none where the folder cannot be read."""
    found: list[Kept] = []
    for path in _files(folder, SUFFIX):
        if path.name != LAST and not _is_ours(path):
            continue  # a file that somebody put there
        try:
            found.append(Kept(path, path.stat().st_mtime, state_of(path)))
        except OSError:
            continue  # it was removed meanwhile
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def state_of(path: Path) -> State:
    """Return the state of the window that a session belongs to."""
    lock = path.with_suffix(LOCK)
    if not os.path.exists(lock):
        return "closed"
    return "open" if _is_held(lock) else "killed"


def tidy(folder: Path) -> None:
    """Remove the locks and temporary files of killed windows, and the oldest sessions beyond `MOST`. Never raises."""
    clean([folder])
    kept = [one for one in sessions(folder) if one.state != "open"]
    for lock in _files(folder, LOCK):
        if _is_ours(lock) and not _is_held(lock):
            _remove(lock)
    for one in kept[MOST:]:
        _remove(one.path)


def set_aside(path: Path) -> Path:
    """Rename a session that cannot be read, so that it is neither opened again nor removed. Returns its path."""
    if not _is_ours(path) and path.name != LAST:
        return path
    aside = path.with_name(f"{_UNREADABLE}{path.name}")
    try:
        path.rename(aside)
    except OSError:
        return path
    return aside


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    yield from (folder / name for name in names if name.endswith(suffix))


def _is_ours(path: Path) -> bool:
    return bool(_NAME.fullmatch(path.stem) or _BEFORE.fullmatch(path.stem))


def _is_held(lock: Path) -> bool:
    """Return True unless the window of a lock is gone for certain."""
    found = _NAME.fullmatch(lock.stem)
    if found is None:
        return _is_locked(lock)
    presence = presence_of(found[1])
    if presence != "elsewhere":
        return presence == "here"
    try:
        return time.time() - lock.stat().st_mtime < OLD_S
    except OSError:
        return False


def _is_locked(lock: Path) -> bool:
    """Return True if a process holds a lock of an earlier version."""
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def _remove(path: Path) -> None:
    with suppress(OSError):  # another window removed it
        path.unlink()
