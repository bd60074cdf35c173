"""The current Scene and its undo history."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from renderer.document.document import Document
from viz.state import motion
from viz.state.scene import Scene
from viz.state.step_names import step_name

LIMIT = 200
"""Maximum number of steps; the oldest are dropped."""


@dataclass(frozen=True)
class Step:
    """One undoable change."""

    name: str
    before: Document
    after: Document
    at: float
    """Time of the step on the window's clock, in seconds."""


class History:
    """Undo and redo steps of one window.

    A step is either recorded whole (`record`), or opened by `begin` and closed by `commit` around a drag or a motion
    that changes the document many times.
    """

    def __init__(self, clock: Callable[[], float], limit: int = LIMIT) -> None:
        self._clock, self._limit = clock, limit
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._open: Document | None = None
        self.version = 0
        """Counter incremented by every change of the history."""

    @property
    def done(self) -> tuple[Step, ...]:
        """Steps that can be undone, oldest first."""
        return tuple(self._done)

    @property
    def states(self) -> tuple[tuple[str, Document], ...]:
        """Name of each step and the document after it, oldest first, undone ones included; first the initial state."""
        steps = (*self._done, *reversed(self._undone))
        return (("", steps[0].before), *((step.name, step.after) for step in steps)) if steps else ()

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

    def begin(self, document: Document) -> None:
        """Open a step at `document`; no effect if one is open."""
        if self._open is None:
            self._open = document

    def commit(self, document: Document, ws_names: tuple[str, ...] = (), name: str = "") -> None:
        """Close the open step at `document`. A step without changes is not recorded."""
        before, self._open = self._open, None
        if before is not None:
            self.record(before, document, ws_names, name)

    def cancel(self) -> Document | None:
        """Discard the open step. Returns the document from before it, or None if none is open."""
        before, self._open = self._open, None
        return before

    def record(self, before: Document, after: Document, ws_names: tuple[str, ...] = (), name: str = "") -> None:
        """Record a whole step and drop all undone steps."""
        if before == after:
            return
        self._done.append(Step(name or step_name(before, after, ws_names), before, after, self._clock()))
        self.version += 1
        del self._done[: -self._limit]
        self._undone.clear()

    def forget(self, steps: int) -> None:
        """Drop the oldest steps."""
        if steps > 0:
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


class Store:
    """The current scene and its history. Panels receive the scene and return another; `take` makes it current."""

    def __init__(self, scene: Scene, clock: Callable[[], float]) -> None:
        self._scene = scene
        self._moved = ""
        self._returned = False
        self.history = History(clock)
        self.step = ""
        """Name for the step recorded by the next `take`; empty to derive it from the change."""
        self.ws_names: tuple[str, ...] = ()
        """Names of the w vectors of the shown network, for step names."""

    @property
    def scene(self) -> Scene:
        """Current scene."""
        return self._scene

    @property
    def document(self) -> Document:
        """Current document."""
        return self._scene.document

    def take(self, scene: Scene, held: bool) -> None:
        """Make `scene` current, with its actions cleared.

        `held` is True while the user drags something. All changes during a drag or a motion form one step.
        """
        before, after = self._scene.document, scene.document
        moving = scene.view.motion.playing
        if moving:
            self._moved = motion.names(scene.view.motion)
        if held or moving:
            # A click changes the document in the frame of its release: opening a step only on a real change avoids
            # empty steps from holding a button.
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
        """Make a scene current without an undo step, for changes that are not the user's."""
        self._scene = scene

    def returned(self) -> bool:
        """Return True if the current document was restored from the history since the last call."""
        was, self._returned = self._returned, False
        return was

    def undo(self) -> None:
        """Undo the last step; an open step is closed first, and motion stops."""
        self._settle()
        self._show(self.history.undo())

    def redo(self) -> None:
        """Redo the last undone step; motion stops."""
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
        """Discard the open step and restore the document from before it. Returns False if none is open."""
        before = self.history.cancel()
        self._moved = ""
        self._show(before)
        return before is not None

    def _settle(self) -> None:
        """Close the open step, so that undo and redo see whole steps."""
        self.history.commit(self.document, self.ws_names, self._moved)
        self._moved = ""
        view = self._scene.view
        if view.motion.playing:
            self._scene = replace(self._scene, view=replace(view, motion=motion.stopped(view.motion)))

    def _show(self, document: Document | None) -> None:
        if document is not None:
            self._returned = True
            self._scene = replace(self._scene, document=document)
