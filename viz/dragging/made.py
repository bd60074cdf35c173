"""Documents that a drag makes: stored w vectors, or a direction of which the strength is the share of the way."""

from dataclasses import replace

from foundation.words import counted
from renderer.document.document import Document
from renderer.document.dragging.kept import KeepAs
from renderer.document.parts import ArrayRef, Direction, Latent, Mixing, Truncation
from renderer.ipc.protocol import ModelInfo
from viz.files.direction_files import free_name
from viz.state.history import with_shelf
from viz.state.interaction import PointDragger


def title(count: int) -> str:
    """Return `Drag 3 points`."""
    return f"Drag {counted(count, 'point')}"


def as_direction(first: Document, moved: ArrayRef, model: ModelInfo, name: str, strength: float = 1.0) -> Document:
    """Return the first document moved along the way, with the way as a direction on all layers."""
    name = free_name(name, first.directions)
    one = Direction(name, moved, strength, 0, max(model.num_ws - 1, 0), model.title, whole=True)
    return replace(first, directions=(*first.directions, one))


def as_picture(first: Document, ws: ArrayRef) -> Document:
    """Return the document that shows stored w vectors [num_ws, w_dim], which have the whole edit in them.

    What else made the first document's w vectors is at rest: truncation, mixing, and directions, which stay at 0.
    """
    directions = tuple(replace(one, strength=0.0) for one in first.directions)
    mixing = Mixing(x=first.mixing.x)
    return replace(first, latent=Latent(array=ws), mixing=mixing, truncation=Truncation(), directions=directions)


def made(dragger: PointDragger, keep: KeepAs, model: ModelInfo, now: Document) -> Document | None:
    """Return the document that the drag at hand leaves, with the shelf of the present one; None without a step."""
    if not dragger.stages or dragger.moved is None or dragger.ws is None:
        return None
    first, points = dragger.stages[0].document, dragger.points or dragger.stages[-1].points
    if keep == "direction":
        document = as_direction(first, dragger.moved, model, title(len(points)))
    else:
        document = as_picture(first, dragger.ws)
    return with_shelf(document, now.shelf)


def ways_in(document: Document) -> tuple[Direction, ...]:
    """Return the directions of a document that are whole edits."""
    return tuple(one for one in document.directions if one.whole)
