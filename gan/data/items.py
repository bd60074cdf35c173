"""Sources of the dataset tool: streams of images, each of which may turn out to be broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from .reader import Bytes

Label = int | list[float]
"""A class, or a vector of numbers."""


@dataclass(frozen=True)
class Item:
    """One image of a source."""

    name: str
    """Name for messages."""
    pixels: Bytes | None
    """uint8 [C, H, W]; None where it cannot be read."""
    label: Label | None = None
    """None where it has none."""
    problem: str = ""
    """Reason why it cannot be read."""


class Source(Protocol):
    """A stream of images in a fixed order. Nothing that was streamed is stored."""

    def __len__(self) -> int:
        """Number of images, the broken ones included."""
        ...

    def __iter__(self) -> Iterator[Item]:
        """All of them from the first on."""
        ...
