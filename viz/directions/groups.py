"""Groups of found directions: made of a search's result, changed row by row. Pure functions."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from foundation.specs.editing.defaults import MEASURE_ADVICE, MEASURE_WEAK
from renderer.document.arrays import AnyArray, ArrayStore
from renderer.document.directions.effects import Fixed
from renderer.document.directions.finds import Finds, Found, FoundGroup, WayName, identity_of
from renderer.document.directions.searches import (
    ChannelTable,
    ClassSearch,
    FoundTable,
    MeasureSearch,
    PcaSearch,
    SefaSearch,
    StyleSpaceSearch,
    Way,
)
from renderer.document.parts import ArrayRef, Direction
from renderer.ipc.protocol import ModelInfo
from viz.state.finding.belonging import key_of
from viz.state.scene import Scene


def group_of(
    way: Way,
    packed: AnyArray,
    model: ModelInfo,
    arrays: ArrayStore,
    layers: tuple[int, int] | None,
    seconds: float,
) -> FoundGroup:
    """Return the group of a search's result; the vectors, each times its sigma, go into `arrays`."""
    name, note, word = described(way)
    if isinstance(way, StyleSpaceSearch):
        channels = _channels(ChannelTable.of(packed), model, arrays)
        return FoundGroup(name, note, channels, model.title, key_of(model), seconds=float(seconds))
    table = FoundTable.of(packed)
    first, last = layers or (0, model.num_ws - 1)
    if isinstance(way, MeasureSearch):
        return _measured(way, table, model, arrays, (first, last), seconds)
    rows = []
    for number, (vector, sigma, strength) in enumerate(zip(table.vectors, table.sigma, table.strength, strict=True), 1):
        ref = arrays.add(np.asarray(vector * sigma, np.float32))
        title = f"{word} {number}" if len(table.vectors) > 1 or name in ("pca", "sefa") else word
        rows.append(Found(title, ref, float(sigma), float(strength), first, last, (first, last)))
    return FoundGroup(name, note, tuple(rows), model.title, key_of(model), seconds=float(seconds))


def _measured(
    way: MeasureSearch,
    table: FoundTable,
    model: ModelInfo,
    arrays: ArrayStore,
    ends: tuple[int, int],
    seconds: float,
) -> FoundGroup:
    """Return the group of a measure: one row, with the direction as it was before others were kept fixed."""
    name, note, word = described(way)
    own, *before = (arrays.add(np.asarray(v * s, np.float32)) for v, s in zip(table.vectors, table.sigma, strict=True))
    row = Found(word, own, float(table.sigma[0]), float(table.strength[0]), *ends, ends, words=way.words)
    row = replace(row, region=way.region, before=before[0] if before else None, fixed=way.keep if before else ())
    return FoundGroup(name, note, (row,), model.title, key_of(model), seconds=float(seconds))


def fixed_of(finds: Finds, directions: Iterable[Direction]) -> tuple[Fixed, ...]:
    """Return directions of the section as a search keeps them fixed, with the measures by which they were found."""
    found = []
    for one in directions:
        row = row_of(finds, one.array)
        words, region = (row.words, row.region) if row else ("", None)
        found.append(Fixed(one.name, one.array, one.first, one.last, words, region))
    return tuple(found)


def _channels(table: ChannelTable, model: ModelInfo, arrays: ArrayStore) -> tuple[Found, ...]:
    """Return the rows of style channels."""
    rows = []
    for k in range(len(table.channels)):
        layer, channel, index = model.style_layers[table.layers[k]][0], int(table.channels[k]), int(table.indices[k])
        sigma = float(table.sigma[k])
        ref = arrays.add(identity_of(layer, channel, sigma))
        ends = (index, index)
        name = f"{layer.partition('_')[0]} channel {channel}"
        rows.append(Found(name, ref, sigma, float(table.strength[k]), *ends, ends, style=layer, channel=channel))
    return tuple(rows)


