"""Points of a drag: set, moved, removed. Pure functions of the scene; positions are pixels of the network."""

from dataclasses import replace

from foundation.specs.editing.defaults import DRAG_MOST_POINTS
from renderer.document.dragging.kept import PointDrag
from renderer.document.dragging.points import DragPoint
from renderer.ipc.protocol import ModelInfo
from viz.state.interaction import PointDragger
from viz.state.scene import Scene

SNAPS = 64
"""Resolution up to which points snap to half a pixel of the network."""
At = tuple[float, float]


def snaps(model: ModelInfo) -> bool:
    """Return True for networks that are so small that points snap to half a pixel."""
    return max(model.width, model.height) <= SNAPS


def fitted(at: At, model: ModelInfo) -> At:
    """Return the nearest position within the picture; on a small network on half a pixel."""
    x, y = (round(2 * value) / 2 if snaps(model) else round(value, 2) for value in at)
    return min(max(x, 0.0), model.width - 1.0), min(max(y, 0.0), model.height - 1.0)


def points_of(scene: Scene) -> tuple[DragPoint, ...]:
    """Return the points as they are now: those of the running drag, or those that were set."""
    dragger = scene.interaction.dragger
    return dragger.points if dragger.running is not None else scene.view.pulled.points


def with_pulled(scene: Scene, **changes: object) -> Scene:
    """Return the scene with other points or settings; the same object if nothing changes."""
    pulled: PointDrag = replace(scene.view.pulled, **changes)  # type: ignore[arg-type]
    return scene if pulled == scene.view.pulled else replace(scene, view=replace(scene.view, pulled=pulled))


def with_dragger(scene: Scene, **changes: object) -> Scene:
    """Return the scene with parts of the drag at hand replaced."""
    dragger: PointDragger = replace(scene.interaction.dragger, **changes)  # type: ignore[arg-type]
    return scene.interacting(dragger=dragger)


def touched(scene: Scene, **changes: object) -> Scene:
    """Return the scene with other points or settings, as the user's own change, which can be undone."""
    after = with_pulled(scene, **changes)
    return scene if after is scene else with_dragger(after, touched=scene.interaction.dragger.touched + 1)


def with_points(scene: Scene, points: tuple[DragPoint, ...]) -> Scene:
    """Return the scene with other points, in the running drag too."""
    if scene.interaction.dragger.running is not None:
        scene = with_dragger(scene, points=points, nudged=True)
    return touched(scene, points=points)


def added(scene: Scene, at: At) -> Scene:
    """Return the scene with one more handle, whose target is set next; as it is if there are 16."""
    points = points_of(scene)
    if len(points) >= DRAG_MOST_POINTS:
        return scene
    scene = with_points(scene, (*points, DragPoint(*at, *at)))
    return with_dragger(scene, chosen=len(points), pending=len(points))


def aimed(scene: Scene, index: int, at: At) -> Scene:
    """Return the scene with another target of a point."""
    return _changed(scene, index, to_x=at[0], to_y=at[1])


def moved(scene: Scene, index: int, at: At) -> Scene:
    """Return the scene with another place of a handle, which then follows what is there now."""
    return _changed(scene, index, x=at[0], y=at[1], set_x=None, set_y=None)


def shifted(scene: Scene, index: int, by: At, model: ModelInfo) -> Scene:
    """Return the scene with a point moved, handle and target by the same way, as far as both are in the picture."""
    one = points_of(scene)[index]
    x = min(max(by[0], -min(one.x, one.to_x)), model.width - 1 - max(one.x, one.to_x))
    y = min(max(by[1], -min(one.y, one.to_y)), model.height - 1 - max(one.y, one.to_y))
    scene = aimed(scene, index, (one.to_x + x, one.to_y + y))
    return moved(scene, index, (one.x + x, one.y + y))


def removed(scene: Scene, index: int) -> Scene:
    """Return the scene without a point."""
    points, dragger = points_of(scene), scene.interaction.dragger
    if not 0 <= index < len(points):
        return scene
    scene = with_points(scene, points[:index] + points[index + 1 :])
    left = dragger.left[:index] + dragger.left[index + 1 :]
    last = len(points) - 2
    return with_dragger(scene, chosen=min(index, last) if last >= 0 else None, pending=None, left=left)


def cleared(scene: Scene) -> Scene:
    """Return the scene without points."""
    return with_dragger(with_points(scene, ()), chosen=None, pending=None, left=())


def reversed_(scene: Scene) -> Scene:
    """Return the scene with handles and targets in each other's places."""
    points = tuple(DragPoint(one.to_x, one.to_y, one.x, one.y) for one in points_of(scene))
    return with_dragger(with_points(scene, points), left=tuple(one.distance for one in points))


def fitting(scene: Scene, model: ModelInfo) -> Scene:
    """Return the scene with points within the picture: another network may be smaller."""
    points = scene.view.pulled.points
    inside = tuple(
        one
        if 0 <= min(one.x, one.to_x) <= max(one.x, one.to_x) <= model.width - 1
        and 0 <= min(one.y, one.to_y) <= max(one.y, one.to_y) <= model.height - 1
        else DragPoint(*fitted((one.x, one.y), model), *fitted((one.to_x, one.to_y), model))
        for one in points
    )
    return scene if inside == points else with_pulled(scene, points=inside)


def _changed(scene: Scene, index: int, **values: float | None) -> Scene:
    points = points_of(scene)
    if not 0 <= index < len(points):
        return scene
    one: DragPoint = replace(points[index], **values)  # type: ignore[arg-type]
    return scene if one == points[index] else with_points(scene, (*points[:index], one, *points[index + 1 :]))


def place_text(at: At, model: ModelInfo | None) -> str:
    """Return `98, 154`; on a small network with half pixels, `24.5, 38.0`."""
    form = "{:.1f}, {:.1f}" if model is not None and snaps(model) else "{:.0f}, {:.0f}"
    return form.format(*at)
