"""Undo and redo of Documents: bounded, named, one step for each drag."""

from collections.abc import Callable
from dataclasses import dataclass

from renderer.document.document import Document
from viz.state.step_names import step_name

LIMIT = 200
"""Steps kept; the oldest are forgotten."""


@dataclass(frozen=True)
class Step:
    """One change that can be taken back."""

    name: str
    before: Document
    after: Document
    at: float
    """Seconds on the window's clock."""


class History:
    """What was done and what was taken back.

    A step is either recorded whole (`record`) or opened by `begin`, while a drag or a motion changes the document many
    times, and closed by `commit`.
    """

    def __init__(self, clock: Callable[[], float], limit: int = LIMIT) -> None:
        self._clock, self._limit = clock, limit
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._open: Document | None = None
        self.version = 0
        """Raised by every change of what is done and undone."""

    @property
    def done(self) -> tuple[Step, ...]:
        """Steps that can be undone, oldest first."""
        return tuple(self._done)

    @property
    def states(self) -> tuple[tuple[str, Document], ...]:
        """The name of each step and the document after it, oldest first, undone ones too; first what was before all."""
        steps = (*self._done, *reversed(self._undone))
        return (("", steps[0].before), *((step.name, step.after) for step in steps)) if steps else ()

    @property
    def undo_name(self) -> str:
        """Name of the step that `undo` would take back; empty when there is none."""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """Name of the step that `redo` would do again; empty when there is none."""
        return self._undone[-1].name if self._undone else ""

    @property
    def is_open(self) -> bool:
        """Whether a step has begun and not ended."""
        return self._open is not None

    def begin(self, document: Document) -> None:
        """Open a step at `document`; does nothing inside an open step."""
        if self._open is None:
            self._open = document

    def commit(self, document: Document, ws_names: tuple[str, ...] = (), name: str = "") -> None:
        """Close the open step at `document`. A step that changed nothing leaves no trace."""
        before, self._open = self._open, None
        if before is not None:
            self.record(before, document, ws_names, name)

    def cancel(self) -> Document | None:
        """Forget the open step. Returns the document as it was when the step began, or None if none is open."""
        before, self._open = self._open, None
        return before

    def record(self, before: Document, after: Document, ws_names: tuple[str, ...] = (), name: str = "") -> None:
        """Keep a whole step. What had been taken back is gone then."""
        if before == after:
            return
        self._done.append(Step(name or step_name(before, after, ws_names), before, after, self._clock()))
        self.version += 1
        del self._done[: -self._limit]
        self._undone.clear()

    def forget(self, steps: int) -> None:
        """Let the oldest steps go."""
        if steps > 0:
            del self._done[:steps]
            self.version += 1

    def undo(self) -> Document | None:
        """Take back the last step. Returns the document before it, or None if there is none."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self.version += 1
        return step.before

    def redo(self) -> Document | None:
        """Do the step taken back last once more. Returns the document after it, or None if there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        self.version += 1
        return step.after
