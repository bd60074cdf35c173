"""Mixing selection: the active swatch and the selected layers. Pure functions."""

from collections.abc import Iterable
from dataclasses import replace

from renderer.document.document import Swatch
from renderer.document.mixing import clear, free, layer, put, style_of
from renderer.ipc.protocol import LayerStyle, Mixing, Source
from viz.state.facts import Facts
from viz.state.interaction import MixingSelection
from viz.state.scene import Scene

ActiveSwatch = Swatch | None
"""A swatch; None: the second style, whose seed changes wherever it is applied."""


def selecting(scene: Scene, **changes: object) -> Scene:
    """Return the scene with parts of its `MixingSelection` replaced; the same object if nothing changes."""
    selection: MixingSelection = replace(scene.interaction.selection, **changes)  # type: ignore[arg-type]
    return scene.interacting(selection=selection)


def tidied(scene: Scene, facts: Facts) -> Scene:
    """Return the scene without stale selections: swatches removed from the shelf, layers of another network."""
    now, model = scene.interaction.selection, facts.model
    swatch = now.swatch if now.swatch in scene.document.shelf else None
    layers = now.layers if model is None else within(now.layers, model.num_ws)
    return scene if swatch is now.swatch and layers is now.layers else selecting(scene, swatch=swatch, layers=layers)


def swatch_of(scene: Scene) -> ActiveSwatch:
    """Return the active swatch; None, the second style, if it was removed from the shelf."""
    swatch = scene.interaction.selection.swatch
    return swatch if swatch in scene.document.shelf else None


def within(layers: tuple[int, ...], num_ws: int) -> tuple[int, ...]:
    """Return the layers that exist in a network with `num_ws` w vectors."""
    return layers if not layers or layers[-1] < num_ws else tuple(i for i in layers if i < num_ws)


def picked(selection: MixingSelection, index: int, *, more: bool, through: bool) -> MixingSelection:
    """Return the selection after pressing a row: only that row, toggled (`more`), or a range to it (`through`)."""
    if through and selection.anchor is not None:
        first, last = sorted((selection.anchor, index))
        layers = tuple(sorted({*(selection.layers if more else ()), *range(first, last + 1)}))
        return replace(selection, layers=layers)
    if more:
        layers = tuple(sorted({*selection.layers} ^ {index}))
    else:
        layers = () if selection.layers == (index,) else (index,)
    return replace(selection, layers=layers, anchor=index)


def extended(selection: MixingSelection, index: int) -> MixingSelection:
    """Return the selection after a press was dragged to another row."""
    return replace(selection, layers=tuple(sorted({*selection.layers, index})))


def around(layers: tuple[int, ...], index: int) -> tuple[int, ...]:
    """Return the layers affected by a gesture on one row: the selection if it contains the row, else that row."""
    return layers if index in layers else (index,)


def source_of(swatch: ActiveSwatch, ws: int) -> Source | None:
    """Return the source of one w vector in a swatch; None: the second style, as in `LayerStyle.source`."""
    return None if swatch is None else style_of(swatch.latent, swatch.mixing, ws)


def takes(mixing: Mixing, ws: int, swatch: ActiveSwatch) -> bool:
    """Return True if a w vector already has the swatch's style."""
    own = layer(mixing, ws)
    return own is not None and own.amount != 0 and own.source == source_of(swatch, ws)


def lay(mixing: Mixing, ws: Iterable[int], swatch: ActiveSwatch) -> Mixing:
    """Apply a swatch to w vectors at full share, skipping locked ones, and include them in solo."""
    laid = free(mixing, ws)
    after = put(mixing, *(LayerStyle(i, source_of(swatch, i)) for i in laid))
    return replace(after, solo=tuple(sorted({*after.solo, *laid}))) if after.solo else after


def switched(mixing: Mixing, ws: Iterable[int], swatch: ActiveSwatch, on: bool) -> Mixing:
    """Apply a swatch to w vectors, or reset them to the document's own style."""
    return lay(mixing, ws, swatch) if on else clear(mixing, ws)


def inverted(mixing: Mixing, num_ws: int, swatch: ActiveSwatch) -> Mixing:
    """Apply a swatch where the document's own style is, and reset the others."""
    own = [i for i in range(num_ws) if i not in {one.ws for one in mixing.layers if one.amount != 0}]
    return lay(clear(mixing, range(num_ws)), own, swatch)
