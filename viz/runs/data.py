"""Runs and their files: watched and read in the background, where their curves are computed too.

The UI thread states what it needs (`RunFiles.want`) and takes what is available (`record`, `curve`, `listing`): frozen
values that keep their identity while unchanged. Unchanged files cost one `stat` a second.
"""

import time
from collections.abc import Callable, Mapping

from imgui_bundle import hello_imgui

from foundation.background import Loop
from training_launcher.registry import Watcher
from training_launcher.run import Run
from viz.runs.follower import NOTHING, Follower, RunRecord
from viz.runs.listing import EMPTY, Listing, Listings
from viz.state.facts import ServiceKey
from viz.ui.plot_series import Curve, CurveRequest, curve


class RunWatch:
    """Watches folders of runs. For the UI thread."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._folders: tuple[str, ...] = ()
        self._watcher: Watcher | None = None

    def look(self, folders: tuple[str, ...]) -> tuple[Run, ...]:
        """Return the known runs in these folders; call once a frame."""
        if self._watcher is None:
            self._folders, self._watcher = folders, Watcher(folders, self._wake)
        elif folders != self._folders:
            self._folders = self._watcher.outdirs = folders
            self._watcher.look()
        return self._watcher.runs

    def close(self) -> None:
        """Stop watching."""
        if self._watcher is not None:
            self._watcher.close()
        self._watcher = None


PERIOD_S = 1.0
"""Seconds between checks of the files."""
ABANDONED_S = 6.0
"""Seconds without a request before reading pauses. An idle window draws every two seconds."""
_CHUNK = 96 * 1024
"""Bytes of a file read and parsed before yielding to the UI thread."""
_TURN_S = 0.0005
_PUBLISH_S = 0.25
"""Seconds between partial results during long reads."""
_HELD = 24
"""Maximum number of runs with data in memory, by most recent use."""


class RunFiles:
    """Files of runs, read in a background thread. Methods are for the UI thread."""

    def __init__(self, wake: Callable[[], None] = hello_imgui.request_refresh) -> None:
        self._wake = wake
        self._loop = Loop("run files", self._step)
        self._worker = _Worker()
        self._due = 0.0
        self._followed: tuple[str, ...] = ()
        self._requests: tuple[CurveRequest, ...] = ()
        self._listed: tuple[str, ...] = ()
        self._wanted_at = 0.0
        self._records: Mapping[str, RunRecord] = {}
        self._listings: Mapping[str, Listing] = {}
        self._curves: Mapping[CurveRequest, Curve | None] = {}
        self._newest: Mapping[tuple[str, str, bool], Curve] = {}
        self.version = 0
        """Counter of published changes."""
        self.rounds = 0
        """Number of passes over all files."""

    def want(self, followed: tuple[str, ...], requests: tuple[CurveRequest, ...], listed: tuple[str, ...]) -> None:
        """Set the runs to follow, the curves to compute and the folders to list. Call in every frame."""
        changed = followed != self._followed or requests != self._requests or listed != self._listed
        rested = time.monotonic() - self._wanted_at > ABANDONED_S
        self._followed, self._requests, self._listed = followed, requests, listed
        self._wanted_at = time.monotonic()
        self._loop.start()
        if changed or rested:
            self._loop.wake()

    def record(self, folder: str) -> RunRecord:
        """Return the data of a followed run read so far."""
        return self._records.get(folder, NOTHING)

    def listing(self, folder: str) -> Listing:
        """Return the contents of a listed folder."""
        return self._listings.get(folder, EMPTY)

    def curve(self, request: CurveRequest) -> Curve | None:
        """Return the requested curve; until it is computed, the last one of the same statistic."""
        if (found := self._curves.get(request)) is not None:
            return found
        return self._newest.get((request.folder, request.name, request.metric))

    def ready(self, request: CurveRequest) -> bool:
        """Return True if exactly this curve has been computed, or cannot be."""
        return request in self._curves

    def close(self) -> None:
        """End the thread."""
        self._loop.close()

    # -- the thread --

    def _step(self, woken: bool) -> float | None:
        now = time.monotonic()
        if now - self._wanted_at > ABANDONED_S and not woken:
            return None
        worker = self._worker
        if now >= self._due or woken:
            self._due = now + PERIOD_S if now >= self._due else self._due
            worker.begin(self._followed, self._listed)
            self.rounds += 1
        worker.read_some()
        if worker.publish(self._requests, time.monotonic()):
            self._records, self._listings = worker.records, worker.listings
            self._curves, self._newest = worker.curves, worker.newest
            self.version += 1
            self._wake()
        return _TURN_S if worker.busy else max(self._due - time.monotonic(), _TURN_S)


class _Worker:
    """State of the background thread."""

    def __init__(self) -> None:
        self.records: dict[str, RunRecord] = {}
        self.listings: dict[str, Listing] = {}
        self.curves: dict[CurveRequest, Curve | None] = {}
        self.newest: dict[tuple[str, str, bool], Curve] = {}
        self._followers: dict[str, Follower] = {}
        self._folders = Listings()
        self._reading: list[str] = []
        self._made_at: dict[CurveRequest, object] = {}
        self._published = 0.0
        self._changed = False

    @property
    def busy(self) -> bool:
        """Return True if more can be read immediately."""
        return bool(self._reading)

    def begin(self, followed: tuple[str, ...], listed: tuple[str, ...]) -> None:
        """Begin a pass over all files."""
        listings = {folder: self._folders.of(folder) for folder in dict.fromkeys((*listed, *followed))}
        if any(self.listings.get(folder) is not found for folder, found in listings.items()):
            self._changed = True
        self.listings = listings
        for folder in followed:
            follower = self._followers.pop(folder, None) or Follower(folder)
            self._followers[folder] = follower  # keeps the most recent last
            follower.metrics(listings[folder].metrics)
        for folder in tuple(self._followers)[:-_HELD]:
            if folder not in followed:
                del self._followers[folder]
        self._reading = list(followed)

    def read_some(self) -> None:
        """Read the next chunk of each file with unread data."""
        for folder in tuple(self._reading):
            changed, more = self._followers[folder].look(_CHUNK)
            self._changed = self._changed or changed
            if not more:
                self._reading.remove(folder)
            time.sleep(_TURN_S)  # yields to the UI thread

    def publish(self, requests: tuple[CurveRequest, ...], now: float) -> bool:
        """Compute new results; return True if there are any."""
        if self.busy and now - self._published < _PUBLISH_S and all(request in self.curves for request in requests):
            return False
        records = {folder: follower.record() for folder, follower in self._followers.items()}
        changed = self._changed or any(self.records.get(folder) is not one for folder, one in records.items())
        curves: dict[CurveRequest, Curve | None] = {}
        made: dict[CurveRequest, object] = {}
        for request in requests:
            follower = self._followers.get(request.folder)
            if follower is None:
                continue
            made[request] = mark = follower.mark(request)
            if request in self.curves and self._made_at.get(request) == mark:
                curves[request] = self.curves[request]
                continue
            column = follower.column(request)
            curves[request] = curve(*column, request) if column is not None else None
            changed = True
        if not changed:
            return False
        newest = {key: one for key, one in self.newest.items() if key[0] in self._followers}
        newest |= {
            (request.folder, request.name, request.metric): one for request, one in curves.items() if one is not None
        }
        self.records, self.curves, self._made_at, self.newest = records, curves, made, newest
        self._published, self._changed = now, False
        return True


RUN_FILES: ServiceKey[RunFiles] = ServiceKey("run files")
