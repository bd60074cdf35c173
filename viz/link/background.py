"""A background worker: calls that take moments, one after the other on a thread of its own."""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

A = TypeVar("A")
N = TypeVar("N")


class BackgroundWorker(Generic[A, N]):
    """Queue of arguments and results of one function.

    Args:
        name: Of the thread.
        do: The function; what it raises ends the thread, so it should return failures.
        wake: Called on the thread after each.
    """

    def __init__(self, name: str, do: Callable[[A], N], wake: Callable[[], None]) -> None:
        self._name, self._do, self._wake = name, do, wake
        self._asks: queue.SimpleQueue[A | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[N] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def do(self, ask: A) -> None:
        """Queue one call."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._asks.put(ask)

    def news(self) -> N | None:
        """Return the next result; None where there is no more."""
        return None if self._news.empty() else self._news.get()

    def close(self) -> None:
        """Finish the queue, then end the thread."""
        if self._thread is not None:
            self._asks.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (ask := self._asks.get()) is not None:
            self._news.put(self._do(ask))
            self._wake()
