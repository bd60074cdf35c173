"""Order of a source's images: as they come, or shuffled as the published tools do."""

from collections.abc import Iterator

import numpy as np

from .archives import CifarSource, MnistSource
from .files import FilesSource
from .items import Item, Source
from .reader import DatasetError

_SEED = 123
"""Seed of the published order."""


def shuffled(source: Source) -> Source:
    """Return a source in the published random order of its images.

    Raises:
        DatasetError: its images can only be read one after another.
    """
    order = np.arange(len(source))
    np.random.RandomState(_SEED).shuffle(order)
    if isinstance(source, FilesSource):
        return source.reordered(order.tolist())
    if isinstance(source, CifarSource | MnistSource):  # at most 150 MB
        items = list(source)
        return _Items(source.channels(), [items[index] for index in order])
    raise DatasetError("The images of this source can only be read in their own order: leave --shuffle out.")


class _Items:
    """Images in memory."""

    def __init__(self, channels: set[int], items: list[Item]) -> None:
        self._channels, self._items = channels, items

    def __len__(self) -> int:
        return len(self._items)

    def channels(self) -> set[int]:
        """See `Source`."""
        return self._channels

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)
