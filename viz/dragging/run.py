"""The running drag: begun, followed and ended in every frame, whatever tool is in hand."""

from dataclasses import replace

from foundation.specs.editing.drag_options import DragOptions
from renderer.document.document import Document, request_for
from renderer.document.dragging.points import DragPoint
from renderer.document.parts import ArrayRef, Direction
from renderer.ipc.protocol import Display, Drag, DragWay, ModelInfo
from viz.dragging.actions import EndRun
from viz.dragging.made import title
from viz.dragging.points import fitting, with_dragger, with_pulled
from viz.state.dragging.leaving import abandoned
from viz.state.facts import NO_NETWORK, Facts
from viz.state.interaction import PointDragger, Stage
from viz.state.playback import showing
from viz.state.scene import Scene
from viz.ui.strokes import painted

NOISE = "Fix the noise first"
"""Reason that a button beside it takes away."""
TIMELINE = "The timeline shows its own picture: leave it first"
MOST_STAGES = 64


def hindrance(scene: Scene, facts: Facts) -> str:
    """Return why points cannot be set and dragged now; empty if they can."""
    view = scene.view
    if facts.model is None:
        return NO_NETWORK
    if view.grid or view.sorting or view.in_gallery or view.networks.on:
        return "Close the view over the picture first"
    if view.display.layer is not None:
        return "A layer is shown: choose the picture first"
    if view.moving or showing(scene):
        return TIMELINE if view.playback.on else "Stop the walk first"
    if scene.document.noise.mode == "random" and facts.model.noise_layers:
        return NOISE
    return ""


def missing(scene: Scene, facts: Facts) -> str:
    """Return why a drag cannot be started; empty if it can."""
    points = scene.view.pulled.points
    if (why := hindrance(scene, facts)) or scene.interaction.dragger.running is not None:
        return why
    if not points:
        return "Click the picture: a point, then where it should go"
    if all(one.distance == 0 for one in points):
        return "Click where the point should go"
    return ""


def mask_of(scene: Scene, facts: Facts) -> ArrayRef | None:
    """Return what may change, if it is painted for a network of this size."""
    pulled = scene.view.pulled
    return pulled.mask if pulled.masked and painted(pulled.mask, facts) is not None else None


def options_of(scene: Scene) -> DragOptions:
    """Return the settings of a job."""
    pulled = scene.view.pulled
    first, last = pulled.layers if len(pulled.layers) == 2 else (0, None)
    return DragOptions(first=max(first, 0), last=None if last is None else max(last, 0), hold=pulled.hold)


