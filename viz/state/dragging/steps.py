"""Undo of points, masks and settings of dragging, which are no part of the document and its steps."""

from dataclasses import dataclass

from renderer.document.document import Document
from renderer.document.dragging.kept import PointDrag
from viz.state.history import LIMIT, with_shelf
from viz.state.scene import Scene


@dataclass(frozen=True)
class _Step:
    """A change by the user, at one state of the document."""

    document: Document
    before: PointDrag
    after: PointDrag

    def at(self, document: Document) -> bool:
        """Return True if the document is the one that it was made at; the shelf does not count."""
        return document is self.document or document == with_shelf(self.document, document.shelf)


class PointSteps:
    """Undo and redo of points and what belongs to them, between the steps of the document.

    A step belongs to the state of the document at which it was made: it is the last one while that state is shown, and
    comes again once later edits of the document are undone. Changes while a drag runs belong to the drag.
    """

    def __init__(self) -> None:
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._open: PointDrag | None = None

    def follow(self, before: Scene, after: Scene, held: bool) -> None:
        """Record what the user changed in a frame; all changes while the mouse is `held` are one step."""
        dragger = after.interaction.dragger
        if dragger.running is not None or before.interaction.dragger.running is not None:
            self._open = None
            return
        if dragger.touched != before.interaction.dragger.touched and self._open is None:
            self._open = before.view.pulled
        if self._open is not None and not held:
            was, self._open = self._open, None
            if was != after.view.pulled:
                self._done.append(_Step(after.document, was, after.view.pulled))
                del self._done[:-LIMIT]
                self._undone.clear()

    @property
    def kept(self) -> tuple[PointDrag, ...]:
        """States that can be gone back to."""
        return tuple(one for step in (*self._done, *self._undone) for one in (step.before, step.after))

    def undo_name(self, document: Document) -> str:
        """Return the name of the step that `undo` would take back at this document; empty if there is none."""
        return _name(self._done[-1]) if self._done and self._done[-1].at(document) else ""

    def redo_name(self, document: Document) -> str:
        """Return the name of the step that `redo` would do again at this document; empty if there is none."""
        return _name(self._undone[-1]) if self._undone and self._undone[-1].at(document) else ""

    def undo(self, document: Document) -> PointDrag | None:
        """Take the last step at this document back. Returns the state before it, or None if there is none."""
        if not self.undo_name(document):
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1].before

    def redo(self, document: Document) -> PointDrag | None:
        """Do the step that was taken back last at this document. Returns the state after it, or None."""
        if not self.redo_name(document):
            return None
        self._done.append(self._undone.pop())
        return self._done[-1].after


def _name(step: _Step) -> str:
    before, after = step.before, step.after
    if len(after.points) < len(before.points):
        return "Remove a point" if len(before.points) - len(after.points) == 1 else "Clear points"
    if len(after.points) > len(before.points):
        return "Set a point"
    if after.points != before.points:
        return "Move a point" if _moved(step) == 1 else "Move points"
    if after.mask != before.mask:
        return "Paint the mask"
    return "Settings of the drag"


def _moved(step: _Step) -> int:
    return sum(a != b for a, b in zip(step.before.points, step.after.points, strict=True))
