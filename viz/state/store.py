"""The present Scene and its undo history."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from renderer.document.document import Document
from viz.state import motion
from viz.state.scene import Scene
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
    """Undo and redo steps of one window.

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
        """Return whether a step has begun and not ended."""
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


class Store:
    """Holds the present scene and its history. Panels get the scene and hand back another; `take` makes it present."""

    def __init__(self, scene: Scene, clock: Callable[[], float]) -> None:
        self._scene = scene
        self._moved = ""
        self._returned = False
        self.history = History(clock)
        self.step = ""
        """Name for the step that the next `take` records; empty: the step is named by what it changes."""
        self.ws_names: tuple[str, ...] = ()
        """Names of the w vectors of the network shown, for the names of steps."""

    @property
    def scene(self) -> Scene:
        """The present scene."""
        return self._scene

    @property
    def document(self) -> Document:
        """The present document."""
        return self._scene.document

    def take(self, scene: Scene, held: bool) -> None:
        """Make `scene` the present one, its actions removed.

        `held`: the user still drags something. While that is so, or while motion plays, all changes are one step.
        """
        before, after = self._scene.document, scene.document
        moving = scene.view.motion.playing
        if moving:
            self._moved = motion.names(scene.view.motion)
        if held or moving:
            # A click changes the document in the frame in which nothing is held any more: only a real change begins
            # a step, so that holding a button does not leave an empty one.
            if self.history.is_open or before != after:
                self.history.begin(before)
        elif self.history.is_open:
            self.history.commit(after, self.ws_names, self._moved)
        elif before is not after:
            self.history.record(before, after, self.ws_names, self.step)
        self.step = ""
        if not moving and not self.history.is_open:
            self._moved = ""
        self._scene = replace(scene, actions=()) if scene.actions else scene

    def adopt(self, scene: Scene) -> None:
        """Make a scene the present one without a step: what changed in its document is not the user's doing."""
        self._scene = scene

    def returned(self) -> bool:
        """Return whether the history has given the present document back since the last call."""
        was, self._returned = self._returned, False
        return was

    def undo(self) -> None:
        """Take back the last step; a step still going on ends first, and motion stops."""
        self._settle()
        self._show(self.history.undo())

    def redo(self) -> None:
        """Do the step taken back last once more; motion stops."""
        self._settle()
        self._show(self.history.redo())

    def jump(self, done: int) -> None:
        """Undo or redo until `done` steps are done; motion stops."""
        self._settle()
        while len(self.history.done) > done and (before := self.history.undo()) is not None:
            self._show(before)
        while len(self.history.done) < done and (after := self.history.redo()) is not None:
            self._show(after)

    def cancel(self) -> bool:
        """Forget the step that is going on and put the document back as it was before it. False when there is none."""
        before = self.history.cancel()
        self._moved = ""
        self._show(before)
        return before is not None

    def _settle(self) -> None:
        """End what is going on, so that undo and redo have whole steps before them."""
        self.history.commit(self.document, self.ws_names, self._moved)
        self._moved = ""
        view = self._scene.view
        if view.motion.playing:
            self._scene = replace(self._scene, view=replace(view, motion=motion.stopped(view.motion)))

    def _show(self, document: Document | None) -> None:
        if document is not None:
            self._returned = True
            self._scene = replace(self._scene, document=document)
