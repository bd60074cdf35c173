"""Decisions of the engine: which renders to give up, and at which resolution to render what moves.

Standard library only.
"""

import statistics
import time
from collections import deque
from collections.abc import Callable, Mapping

from renderer.ipc.protocol import RenderRequest

RECENT_SECONDS = 0.25
"""Longest time that starting over may delay the window's next image, at any speed of the network."""
WORTH_SECONDS = 0.1
"""A render with less than this to go is finished: starting over would save nothing visible."""
EARLY_SHARE = 0.3
"""A render that has done less than this may be given up after RECENT_SECONDS too, but not for longer than it takes."""

HIGHER, LOWER = 0.85, 1.2
"""Shares of the time limit: a higher resolution must be expected to take less than the first, and the present one is
left when it takes more than the second. In between the resolution stays, so that it does not flicker."""
COARSE, COARSE_FACTOR = 16, 2.5
"""Fewer than this share of the pixels along a side show too little: such an image is shown only where the next higher
resolution takes more than this multiple of the time limit."""
RECENT_RUNS = 5
"""Number of runs whose median is the expected time: a single one may have been held up."""
PAUSE_SECONDS = 1.0
"""After this long without motion the resolution is chosen afresh."""
SLOW_SECONDS = 1 / 30
"""A full image that takes longer than this makes the window wait: it draws less often than it could."""
RETRY_SECONDS = 10.0
"""Time until threads that did not help, because other programs had the cores, are tried again."""


