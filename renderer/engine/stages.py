"""Bounded caches and a clock, shared by the stages of the pipeline."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gan.cache import Cache

__all__ = ["Cache", "StageClock"]


class StageClock:
    """Adds up the time of each stage. A stage inside another's block stops the outer one's clock.

    Args:
        now: Returns the present moment. For a device it may be an event that it has yet to reach.
        seconds: Time from one moment to a later one. Called by `milliseconds` only.
    """

    def __init__(
        self,
        now: Callable[[], Any] = time.perf_counter,
        seconds: Callable[[Any, Any], float] = lambda first, last: float(last - first),
    ) -> None:
        self._now, self._between = now, seconds
        self._spans: list[tuple[str, Any, Any]] = []
        self._running: list[str] = []
        self._since: Any = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of this block for the stage `name`."""
        self._book()
        self._running.append(name)
        try:
            yield
        finally:
            self._book()
            self._running.pop()

    @property
    def milliseconds(self) -> tuple[tuple[str, float], ...]:
        """Stage and milliseconds, in the order in which the stages ended."""
        seconds: dict[str, float] = {}
        for name, first, last in self._spans:
            seconds[name] = seconds.get(name, 0.0) + self._between(first, last)
        return tuple((name, 1000 * total) for name, total in seconds.items())

    def _book(self) -> None:
        now = self._now()
        if self._running:
            self._spans.append((self._running[-1], self._since, now))
        self._since = now
