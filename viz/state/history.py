"""Undo history: the steps of the document, the lines of steps that were left for others, and the steps of the shelf."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from renderer.document.document import Document, Playback, Swatch
from viz.state.step_names import shelf_step, step_name

LIMIT = 200
"""Maximum number of steps; the oldest are dropped."""
BRANCHES = 12
"""Maximum number of branches; the oldest are dropped."""

Shelf = tuple[Swatch, ...]
Playheads = tuple[Playback, Playback]
"""Playhead before and after a step."""
_SAME: Playheads = (Playback(), Playback())


@dataclass(frozen=True)
class Step:
    """One undoable change."""

    name: str
    before: Document
    after: Document
    at: float
    """Time of the step on the window's clock, in seconds."""
    playback: Playheads = _SAME
    """A step that shows the timeline or leaves it: what was shown comes back with the document."""


@dataclass(frozen=True)
class Branch:
    """Steps that were undone before something else was done, from the state at which the lines part."""

    at: int
    """Index of that state in `History.states`."""
    steps: tuple[Step, ...]


class History:
    """Undo and redo steps of one window.

    A step is either recorded whole (`record`), or opened by `begin` and closed by `commit` around a drag or a motion
    that changes the document many times. Undone steps that a new one follows become a branch, which `choose` makes the
    present line again. The shelf is no part of it: see `ShelfHistory`.
    """

    def __init__(self, clock: Callable[[], float], limit: int = LIMIT) -> None:
        self._clock, self._limit = clock, limit
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._left: list[tuple[Step, ...]] = []
        """Lines of steps that were left, each from the start, the newest last."""
        self._open: Document | None = None
        self._playback = _SAME[0]
        self.version = 0
        """Counter incremented by every change of the history."""

    @property
    def done(self) -> tuple[Step, ...]:
        """Steps that can be undone, oldest first."""
        return tuple(self._done)

    @property
    def states(self) -> tuple[tuple[str, Document], ...]:
        """Name of each step and the document after it, oldest first, undone ones included; first the initial state."""
        steps = self._line
        return (("", steps[0].before), *((step.name, step.after) for step in steps)) if steps else ()

    @property
    def branches(self) -> tuple[Branch, ...]:
        """Branches, in the order of `choose`, the newest last."""
        line = self._line
        forks = [_fork(line, path) for path in self._left]
        return tuple(Branch(at, path[own:]) for (at, own), path in zip(forks, self._left, strict=True))

    @property
    def undo_name(self) -> str:
        """Name of the step that `undo` would revert; empty if there is none."""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """Name of the step that `redo` would apply; empty if there is none."""
        return self._undone[-1].name if self._undone else ""

    @property
    def is_open(self) -> bool:
        """Return True while a step is open."""
        return self._open is not None

    def begin(self, document: Document, playback: Playback = _SAME[0]) -> None:
        """Open a step at `document`; no effect if one is open."""
        if self._open is None:
            self._open, self._playback = document, playback

    def commit(
        self, document: Document, ws_names: tuple[str, ...] = (), name: str = "", playback: Playback = _SAME[1]
    ) -> None:
        """Close the open step at `document`. A step without changes is not recorded."""
        before, self._open = self._open, None
        if before is not None:
            self.record(before, document, ws_names, name, (self._playback, playback))

    def cancel(self) -> Document | None:
        """Discard the open step. Returns the document from before it, or None if none is open."""
        before, self._open = self._open, None
        return before

    def record(
        self,
        before: Document,
        after: Document,
        ws_names: tuple[str, ...] = (),
        name: str = "",
        playback: Playheads = _SAME,
    ) -> None:
        """Record a whole step; undone steps become a branch. A change of the shelf alone is no step."""
        if before == after or before == (alike := with_shelf(after, before.shelf)):
            return
        if self._undone:
            self._leave(self._line)
        name = name or step_name(before, alike, ws_names)
        self._done.append(Step(name, before, after, self._clock(), playback))
        self.version += 1
        del self._done[: -self._limit]
        self._undone.clear()

    def forget(self, steps: int) -> None:
        """Drop branches, and without any the oldest steps."""
        if steps > 0:
            if self._left:
                del self._left[: 1 + len(self._left) // 2]
            else:
                del self._done[:steps]
            self.version += 1

    def undo(self) -> Document | None:
        """Undo the last step. Returns the document before it, or None if there is none."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self.version += 1
        return step.before

    def redo(self) -> Document | None:
        """Redo the last undone step. Returns the document after it, or None if there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        self.version += 1
        return step.after

    def choose(self, index: int) -> Document | None:
        """Make a branch the present line, with all its steps done; the present one becomes a branch.

        Returns the document at its end, or None if there is no such branch.
        """
        if not 0 <= index < len(self._left):
            return None
        line, path = self._line, self._left.pop(index)
        if len(line) > _fork(path, line)[1]:
            self._leave(line)
        self._done, self._undone = list(path), []
        self.version += 1
        return path[-1].after

    @property
    def _line(self) -> tuple[Step, ...]:
        return (*self._done, *reversed(self._undone))

    def _leave(self, line: Sequence[Step]) -> None:
        """Remember a line, in place of those that it contains."""
        steps = {id(step) for step in line}
        self._left = [path for path in self._left if id(path[-1]) not in steps]
        self._left.append(tuple(line[-self._limit :]))
        del self._left[:-BRANCHES]


def _fork(line: Sequence[Step], path: Sequence[Step]) -> tuple[int, int]:
    """Return the numbers of steps of two lines up to the last one that they share."""
    places = {id(step): place for place, step in enumerate(line)}
    for own in range(len(path), 0, -1):
        if (place := places.get(id(path[own - 1]))) is not None:
            return place + 1, own
    return 0, 0


def with_shelf(document: Document, shelf: Shelf) -> Document:
    """Return the document with another shelf; the same object if it is equal."""
    return document if document.shelf == shelf else replace(document, shelf=shelf)


class ShelfHistory:
    """Undo and redo of the shelf, apart from that of the document: going back in the picture takes no style away."""

    def __init__(self) -> None:
        self._done: list[tuple[Shelf, Shelf]] = []
        self._undone: list[tuple[Shelf, Shelf]] = []

    @property
    def undo_name(self) -> str:
        """Name of the change that `undo` would revert; empty if there is none."""
        return shelf_step(*self._done[-1]) if self._done else ""

    @property
    def redo_name(self) -> str:
        """Name of the change that `redo` would apply; empty if there is none."""
        return shelf_step(*self._undone[-1]) if self._undone else ""

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        """Shelves that can be gone back to."""
        return tuple(shelf for step in (*self._done, *self._undone) for shelf in step)

    def record(self, before: Shelf, after: Shelf) -> None:
        """Record a change."""
        if before != after:
            self._done.append((before, after))
            del self._done[:-LIMIT]
            self._undone.clear()

    def undo(self) -> Shelf | None:
        """Undo the last change. Returns the shelf before it, or None if there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1][0]

    def redo(self) -> Shelf | None:
        """Redo the change that was undone last. Returns the shelf after it, or None if there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1][1]
