"""Temporary files of processes that were killed while they wrote, and their removal.

A name contains its process (`foundation/files.py`). What belongs to a living process stays; what belongs to another
computer, or was named before names did, goes only once it is old.
"""

import os
import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from foundation.process import MARK, presence_of

OLD_S = 7 * 24 * 3600.0
"""Age in seconds from which a temporary file belongs to nobody, whoever made it elsewhere."""

_OWN = re.compile(rf"\..+\.({MARK})-\d+-[0-9a-f]{{8}}\.part", re.ASCII | re.DOTALL)
_BEFORE = re.compile(
    r"\..+\.\d+-\d+-[0-9a-f]{8}\.part|"
    r"\.?.+\.(json|jsonl|yaml|png|npz|pkl|safetensors|stylescope|mp4)\.([a-z0-9_]{8}|\d+)\.part",
    re.ASCII | re.DOTALL,
)
"""Names of earlier versions, without a process or with its pid alone."""


def is_left(path: Path, now: float | None = None) -> bool:
    """Return True for a temporary file or folder whose process is gone.

    Args:
        path: Any path.
        now: Seconds since 1970; None: the present.
    """
    own = _OWN.fullmatch(path.name)
    if own is None and not _BEFORE.fullmatch(path.name):
        return False
    presence = presence_of(own[1]) if own else "elsewhere"
    if presence != "elsewhere":
        return presence == "gone"
    try:
        changed = path.lstat().st_mtime
    except OSError:
        return False
    return (time.time() if now is None else now) - changed > OLD_S


def clean(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Remove the temporary files of ended processes directly in some folders. Returns those removed; never raises."""
    removed: list[Path] = []
    for folder in folders:
        try:
            names = [name for name in os.listdir(folder) if name.endswith(".part")]
        except OSError:
            continue
        left = [path for name in names if is_left(path := folder / name)]
        removed += [path for path in left if _removed(path)]
    return tuple(removed)


def _removed(path: Path) -> bool:
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        return False  # another process removed it, or it is not ours to remove
    return True
