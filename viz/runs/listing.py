"""Contents of a run folder besides its numbers: image grids, snapshots, metric files. Reads names only."""

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
    """A picture grid that the run made on its way."""

    kimg: float
    path: str


@dataclass(frozen=True)
class Listing:
    """One folder; all paths are whole."""

    grids: tuple[Grid, ...] = ()
    """Oldest first."""
    reals: str = ""
    """The grid of the data set; empty where there is none."""
    snapshots: tuple[Snapshot, ...] = ()
    """Oldest first."""
    metrics: tuple[str, ...] = ()
    """The `metric-*.jsonl`, sorted."""
    resumable: bool = False
    """True if it holds what a run needs to go on."""

    def snapshot_at(self, kimg: float) -> Snapshot | None:
        """The newest network that is not younger than the grid of `kimg`; None where there is none."""
        older = [one for one in self.snapshots if one.kimg <= kimg + 1e-6]
        return older[-1] if older else None


EMPTY = Listing()


class Listings:
    """Folders as they were at the last look. A folder that rests costs one `stat` a look."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, Listing]] = {}

    def of(self, folder: str) -> Listing:
        """What a folder holds; the very same object while that stays the same. Never raises."""
        before, known = self._known.get(folder, (0, EMPTY))
        try:
            stamp = os.stat(folder).st_mtime_ns
        except (OSError, ValueError):
            self._known.pop(folder, None)
            return EMPTY
        # a time stamp may not tell two changes apart that follow one another closely
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
