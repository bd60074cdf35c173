"""Directions that were found: groups of rows, one for each search. Standard library and numpy."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt

from renderer.document.directions.effects import Fixed
from renderer.document.directions.piles import Piles
from renderer.document.parts import ArrayRef
from renderer.document.ranges import Count, Factor, Index, Label, Text

WayName = Literal["pca", "sefa", "stylespace", "piles", "measure", "classes", "file", "kept"]
Word = Annotated[str, Text(200)]


@dataclass(frozen=True)
class Found:
    """One direction that was found."""

    name: Word
    array: ArrayRef
    """[w_dim], or [num_ws, w_dim]: the change of w that is one standard deviation where `sigma` is known."""
    sigma: Factor = 0.0
    """Standard deviation of w along it; 0: unknown, and the array is as it was in its file."""
    strength: Factor = 0.0
    """Figure that its search ranks by: share of the variance, R², held-out accuracy, eigenvalue."""
    first: Index = 0
    last: Index = 7
    """Range of w vectors that it moves, inclusive."""
    usual: Annotated[tuple[Index, ...], Count(2)] = ()
    """The range as found, to which it goes back."""
    starred: bool = False
    hidden: bool = False
    note: Word = ""
    """A sentence of its search, such as what it still changes of kept directions."""
    style: Word = ""
    """Layer of a style channel, as in `ModelInfo.style_layers`; empty for a direction in W.

    The array of a channel only identifies it: see `identity_of`.
    """
    channel: Label = 0
    """Number of the channel in that layer."""
    words: Word = ""
    """Measure by which it was found, as `foundation.specs.directions.MEASURE_WORDS` has it; empty if by none."""
    region: ArrayRef | None = None
    """Region in which that was measured; None for the whole picture."""
    effects: ArrayRef | None = None
    """Its measured effects on the picture, see `effects.EffectsFound`; None before."""
    before: ArrayRef | None = None
    """The direction before it was made to keep others fixed; None where it was not."""
    fixed: Annotated[tuple[Fixed, ...], Count(200)] = ()
    """Those others."""

    def ranged(self, first: int, last: int) -> "Found":
        """Return it with another range of layers."""
        return replace(self, first=first, last=last)


def identity_of(layer: str, channel: int, sigma: float) -> npt.NDArray[np.float32]:
    """Return the array of a style channel in place of a direction; no other channel has it."""
    return np.array([*layer.encode(), channel, sigma], np.float32)


@dataclass(frozen=True)
class FoundGroup:
    """The directions of one search, best first."""

    way: WayName
    note: Word = ""
    """Says of what they were found, as `10 000 w, 70 components`."""
    rows: Annotated[tuple[Found, ...], Count(4096)] = ()
    network: Word = ""
    """Title of the network that they were found with."""
    fingerprint: Word = ""
    """Of that network, whatever file it is in; see `viz.state.finding.belonging`."""
    folded: bool = False
    seconds: Factor = 0.0
    """Time that the search took."""


@dataclass(frozen=True)
class Finds:
    """Everything that was found in a window."""

    groups: Annotated[tuple[FoundGroup, ...], Count(1000)] = ()
    """Newest first."""
    piles: Annotated[tuple[Piles, ...], Count(100)] = ()
    """At most one for each network."""
    region: ArrayRef | None = None
    """Painted region that measures look at, uint8 [H, W] in pixels of the network; None: the whole picture."""
