"""Commands of dragging points. See `viz.commands.table` for the rest."""

from dataclasses import replace

from viz.dragging import run, section
from viz.dragging.actions import EndRun, KeepAsForm, KeepDrag, MakeFilm, SaveWay, UndoDrag
from viz.dragging.made import ways_in
from viz.dragging.points import cleared, points_of, removed, reversed_, touched
from viz.state.facts import Facts
from viz.state.scene import Command, Scene, ShowDialog


def of_dragging() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "tool-drag", "Tools", "Drag points", "A point on the picture, then where it should go",
            tool_taken, ("4",), checked=lambda scene, facts: scene.view.tool == "drag",
        ),
        Command(
            "drag-run", "Tools", "Start or stop the drag", "Pulls the points to their targets; stopping keeps it",
            run.toggled, ("Space",), _can_toggle, lambda scene, facts: scene.interaction.dragger.running is not None,
            on_release=True, place=in_hand,
        ),
        Command(
            "drag-step", "Tools", "One step of the drag", "And stop again", run.stepped,
            available=lambda scene, facts: not run.missing(scene, facts) and scene.interaction.dragger.running is None,
        ),
        Command(
            "drag-keep", "Tools", "Keep the drag", "Another one begins from here",
            lambda scene, facts: scene.request(KeepDrag()),
            available=lambda scene, facts: scene.interaction.dragger.alive,
        ),
        Command(
            "drag-undo", "Tools", "Undo the drag", "Back to where it began",
            lambda scene, facts: scene.request(UndoDrag()),
            available=lambda scene, facts: scene.interaction.dragger.alive,
        ),
        Command(
            "drag-remove", "Tools", "Remove the point", "The one that was touched last", _removed, ("Del",),
            _has_points, place=in_hand,
        ),
        Command(
            "drag-clear", "Tools", "Clear the points", "The picture stays as it is",
            lambda scene, facts: cleared(scene), available=_has_points,
        ),
        Command(
            "drag-reverse", "Tools", "Reverse the points", "Handles and targets change places",
            lambda scene, facts: reversed_(scene), available=_has_points,
        ),
        Command(
            "drag-masked", "Tools", "Only what is painted may change", "Takes the brush if nothing is painted", _masked,
            available=lambda scene, facts: facts.model is not None,
            checked=lambda scene, facts: scene.view.pulled.masked,
        ),
        Command(
            "drag-keep-as", "Tools", "Keep drags as directions", "A slider from 0 to 1, for other seeds too", _form,
            checked=lambda scene, facts: scene.view.pulled.keep == "direction",
        ),
        Command(
            "drag-film", "Tools", "Film of the drag", "The way it went, as keys of the timeline",
            lambda scene, facts: scene.request(MakeFilm()),
            available=lambda scene, facts: section.has_film(scene.interaction.dragger),
        ),
        Command(
            "drag-export", "File", "Save drag as…", "The newest direction that a drag made, as .npy or .npz",
            lambda scene, facts: scene.request(ShowDialog("save-directions", SaveWay)),
            available=lambda scene, facts: bool(ways_in(scene.document)),
        ),
    )  # fmt: skip


def in_hand(scene: Scene) -> bool:
    """Return True where the keys of the tool act: it is in hand, and the picture is on the canvas."""
    view = scene.view
    if scene.interaction.finder.keyboard:
        return False
    covered = view.grid or view.sorting or view.in_gallery or view.networks.on
    return view.tool == "drag" and not (covered or view.workspace == "train")


def tool_taken(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the tool in hand."""
    return replace(scene, view=replace(scene.view, tool="drag"))


def brush_taken(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the brush: for what a drag may change while its points are there, else for measures."""
    if scene.view.tool == "drag" or (points_of(scene) and scene.view.tool != "brush"):
        return section.with_brush(scene)
    return replace(scene, view=replace(scene.view, tool="brush"))


def escaped(scene: Scene, facts: Facts) -> Scene | None:
    """Return the scene after Esc: the running drag stopped; with the tool in hand, the points cleared; else None."""
    if scene.interaction.dragger.running is not None:
        return scene.request(EndRun())
    return cleared(scene) if scene.view.tool == "drag" and points_of(scene) else None


def _can_toggle(scene: Scene, facts: Facts) -> bool:
    return scene.interaction.dragger.running is not None or not run.missing(scene, facts)


def _has_points(scene: Scene, facts: Facts) -> bool:
    return bool(points_of(scene))


def _removed(scene: Scene, facts: Facts) -> Scene:
    chosen = scene.interaction.dragger.chosen
    return removed(scene, len(points_of(scene)) - 1 if chosen is None else chosen)


def _masked(scene: Scene, facts: Facts) -> Scene:
    masked = not scene.view.pulled.masked
    scene = touched(scene, masked=masked)
    return section.with_brush(scene, erases=False) if masked and scene.view.pulled.mask is None else scene


def _form(scene: Scene, facts: Facts) -> Scene:
    return scene.request(KeepAsForm("picture" if scene.view.pulled.keep == "direction" else "direction"))
