"""Work that takes moments, done one thing after the other on a thread of its own."""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

A = TypeVar("A")
N = TypeVar("N")


class Errands(Generic[A, N]):
    """Takes what is asked for, and gives what came of it.

    Args:
        name: Of the thread.
        do: Does one thing; what it raises ends the thread, so it should tell of failures in what it returns.
        wake: Called on the thread after each.
    """

    def __init__(self, name: str, do: Callable[[A], N], wake: Callable[[], None]) -> None:
        self._name, self._do, self._wake = name, do, wake
        self._asks: queue.SimpleQueue[A | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[N] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def do(self, ask: A) -> None:
        """Do it soon."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._asks.put(ask)

    def news(self) -> N | None:
        """The next thing that has been done; None where there is no more."""
        return None if self._news.empty() else self._news.get()

    def close(self) -> None:
        """Finish what was asked for, then end the thread."""
        if self._thread is not None:
            self._asks.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (ask := self._asks.get()) is not None:
            self._news.put(self._do(ask))
            self._wake()
