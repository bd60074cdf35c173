"""Direction files, for edits such as age or pose: one of shape [w_dim] or [num_ws, w_dim], or several by name."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from foundation.arrays import AnyArray
from foundation.directions import SUFFIXES, NamedDirection, plain, read_directions
from foundation.inputs import clean_text
from renderer.document.arrays import MOST_BYTES, ArrayStore
from renderer.document.directions.finds import Found, FoundGroup, identity_of
from renderer.document.parts import Direction
from renderer.document.ranges import limited
from renderer.ipc.protocol import ModelInfo
from viz.state.finding.belonging import key_of
from viz.state.scene import Scene

__all__ = ["SUFFIXES", "added", "free_name", "listed", "load", "misfit", "named_of", "renamed", "row_of"]


def load(path: Path) -> tuple[NamedDirection, ...]:
    """Load the directions in a file, at least one.

    Raises ValueError with a message if the file holds none.
    """
    try:
        found = read_directions(path)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise ValueError(f"{path.name} holds no direction: it {error}.") from error
    for one in found:
        if one.vector.nbytes > MOST_BYTES:
            raise ValueError(f"{path.name} holds {list(one.vector.shape)} numbers, far more than any direction has.")
    return found


def misfit(array: AnyArray, model: ModelInfo | None) -> str:
    """Return why a direction does not fit the network; empty if it does."""
    if model is None or array.shape in ((model.w_dim,), (model.num_ws, model.w_dim)):
        return ""
    has = " × ".join(str(side) for side in array.shape)
    return f"it has {has} numbers, but this network takes {model.w_dim}, or {model.num_ws} × {model.w_dim}"


def added(scene: Scene, name: str, arrays: ArrayStore, found: NamedDirection, found_with: str = "") -> Scene:
    """Return the scene with one more direction of a file, of strength zero and under a unique name.

    Args:
        scene: The scene.
        name: Wanted name.
        arrays: Gets the vector.
        found: The direction.
        found_with: Title of the network that it was found with.
    """
    given = free_name(name, scene.document.directions)
    one = Direction(given, arrays.add(found.vector), found_with=found_with, sigma=found.sigma or 0.0)
    if found.layers:
        one = replace(one, first=found.layers[0], last=found.layers[-1])
    directions = (*scene.document.directions, one)
    return replace(scene, document=replace(scene.document, directions=directions))


def listed(
    scene: Scene, note: str, found: Sequence[NamedDirection], arrays: ArrayStore, model: ModelInfo | None
) -> Scene:
    """Return the scene with the directions of a file as a group of the tab Directions, the newest."""
    rows = tuple(row_of(one, arrays, model) for one in found)
    network, key = ("", "") if model is None else (model.title, key_of(model))
    group = FoundGroup("file", clean_text(note, 80), rows, network, key)
    finds = scene.view.finds
    return replace(scene, view=replace(scene.view, finds=replace(finds, groups=(group, *finds.groups))))


def row_of(one: NamedDirection, arrays: ArrayStore, model: ModelInfo | None) -> Found:
    """Return the row of a direction of a file, whose vector goes into `arrays`."""
    last = 7 if model is None else min(7, model.num_ws - 1)
    ends = (one.layers[0], one.layers[-1]) if one.layers else (0, last)
    sigma, strength = limited(Found, "sigma", one.sigma or 0.0), limited(Found, "strength", one.strength)
    array = arrays.add(identity(one))
    return Found(one.name, array, sigma, strength, *ends, ends, one.starred, style=one.style, channel=one.channel)


def identity(one: NamedDirection) -> AnyArray:
    """Return the array by which lists know a direction, or a style channel."""
    return identity_of(one.style, one.channel, one.sigma or 0.0) if one.style else plain(one.vector)


def named_of(row: Found, arrays: ArrayStore, w_dim: int) -> NamedDirection:
    """Return a row as a direction to be written; a style channel has zeros [w_dim] for a vector."""
    vector = np.zeros(w_dim, np.float32) if row.style else np.asarray(arrays.get(row.array), np.float32)
    layers = tuple(range(max(row.first, 0), row.last + 1))
    sigma = row.sigma or None
    return NamedDirection(row.name, vector, sigma, layers, row.strength, row.starred, row.style, row.channel)


def renamed(scene: Scene, index: int, name: str) -> Scene:
    """Return the scene with one direction renamed, its keys included; a number is added to duplicate names."""
    document = scene.document
    directions, one = document.directions, document.directions[index]
    if not (name := name.strip()) or name == one.name:
        return scene
    name = free_name(name, directions[:index] + directions[index + 1 :])
    tracks = tuple(
        replace(track, path=f"directions.{name}") if track.path == f"directions.{one.name}" else track
        for track in document.timeline.tracks
    )
    directions = (*directions[:index], replace(one, name=name), *directions[index + 1 :])
    timeline = replace(document.timeline, tracks=tracks)
    return replace(scene, document=replace(document, directions=directions, timeline=timeline))


def free_name(name: str, directions: tuple[Direction, ...]) -> str:
    """Return a name, with a number added if a direction has it."""
    taken, given, count = {one.name for one in directions}, name, 1
    while given in taken:
        count += 1
        given = f"{name} {count}"
    return given
