"""Images and labels from a zip file or a folder, in the official dataset format.

Every file with an image extension is one image, sorted by name. `dataset.json` may hold
`{"labels": [[name, label], ...]}`, where a label is a class (an integer) or a vector of numbers.
"""

import copy
import functools
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.datasets.facts import LABEL_BYTES, LABEL_LIMITS, LABELS, PICTURE_BYTES
from foundation.datasets.files import DatasetError, decode, image_names, open_files
from foundation.inputs import ArchiveError, DocumentError, TooLargeError, clean_text, read_json, reason_of
from foundation.specs.image_files import ENDINGS
from foundation.words import counted
from gan.data.label_names import matched
from gan.data.labels import Labels, labels_of, read_table

__all__ = ["Bytes", "DatasetError", "Floats", "ImageSource"]

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class ImageSource:
    """The images of a zip file or of a folder (recursively), with their labels.

    Safe to use from several threads, to pickle, and to fork. Images are not kept in memory.

    Attributes:
        path: The zip file or the folder.
        names: Sorted names of the images; with `xflip` each stands for two images.
        shape: (channels, height, width) of every image.
        label_dim: Length of a label: number of classes, or size of the label vector; 0 without labels.
    """

    def __init__(self, path: str | os.PathLike[str], *, use_labels: bool = False, xflip: bool = False) -> None:
        """Open a dataset.

        Args:
            path: A zip file or a folder.
            use_labels: Read labels; every image must then have one.
            xflip: Append a mirrored copy of every image: index i + n is image i mirrored horizontally.

        Raises:
            DatasetError: there is no such dataset, it has no images, or its labels do not match its images.
        """
        self.path = Path(path)
        self.xflip = bool(xflip)
        self._files = open_files(self.path)
        self.names = image_names(self._files)
        if not self.names:
            raise DatasetError(
                f"{self.path} holds no pictures ({', '.join(ENDINGS)}): choose another folder or zip file."
            )
        first = self._decode(self.names[0])
        self.shape: tuple[int, int, int] = (first.shape[0], first.shape[1], first.shape[2])
        self._labels = self._read_labels() if use_labels else Labels(np.zeros((len(self.names), 0), np.float32))

    def __len__(self) -> int:
        return len(self.names) * (2 if self.xflip else 1)

    @property
    def name(self) -> str:
        """Name of the dataset in run names: the file's or the folder's name without extension."""
        return self.path.resolve().stem

    @property
    def channels(self) -> int:
        """Colour channels of every image."""
        return self.shape[0]

    @property
    def resolution(self) -> int:
        """Width and height of every image in pixels.

        Raises:
            DatasetError: the images are not square.
        """
        _, height, width = self.shape
        if height != width:
            raise DatasetError(
                f"The pictures of {self.path} are {width}x{height}, but must be square: make a dataset with "
                "`python -m gan dataset --transform=center-crop`."
            )
        return height

    @property
    def label_dim(self) -> int:
        """Length of a label; 0 without labels."""
        return self._labels.shape[1]

    def images(self, indices: Iterable[int]) -> Bytes:
        """Read the images at these indices 0..len - 1, uint8 [N, channels, height, width].

        Raises:
            DatasetError: an image is damaged, or of another size or number of channels than the first.
            IndexError: there is no image at an index.
        """
        chosen = list(indices)
        batch = np.empty((len(chosen), *self.shape), np.uint8)
        for place, index in enumerate(chosen):
            image = self._decode(self.names[self._raw(index)])
            if image.shape != self.shape:
                raise DatasetError(
                    f"{self._where(self.names[self._raw(index)])} is {_size(image.shape)}, but the first picture is "
                    f"{_size(self.shape)}: leave it out, or make a dataset with `python -m gan dataset`."
                )
            batch[place] = image[:, :, ::-1] if index >= len(self.names) else image
        return batch

    def label(self, index: int) -> Floats:
        """Return the label of one image, float32 [label_dim]: classes as one-hot vectors."""
        return np.asarray(self.labels([index])[0])

    def labels(self, indices: Sequence[int]) -> Floats:
        """Return the labels of several images, float32 [N, label_dim]."""
        return self._labels[[self._raw(index) for index in indices]]

    def read_json(self, name: str) -> Any:
        """Read a JSON file of the dataset, such as `attributes.json`; None if missing.

        Raises:
            DatasetError: it is not valid JSON, or too large.
        """
        if name not in self._files.names():
            return None
        try:
            return read_json(self._read(name, LABEL_BYTES), **LABEL_LIMITS)
        except DocumentError as error:
            raise DatasetError(f"{self._where(name)} {error}: mend it or take it out.") from error

    @functools.cached_property
    def content_hash(self) -> str:
        """Hexadecimal hash of the dataset: names and contents of its images in order, labels and mirroring.

        A zip file and a folder with the same files have the same hash, whatever their paths. Files are identified by
        size and CRC-32, which a zip file lists, so only folders need to be read.
        """
        digest = hashlib.sha256()
        for name, (size, crc) in zip(self.names, self._files.checks(self.names), strict=True):
            digest.update(f"{name}\0{size}\0{crc:08x}\n".encode())
        digest.update(f"labels {self._labels.shape} xflip {self.xflip}".encode())
        for part in self._labels.parts():
            digest.update(part)
        return digest.hexdigest()

    def with_xflip(self, xflip: bool) -> "ImageSource":
        """Return the same dataset with or without its mirrored half, without reading it again."""
        other = copy.copy(self)
        other.xflip = bool(xflip)
        other.__dict__.pop("content_hash", None)
        return other

    def subset(self, count: int, seed: int) -> "ImageSource":
        """Return the dataset with `count` of its images, drawn with a seed as the published tool does.

        Raises:
            DatasetError: it has fewer images.
        """
        if count > len(self.names):
            raise DatasetError(f"{self.path} has {len(self.names)} pictures, not {count}: give a smaller --subset.")
        order = np.arange(len(self.names))
        np.random.RandomState(seed % 2**31).shuffle(order)
        kept = np.sort(order[:count]).tolist()
        other = copy.copy(self)
        other.names = tuple(self.names[index] for index in kept)
        other._labels = self._labels.subset(kept)
        other.__dict__.pop("content_hash", None)
        return other

    def _raw(self, index: int) -> int:
        if not 0 <= index < len(self):
            raise IndexError(f"{self.path} has no picture {index}: it has {len(self)}")
        return index % len(self.names)

    def _where(self, name: str) -> str:
        return f"{self.path}{':' if os.path.isfile(self.path) else os.sep}{clean_text(name, 100)}"

    def _read(self, name: str, limit: int = PICTURE_BYTES) -> bytes:
        try:
            return self._files.read(name, limit)
        except ArchiveError as error:
            raise DatasetError(f"{self._where(name)} {error}.") from error
        except (OSError, TooLargeError) as error:
            raise DatasetError(
                f"{self._where(name)} cannot be read ({reason_of(error)}): get the dataset again."
            ) from error

    def _decode(self, name: str) -> Bytes:
        """Decode one image, uint8 [C, H, W]."""
        return decode(self._read(name), self._where(name))

    def _read_labels(self) -> Labels:
        """Read the labels of all images."""
        try:
            table = read_table(self._read(LABELS, LABEL_BYTES)) if LABELS in self._files.names() else None
            if table is None:
                raise DatasetError(
                    f"{self.path} has no labels in {LABELS}: make a dataset with labels, or do without classes "
                    "(--cond=0)."
                )
            table = matched(table, self.names)
            self._compare("no label for", "has", set(self.names) - set(table))
            return labels_of([table[name] for name in self.names])
        except DatasetError:
            raise
        except ValueError as error:
            raise DatasetError(f"{self._where(LABELS)} {error}: make the dataset again.") from error

    def _compare(self, says: str, verb: str, names: set[str]) -> None:
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise DatasetError(
                f"{LABELS} has {says} {clean_text(min(names), 100)}{more}, which {self.path} {verb}: make the dataset "
                "again with `python -m gan dataset`."
            )


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[2]}x{shape[1]} with {counted(shape[0], 'channel')}"
