"""Sources of StyleGAN1's and 2's dataset tools besides CIFAR and MNIST: SVHN's pickles, and HDF5 files."""

import importlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.datasets.files import DatasetError
from foundation.inputs import TooLargeError, clean_text, open_regular, read_regular, reason_of
from foundation.pickles.constructors import allow_list
from foundation.pickles.machine import BoundedReader, Budget, Machine
from gan.io.errors import LoadError
from gan.io.records import NumpyArray

from .items import Item

SVHN_FILES = tuple(f"train_{number}.pkl" for number in range(1, 4))
"""Files of SVHN's cropped digits, as the published tool reads them."""
HDF5_ENDINGS = (".h5", ".hdf5", ".hdf")
_SVHN_SHAPE = (3, 32, 32)
_SVHN_BYTES = 1 << 29
"""Limit of one of its files, which have 75 MB."""
_DIMENSIONS = 4
"""Dimensions of a data set of images in an HDF5 file: [N, C, H, W]."""


class SvhnSource:
    """SVHN's 73257 cropped digits with classes: a folder of train_1.pkl, train_2.pkl and train_3.pkl.

    Each file is a pickle of images, uint8 [N, 3, 32, 32], and classes [N]. No code in it is run.

    Raises:
        DatasetError: a file is missing, damaged or of another form.
    """

    def __init__(self, folder: Path) -> None:
        parts = [_svhn_part(folder / name) for name in SVHN_FILES]
        self._images = np.concatenate([images for images, _ in parts])
        self._labels = np.concatenate([labels for _, labels in parts])

    def __len__(self) -> int:
        return len(self._images)

    def channels(self) -> set[int]:
        """See `Source`."""
        return {3}

    def __iter__(self) -> Iterator[Item]:
        for index, (image, label) in enumerate(zip(self._images, self._labels, strict=True)):
            yield Item(f"svhn[{index}]", image, int(label))


def _svhn_part(path: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    name = clean_text(path.name, 80)
    try:
        data = read_regular(path, _SVHN_BYTES)
        budget = Budget(copied_bytes=8 * len(data))
        content = Machine(allow_list(budget), _no_storage, budget).load(BoundedReader(io.BytesIO(data), len(data)))
        if not isinstance(content, tuple | list) or len(content) < 2:
            raise DatasetError(f"{name} holds no images with classes: it is not SVHN.")
        images, labels = (_array(part) for part in content[:2])
    except LoadError as error:
        raise DatasetError(f"{name} cannot be read ({error.detail}): get it again.") from error
    except (OSError, TooLargeError) as error:
        raise DatasetError(f"{name} cannot be read ({reason_of(error)}): SVHN has {', '.join(SVHN_FILES)}.") from error
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"{name} holds no images with classes: it is not SVHN.") from error
    if images.shape[1:] != _SVHN_SHAPE or images.dtype != np.uint8 or labels.shape != (len(images),):
        raise DatasetError(f"{name} holds no 32x32 images with classes: it is not SVHN.")
    return images, labels.astype(np.int64)


def _array(part: object) -> npt.NDArray[Any]:
    return np.asarray(part.read() if isinstance(part, NumpyArray) else part)


def _no_storage(pid: tuple[object, ...]) -> object:
    raise DatasetError("The file refers to something outside of itself: it is not SVHN.")


class Hdf5Source:
    """The images of an HDF5 file: of its data sets [N, C, H, W] that with the most pixels in an image.

    Raises:
        DatasetError: the `h5py` package is missing, or the file cannot be read or holds no images.
    """

    def __init__(self, path: Path) -> None:
        try:
            h5py: Any = importlib.import_module("h5py")
        except ImportError as error:
            raise DatasetError("HDF5 files need the package h5py: pip install 'stylescope[hdf5]'.") from error
        self._name = clean_text(path.name, 80)
        try:
            open_regular(path).close()
            self._file = h5py.File(str(path), "r")
            images = [one for name in self._file if (one := _images(h5py, self._file, name)) is not None]
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
            raise DatasetError(f"{self._name} cannot be read ({clean_text(reason_of(error), 80)}).") from error
        if not images:
            raise DatasetError(f"{self._name} holds no images, which are 8-bit data sets of the shape [N, C, H, W].")
        self._images = max(images, key=lambda one: one.shape[2] * one.shape[3])
        self._order = range(len(self._images))

    def __len__(self) -> int:
        return len(self._order)

    def reordered(self, order: list[int]) -> "Hdf5Source":
        """Return the same images in another order, by their indices."""
        other: Hdf5Source = object.__new__(Hdf5Source)
        other.__dict__.update(self.__dict__, _order=order)
        return other

    def channels(self) -> set[int]:
        """See `Source`."""
        return {int(self._images.shape[1])}

    def __iter__(self) -> Iterator[Item]:
        for index in self._order:
            shown = f"{self._name}[{index}]"
            try:
                yield Item(shown, np.asarray(self._images[index], np.uint8))
            except (OSError, ValueError, RuntimeError) as error:
                yield Item(shown, None, problem=f"{shown} cannot be read ({clean_text(reason_of(error), 80)}).")


def _images(h5py: Any, file: Any, name: str) -> Any:
    """Return a data set of images; None for anything else, and for data that lies in other files."""
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        return None
    one = file[name]
    inside = isinstance(one, h5py.Dataset) and not one.is_virtual and not one.external
    fits = inside and len(one.shape) == _DIMENSIONS and one.dtype == np.uint8 and 1 <= one.shape[1] <= 4
    return one if fits and len(one) else None


def is_svhn(path: Path) -> bool:
    """Return True for a folder of SVHN's files."""
    return os.path.isfile(path / SVHN_FILES[0])