def stepped(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with a single step of the drag running."""
    return begun(scene, facts, steps=1)


def begun(scene: Scene, facts: Facts, steps: int = 0) -> Scene:
    """Return the scene with the drag running, on from where it is; as it is if something is missing.

    Args:
        scene: The scene.
        facts: Its facts.
        steps: Number of steps; 0: until it ends by itself.
    """
    dragger = scene.interaction.dragger
    if dragger.running is not None or missing(scene, facts):
        return scene
    points = scene.view.pulled.points
    if dragger.alive:
        stages, now = dragger.stages[: dragger.at + 1][-MOST_STAGES:], dragger.stages[dragger.at]
    else:
        points = tuple(replace(one, set_x=one.x, set_y=one.y) for one in points)
        now = Stage(scene.document, points)
        stages = (now,)
    dragger = replace(
        dragger,
        stages=stages,
        at=len(stages) - 1,
        away=False,
        points=points,
        left=_whole_ways(dragger, points),
        step=now.step,
        distances=(),
        moved=now.moved,
        ws=now.ws,
        film=now.film,
        shown=None,
        end="",
        problem="",
        pending=None,
    )
    return _going(scene.interacting(dragger=dragger), facts, steps)


def _whole_ways(dragger: PointDragger, points: tuple[DragPoint, ...]) -> tuple[float, ...]:
    """Return the distance that each point had at its beginning, which a drag that goes on keeps."""
    before = dragger.left if dragger.alive and len(dragger.left) == len(points) else (0.0,) * len(points)
    return tuple(max(one.distance, left) for one, left in zip(points, before, strict=True))


def _going(scene: Scene, facts: Facts, steps: int = 0) -> Scene:
    """Return the scene with a job that goes on from the state at hand."""
    dragger = scene.interaction.dragger
    first = dragger.stages[0].document
    work = Drag(
        request_for(first, Display(), scene.settings.device, 0),
        dragger.points,
        dragger.moved,
        mask_of(scene, facts),
        options_of(scene),
        steps=steps,
        done=dragger.step,
        turn=dragger.runs,
    )
    return with_dragger(scene, running=work, runs=dragger.runs + 1, nudged=False)


def toggled(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the drag started, or stopped, which keeps what is reached."""
    if scene.interaction.dragger.running is not None:
        return scene.request(EndRun())
    return begun(scene, facts)


def look(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the newest step of the running drag as its preview. Call before the panels are drawn."""
    if facts.model is not None and scene.view.pulled.points and facts.model.network == scene.document.network:
        scene = fitting(scene, facts.model)
    scene = _followed(scene, facts)
    dragger, model = scene.interaction.dragger, facts.model
    if dragger.running is None:
        return scene
    if scene.document.network != dragger.stages[0].document.network or model is None:
        return abandoned(scene)
    if scene.view.moving or showing(scene):
        return scene.request(EndRun())
    if (dragger.nudged and not dragger.moving) or _other_settings(scene, facts, dragger.running):
        scene = _going(scene, facts) if dragger.points else scene.request(EndRun())
        dragger = scene.interaction.dragger
    assert dragger.running is not None
    status = facts.jobs.ask(dragger.running)
    if status.failure is not None:
        return scene.request(EndRun("failed", f"{status.failure.message} {status.failure.advice}"))
    if status.result is not None and status.done != dragger.step:
        way = DragWay.of(status.result)
        scene = _stepped(scene, facts, model, way)
        if status.over:
            scene = scene.request(EndRun(way.end or "stopped"))
    shown = scene.interaction.dragger.shown
    return scene if shown is None else replace(scene, preview=shown)


def _other_settings(scene: Scene, facts: Facts, work: Drag) -> bool:
    return (options_of(scene), mask_of(scene, facts)) != (work.options, work.mask)


def _stepped(scene: Scene, facts: Facts, model: ModelInfo, way: DragWay) -> Scene:
    """Return the scene after a step."""
    dragger = scene.interaction.dragger
    points = dragger.points
    if not dragger.nudged and len(points) == len(way.handles):
        points = tuple(replace(one, x=float(x), y=float(y)) for one, (x, y, _) in zip(points, way.handles, strict=True))
    moved, ws = facts.arrays.add(way.moved), facts.arrays.add(way.ws)
    return with_dragger(
        scene,
        points=points,
        step=way.step,
        rate=way.rate,
        distances=(*dragger.distances, way.distance)[-MOST_DISTANCES:],
        moved=moved,
        ws=ws,
        film=thinned((*dragger.film, moved)),
        shown=_preview(dragger.stages[0].document, moved, model, title(len(points))),
    )


MOST_DISTANCES = 2000
MOST_FRAMES = 512
"""Offsets that are remembered for a film; beyond that every second one is left out."""


def thinned(film: tuple[ArrayRef, ...]) -> tuple[ArrayRef, ...]:
    """Return at most `MOST_FRAMES` of them, with the last one."""
    return film if len(film) <= MOST_FRAMES else (*film[:-1:2], film[-1])


def _preview(first: Document, moved: ArrayRef, model: ModelInfo, name: str) -> Document:
    one = Direction(name, moved, 1.0, 0, max(model.num_ws - 1, 0), whole=True)
    return replace(first, directions=(*first.directions, one))


class _Looked:
    """Document that was compared with all stages last, and was none of them."""

    def __init__(self) -> None:
        self.document: Document | None = None
        self.stages: tuple[Stage, ...] = ()


def _followed(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the stage that the document is of, after an undo too, and with its points."""
    dragger, document = scene.interaction.dragger, scene.document
    if not dragger.stages:
        return scene
    now = dragger.stages[dragger.at].document
    if document is now or document == now:
        return with_dragger(scene, away=False) if dragger.away else scene
    if dragger.running is not None:
        return _edited(scene)
    looked = facts.scratch.get(_Looked)
    if looked.document is document and looked.stages is dragger.stages:
        return scene  # compared in an earlier frame
    looked.document, looked.stages = document, dragger.stages
    for i, stage in enumerate(dragger.stages):
        if document == stage.document:
            scene = with_pulled(scene, points=stage.points)
            return with_dragger(scene, at=i, away=False, chosen=None, pending=None, end="", distances=())
    return scene if dragger.away else with_dragger(scene, away=True, end="", distances=())


def _edited(scene: Scene) -> Scene:
    """Return the scene after another edit while it ran: that comes on top of what is reached, as a direction."""
    dragger = scene.interaction.dragger
    if scene.document.shelf != dragger.stages[dragger.at].document.shelf:
        shelved = replace(dragger.stages[dragger.at].document, shelf=scene.document.shelf)
        if shelved == scene.document:  # the shelf is no part of the picture
            stage = replace(dragger.stages[dragger.at], document=scene.document)
            return with_dragger(scene, stages=(*dragger.stages[: dragger.at], stage, *dragger.stages[dragger.at + 1 :]))
    other = scene.document.latent != dragger.stages[dragger.at].document.latent
    if other and scene.view.pulled.keep == "picture":
        return abandoned(scene)  # another picture was opened: what is reached would not be of it
    return scene.request(EndRun("stopped", edited=True))


def share_gone(dragger: PointDragger, index: int, point: DragPoint) -> float:
    """Return how much of its way a point has gone, 0..1."""
    whole = dragger.left[index] if index < len(dragger.left) else 0.0
    return min(max(1 - point.distance / whole, 0.0), 1.0) if whole > 0 else float(point.distance == 0)
