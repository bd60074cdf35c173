"""Work for the renderer's idle time: thumbnails and jobs, which share it evenly. Standard library only."""

import math
from dataclasses import dataclass

from renderer.ipc.protocol import (
    Changes,
    ClosestW,
    Diversity,
    Equivariance,
    Job,
    PathMap,
    RadialPower,
    ThumbnailRequest,
    Work,
)

QUIET_SECONDS = 0.1
"""Time without a request after which background work may follow without a pause."""
BUSY_SHARE = 0.2
"""Largest share of the time that background work takes while requests keep coming."""
BATCH = 8
"""Most thumbnails handed out together."""


def background_wait(since_request_s: float, since_last_s: float, last_s: float) -> float:
    """Return the seconds to wait before the next background work, 0 for now.

    Args:
        since_request_s: Seconds since the last request came.
        since_last_s: Seconds since the last background work ended or gave way.
        last_s: Seconds that it took.
    """
    pause = last_s * (1 / BUSY_SHARE - 1)
    return max(0.0, min(QUIET_SECONDS - since_request_s, pause - since_last_s))


def patient(work: Work) -> bool:
    """Return True for a job whose results narrow while one waits: figures of the lens, and the closest w.

    Nobody waits for its end, which may be minutes away, and several are looked at together.
    """
    return isinstance(work, _PATIENT) or (isinstance(work, Changes) and work.measure == "distance")


_PATIENT = (Equivariance, RadialPower, Diversity, PathMap, ClosestW)


@dataclass(frozen=True)
class Thumbnails:
    """Thumbnails to draw, most wanted first; the renderer draws as many of the first ones together as pays."""

    wanted: tuple[ThumbnailRequest, ...]
    rough: bool
    """True if no picture of them was sent yet, so that a quick one of few pixels is welcome."""


Background = Thumbnails | Job


class Backlog:
    """Thumbnails and jobs that wait. Each is handed out again and again until it is done or no longer wanted.

    All thumbnails are drawn roughly before the first one is drawn finely. Jobs come in the order in which they were
    begun, see `patient` for those that come last. Of thumbnails and jobs, those that have had less time since both
    began to wait come next.
    """

    def __init__(self) -> None:
        self._wanted: dict[str, ThumbnailRequest] = {}
        self._rough: set[str] = set()
        """Thumbnails of which a rough picture was sent."""
        self._jobs: dict[str, Job] = {}
        self._lead_s = 0.0
        """Seconds that thumbnails have had more than jobs since both began to wait."""
        self._shared = False
        """True if both waited when work was handed out last."""
        self._given: Background | None = None
        self._began = self._ended = -math.inf
        self._last_s = 0.0

    def __bool__(self) -> bool:
        """True if anything waits."""
        return bool(self._wanted or self._jobs)

    @property
    def has_thumbnails(self) -> bool:
        """True if a thumbnail waits."""
        return bool(self._wanted)

    def want(self, thumbnails: tuple[ThumbnailRequest, ...]) -> None:
        """Replace the wanted thumbnails, most wanted first."""
        before, self._wanted = self._wanted, {one.key: one for one in thumbnails}
        self._rough = {key for key in self._rough if before.get(key) == self._wanted.get(key)}

    def start(self, job: Job) -> None:
        """Add a job, or replace that of the same key."""
        self._jobs[job.key] = job

    def cancel(self, key: str) -> None:
        """Drop a job."""
        self._jobs.pop(key, None)

    def wants(self, work: ThumbnailRequest | Job) -> bool:
        """Return True if this very work is still wanted."""
        if isinstance(work, Job):
            return self._jobs.get(work.key) is work
        return self._wanted.get(work.key) == work

    def done(self, work: ThumbnailRequest | Job, final: bool = True) -> None:
        """Remove finished work; a thumbnail that is not `final` has its rough picture and waits on."""
        if not self.wants(work):
            return
        if isinstance(work, Job):
            del self._jobs[work.key]
        elif final:
            del self._wanted[work.key]
            self._rough.discard(work.key)
        else:
            self._rough.add(work.key)

    def wait(self, now: float, asked_at: float) -> float:
        """Return the seconds until the next work may begin, given the time of the last request."""
        return background_wait(now - asked_at, now - self._ended, self._last_s)

    def begin(self, now: float) -> Background:
        """Hand out the next work. There must be some."""
        self._shared = bool(self._wanted and self._jobs)
        if not self._shared:
            self._lead_s = 0.0
        if self._jobs and (not self._wanted or self._lead_s > 0):
            work: Background = self._next_job()
        else:
            fresh = [one for key, one in self._wanted.items() if key not in self._rough]
            work = Thumbnails(tuple(fresh or self._wanted.values())[:BATCH], bool(fresh))
        self._given, self._began = work, now
        return work

    def _next_job(self) -> Job:
        """Return the oldest job; those that are patient come after all others, and take turns."""
        hasty = next((job for job in self._jobs.values() if not patient(job.work)), None)
        if hasty is not None:
            return hasty
        key = next(iter(self._jobs))
        job = self._jobs[key] = self._jobs.pop(key)
        return job

    def end(self, now: float) -> None:
        """Note that the work handed out last has ended or given way; does nothing if that was noted before."""
        if self._given is None:
            return
        self._ended, self._last_s = now, now - self._began
        if self._shared:
            self._lead_s += -self._last_s if isinstance(self._given, Job) else self._last_s
        self._given = None
