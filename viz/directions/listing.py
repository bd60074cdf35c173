"""List of results: which rows are shown, their order, and how close each is to a direction that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from renderer.document.arrays import AnyArray, ArrayStore, UnknownArrayError
from renderer.document.directions.effects import EffectsFound, covered
from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.document import Document
from renderer.document.parts import ArrayRef, Direction, StyleOffset
from renderer.ipc.protocol import ModelInfo
from viz.directions import groups
from viz.state.facts import Facts
from viz.state.recording import untracked
from viz.ui.strokes import painted as region_of

Doubles = npt.NDArray[np.float64]

FILTERS = ("All", "Starred", "Added")
SORTS = (
    "Strongest first",
    "Changes least else",
    "Most different first",
    "By layer",
    "By name",
    "Newest first",
)
SHORT_SORTS = ("Strongest", "Least else", "Most different", "By layer", "By name", "Newest")
SAME = 0.7
"""|cos| from which two directions are nearly the same."""
MOST = 20_000
"""Figures that are kept of each kind."""


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


class Else(NamedTuple):
    """The share of a direction's change of the picture that is elsewhere."""

    share: float
    """0..1."""
    painted: bool
    """True if elsewhere is outside a painted region; else outside the tenth of the picture that changes most."""


@dataclass(eq=False)
class Figures:
    """Figures of rows, kept while what they were computed from stays."""

    _cosines: dict[tuple[object, ...], float | None] = field(default_factory=dict)
    _else: dict[tuple[object, ...], float | None] = field(default_factory=dict)
    _effects: dict[ArrayRef, EffectsFound | None] = field(default_factory=dict)
    _covered: tuple[object, Doubles | None] = (None, None)

    @untracked
    def cosine(
        self, a: ArrayRef, b: ArrayRef, ends: tuple[int, int], arrays: ArrayStore, model: ModelInfo
    ) -> float | None:
        """Return |cos| of two directions on a range of layers; None where one does not fit the network."""
        key = (a, b, ends, model.num_ws, model.w_dim)
        if key not in self._cosines:
            _limit(self._cosines)
            own, other = _by_layer(a, arrays, model), _by_layer(b, arrays, model)
            known = own is not None and other is not None
            self._cosines[key] = _cosine(own, other, ends) if known else None  # type: ignore[arg-type]
        return self._cosines[key]

    @untracked
    def effects(self, row: Found, arrays: ArrayStore) -> EffectsFound | None:
        """Return what a row does to the picture; None before it was measured."""
        if row.effects is None:
            return None
        if row.effects not in self._effects:
            _limit(self._effects)
            try:
                self._effects[row.effects] = EffectsFound.of(arrays.get(row.effects))
            except (UnknownArrayError, ValueError):
                return None
        return self._effects[row.effects]

    @untracked
    def elsewhere(self, row: Found, painted: ArrayRef | None, facts: Facts) -> Else | None:
        """Return how much of its change is elsewhere; None before it was measured.

        Elsewhere is outside the region of its own measure, else outside the painted one, else outside its own place.
        """
        found = self.effects(row, facts.arrays)
        if found is None:
            return None
        region = next((one for one in (row.region, painted) if region_of(one, facts) is not None), None)
        key = (row.effects, region)
        if key not in self._else:
            _limit(self._else)
            self._else[key] = found.elsewhere(self._inside(region, found, facts))
        share = self._else[key]
        return None if share is None else Else(share, region is not None)

    def _inside(self, region: ArrayRef | None, found: EffectsFound, facts: Facts) -> Doubles | None:
        """Return a region as effects count it; the newest is kept, as it is the same for most rows."""
        mask, key = region_of(region, facts), (region, found.where.shape)
        if mask is None:
            return None
        if self._covered[0] != key:
            self._covered = key, covered(mask, found.where.shape)
        return self._covered[1]


def _limit(kept: dict[Any, Any]) -> None:
    """Drop what is kept before it becomes too much."""
    if len(kept) >= MOST:
        kept.clear()


def figures(facts: Facts) -> Figures:
    """Return the figures of the window's rows."""
    return facts.scratch.get(Figures)


def closest(row: Found, directions: Sequence[Direction], facts: Facts, model: ModelInfo) -> Closest | None:
    """Return the direction in the section with the largest |cos| to a row, on the layers on which both act."""
    known, best = figures(facts), None
    for one in directions:
        if one.array == row.array:
            continue
        first, last = max(row.first, one.first, 0), min(row.last, one.last, model.num_ws - 1)
        if first > last:
            continue
        cosine = known.cosine(row.array, one.array, (first, last), facts.arrays, model)
        if cosine is not None and (best is None or cosine > best.cosine):
            best = Closest(one.name, cosine)
    return best


def _cosine(own: AnyArray, other: AnyArray, ends: tuple[int, int]) -> float:
    a, b = own[ends[0] : ends[1] + 1].ravel(), other[ends[0] : ends[1] + 1].ravel()
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return abs(float(a @ b)) / lengths if lengths > 0 else 0.0


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


def ordered(
    group: FoundGroup,
    rows: Sequence[Found],
    sort: int,
    close: Sequence[Closest | None],
    other: Sequence[Else | None],
) -> list[int]:
    """Return the indices of a group's rows in the order of `SORTS[sort]`.

    Args:
        group: The group.
        rows: Those of its rows that are shown.
        sort: Index of the order.
        close: The closest kept direction of each.
        other: What each changes elsewhere. Until all are measured the strongest come first, so that none jumps.
    """
    order = list(range(len(rows)))
    match SORTS[sort]:
        case "Changes least else" if all(one is not None for one in other):
            order.sort(key=lambda i: 0.0 if (one := other[i]) is None else one.share)
        case "Most different first":
            order.sort(key=lambda i: 0.0 if (one := close[i]) is None else one.cosine)
        case "By layer":
            order.sort(key=lambda i: (rows[i].first, rows[i].last))
        case "By name":
            order.sort(key=lambda i: _natural(rows[i].name))
        case "Newest first":
            pass  # as they came
        case _:
            order.sort(key=lambda i: -groups.rank(group, rows[i]))
    return order


def _natural(name: str) -> tuple[object, ...]:
    """Return a key that sorts `PC 2` before `PC 10`."""
    word, _, number = name.rpartition(" ")
    return (word.casefold(), int(number), "") if number.isdigit() else (name.casefold(), -1, "")