def described(way: Way) -> tuple[WayName, str, str]:
    """Return the name of a search, of what it was made, and the default name of a direction."""
    match way:
        case PcaSearch():
            return "pca", f"{_many(way.samples)} w, {_many(way.components)} components", "PC"
        case SefaSearch():
            layers = "all layers" if way.layers is None else f"layers {min(way.layers)} to {max(way.layers)}"
            return "sefa", f"{layers}, {_many(way.components)} components", "SeFa"
        case StyleSpaceSearch():
            where = "" if way.region is None else ", inside the painted region"
            return "stylespace", f"{way.layer or 'all layers'}, {_many(way.channels)} channels{where}", "Channel"
        case ClassSearch():
            start, end = ("any" if one is None else str(one) for one in (way.start, way.end))
            return "classes", f"{start} to {end}", f"Class {start} to {end}"
        case MeasureSearch():
            where = "the whole picture" if way.region is None else "the painted region"
            return "measure", f"{way.words} inside {where}", f"{way.words[0].upper()}{way.words[1:]}"


def _many(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def with_group(scene: Scene, group: FoundGroup) -> Scene:
    """Return the scene with one more group, the newest."""
    return with_groups(scene, (group, *scene.view.finds.groups))


def with_groups(scene: Scene, groups: Iterable[FoundGroup]) -> Scene:
    """Return the scene with other groups."""
    return replace(scene, view=replace(scene.view, finds=replace(scene.view.finds, groups=tuple(groups))))


def changed(scene: Scene, ref: ArrayRef, change: Callable[[Found], Found]) -> Scene:
    """Return the scene with one found direction changed, in every group that has it."""
    groups = tuple(_changed(group, ref, change) for group in scene.view.finds.groups)
    return with_groups(scene, groups)


def _changed(group: FoundGroup, ref: ArrayRef, change: Callable[[Found], Found]) -> FoundGroup:
    if all(row.array != ref for row in group.rows):
        return group
    return replace(group, rows=tuple(change(row) if row.array == ref else row for row in group.rows))


def row_of(finds: Finds, ref: ArrayRef | None) -> Found | None:
    """Return the found direction of an array; None if there is none."""
    return next((row for group in finds.groups for row in group.rows if row.array == ref), None)


def weak(group: FoundGroup, row: Found) -> str:
    """Return the warning below a measure that one direction hardly explains; else empty."""
    if group.way != "measure" or row.strength >= MEASURE_WEAK:
        return ""
    return f"R² {row.strength:.2f}: {MEASURE_ADVICE}"


def fixed_text(row: Found) -> tuple[str, bool]:
    """Return what a direction still changes of those kept fixed; True where it changes them half as much or more."""
    if not row.fixed:
        return "", False
    if not all(one.measured for one in row.fixed):
        return f"Measuring what it still changes of {', '.join(one.name for one in row.fixed)}…", False
    said = [f"{one.name} {abs(one.after):.2f} σ (before {abs(one.before):.2f})" for one in row.fixed]
    much = any(abs(one.after) > max(abs(one.before) / 2, 0.05) for one in row.fixed)
    return f"Still changes {', '.join(said)}", much


def rank(group: FoundGroup, row: Found) -> float:
    """Return the figure by which rows are sorted, strongest first: that of the search, of files the deviation."""
    return row.sigma if group.way in ("kept", "file") else row.strength


def strength_text(group: FoundGroup, row: Found) -> tuple[str, str]:
    """Return what a search ranks by, in a few characters, and its meaning."""
    match group.way:
        case "pca":
            return f"{100 * row.strength:.1f} %", "of the variance"
        case "measure":
            return f"R² {row.strength:.2f}", "of pictures that the regression had not seen"
        case "piles":
            return f"{100 * row.strength:.0f} %", "of held-out pictures are told right"
        case "classes":
            return f"{row.strength:.1f} σ", "between the means of the two classes"
        case "stylespace":
            return f"{100 * row.strength:.2g} %", "change where it acts, times the share of it that is there"
        case _:
            return (f"σ {row.sigma:.1f}", "standard deviation of w along it") if row.sigma else ("", "")


def share(group: FoundGroup, row: Found) -> float:
    """Return the strength as a share of the strongest in its group, or of all there can be."""
    if group.way in ("measure", "piles"):
        return min(max(row.strength, 0.0), 1.0)
    ranked = group.way in ("pca", "classes", "stylespace")
    values = [one.strength if ranked else one.sigma for one in group.rows]
    own = row.strength if ranked else row.sigma
    return min(max(own / max(max(values, default=1.0), 1e-9), 0.0), 1.0)
