"""Drag and drop of swatches: targets, and the document after a drop. Pure functions."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from renderer.document.document import Document
from renderer.document.mixing import free
from renderer.ipc.protocol import ModelInfo, Network
from viz.mixing.selection import ActiveSwatch, lay
from viz.networks.weights import layers_in, letter, with_amounts
from viz.state.bands import Band, bands_of, short_name
from viz.state.interaction import Slot, SwatchDrag, Target
from viz.state.swatches import moved, seed_text


def lifted(swatch: ActiveSwatch, at: int | None) -> SwatchDrag:
    """Return a new drag of a swatch; `at` is its index on the shelf."""
    return SwatchDrag(on=True, swatch=swatch, at=at)


def rows(drag: SwatchDrag, index: int, picked: Sequence[int], through: bool) -> tuple[SwatchDrag, tuple[int, ...]]:
    """Return the drag and the target rows for hovering over one row.

    The targets are all selected rows if the row is selected; with `through` (Shift), all rows since Shift was pressed.
    """
    if not through:
        return replace(drag, anchor=None), tuple(picked) if index in picked else (index,)
    anchor = index if drag.anchor is None else drag.anchor
    first, last = sorted((anchor, index))
    return replace(drag, anchor=anchor), tuple(range(first, last + 1))


class _Tried(NamedTuple):
    document: Document
    over: Target
    swatch: ActiveSwatch
    network: Network | None
    after: Document


_tried: _Tried | None = None
"""Result of the last call of `tried`: the same document is requested several times per frame."""


def tried(drag: SwatchDrag, document: Document) -> Document | None:
    """Return the document as after a drop; None if nothing would change."""
    global _tried
    if not drag.on or not isinstance(drag.over, Target) or not drag.over.ws:
        return None
    last = _tried
    dragged = drag.swatch, drag.network
    if last is None or last.document is not document or last.over != drag.over or last[2:4] != dragged:
        if drag.network is None:
            after = replace(document, mixing=lay(document.mixing, drag.over.ws, drag.swatch))
        else:
            weights = with_amounts(document.weights, drag.network, dict.fromkeys(drag.over.layers, 1.0))
            after = replace(document, weights=weights)
        _tried = last = _Tried(document, drag.over, *dragged, after)
    return last.after


def released(drag: SwatchDrag, document: Document) -> Document:
    """Return the document after the drop; unchanged if there is no target."""
    if isinstance(drag.over, Slot) and drag.at is not None:
        shelf = moved(document.shelf, drag.at, drag.over.index)
        return document if shelf == document.shelf else replace(document, shelf=shelf)
    after = tried(drag, document)
    return document if after is None else after


def name_of(drag: SwatchDrag, document: Document) -> str:
    """Return the name of the dragged swatch."""
    if drag.network is not None:
        return letter(document, drag.network)
    return seed_text(document.mixing.x) if drag.swatch is None else drag.swatch.name


def preview_text(drag: SwatchDrag, document: Document) -> str:
    """Return the caption of the preview on the canvas; empty if it shows the document."""
    if tried(drag, document) is None or not isinstance(drag.over, Target):
        return ""
    span = f", {drag.over.span}" if drag.over.span else ""
    return f"Preview: {name_of(drag, document)} on {drag.over.where}{span}"


def target(model: ModelInfo, ws: Sequence[int], document: Document) -> Target:
    """Return the drop target for some w vectors, without locked ones."""
    free_ws = free(document.mixing, ws)
    bands = [band for band in bands_of(model) if any(i in band.ws for i in ws)]
    token = bands[0].token if len(bands) == 1 else "accent"
    if not free_ws:
        return Target((), "locked layers", "", "faint")
    where, span = _where(model, free_ws, bands)
    return Target(free_ws, where, span, token, tuple(layers_in(model, free_ws)))


def _where(model: ModelInfo, ws: Sequence[int], bands: Sequence[Band]) -> tuple[str, str]:
    if len(ws) == model.num_ws:
        return "every layer", ""
    names = [short_name(model.ws_names[i]) for i in ws]
    if len(ws) == 1:
        return names[0], ""
    run = all(b == a + 1 for a, b in pairwise(ws))
    span = f"{names[0]}–{names[-1]}" if run else ""
    if len(bands) == 1 and tuple(ws) == tuple(bands[0].ws):
        return bands[0].name, span
    return (span, "") if run else (f"{len(ws)} layers", "")
