"""List of results: which rows are shown, their order, and how close each is to a direction that is kept."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from renderer.document.arrays import AnyArray, ArrayStore, UnknownArrayError
from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.document import Document
from renderer.document.parts import ArrayRef, Direction, StyleOffset
from renderer.ipc.protocol import ModelInfo

FILTERS = ("All", "Starred", "Added")
SORTS = ("Strongest first", "Most different first", "By layer", "By name")
SHORT_SORTS = ("Strongest", "Most different", "By layer", "By name")
SAME = 0.7
"""|cos| from which two directions are nearly the same."""


class Closest(NamedTuple):
    """The kept direction that is most like one."""

    name: str
    cosine: float
    """Magnitude, 0..1."""


def is_added(row: Found, document: Document) -> Direction | StyleOffset | None:
    """Return the direction or the style channel of a document that was added from a row."""
    if row.style:
        place = StyleOffset(row.style, row.channel).place
        return next((one for one in document.styles if one.place == place), None)
    return next((one for one in document.directions if one.array == row.array), None)


def closest(row: Found, directions: Sequence[Direction], arrays: ArrayStore, model: ModelInfo) -> Closest | None:
    """Return the direction in the section with the largest |cos| to a row, on the layers on which both act."""
    own = _by_layer(row.array, arrays, model)
    best: Closest | None = None
    for one in directions:
        if one.array == row.array:
            continue
        other = _by_layer(one.array, arrays, model)
        first, last = max(row.first, one.first, 0), min(row.last, one.last, model.num_ws - 1)
        if own is None or other is None or first > last:
            continue
        a, b = own[first : last + 1].ravel(), other[first : last + 1].ravel()
        lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
        cosine = abs(float(a @ b)) / lengths if lengths > 0 else 0.0
        if best is None or cosine > best.cosine:
            best = Closest(one.name, cosine)
    return best


def _by_layer(ref: ArrayRef, arrays: ArrayStore, model: ModelInfo) -> AnyArray | None:
    """Return a direction as [num_ws, w_dim]; None if it does not fit the network."""
    try:
        array = np.asarray(arrays.get(ref), np.float64)
    except UnknownArrayError:
        return None
    if array.shape == (model.w_dim,):
        return np.broadcast_to(array, (model.num_ws, model.w_dim))
    return array if array.shape == (model.num_ws, model.w_dim) else None


def shown(group: FoundGroup, only: int, document: Document, hidden: bool) -> list[Found]:
    """Return the rows of a group that a filter (index in `FILTERS`) lets through; `hidden` includes hidden ones."""
    rows = [row for row in group.rows if hidden or not row.hidden]
    if FILTERS[only] == "Starred":
        return [row for row in rows if row.starred]
    if FILTERS[only] == "Added":
        return [row for row in rows if is_added(row, document)]
    return rows


def ordered(rows: Sequence[Found], sort: int, close: Sequence[Closest | None]) -> list[int]:
    """Return the indices of rows in the order of `SORTS[sort]`; `close` is each row's closest kept direction."""
    order = list(range(len(rows)))
    match SORTS[sort]:
        case "Most different first":
            order.sort(key=lambda i: 0.0 if (one := close[i]) is None else one.cosine)
        case "By layer":
            order.sort(key=lambda i: (rows[i].first, rows[i].last))
        case "By name":
            order.sort(key=lambda i: _natural(rows[i].name))
        case _:
            pass  # as the search ranked them
    return order


def _natural(name: str) -> tuple[object, ...]:
    """Return a key that sorts `PC 2` before `PC 10`."""
    word, _, number = name.rpartition(" ")
    return (word.casefold(), int(number), "") if number.isdigit() else (name.casefold(), -1, "")
