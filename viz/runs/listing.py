"""Contents of a run folder besides its data: image grids, snapshots, metric files. Reads names only."""

import os
import time
from dataclasses import dataclass

from foundation.runs import STATE_FILE, grids
from viz.state.facts import Snapshot
from viz.state.snapshots import snapshots_of

_SETTLED_SECONDS = 2.0
_REALS = ("reals.png", "reals.jpg")


@dataclass(frozen=True)
class Grid:
    """Image grid written during the run."""

    kimg: float
    path: str


@dataclass(frozen=True)
class Listing:
    """Contents of one folder; all paths include the folder."""

    grids: tuple[Grid, ...] = ()
    """Oldest first."""
    reals: str = ""
    """Image grid of the data set; empty if there is none."""
    snapshots: tuple[Snapshot, ...] = ()
    """Oldest first."""
    metrics: tuple[str, ...] = ()
    """Paths of `metric-*.jsonl`, sorted."""
    resumable: bool = False
    """True if the run can be resumed from the folder."""

    def snapshot_at(self, kimg: float) -> Snapshot | None:
        """Return the newest network no newer than `kimg`; None if there is none."""
        older = [one for one in self.snapshots if one.kimg <= kimg + 1e-6]
        return older[-1] if older else None


EMPTY = Listing()


class Listings:
    """Folder listings of the last check. An unchanged folder costs one `stat` per check."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, Listing]] = {}

    def of(self, folder: str) -> Listing:
        """Return the contents of a folder; the same object while unchanged. Never raises."""
        before, known = self._known.get(folder, (0, EMPTY))
        try:
            stamp = os.stat(folder).st_mtime_ns
        except (OSError, ValueError):
            self._known.pop(folder, None)
            return EMPTY
        # time stamps may not distinguish changes in quick succession
        if stamp != before or time.time() - stamp / 1e9 < _SETTLED_SECONDS:
            found = _read(folder)
            known = known if found == known else found
            self._known[folder] = stamp, known
        return known


def _read(folder: str) -> Listing:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except (OSError, ValueError):
        return EMPTY
    whole = {name.lower(): os.path.join(folder, name) for name in names}
    return Listing(
        tuple(Grid(kimg, os.path.join(folder, name)) for kimg, name in sorted(grids(names).items())),
        next((whole[name] for name in _REALS if name in whole), ""),
        snapshots_of(folder),
        tuple(whole[name] for name in whole if name.startswith("metric-") and name.endswith(".jsonl")),
        STATE_FILE in whole,
    )
