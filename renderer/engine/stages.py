"""Bounded caches and a clock, shared by the stages of the pipeline."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Most recently used results, up to a total size; the newest one stays whatever its size.

    Args:
        limit: Largest total of `size`.
        size: Size of a result; each counts as 1 unless given.
    """

    def __init__(self, limit: int, size: Callable[[V], int] = lambda value: 1) -> None:
        self._limit = limit
        self._size = size
        self._total = 0
        self._results: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return the cached result of a key, or None."""
        result = self._results.get(key)
        if result is not None:
            self._results.move_to_end(key)
        return result

    def put(self, key: K, value: V) -> V:
        """Cache a result, drop the oldest ones beyond the limit, and return the result."""
        if (old := self._results.pop(key, None)) is not None:
            self._total -= self._size(old)
        self._results[key] = value
        self._total += self._size(value)
        self._trim()
        return value

    def made(self, key: K, make: Callable[[], V]) -> V:
        """Return the cached result of a key, else cache that of `make`."""
        value = self.get(key)
        return self.put(key, make()) if value is None else value

    def resize(self, limit: int) -> None:
        """Change the limit; results beyond it are dropped at once."""
        self._limit = limit
        self._trim()

    def _trim(self) -> None:
        while self._total > self._limit and len(self._results) > 1:
            _, oldest = self._results.popitem(last=False)
            self._total -= self._size(oldest)

    def clear(self) -> None:
        """Drop everything."""
        self._results.clear()
        self._total = 0


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
