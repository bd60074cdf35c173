"""Bounds of the values of a document, as annotations of its fields. Standard library only.

A field is declared with its bounds, as `psi: Factor = 1.0`. The bounds are far beyond what controls offer: within them
every later computation is finite. `renderer.document.plain` holds documents from files to them, and the window what is
typed (`limited`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from foundation.inputs import clean_text

V = TypeVar("V", int, float)

SMALLEST = 1e-100
"""Numbers closer to 0 are 0: their products would lose all digits."""
MOST_ITEMS = 20_000
"""Most items of a list without a bound of its own."""
LONGEST_TEXT = 1000
"""Longest text without a bound of its own, in characters."""


@dataclass(frozen=True)
class Range:
    """The least and the largest value of a number."""

    low: float
    high: float


@dataclass(frozen=True)
class Count:
    """The largest number of items of a list."""

    most: int


@dataclass(frozen=True)
class Text:
    """The form of a text."""

    longest: int = LONGEST_TEXT
    """Characters."""
    verbatim: bool = False
    """Keep characters that cannot be shown: the text names a file."""
    pattern: str = ""
    """Regular expression for all of it; empty: any."""

    def of(self, text: str) -> str:
        """Return the text with characters that cannot be shown removed. Raises ValueError."""
        if len(text) > self.longest:
            raise ValueError(f"a text of more than {self.longest} characters")
        if self.pattern and not re.fullmatch(self.pattern, text, re.ASCII):
            raise ValueError("is not of the right form")
        return text if self.verbatim or text.isprintable() else clean_text(text, self.longest)


Place = Annotated[float, Range(-1e12, 1e12)]
"""Position on the grid of seeds; whole seeds beyond 2^32 repeat."""
Factor = Annotated[float, Range(-1e4, 1e4)]
"""Share, weight, psi or strength."""
Share = Annotated[float, Range(0, 1)]
"""Amount of something, 0..1."""
Offset = Annotated[float, Range(-1e4, 1e4)]
"""Translation in image widths."""
Angle = Annotated[float, Range(-1e9, 1e9)]
"""Degrees."""
Seed = Annotated[int, Range(-(2**63), 2**63 - 1)]
Label = Annotated[int, Range(0, 2**31 - 1)]
Index = Annotated[int, Range(-1, 4095)]
"""Of a w vector, or a number of them."""
Speed = Annotated[float, Range(-1e4, 1e4)]
Seconds = Annotated[float, Range(0, 1e5)]
FilePath = Annotated[str, Text(8192, verbatim=True)]
Sha256 = Annotated[str, Text(64, pattern="[0-9a-f]{64}")]


@cache
def range_of(kind: type, name: str) -> Range | None:
    """Return the bounds of a dataclass's field; None if it has none."""
    return found_in(get_type_hints(kind, include_extras=True)[name], Range)


def limited(kind: type, name: str, value: V) -> V:
    """Return the value for a dataclass's field nearest to `value`."""
    bounds = range_of(kind, name)
    if bounds is None:
        return value
    return type(value)(min(max(value, bounds.low), bounds.high))


B = TypeVar("B")


def found_in(hint: Any, kind: Callable[..., B]) -> B | None:
    """Return the annotation of a class in a hint; None if it has none."""
    if get_origin(hint) is Annotated:
        return next((one for one in get_args(hint)[1:] if type(one) is kind), None)
    return None
