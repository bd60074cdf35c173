"""Sources of the dataset tool: streams of images, each of which may turn out to be broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from .labels import Label
from .reader import Bytes

__all__ = ["Item", "Label", "Source"]


@dataclass(frozen=True)
class Item:
    """One image of a source."""

    name: str
    """Name for messages."""
    pixels: Bytes | None
    """uint8 [C, H, W]; None if it cannot be read."""
    label: Label | None = None
    """None without labels."""
    problem: str = ""
    """Reason why it cannot be read."""
    expected: bool = False
    """True if it was asked to be left out."""


class Source(Protocol):
    """A stream of images in a fixed order; images are not kept in memory."""

    def __len__(self) -> int:
        """Number of images, including broken ones."""
        ...

    def channels(self) -> set[int]:
        """Numbers of channels among the images, as far as they are known without decoding them."""
        ...

    def __iter__(self) -> Iterator[Item]:
        """Iterate over all images from the first one."""
        ...
