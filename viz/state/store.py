"""The one mutable owner of the present Scene."""

from collections.abc import Callable
from dataclasses import replace

from renderer.document.document import Document
from viz.state import motion
from viz.state.history import History
from viz.state.scene import Scene


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
        """Whether the history has given the present document back since the last call."""
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
