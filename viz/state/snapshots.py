"""The networks of a run folder by kimg, and the picture grids made with them. Reads names only, never a network."""

import os
import time
from functools import lru_cache
from pathlib import Path

from foundation.runs import grids, snapshot_kimg
from viz.state.facts import Snapshot

NETWORK_SUFFIXES = (".safetensors", ".pkl")
"""Files that may hold a network; of two snapshots of one time the first kind is shown."""

_SETTLED_SECONDS = 2.0
"""A folder changed more recently is read again each time: its time stamp may not tell two changes apart."""


def snapshots_of(source: str) -> tuple[Snapshot, ...]:
    """The snapshots beside `source`, oldest first; empty where there are none.

    Args:
        source: A run folder, or one of its `network-snapshot-<kimg>.pkl` or `.safetensors`. Other files, URLs and
            folders that cannot be read have no snapshots.

    Costs one look at the folder's time stamp while nothing changes, so it may be called in every frame.
    """
    if not source or "://" in source:
        return ()
    folder = source
    if source.lower().endswith(NETWORK_SUFFIXES):
        folder, name = os.path.split(source)
        if snapshot_kimg(name) is None:
            return ()
    try:
        stamp = os.stat(folder or ".").st_mtime_ns
    except (OSError, ValueError):
        return ()
    if time.time() - stamp / 1e9 < _SETTLED_SECONDS:
        return _read(folder)
    return _remembered(folder, stamp)


def newest_kimg(folder: str) -> float | None:
    """Training time of the newest snapshot in a folder; None where it holds none, so it is no run folder."""
    found = snapshots_of(folder)
    return found[-1].kimg if found else None


def current(snapshots: tuple[Snapshot, ...], source: str) -> int:
    """Index of the snapshot that `source` opens: the file itself, or a run folder's newest.

    Raises ValueError without snapshots.
    """
    if not snapshots:
        raise ValueError("a run without snapshots has no current one")
    for index, snapshot in enumerate(snapshots):
        if os.path.basename(snapshot.path) == os.path.basename(source):
            return index
    return len(snapshots) - 1


def nearest(snapshots: tuple[Snapshot, ...], kimg: float) -> int:
    """Index of the snapshot whose training time is closest to `kimg`, the earlier of two."""
    return min(range(len(snapshots)), key=lambda index: abs(snapshots[index].kimg - kimg))


@lru_cache(maxsize=64)
def _remembered(folder: str, stamp: int) -> tuple[Snapshot, ...]:
    """`_read`, until the folder's time stamp changes."""
    return _read(folder)


def _read(folder: str) -> tuple[Snapshot, ...]:
    try:
        with os.scandir(folder or ".") as listing:
            names = [entry.name for entry in listing]
    except (OSError, ValueError):
        return ()
    fakes = grids(names)
    networks: dict[float, str] = {}
    for name in names:
        if (kimg := snapshot_kimg(name)) is None:
            continue
        if kimg not in networks or _rank(name) < _rank(networks[kimg]):
            networks[kimg] = name

    def inside(name: str) -> str:
        return str(Path(folder) / name) if name else ""

    return tuple(Snapshot(kimg, inside(name), inside(fakes.get(kimg, ""))) for kimg, name in sorted(networks.items()))


def _rank(name: str) -> int:
    return NETWORK_SUFFIXES.index(Path(name).suffix.lower())
