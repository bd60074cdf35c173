"""Files of a dataset: the images of a folder or a zip file, by name, and their decoding."""

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.datasets.facts import PICTURE_BYTES
from foundation.datasets.pixels import pixels_of
from foundation.inputs import ArchiveError, PictureError, ZipReader, open_picture, read_regular, reason_of
from foundation.specs.image_files import is_image, walk

Bytes = npt.NDArray[np.uint8]

MAY_FAIL = 0.1
"""Share of the images of a source that may be unusable without being asked for."""


class DatasetError(ValueError):
    """A dataset cannot be read; the message names the file and the remedy."""


def decode(data: bytes, where: str) -> Bytes:
    """Decode an image file, uint8 [C, H, W].

    Args:
        data: The file's content.
        where: Name for error messages.

    Raises:
        DatasetError: it is damaged, not an image, or has more than 8 bits per channel.
    """
    try:
        with open_picture(data) as image:
            pixels = pixels_of(image)
            if pixels is None:
                raise DatasetError(
                    f"{where} has pixels of Pillow's mode {image.mode}, and only those of 8 or 16 bits can be read: "
                    "convert it."
                )
    except PictureError as error:
        raise DatasetError(f"{where} {error}: leave it out or get it again.") from error
    except (OSError, SyntaxError) as error:
        raise DatasetError(f"{where} is damaged or no picture ({error}): leave it out or get it again.") from error
    return pixels


def image_names(files: "FolderFiles | ZipFiles") -> tuple[str, ...]:
    """Return the sorted names of the images among files."""
    return tuple(sorted(filter(is_image, files.names())))


def open_files(path: Path) -> "FolderFiles | ZipFiles":
    """Open the files of a dataset.

    Raises:
        DatasetError: there is no such folder or zip file.
    """
    if os.path.isdir(path):
        return FolderFiles(path)
    if os.path.isfile(path):
        return ZipFiles(path)
    raise DatasetError(f"There is no dataset at {path}: give a folder of pictures or a zip file.")


class FolderFiles:
    """The files below a folder, named with slashes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names = frozenset(
            (Path(folder) / file).relative_to(path).as_posix()
            for folder, files in walk(path)
            for file in files
            if not file.startswith(".")
        )

    def names(self) -> frozenset[str]:
        """All files."""
        return self._names

    def read(self, name: str, limit: int = PICTURE_BYTES) -> bytes:
        """The content of one, of at most `limit` bytes."""
        return read_regular(self._path / name, limit)

    def checks(self, names: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Size and CRC-32 of each file."""
        for name in names:
            data = self.read(name)
            yield len(data), zlib.crc32(data)


class ZipFiles:
    """The files in a zip file. Each process opens its own handle: forks must not share a file position."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: tuple[int, ZipReader] | None = None
        self._names = frozenset(self._zip().names())

    def names(self) -> frozenset[str]:
        """All files."""
        return self._names

    def read(self, name: str, limit: int = PICTURE_BYTES) -> bytes:
        """The content of one, of at most `limit` bytes."""
        return self._zip().read(name, limit)

    def checks(self, names: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Size and CRC-32 of each file, as the zip file lists them."""
        for name in names:
            yield self._zip().check(name)

    def _zip(self) -> ZipReader:
        if self._open is None or self._open[0] != os.getpid():
            try:
                self._open = (os.getpid(), ZipReader(self._path))
            except (OSError, ArchiveError) as error:
                raise DatasetError(
                    f"{self._path} is no readable zip file ({reason_of(error)}): get the dataset again."
                ) from error
        return self._open[1]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": None}

    def __del__(self) -> None:
        if self._open is not None and self._open[0] == os.getpid():
            self._open[1].close()
