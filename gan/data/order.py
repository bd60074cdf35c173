"""Sources made of others: shuffled and digits as colours, as the published tools make them, and without duplicates."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from foundation.datasets.duplicates import Seen

from .archives import CifarSource, MnistSource
from .files import FilesSource
from .items import Item, Source
from .published import Hdf5Source, SvhnSource
from .reader import DatasetError

_SEED = 123
"""Seed of the published order."""
_STACKED = 1_000_000
"""Published number of images of stacked digits."""


def shuffled(source: Source) -> Source:
    """Return a source in the published random order of its images.

    Raises:
        DatasetError: its images can only be read one after another.
    """
    order = np.arange(len(source))
    np.random.RandomState(_SEED).shuffle(order)
    if isinstance(source, FilesSource | Hdf5Source):
        return source.reordered(order.tolist())
    if isinstance(source, CifarSource | MnistSource | SvhnSource):  # at most 230 MB
        items = list(source)
        return _Items(source.channels(), [items[index] for index in order])
    raise DatasetError("The images of this source can only be read in their own order: leave --shuffle out.")


def stacked_digits(source: Source, count: int = _STACKED) -> Source:
    """Return images whose red, green and blue are three digits of MNIST, drawn as published; they have no labels.

    Raises:
        DatasetError: the source is not MNIST.
    """
    if not isinstance(source, MnistSource):
        raise DatasetError("Digits can be stacked of MNIST alone: give train-images-idx3-ubyte.gz, or leave it out.")
    digits = np.concatenate([item.pixels for item in source if item.pixels is not None])
    return _Stacked(digits, count)


class _Stacked:
    """Three random digits as the channels of each image.

    Args:
        digits: uint8 [N, H, W].
        count: Number of images.
    """

    def __init__(self, digits: npt.NDArray[np.uint8], count: int) -> None:
        self._digits, self._count = digits, count

    def __len__(self) -> int:
        return self._count

    def channels(self) -> set[int]:
        """See `Source`."""
        return {3}

    def __iter__(self) -> Iterator[Item]:
        random = np.random.RandomState(_SEED)
        for index in range(self._count):
            yield Item(f"digits[{index}]", self._digits[random.randint(len(self._digits), size=3)])


class WithoutDuplicates:
    """The images of a source without those that are nearly the same as an earlier one.

    Attributes:
        count: Number of images that were left out so far.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.count = 0

    def __len__(self) -> int:
        return len(self._source)

    def channels(self) -> set[int]:
        """See `Source`."""
        return self._source.channels()

    def __iter__(self) -> Iterator[Item]:
        seen, self.count = Seen(), 0
        for item in self._source:
            if item.pixels is not None and (before := seen.before(item.pixels, item.name)):
                self.count += 1
                yield Item(item.name, None, None, f"{item.name} is nearly the same as {before}.", expected=True)
            else:
                yield item


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
