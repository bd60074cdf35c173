"""The current Scene and its undo history."""

from collections.abc import Callable
from dataclasses import replace

from renderer.document.document import Document, Playback, Swatch
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
        self._named = ""
        """Name that an action gave the open step."""
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
        playheads = self._scene.view.playback, scene.view.playback
        moving = scene.view.motion.playing
        if moving:
            self._moved = motion.names(scene.view.motion)
        if held or moving:
            # A click changes the document in the frame of its release: opening a step only on a real change avoids
            # empty steps from holding a button.
            if self.history.is_open or before != after:
                self.history.begin(before, playheads[0])
                self._named = self.step or self._named  # a double click acts before the button is let go
        elif self.history.is_open:
            name = self.step or self._named or self._moved
            self.history.commit(after, self.ws_names, name, playheads[1])
        elif before is not after:
            self.history.record(before, after, self.ws_names, self.step, playheads)
        if before is not after:
            self.shelf.record(before.shelf, after.shelf)
        self.points.follow(self._scene, scene, held)
        self.step = ""
        if not self.history.is_open:
            self._named = ""
            self._moved = self._moved if moving else ""
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
            self._back()

    def redo(self) -> None:
        """Redo the last undone step; motion stops."""
        self._settle()
        if (pulled := self.points.redo(self.document)) is not None:
            self._pull(pulled)
        else:
            self._forth()

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
        while len(self.history.done) > done and self._back():
            pass
        while len(self.history.done) < done and self._forth():
            pass

    def cancel(self) -> bool:
        """Discard the open step and restore the document from before it. Returns False if none is open."""
        before = self.history.cancel()
        self._named = self._moved = ""
        self._show(before)
        return before is not None

    def choose(self, branch: int) -> None:
        """Return to the end of a branch of the history; motion stops."""
        self._settle()
        if (document := self.history.choose(branch)) is not None:
            self._show(document)
            self._play(self.history.done[-1].playback[1])

    def undo_shelf(self) -> None:
        """Take the last change of the shelf back."""
        self._put(self.shelf.undo())

    def redo_shelf(self) -> None:
        """Repeat the change of the shelf that was taken back last."""
        self._put(self.shelf.redo())

    def _settle(self) -> None:
        """Close the open step, so that undo and redo see whole steps."""
        self.history.commit(self.document, self.ws_names, self._named or self._moved, self._scene.view.playback)
        self._named = self._moved = ""
        view = self._scene.view
        if view.motion.playing:
            self._scene = replace(self._scene, view=replace(view, motion=motion.stopped(view.motion)))

    def _show(self, document: Document | None) -> None:
        """Show a document of the history, with the present shelf."""
        if document is not None:
            self._returned = True
            self._scene = replace(self._scene, document=with_shelf(document, self.document.shelf))

    def _back(self) -> bool:
        """Undo a step. Returns False if there is none."""
        steps = self.history.done[-1:]
        self._show(self.history.undo())
        for step in steps:
            self._pass(step.playback[1], step.playback[0])
        return bool(steps)

    def _forth(self) -> bool:
        """Redo a step. Returns False if there is none."""
        document = self.history.redo()
        self._show(document)
        if document is not None:
            self._pass(*self.history.done[-1].playback)
        return document is not None

    def _pass(self, before: Playback, after: Playback) -> None:
        """Show the timeline, or leave it, if the step that is passed did."""
        if before.on != after.on:
            self._play(after)

    def _play(self, playback: Playback) -> None:
        self._scene = replace(self._scene, view=replace(self._scene.view, playback=replace(playback, playing=False)))

    def _pull(self, pulled: PointDrag) -> None:
        """Show other points."""
        dragger = replace(self._scene.interaction.dragger, chosen=None, pending=None)
        scene = replace(self._scene, view=replace(self._scene.view, pulled=pulled))
        self._scene = scene.interacting(dragger=dragger)

    def _put(self, shelf: tuple[Swatch, ...] | None) -> None:
        if shelf is not None:
            self._scene = replace(self._scene, document=with_shelf(self.document, shelf))
