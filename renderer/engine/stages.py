"""What the stages of the pipeline share: bounded caches and a clock that says how long each stage took."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """The results most recently used, up to a total size; the newest one stays whatever its size.

    Args:
        limit: Largest total of `size`.
        size: Size of a result; each counts as 1 unless given.
    """

    def __init__(self, limit: int, size: Callable[[V], int] = lambda value: 1) -> None:
        self._limit = limit
        self._size = size
        self._total = 0
        self._results: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        """The result for a key, if it is kept."""
        if key in self._results:
            self._results.move_to_end(key)
        return self._results.get(key)

    def put(self, key: Hashable, value: V) -> V:
        """Keep a result, let the oldest go, and return the result."""
        if (old := self._results.pop(key, None)) is not None:
            self._total -= self._size(old)
        self._results[key] = value
        self._total += self._size(value)
        self._trim()
        return value

    def made(self, key: Hashable, make: Callable[[], V]) -> V:
        """The result for a key, from `make` if it is not kept."""
        value = self.get(key)
        return self.put(key, make()) if value is None else value

    def resize(self, limit: int) -> None:
        """Change the limit; what is over it goes at once."""
        self._limit = limit
        self._trim()

    def _trim(self) -> None:
        while self._total > self._limit and len(self._results) > 1:
            _, oldest = self._results.popitem(last=False)
            self._total -= self._size(oldest)

    def clear(self) -> None:
        """Let everything go."""
        self._results.clear()
        self._total = 0


class StageClock:
    """Adds up the time of each stage. A stage inside another's block stops the outer one's clock.

    Args:
        now: The present moment, whatever that is: of a device it may be a mark in its work, which it has yet to reach.
        seconds: From one moment to a later one. Asked for by `milliseconds` only.
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
