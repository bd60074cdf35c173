"""Long-running renderer jobs for panels: heat maps, whole images, w vectors. A job runs while it is asked for."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from renderer.document.arrays import array_of
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import (
    Changes,
    ClosestW,
    DeepStill,
    Describe,
    Difference,
    Diversity,
    Drag,
    Effects,
    Equivariance,
    Geodesic,
    Job,
    NoiseDeviation,
    PathMap,
    PerceptualDistance,
    Progress,
    RadialPower,
    ReadAhead,
    SampleW,
    Search,
    SeedLooks,
    SortPiles,
    Still,
    Styles,
    Work,
)
from viz.state.facts import JobStatus, RunningJob

DRAGGING = "Dragging"
NAMES: Mapping[type, str] = {
    Still: "Picture",
    DeepStill: "Picture",
    Styles: "Styles",
    NoiseDeviation: "Noise deviation",
    Changes: "Constant speed",
    Geodesic: "Geodesic",
    Difference: "Difference",
    Drag: DRAGGING,
    ReadAhead: "Reading ahead",
    Search: "Finding directions",
    Effects: "Measuring directions",
    SampleW: "Looking at styles",
    SortPiles: "Learning from two piles",
    SeedLooks: "Measuring seeds",
    Equivariance: "Measuring equivariance",
    RadialPower: "Measuring power",
    Diversity: "Measuring diversity",
    PathMap: "Mapping path lengths",
    ClosestW: "Closest w",
    PerceptualDistance: "Distance",
    Describe: "Reading a network",
}
"""Names of jobs for people, by kind of work."""
PATH = "Measuring path length"
"""Of `Changes` by the distance at hand, which the lens shows."""
KEPT = 8
"""Number of finished jobs whose results are kept while unused."""


def name_of(work: Work) -> str:
    """Return the name of a job for people."""
    return PATH if isinstance(work, Changes) and work.measure == "distance" else NAMES[type(work)]


@dataclass
class _Entry:
    key: str
    status: JobStatus
    requested: bool
    then: Callable[[JobStatus], None] | None = None


class Jobs:
    """Implements `facts.Jobs`."""

    def __init__(self, renderer: AnyRenderer) -> None:
        self._renderer = renderer
        self._entries: dict[Work, _Entry] = {}
        self._once: dict[str, Callable[[JobStatus], None]] = {}
        self._numbers = itertools.count()

    def ask(self, work: Work) -> JobStatus:
        """Return the status of a job. A job that is not asked for in a frame is cancelled; finished ones are kept."""
        entry = self._entries.pop(work, None)
        if entry is None:
            entry = _Entry(f"w{next(self._numbers)}", JobStatus(), True)
            self._renderer.start(Job(entry.key, work))
        entry.requested = True
        self._entries[work] = entry  # newest last
        return entry.status

    def once(self, work: Work, then: Callable[[JobStatus], None]) -> None:
        """Run a job independently of `ask`, and call `then` when it has ended."""
        key = f"e{next(self._numbers)}"
        self._once[key] = then
        self._renderer.start(Job(key, work))

    @property
    def running(self) -> tuple[RunningJob, ...]:
        """Jobs that are not over, oldest first."""
        return tuple(
            RunningJob(name_of(work), entry.status.done, entry.status.total)
            for work, entry in self._entries.items()
            if not entry.status.over
        )

    def take(self, progress: Iterable[Progress]) -> None:
        """Process progress reports of the renderer."""
        entries = {entry.key: entry for entry in self._entries.values()}
        for one in progress:
            if (entry := entries.get(one.key)) is not None:
                entry.status = _updated(entry.status, one)
            elif one.over and (then := self._once.pop(one.key, None)) is not None:
                then(_updated(JobStatus(), one))

    def settle(self) -> None:
        """Cancel jobs that were not asked for. Call once a frame, after the panels are drawn."""
        finished = 0
        for work, entry in reversed(tuple(self._entries.items())):
            finished += entry.status.over
            if not entry.requested and (not entry.status.over or entry.status.failure or finished > KEPT):
                del self._entries[work]
                if not entry.status.over:
                    self._renderer.cancel(entry.key)
            entry.requested = False


def _updated(before: JobStatus, progress: Progress) -> JobStatus:
    result = before.result if progress.result is None else array_of(progress.result)
    return replace(before, done=progress.done, total=progress.total, result=result, failure=progress.failure)
