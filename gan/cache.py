"""Bounded caches."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

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

    def values(self) -> tuple[V, ...]:
        """Return all results, the most recently used first."""
        return tuple(reversed(self._results.values()))

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
