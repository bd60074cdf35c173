"""Long work that panels ask of the renderer: heat maps, whole pictures, w vectors. Asking for it keeps it going."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from renderer.document.arrays import AnyArray, array_of
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import Failure, Job, Progress, Work

KEPT = 8
"""Finished works whose results stay at hand though nobody asks for them just now."""


@dataclass(frozen=True)
class Told:
    """Where a work stands."""

    done: int = 0
    total: int = 1
    result: AnyArray | None = None
    """What there is so far, read-only; see the kind of work for its shape."""
    failure: Failure | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.failure is not None or self.done >= self.total


@dataclass
class _Entry:
    key: str
    told: Told
    asked: bool
    then: Callable[[Told], None] | None = None


class Works:
    """Implements `facts.Works`."""

    def __init__(self, renderer: AnyRenderer) -> None:
        self._renderer = renderer
        self._entries: dict[Work, _Entry] = {}
        self._errands: dict[str, Callable[[Told], None]] = {}
        self._numbers = itertools.count()

    def ask(self, work: Work) -> Told:
        """What there is of a work by now. A work that is not asked for in a frame is ended; finished ones are kept."""
        entry = self._entries.pop(work, None)
        if entry is None:
            entry = _Entry(f"w{next(self._numbers)}", Told(), True)
            self._renderer.start(Job(entry.key, work))
        entry.asked = True
        self._entries[work] = entry  # the newest last
        return entry.told

    def once(self, work: Work, then: Callable[[Told], None]) -> None:
        """Do a work whoever asks, and call `then` when it is over."""
        key = f"e{next(self._numbers)}"
        self._errands[key] = then
        self._renderer.start(Job(key, work))

    def take(self, progress: Iterable[Progress]) -> None:
        """Take what the renderer tells."""
        entries = {entry.key: entry for entry in self._entries.values()}
        for one in progress:
            if (entry := entries.get(one.key)) is not None:
                entry.told = _told(entry.told, one)
            elif one.over and (then := self._errands.pop(one.key, None)) is not None:
                then(_told(Told(), one))

    def settle(self) -> None:
        """Call once a frame after the panels are drawn: ends what nobody asked for."""
        finished = 0
        for work, entry in reversed(tuple(self._entries.items())):
            finished += entry.told.over
            if not entry.asked and (not entry.told.over or entry.told.failure or finished > KEPT):
                del self._entries[work]
                if not entry.told.over:
                    self._renderer.cancel(entry.key)
            entry.asked = False


def _told(before: Told, news: Progress) -> Told:
    result = before.result if news.result is None else array_of(news.result)
    return replace(before, done=news.done, total=news.total, result=result, failure=news.failure)
