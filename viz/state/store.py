"""The current Scene and its undo history."""

from collections.abc import Callable
from dataclasses import replace

from renderer.document.document import Document, Swatch
from renderer.document.dragging.kept import PointDrag
from viz.state import motion
from viz.state.dragging.steps import PointSteps
from viz.state.history import History, ShelfHistory, with_shelf
from viz.state.scene import Scene


class Store:
    """The current scene and its history. Panels receive the scene and return another; `take` makes it current."""

    def __init__(self, scene: Scene, clock: Callable[[], float]) -> None:
        self._scene = scene
        self._moved = ""
        self._returned = False
        self.history = History(clock)
        self.shelf = ShelfHistory()
        self.points = PointSteps()
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
        if before is not after:
            self.shelf.record(before.shelf, after.shelf)
        self.points.follow(self._scene, scene, held)
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
        if (pulled := self.points.undo(self.document)) is not None:
            self._pull(pulled)
        else:
            self._show(self.history.undo())

    def redo(self) -> None:
        """Redo the last undone step; motion stops."""
        self._settle()
        if (pulled := self.points.redo(self.document)) is not None:
            self._pull(pulled)
        else:
            self._show(self.history.redo())

    @property
    def undo_name(self) -> str:
        """Name of the step that `undo` would revert; empty if there is none."""
        return self.points.undo_name(self.document) or self.history.undo_name

    @property
    def redo_name(self) -> str:
        """Name of the step that `redo` would apply; empty if there is none."""
        return self.points.redo_name(self.document) or self.history.redo_name

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

    def choose(self, branch: int) -> None:
        """Return to the end of a branch of the history; motion stops."""
        self._settle()
        self._show(self.history.choose(branch))

    def undo_shelf(self) -> None:
        """Take the last change of the shelf back."""
        self._put(self.shelf.undo())

    def redo_shelf(self) -> None:
        """Repeat the change of the shelf that was taken back last."""
        self._put(self.shelf.redo())

    def _settle(self) -> None:
        """Close the open step, so that undo and redo see whole steps."""
        self.history.commit(self.document, self.ws_names, self._moved)
        self._moved = ""
        view = self._scene.view
        if view.motion.playing:
            self._scene = replace(self._scene, view=replace(view, motion=motion.stopped(view.motion)))

    def _show(self, document: Document | None) -> None:
        """Show a document of the history, with the present shelf."""
        if document is not None:
            self._returned = True
            self._scene = replace(self._scene, document=with_shelf(document, self.document.shelf))

    def _pull(self, pulled: PointDrag) -> None:
        """Show other points."""
        dragger = replace(self._scene.interaction.dragger, chosen=None, pending=None)
        scene = replace(self._scene, view=replace(self._scene.view, pulled=pulled))
        self._scene = scene.interacting(dragger=dragger)

    def _put(self, shelf: tuple[Swatch, ...] | None) -> None:
        if shelf is not None:
            self._scene = replace(self._scene, document=with_shelf(self.document, shelf))
