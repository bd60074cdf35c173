"""Using found directions in the document: add, remove, set, turn around, rename. Pure functions of the scene."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from renderer.document.arrays import ArrayStore
from renderer.document.directions.finds import Found
from renderer.document.document import Document
from renderer.document.parts import ArrayRef, Direction, StyleOffset
from renderer.document.ranges import limited
from viz.directions.groups import changed
from viz.directions.listing import is_added
from viz.files.direction_files import free_name, renamed
from viz.generate.style_channels import laid
from viz.state.scene import Scene


def value_text(value: float, sigma: float) -> str:
    """Return a strength as text: `+2 σ`, `−0.35`."""
    number = f"{value:+.2f}".rstrip("0").rstrip(".").replace("-", "−")
    number = "0" if number in ("+0", "−0") else number
    return f"{number} σ" if sigma else number


def offset_of(row: Found, strength: float, name: str = "") -> StyleOffset:
    """Return the style channel that a row adds to a document."""
    return StyleOffset(row.style, row.channel, limited(StyleOffset, "strength", strength), row.sigma, name or row.name)


def direction_of(row: Found, strength: float, name: str = "", network: str = "") -> Direction:
    """Return the direction that a row adds to a document."""
    return Direction(name or row.name, row.array, strength, row.first, row.last, network, row.sigma)


def moved(document: Document, row: Found, strength: float) -> Document:
    """Return a document that goes along a found direction; at its own strength if that is in it already."""
    if row.style:
        return _laid(document, row, strength)
    for i, one in enumerate(document.directions):
        if one.array == row.array:
            after = replace(one, strength=limited(Direction, "strength", strength))
            return replace(document, directions=(*document.directions[:i], after, *document.directions[i + 1 :]))
    return replace(document, directions=(*document.directions, direction_of(row, strength)))


def _laid(document: Document, row: Found, strength: float) -> Document:
    """Return a document with the style channel of a row; under its own name if it is in it already."""
    there = is_added(row, document)
    new = offset_of(row, strength, there.name if there else "")
    return replace(document, styles=laid(document.styles, new))


def along(document: Document, row: Found, step: float) -> Document:
    """Return the document at a strength along a row, on the row's own range of layers."""
    after = moved(document, row, step)
    directions = tuple(
        replace(one, first=row.first, last=row.last) if one.array == row.array else one for one in after.directions
    )
    return replace(after, directions=directions)


def added(scene: Scene, row: Found, network: str, strength: float = 0.0) -> Scene:
    """Return the scene with a found direction in its section, under a name that is free; as it is if it is there."""
    directions = scene.document.directions
    if is_added(row, scene.document):
        return scene
    if row.style:
        return replace(scene, document=_laid(scene.document, row, strength))
    one = direction_of(row, strength, free_name(row.name, directions), network)
    return replace(scene, document=replace(scene.document, directions=(*directions, one)))


def removed(scene: Scene, row: Found) -> Scene:
    """Return the scene without a found direction in its section."""
    if row.style:
        gone = is_added(row, scene.document)
        styles = tuple(one for one in scene.document.styles if one is not gone)
        return replace(scene, document=replace(scene.document, styles=styles))
    left = tuple(one for one in scene.document.directions if one.array != row.array)
    return replace(scene, document=replace(scene.document, directions=left))


def put_at(scene: Scene, row: Found, strength: float, network: str) -> Scene:
    """Return the scene with the slider of a found direction at a strength; adds it first if needed."""
    scene = added(scene, row, network)
    return replace(scene, document=moved(scene.document, row, strength))


def ranged(scene: Scene, row: Found, first: int, last: int) -> Scene:
    """Return the scene with another range of layers of a found direction, in its row and in the section."""
    scene = changed(scene, row.array, lambda one: one.ranged(first, last))
    return _each(scene, row.array, lambda one: replace(one, first=first, last=last))


def named(scene: Scene, row: Found, name: str) -> Scene:
    """Return the scene with another name of a found direction, in its row and in the section."""
    name = " ".join(name.split())[:80]
    if not name or name == row.name:
        return scene
    scene = changed(scene, row.array, lambda one: replace(one, name=name))
    if row.style:
        there = is_added(row, scene.document)
        styles = tuple(replace(one, name=name) if one is there else one for one in scene.document.styles)
        return scene if there is None else replace(scene, document=replace(scene.document, styles=styles))
    for i, one in enumerate(scene.document.directions):
        if one.array == row.array:
            return renamed(scene, i, name)
    return scene


def turned(scene: Scene, row: Found, arrays: ArrayStore) -> Scene:
    """Return the scene with a found direction the other way around; the picture stays as it is."""
    ref = arrays.add(np.asarray(-arrays.get(row.array), np.float32))
    scene = changed(scene, row.array, lambda one: replace(one, array=ref))
    scene = _each(scene, row.array, lambda one: replace(one, array=ref, strength=-one.strength))
    finder = scene.interaction.finder
    return scene.interacting(finder=replace(finder, chosen=ref)) if finder.chosen == row.array else scene


def _each(scene: Scene, ref: ArrayRef, change: Callable[[Direction], Direction]) -> Scene:
    directions = tuple(change(one) if one.array == ref else one for one in scene.document.directions)
    if directions == scene.document.directions:
        return scene
    return replace(scene, document=replace(scene.document, directions=directions))
