"""Actions of dragging points: ending a run, keeping and undoing a drag, its film and its file."""

from dataclasses import dataclass, replace
from pathlib import Path

from foundation.arrays import npy_of
from foundation.directions import NamedDirection, written
from foundation.files import write_bytes
from foundation.inputs import reason_of
from renderer.document.arrays import UnknownArrayError
from renderer.document.dragging.kept import KeepAs
from renderer.document.parts import ArrayRef
from renderer.ipc.protocol import ModelInfo
from viz.dragging.film import film_of, replaced_tracks
from viz.dragging.made import as_direction, made, title, ways_in
from viz.dragging.points import with_dragger, with_pulled
from viz.state.dragging.parts import End
from viz.state.history import with_shelf
from viz.state.interaction import Stage
from viz.state.playback import with_playback
from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class EndRun(Action):
    """End the running drag, and keep what it has reached as one step."""

    end: End = "stopped"
    problem: str = ""
    """Sentence and advice of the failure that ended it."""
    edited: bool = False
    """The document was edited meanwhile: what is reached goes on top of that, as a direction."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the edited document."""
        dragger, model = scene.interaction.dragger, window.facts.model
        if dragger.running is None or model is None:
            return scene
        points, stage = dragger.points, dragger.stages[dragger.at]
        document = made(dragger, scene.view.pulled.keep, model, scene.document)
        dragger = replace(dragger, running=None, shown=None, points=(), end=self.end, problem=self.problem)
        dragger = replace(dragger, nudged=False, moving=False)
        scene = with_pulled(scene.interacting(dragger=dragger), points=points)
        if document is None or dragger.moved == stage.moved:
            return scene
        if self.edited and dragger.moved is not None:
            return _on_top(scene, window, model, dragger.moved, stage)
        window.steps.step = title(len(points or stage.points))
        stage = Stage(document, points, dragger.moved, dragger.ws, dragger.film, dragger.step)
        stages = (*dragger.stages[: dragger.at + 1], stage)
        scene = with_dragger(scene, stages=stages, at=len(stages) - 1)
        return replace(scene, document=document)


def _on_top(scene: Scene, window: Window, model: ModelInfo, moved: ArrayRef, stage: Stage) -> Scene:
    """Return the scene whose edited document has the way of the last run as a direction; the drag is kept by that."""
    arrays, points = window.facts.arrays, scene.view.pulled.points
    if stage.moved is not None:
        moved = arrays.add(arrays.get(moved) - arrays.get(stage.moved))
    document = as_direction(scene.document, moved, model, title(len(points)))
    return _forgotten(replace(scene, document=document))


def _forgotten(scene: Scene) -> Scene:
    """Return the scene in which another drag begins with the next start."""
    return with_dragger(scene, stages=(), at=0, away=False, end="", problem="", distances=(), left=())


@dataclass(frozen=True)
class KeepDrag(Action):
    """Keep what the drag has made: from now on another one begins."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene without the drag at hand."""
        if scene.interaction.dragger.running is not None:
            scene = EndRun().change(scene, window)
        return _forgotten(scene)


@dataclass(frozen=True)
class KeepAsForm(Action):
    """Keep a drag as a picture or as a direction; what is there already takes that form too."""

    keep: KeepAs

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the other form."""
        scene, dragger, model = with_pulled(scene, keep=self.keep), scene.interaction.dragger, window.facts.model
        if dragger.running is not None or not dragger.alive or model is None:
            return scene
        stage = dragger.stages[dragger.at]
        document = made(
            replace(dragger, moved=stage.moved, ws=stage.ws, points=stage.points), self.keep, model, scene.document
        )
        if document is None or document == scene.document:
            return scene
        window.steps.step = f"Keep as {self.keep}"
        stages = (*dragger.stages[: dragger.at], replace(stage, document=document))
        return replace(with_dragger(scene, stages=stages), document=document)


@dataclass(frozen=True)
class UndoDrag(Action):
    """Go back to where the drag began, with the points as they were then."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene as it was then."""
        dragger = scene.interaction.dragger
        if not dragger.stages:
            return scene
        first = dragger.stages[0]
        scene = with_pulled(replace(scene, preview=None), points=first.points)
        dragger = replace(dragger, running=None, shown=None, points=(), distances=(), end="", problem="")
        dragger = replace(dragger, stages=(), at=0, nudged=False, moving=False, left=())
        document = with_shelf(first.document, scene.document.shelf)
        if document != scene.document:
            window.steps.step = "Undo the drag"
        return replace(scene.interacting(dragger=dragger), document=document)


@dataclass(frozen=True)
class SaveWay(Action):
    """Save the way of a drag, the newest direction of the document that is one, as a direction file."""

    path: str

    def run(self, scene: Scene, window: Window) -> None:
        """Write it."""
        ways, model = ways_in(scene.document), window.facts.model
        try:
            if not ways:
                raise ValueError("there is none")
            one = ways[-1]
            vector = window.facts.arrays.get(one.array)
            named = NamedDirection(one.name, vector, layers=tuple(range(one.first, one.last + 1)))
            path = Path(self.path)
            alone = path.suffix.lower() == ".npy"
            write_bytes(path, npy_of(vector) if alone else written([named], network=model.title if model else ""))
        except (OSError, ValueError, UnknownArrayError) as error:
            window.say(f"The drag cannot be saved: {reason_of(error)}", bad=True)
            return
        window.saved(self.path)


@dataclass(frozen=True)
class MakeFilm(Action):
    """Put the way of the drag on the timeline, from where it began to where it is."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the keys, at their beginning."""
        dragger = scene.interaction.dragger
        if not dragger.alive or dragger.running is not None:
            return scene
        try:
            document = film_of(dragger.stages[0], dragger.stages[dragger.at], scene.document, window.facts.arrays)
        except UnknownArrayError as error:
            window.say(f"The film of the drag cannot be made: {reason_of(error)}", bad=True)
            return scene
        if document is None:
            return scene
        window.steps.step = "Film of the drag"
        if count := replaced_tracks(scene.document.timeline):
            what, them = ("a track", "it") if count == 1 else (f"{count} tracks", "them")
            window.say(f"The film took the place of {what} on the timeline. Ctrl+Z brings {them} back")
        return with_playback(_forgotten(replace(scene, document=document)), at=0.0, playing=False, on=True)
