"""Run folders: their location, and the networks and image grids in each. Reads file names only, never a network."""

import os
import time
from functools import lru_cache
from pathlib import Path

import platformdirs

from foundation.bundled import RECORDED_RUNS
from foundation.network_files import NETWORK_SUFFIXES
from foundation.runs import grids, snapshot_kimg
from renderer.ipc.protocol import ModelInfo
from viz.state.facts import Snapshot
from viz.state.settings import Settings

_SETTLED_SECONDS = 2.0
"""Age at which a folder's listing is cached: a recent time stamp may not distinguish two changes."""


def snapshots_of(source: str) -> tuple[Snapshot, ...]:
    """Return the snapshots beside `source`, oldest first; empty if there are none.

    Args:
        source: A run folder, or one of its `network-snapshot-<kimg>.pkl` or `.safetensors`. Other files, URLs and
            unreadable folders have no snapshots.

    Costs one `stat` of the folder while it is unchanged, so it may be called in every frame.
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
    """Return the kimg of the newest snapshot in a folder; None if it holds none and so is no run folder."""
    found = snapshots_of(folder)
    return found[-1].kimg if found else None


def current(snapshots: tuple[Snapshot, ...], source: str) -> int:
    """Return the index of the snapshot that `source` opens: the file itself, or the newest of a run folder.

    Raises ValueError without snapshots.
    """
    if not snapshots:
        raise ValueError("a run without snapshots has no current one")
    for index, snapshot in enumerate(snapshots):
        if os.path.basename(snapshot.path) == os.path.basename(source):
            return index
    return len(snapshots) - 1


def drawn(source: str, model: ModelInfo | None) -> str:
    """Return the file that is drawn for a network: that of a run folder may no longer be its newest."""
    return model.file if model is not None and model.file and model.network.source == source else source


def nearest(snapshots: tuple[Snapshot, ...], kimg: float) -> int:
    """Return the index of the snapshot closest to `kimg`; the earlier of two equally close ones."""
    return min(range(len(snapshots)), key=lambda index: abs(snapshots[index].kimg - kimg))


@lru_cache(maxsize=64)
def _remembered(folder: str, stamp: int) -> tuple[Snapshot, ...]:
    """Return `_read(folder)`, cached by the folder's time stamp."""
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


# -- folders of runs --


@lru_cache(maxsize=1)
def usual_run_folders() -> tuple[str, ...]:
    """Return the default folders of runs; new runs go into the first. The last holds that of the demo network."""
    documents = platformdirs.user_documents_path() / "StyleScope" / "runs"
    recorded = (str(RECORDED_RUNS),) if os.path.isdir(RECORDED_RUNS) else ()
    return str(documents), str(Path.cwd() / "runs"), *recorded


def run_folders(settings: Settings, source: str) -> tuple[str, ...]:
    """Return the folders of runs: those of the settings or the default ones, and that of the run of `source`."""
    named = tuple(one.strip() for one in settings.run_dirs.split(os.pathsep) if one.strip())
    return _with(named or usual_run_folders(), run_of(source))


@lru_cache(maxsize=64)
def _with(named: tuple[str, ...], run: str) -> tuple[str, ...]:
    whole = (os.path.abspath(os.path.expanduser(one)) for one in named)
    return tuple(dict.fromkeys([*whole, *([os.path.dirname(run)] if run else [])]))


def run_of(source: str) -> str:
    """Return the absolute run folder that a network is in, or that it is; empty if none."""
    if not source or not snapshots_of(source):
        return ""
    folder = os.path.dirname(source) if source.lower().endswith(NETWORK_SUFFIXES) else source
    return os.path.abspath(folder)
