"""Two piles of pictures that a user sorts, and the direction that is learned from them. Standard library and numpy."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt

from foundation.specs.editing.defaults import PILE_LEAST
from renderer.document.ranges import Count, Factor, Index, Range, Seed, Text

Floats = npt.NDArray[np.float32]
Side = Literal["left", "right", "skip"]
Word = Annotated[str, Text(80)]


@dataclass(frozen=True)
class Choice:
    """One picture that was sorted."""

    seed: Seed
    side: Side = "skip"


@dataclass(frozen=True)
class Accuracy:
    """Held-out accuracy when so many pictures were sorted."""

    count: Annotated[int, Range(0, 100_000)] = 0
    value: Factor = 0.0
    """0..1."""
    error: Factor = 0.0


@dataclass(frozen=True)
class Piles:
    """The choices for one network, in their order."""

    left: Word = "Without"
    right: Word = "With"
    choices: Annotated[tuple[Choice, ...], Count(20_000)] = ()
    curve: Annotated[tuple[Accuracy, ...], Count(20_000)] = ()
    chance: Seed = 0
    """First seed of the pictures that come by chance."""
    first: Index = 0
    last: Index = 4095
    """Range of w vectors that the direction moves."""
    network: Word = ""
    fingerprint: Annotated[str, Text(200)] = ""

    def of(self, side: Side) -> tuple[int, ...]:
        """Return the seeds on a side, in the order in which they were put there."""
        return tuple(one.seed for one in self.choices if one.side == side)

    @property
    def count(self) -> int:
        """Number of pictures in both piles."""
        return sum(one.side != "skip" for one in self.choices)

    @property
    def enough(self) -> bool:
        """True if a direction can be learned."""
        return len(self.of("left")) >= PILE_LEAST and len(self.of("right")) >= PILE_LEAST

    def chosen(self, seed: int, side: Side) -> "Piles":
        """Return the piles with a picture on a side, as the newest choice."""
        rest = tuple(one for one in self.choices if one.seed != seed)
        return self._with((*rest, Choice(seed, side)))

    def moved(self, seed: int, side: Side) -> "Piles":
        """Return the piles with a sorted picture on another side, in its place."""
        return self._with(tuple(replace(one, side=side) if one.seed == seed else one for one in self.choices))

    def without(self, seed: int) -> "Piles":
        """Return the piles without a picture, which may come again."""
        return self._with(tuple(one for one in self.choices if one.seed != seed))

    def back(self) -> "Piles":
        """Return the piles without the newest choice."""
        return self._with(self.choices[:-1])

    def _with(self, choices: tuple[Choice, ...]) -> "Piles":
        after = replace(self, choices=choices)
        return replace(after, curve=tuple(one for one in self.curve if one.count <= after.count))


@dataclass(frozen=True, eq=False)
class PileFound:
    """The direction that was learned from two piles."""

    accuracy: float
    """Held-out accuracy, 0..1."""
    error: float
    """Its standard error."""
    sigma: float
    """Standard deviation of w along the vector."""
    vector: Floats
    """[w_dim], of length 1, towards the right pile."""
    odds: Floats
    """[count]: log odds of each seed of the sample to be in the right pile; near 0 it is least sure."""

    def packed(self) -> Floats:
        """Return one array: w_dim, accuracy, error, sigma, vector, odds."""
        head = np.array([len(self.vector), self.accuracy, self.error, self.sigma], np.float32)
        return np.concatenate([head, self.vector, self.odds]).astype(np.float32)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "PileFound":
        """Return what a packed array holds."""
        array = np.asarray(packed, np.float32)
        end = 4 + int(array[0])
        return cls(float(array[1]), float(array[2]), float(array[3]), array[4:end], array[end:])
