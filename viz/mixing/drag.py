"""A swatch that is carried from the shelf: where it would go, and what would come of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from renderer.document.document import Document
from renderer.document.mixing import free
from renderer.ipc.protocol import ModelInfo
from viz.mixing.selection import Hand, lay
from viz.state.bands import Band, bands_of, short_name
from viz.state.swatches import moved, seed_text


@dataclass(frozen=True)
class Target:
    """Layers that would take the swatch."""

    ws: tuple[int, ...]
    where: str
    """As `Fine`, `L8`, `every layer`."""
    span: str
    """Which layers those are, as `L10–L14`; empty where `where` says it."""
    token: str
    """The colour of their band."""


@dataclass(frozen=True)
class Slot:
    """A gap between two swatches of the shelf, counted from its start, that the swatch would be moved to."""

    index: int


@dataclass
class Carry:
    """What is carried; kept in `Facts.scratch`."""

    on: bool = False
    hand: Hand = None
    at: int | None = None
    """Its place on the shelf; None for the second style."""
    over: Target | Slot | None = None
    found: Target | Slot | None = None
    """What the pointer is over in this frame, as those who draw it find; taken by `viz.mixing.drag_view`."""
    anchor: int | None = None
    """The row at which Shift went down: a range begins there."""
    _tried: tuple[Document, Target, Document] | None = None

    def lift(self, hand: Hand, at: int | None) -> None:
        """Take a swatch up."""
        self.on, self.hand, self.at, self.over, self.anchor = True, hand, at, None, None

    def drop(self) -> None:
        """Let go; nothing is carried any more."""
        self.on, self.over, self.found, self._tried = False, None, None, None

    def rows(self, index: int, picked: Sequence[int], through: bool) -> tuple[int, ...]:
        """The rows that hovering over one means: with `through` (Shift) all since that began, else what is picked."""
        if not through:
            self.anchor = None
            return tuple(picked) if index in picked else (index,)
        self.anchor = index if self.anchor is None else self.anchor
        first, last = sorted((self.anchor, index))
        return tuple(range(first, last + 1))

    def tried(self, document: Document) -> Document | None:
        """The document as it would be; None where nothing would change."""
        if not self.on or not isinstance(self.over, Target) or not self.over.ws:
            return None
        if self._tried is None or self._tried[0] is not document or self._tried[1] != self.over:
            after = replace(document, mixing=lay(document.mixing, self.over.ws, self.hand))
            self._tried = (document, self.over, after)
        return self._tried[2]

    def released(self, document: Document) -> Document:
        """The document after the button is let go here; the same one where that means nothing."""
        if isinstance(self.over, Slot) and self.at is not None:
            shelf = moved(document.shelf, self.at, self.over.index)
            return document if shelf == document.shelf else replace(document, shelf=shelf)
        after = self.tried(document)
        return document if after is None else after

    def name(self, document: Document) -> str:
        """What the carried swatch is called."""
        return seed_text(document.mixing.x) if self.hand is None else self.hand.name

    def preview_text(self, document: Document) -> str:
        """What the canvas says while it shows what would be; empty while it shows the document."""
        if self.tried(document) is None or not isinstance(self.over, Target):
            return ""
        span = f", {self.over.span}" if self.over.span else ""
        return f"Preview: {self.name(document)} on {self.over.where}{span}"


def target(model: ModelInfo, ws: Sequence[int], document: Document) -> Target:
    """The target that some w vectors are: those that are locked are left out."""
    free_ws = free(document.mixing, ws)
    bands = [band for band in bands_of(model) if any(i in band.ws for i in ws)]
    token = bands[0].token if len(bands) == 1 else "accent"
    if not free_ws:
        return Target((), "locked layers", "", "faint")
    where, span = _where(model, free_ws, bands)
    return Target(free_ws, where, span, token)


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
