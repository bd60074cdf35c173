"""CIFAR-10 and MNIST archives in their published formats, as sources of the dataset tool."""

import io
import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foundation.inputs import ArchiveError, TarReader, reason_of, unpack_gzip
from foundation.pickles.constructors import allow_list
from foundation.pickles.machine import BoundedReader, Budget, Machine
from gan.io.errors import LoadError
from gan.io.records import NumpyArray

from .items import Item
from .reader import DatasetError

_CIFAR_SHAPE = (3, 32, 32)
_CIFAR_BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "train")
"""Files of CIFAR-10, and the one of CIFAR-100."""
_CIFAR_BYTES = 1 << 29
"""Limit of the unpacked archive, which has 190 MB."""
_BATCH_BYTES = 1 << 28
"""Limit of one of its files, which have up to 155 MB."""
_MNIST_BYTES = 1 << 28
"""Limit of an unpacked file, which have 47 MB."""
_MNIST_BORDER = 2
"""Black border around the 28x28 digits in pixels: networks need 32x32."""


class CifarSource:
    """The 50000 training images of CIFAR-10 or CIFAR-100, with classes.

    Read are `cifar-10-python.tar.gz`, `cifar-10-binary.tar.gz` and `cifar-100-python.tar.gz`, with its 100 classes.

    Raises:
        DatasetError: the archive is damaged or not CIFAR.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with TarReader(path, _CIFAR_BYTES) as archive:
                self._members = [name for batch in _CIFAR_BATCHES if (name := _member(archive, batch))]
                self._count = sum(len(self._batch(archive, name)[1]) for name in self._members)
        except (ArchiveError, OSError) as error:
            raise DatasetError(f"{path} cannot be read ({reason_of(error)}): get it again.") from error
        if not self._members:
            raise DatasetError(f"{path} holds no data_batch_1 ...: it is not CIFAR-10.")

    def __len__(self) -> int:
        return self._count

    def channels(self) -> set[int]:
        """See `Source`."""
        return {3}

    def __iter__(self) -> Iterator[Item]:
        with TarReader(self._path, _CIFAR_BYTES) as archive:
            for name in self._members:
                images, labels = self._batch(archive, name)
                for i, (image, label) in enumerate(zip(images, labels, strict=True)):
                    yield Item(f"{name}[{i}]", image, int(label))

    def _batch(self, archive: TarReader, name: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Images [N, 3, 32, 32] and classes [N] of one file."""
        data = archive.read(name, _BATCH_BYTES)
        images, labels = _from_records(data) if name.endswith(".bin") else _from_pickle(data, name)
        if len(images) != len(labels) or images.shape[1:] != _CIFAR_SHAPE:
            raise DatasetError(f"{self._path}: {name} is not a batch of CIFAR-10; get the archive again.")
        return images, labels


def _member(archive: TarReader, batch: str) -> str | None:
    names = (batch,) if batch == "train" else (batch, f"{batch}.bin")  # CIFAR-100's binary version has two labels
    return next((name for name in archive.names() if Path(name).name in names), None)


def _from_records(data: bytes) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Decode the binary version: a byte for the class, then the pixels, channel by channel."""
    size = 1 + int(np.prod(_CIFAR_SHAPE))
    rows = np.frombuffer(data[: len(data) // size * size], np.uint8).reshape(-1, size)
    return rows[:, 1:].reshape(-1, *_CIFAR_SHAPE), rows[:, 0]


def _from_pickle(data: bytes, name: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Decode the Python version, a pickle of Python 2; no code in it is run."""
    budget = Budget(copied_bytes=8 * len(data))
    try:
        content = Machine(allow_list(budget), _no_storage, budget).load(BoundedReader(io.BytesIO(data), len(data)))
    except LoadError as error:
        raise DatasetError(f"{name} cannot be read ({error.detail}): get the archive again.") from error
    fields = content if isinstance(content, dict) else {}
    named = {key.decode("latin1") if isinstance(key, bytes) else key: value for key, value in fields.items()}
    pixels, labels = named.get("data"), named.get("labels", named.get("fine_labels"))
    if not isinstance(pixels, NumpyArray) or not isinstance(labels, list):
        raise DatasetError(f"{name} holds no images with classes: it is not CIFAR-10.")
    try:
        rows = np.asarray(pixels.read(), np.uint8)
        return rows.reshape(-1, *_CIFAR_SHAPE), np.array(labels, np.uint8)
    except (LoadError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise DatasetError(f"{name} holds no images with classes: it is not CIFAR-10.") from error


def _no_storage(pid: tuple[object, ...]) -> object:
    raise DatasetError("The archive refers to something outside of itself: it is not CIFAR-10.")


class MnistSource:
    """The training images of MNIST (or Fashion-MNIST): `train-images-idx3-ubyte.gz`, with the labels beside it.

    Raises:
        DatasetError: a file is missing, damaged or not MNIST.
    """

    def __init__(self, path: Path) -> None:
        labels_path = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
        if not os.path.isfile(labels_path):
            raise DatasetError(f"The labels of {path} are missing: put {labels_path.name} beside it.")
        self._name = path.name
        self._images = _idx(path, dimensions=3)
        self._labels = _idx(labels_path, dimensions=1)
        if len(self._images) != len(self._labels):
            raise DatasetError(f"{path} has {len(self._images)} images but {len(self._labels)} labels: get both again.")

    def __len__(self) -> int:
        return len(self._images)

    def channels(self) -> set[int]:
        """See `Source`."""
        return {1}

    def __iter__(self) -> Iterator[Item]:
        border = [(0, 0), (_MNIST_BORDER, _MNIST_BORDER), (_MNIST_BORDER, _MNIST_BORDER)]
        for i, (image, label) in enumerate(zip(self._images, self._labels, strict=True)):
            yield Item(f"{self._name}[{i}]", np.pad(image[None], border), int(label))


def _idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Decode bytes in the IDX format: two zeros, 8 for bytes, the number of dimensions, their sizes, the data."""
    try:
        data = unpack_gzip(path, _MNIST_BYTES)
    except (OSError, ArchiveError) as error:
        raise DatasetError(f"{path} cannot be read ({reason_of(error)}): get it again.") from error
    start = 4 + 4 * dimensions
    shape = tuple(int(size) for size in np.frombuffer(data[4:start], ">u4")) if len(data) >= start else ()
    if data[:4] != bytes([0, 0, 8, dimensions]) or len(data) - start != math.prod(shape):
        raise DatasetError(f"{path} is damaged or not MNIST: get it again.")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)
