"""Direction files, for edits such as age or pose: `.npy` of shape [w_dim] or [num_ws, w_dim]."""

from dataclasses import replace
from pathlib import Path

from foundation.arrays import AnyArray, direction_of, read_floats
from renderer.document.arrays import MOST_BYTES
from renderer.document.parts import ArrayRef, Direction
from renderer.ipc.protocol import ModelInfo
from viz.state.scene import Scene

SUFFIXES = (".npy",)


def load(path: Path) -> AnyArray:
    """Load a direction, float32 [w_dim] or [num_ws, w_dim]; leading dimensions of size 1 are dropped.

    Raises ValueError with a message if the file holds none.
    """
    try:
        array = read_floats(path, "direction", 2 * MOST_BYTES)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise ValueError(f"{path.name} holds no direction: it {error}.") from error
    vector = direction_of(array)
    if vector is None:
        raise ValueError(
            f"{path.name} holds no direction: that has the shape [w_dim] or [num_ws, w_dim], "
            f"but it has {list(array.shape)}."
        )
    if vector.nbytes > MOST_BYTES:
        raise ValueError(f"{path.name} holds {list(vector.shape)} numbers, far more than any direction has.")
    return vector


def misfit(array: AnyArray, model: ModelInfo | None) -> str:
    """Return why a direction does not fit the network; empty if it does."""
    if model is None or array.shape in ((model.w_dim,), (model.num_ws, model.w_dim)):
        return ""
    has = " × ".join(str(side) for side in array.shape)
    return f"it has {has} numbers, but this network takes {model.w_dim}, or {model.num_ws} × {model.w_dim}"


def added(scene: Scene, name: str, ref: ArrayRef) -> Scene:
    """Return the scene with one more direction of strength zero, under a unique name."""
    given = _free(name, scene.document.directions)
    directions = (*scene.document.directions, Direction(given, ref))
    return replace(scene, document=replace(scene.document, directions=directions))


def renamed(scene: Scene, index: int, name: str) -> Scene:
    """Return the scene with one direction renamed, its keys included; a number is added to duplicate names."""
    document = scene.document
    directions, one = document.directions, document.directions[index]
    if not (name := name.strip()) or name == one.name:
        return scene
    name = _free(name, directions[:index] + directions[index + 1 :])
    tracks = tuple(
        replace(track, path=f"directions.{name}") if track.path == f"directions.{one.name}" else track
        for track in document.timeline.tracks
    )
    directions = (*directions[:index], replace(one, name=name), *directions[index + 1 :])
    timeline = replace(document.timeline, tracks=tracks)
    return replace(scene, document=replace(document, directions=directions, timeline=timeline))


def ranged(one: Direction, first: int | None, last: int | None) -> Direction:
    """Return the direction with another layer range, keeping it non-empty; None leaves that end, if possible."""
    if first is not None:
        one = replace(one, first=first, last=max(first, one.last))
    if last is not None:
        one = replace(one, first=min(one.first, last), last=last)
    return one


def _free(name: str, directions: tuple[Direction, ...]) -> str:
    """Return the name, with a number added if it is taken."""
    taken, given, count = {one.name for one in directions}, name, 1
    while given in taken:
        count += 1
        given = f"{name} {count}"
    return given