class Pace:
    """Resolutions of images in motion, chosen by the times that recent images took. 0 is the full resolution.

    Args:
        shares: Low resolutions, ascending, with their shares of the full image's multiplications.
        resolution: The full resolution.
        full_s: Estimated seconds of a full image, until one is measured.
        clock: Seconds.
    """

    def __init__(
        self,
        shares: Mapping[int, float],
        resolution: int,
        full_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shares = {**shares, 0: 1.0}
        self._fine = min((side for side in shares if side * COARSE >= resolution), default=0)
        """The lowest resolution that shows enough."""
        self._clock = clock
        self._estimate_s = full_s
        self._measured_s: float | None = None
        self._threads = 1
        self._by_threads: dict[int, deque[float]] = {}
        """Seconds of a full image by the times of recent runs with so many threads."""
        self._took: dict[tuple[int, int], deque[float]] = {}
        """Seconds of recent runs with so many threads at a resolution."""
        self._retry_at = 0.0
        self._ran: set[int] = set()
        self._chosen = 0
        self._chosen_at: float | None = None

    def ran(self, side: int, seconds: float) -> None:
        """Record the time of a run. The first one of each low resolution also builds its network, and is left out."""
        first = side not in self._ran
        self._ran.add(side)
        if not side:
            self._measured_s = seconds
        if side in self._shares and not (side and first):
            recent = self._by_threads.setdefault(self._threads, deque(maxlen=RECENT_RUNS))
            recent.append(seconds / self._shares[side])
            self._took.setdefault((self._threads, side), deque(maxlen=RECENT_RUNS)).append(seconds)

    def use(self, threads: int) -> None:
        """Record and expect the times of so many threads from now on."""
        self._threads = threads

    def threads(self, fewer: int, most: int, side: int, held: bool) -> int:
        """Return the number of threads of the next image: `most` where they render it sooner than `fewer`.

        `fewer` leave a core to the window, which needs it while the user holds something, and for images that take no
        longer than a frame. Otherwise it waits for the image. On a machine that other programs use, more threads may
        take longer, as products of matrices wait for each of them: then they are tried again after RETRY_SECONDS.
        """
        if held or self.full_s < SLOW_SECONDS or fewer == most:
            return fewer
        with_fewer, with_most = self._took.get((fewer, side)), self._took.get((most, side))
        if with_most and not with_fewer:
            return fewer  # once, to compare with
        if with_fewer and with_most and statistics.median(with_most) >= statistics.median(with_fewer):
            with_most.clear()
            self._retry_at = self._clock() + RETRY_SECONDS
        return fewer if self._clock() < self._retry_at else most

    @property
    def measured(self) -> bool:
        """Return True once a run has been recorded."""
        return any(self._by_threads.values())

    def expect(self, other: "Pace") -> None:
        """Expect the times of a network of the same shape, until this one is measured."""
        self._estimate_s = other.full_s

    @property
    def full_s(self) -> float:
        """Seconds of a full image: those of the last one, or an estimate before the first."""
        return self._unit_s if self._measured_s is None else self._measured_s

    def expected_s(self, side: int) -> float:
        """Return the seconds that an image of this resolution is expected to take now."""
        return self._shares[side] * self._unit_s

    def side(self, limit_s: float) -> int:
        """Return the resolution of the next image in motion, which should take no longer than `limit_s`."""
        now = self._clock()
        fresh = self._chosen_at is None or now - self._chosen_at > PAUSE_SECONDS
        self._chosen_at = now
        higher = self._highest(HIGHER * limit_s)
        if fresh or self.expected_s(self._chosen) > LOWER * limit_s * self._patience(self._chosen):
            self._chosen = self._highest(limit_s)
        elif _rank(higher) > _rank(self._chosen):
            self._chosen = higher
        return self._chosen

    def _patience(self, side: int) -> float:
        return COARSE_FACTOR if side == self._fine else 1.0

    @property
    def _unit_s(self) -> float:
        known = self._by_threads.get(self._threads) or next((x for x in self._by_threads.values() if x), None)
        return statistics.median(known) if known else self._estimate_s

    def _highest(self, limit_s: float) -> int:
        """Return the highest resolution expected to take no longer than `limit_s`, else the lowest one."""
        quick = [side for side in self._shares if self.expected_s(side) <= limit_s]
        highest = max(quick, key=_rank) if quick else min(self._shares, key=_rank)
        if _rank(highest) < self._fine and self.expected_s(self._fine) <= COARSE_FACTOR * limit_s:
            return self._fine
        return highest


def _rank(side: int) -> float:
    return side or float("inf")


def stale(running: RenderRequest, newer: RenderRequest) -> bool:
    """Return True if `newer` needs another synthesis than `running`, so that finishing does not help it."""
    return running.work != newer.work


def drop(running: RenderRequest, newer: RenderRequest, share: float, elapsed_s: float, waited_s: float) -> bool:
    """Return True to drop a render and begin the newer request.

    In motion every request is stale soon: each image that was begun is finished and shown, and the newest request
    that waits then is the next one. A full image at rest gives way to motion; see `give_up` for the rest.

    Args:
        running: Request being rendered.
        newer: Newest request that waits.
        share: Share of the render that is done, 0..1.
        elapsed_s: Seconds that this render has taken.
        waited_s: Seconds since the first render began after the last answer; at least `elapsed_s`.
    """
    if not stale(running, newer) or (running.moving and newer.moving):
        return False
    if newer.moving:
        return not _nearly_done(share, elapsed_s)
    return give_up(share, elapsed_s, waited_s)


def drop_loading(running: RenderRequest, newer: RenderRequest, downloads: bool) -> bool:
    """Return True to stop reading a network because the newer request needs another one.

    In motion, as through the snapshots of a run, what is read is shown; only downloads stop.
    """
    if (newer.image.network, newer.device) == (running.image.network, running.device):
        return False
    return downloads or not (running.moving and newer.moving)


def give_up(share: float, elapsed_s: float, waited_s: float) -> bool:
    """Return True to drop a stale full image for another one.

    Always giving up would show nothing while changes come quickly; never giving up would delay the last one by an
    obsolete image. So a nearly complete render is finished, a recent one is started over, and the loss is bounded: an
    image appears at least every RECENT_SECONDS plus twice the time of one render.

    Args:
        share: Share of the render that is done, 0..1.
        elapsed_s: Seconds that this render has taken.
        waited_s: Seconds since the first render began after the last answer; at least `elapsed_s`.
    """
    if share <= 0:
        return waited_s < RECENT_SECONDS
    if _nearly_done(share, elapsed_s):
        return False
    return waited_s < RECENT_SECONDS or (share < EARLY_SHARE and waited_s < elapsed_s / share)


def _nearly_done(share: float, elapsed_s: float) -> bool:
    return share > 0 and elapsed_s / share - elapsed_s < WORTH_SECONDS
