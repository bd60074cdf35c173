"""What lies in the hand of who mixes: the swatch chosen, and the layers picked. Pure functions and small state."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from renderer.document.document import Swatch
from renderer.document.mixing import clear, free, layer, put, style_of
from renderer.ipc.protocol import LayerStyle, Mixing, Source

Hand = Swatch | None
"""A swatch; None: the second style, whose seed goes on changing where it was laid."""


@dataclass
class Brush:
    """The swatch that clicks lay, kept in `Facts.scratch`."""

    swatch: Hand = None

    def among(self, shelf: tuple[Swatch, ...]) -> Hand:
        """The swatch chosen; the second style once it has left the shelf."""
        if self.swatch not in shelf:
            self.swatch = None
        return self.swatch


@dataclass
class Picked:
    """The layers that gestures act on together, kept in `Facts.scratch`."""

    ws: tuple[int, ...] = ()
    """Ascending."""
    anchor: int | None = None
    """Where a range begins."""

    def pick(self, index: int, *, more: bool, through: bool) -> None:
        """A row was pressed: it alone, or one `more` or one fewer, or all from the last one `through` to it."""
        if through and self.anchor is not None:
            first, last = sorted((self.anchor, index))
            self.ws = tuple(sorted({*(self.ws if more else ()), *range(first, last + 1)}))
            return
        self.anchor = index
        if more:
            self.ws = tuple(sorted({*self.ws} ^ {index}))
        else:
            self.ws = () if self.ws == (index,) else (index,)

    def add(self, index: int) -> None:
        """The press is held and moved over another row."""
        self.ws = tuple(sorted({*self.ws, index}))

    def within(self, num_ws: int) -> tuple[int, ...]:
        """Those that the present network has."""
        if self.ws and self.ws[-1] >= num_ws:
            self.ws = tuple(i for i in self.ws if i < num_ws)
        return self.ws

    def around(self, index: int) -> tuple[int, ...]:
        """What a gesture on one row acts on: all that are picked where it is one of them, else it alone."""
        return self.ws if index in self.ws else (index,)


def source_of(hand: Hand, ws: int) -> Source | None:
    """What one w vector takes from what is in the hand; None: the second style, as in `LayerStyle.source`."""
    return None if hand is None else style_of(hand.latent, hand.mixing, ws)


def takes(mixing: Mixing, ws: int, hand: Hand) -> bool:
    """Whether a w vector has what is in the hand already."""
    own = layer(mixing, ws)
    return own is not None and own.amount != 0 and own.source == source_of(hand, ws)


def lay(mixing: Mixing, ws: Iterable[int], hand: Hand) -> Mixing:
    """Lay what is in the hand into w vectors, all of it; locked ones stay as they are, and solo lets them through."""
    laid = free(mixing, ws)
    after = put(mixing, *(LayerStyle(i, source_of(hand, i)) for i in laid))
    return replace(after, solo=tuple(sorted({*after.solo, *laid}))) if after.solo else after


def switched(mixing: Mixing, ws: Iterable[int], hand: Hand, on: bool) -> Mixing:
    """Lay what is in the hand into w vectors, or give them the document's own style again."""
    return lay(mixing, ws, hand) if on else clear(mixing, ws)


def inverted(mixing: Mixing, num_ws: int, hand: Hand) -> Mixing:
    """What is in the hand where the document's own style is, and the other way round."""
    own = [i for i in range(num_ws) if i not in {one.ws for one in mixing.layers if one.amount != 0}]
    return lay(clear(mixing, range(num_ws)), own, hand)
