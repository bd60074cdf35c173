"""The multi-resolution TFRecords of StyleGAN 1 and 2 as a source of the dataset tool, without TensorFlow.

A file is a sequence of records: 8 bytes of length, 4 of checksum, the data, 4 of checksum. The data is a protocol
buffer, `tf.train.Example`: a map from names to lists. The images have "shape" [C, H, W] and "data", the raw pixels.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from foundation.arrays import read_array
from foundation.inputs import clean_text, open_regular, reason_of

from .items import Item, Label
from .reader import Bytes, DatasetError

_LEVEL = re.compile(r"-r(\d\d)\.tfrecords$")
_RECORD_BYTES = 1 << 26
"""Limit of a record: an image of 1024 x 1024 has 3 MB."""
_VARINT, _BYTES = 0, 2
"""Wire types of protocol buffers: varint, and length-delimited bytes."""


class TfRecordsSource:
    """The highest resolution in a folder of `<name>-r<log2 of the size>.tfrecords`, with `<name>-rxx.labels`.

    Raises:
        DatasetError: the folder has no such file, or one is damaged.
    """

    def __init__(self, path: Path) -> None:
        levels = sorted((int(match[1]), file) for file in path.iterdir() if (match := _LEVEL.search(file.name)))
        if not levels:
            raise DatasetError(f"{path} holds no files like name-r08.tfrecords: choose another folder.")
        self._path = levels[-1][1]
        try:
            self._count = sum(1 for _ in self._records(skip=True))
        except OSError as error:
            raise DatasetError(f"{self._path} cannot be read ({reason_of(error)}): get it again.") from error
        self._labels = _labels(path)
        if self._labels is not None and len(self._labels) < self._count:
            raise DatasetError(f"{path} has {self._count} images but {len(self._labels)} labels: get them again.")

    def __len__(self) -> int:
        return self._count

    def channels(self) -> set[int]:
        """See `Source`: all images of such a file have those of the first."""
        first = next((item.pixels for item in self if item.pixels is not None), None)
        return set() if first is None else {len(first)}

    def __iter__(self) -> Iterator[Item]:
        for i, data in enumerate(self._records()):
            name = f"{self._path.name}[{i}]"
            label = None if self._labels is None else _label(self._labels[i])
            try:
                yield Item(name, _image(data), label)
            except (LookupError, struct.error, ValueError, OverflowError, RuntimeError) as error:
                yield Item(name, None, label, f"{name} is damaged ({clean_text(str(error), 100)})")

    def _records(self, skip: bool = False) -> Iterator[bytes]:
        """Yield the data of every record; with `skip` only counts them."""
        with open_regular(self._path) as file:
            size = file.seek(0, 2)
            file.seek(0)
            while head := file.read(12):
                length = struct.unpack("<Q", head[:8])[0] if len(head) == 12 else size
                if length > size - file.tell() - 4:
                    raise DatasetError(f"{self._path} is cut short: get it again.")
                if not 0 < length <= _RECORD_BYTES:
                    raise DatasetError(f"{self._path} has a record of {length} bytes, which is no image: get it again.")
                yield _skipped(file, length) if skip else file.read(length)
                file.seek(4, 1)


def _skipped(file: BinaryIO, length: int) -> bytes:
    file.seek(length, 1)
    return b""


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (number, value) of each field of a message; supports only the two wire types that images use."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        value, position = _varint(message, position)
        if key & 7 == _VARINT:
            yield key >> 3, value
        elif key & 7 == _BYTES:
            if position + value > len(message):
                raise DatasetError("a field is longer than its record")
            yield key >> 3, message[position : position + value]
            position += value
        else:
            raise DatasetError(f"a field has the wire type {key & 7}")


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Decode a varint, 7 bits per byte, lowest first; returns it and the position after it."""
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position
        if shift > 63:
            raise DatasetError("a number is too long")


def _inside(message: bytes, number: int) -> Iterator[bytes]:
    return (value for key, value in _fields(message) if key == number and isinstance(value, bytes))


def _features(example: bytes) -> dict[str, bytes]:
    """Return the features of an example: names to messages of type `Feature`."""
    found = {}
    for features in _inside(example, 1):
        for entry in _inside(features, 1):
            parts = {key: value for key, value in _fields(entry) if isinstance(value, bytes)}
            found[parts[1].decode()] = parts[2]
    return found


def _image(example: bytes) -> Bytes:
    features = _features(example)
    if not {"shape", "data"} <= features.keys():
        raise DatasetError("it holds no shape and data")
    shape: list[int] = []
    for numbers in _inside(features["shape"], 3):  # Feature.int64_list
        for key, value in _fields(numbers):
            if key == 1:
                shape += [value] if isinstance(value, int) else _packed(value)
    if len(shape) != 3 or shape[0] not in (1, 2, 3, 4) or min(shape) < 1:
        raise DatasetError("its shape is not that of an image")
    # Feature.bytes_list, its first value
    pixels = next((value for values in _inside(features["data"], 1) for value in _inside(values, 1)), b"")
    return np.frombuffer(pixels, np.uint8).reshape(shape)


def _packed(data: bytes) -> list[int]:
    numbers, position = [], 0
    while position < len(data):
        number, position = _varint(data, position)
        numbers.append(number)
    return numbers


def _labels(folder: Path) -> npt.NDArray[np.float32] | None:
    """Read labels [N, label_dim], as published (one-hot for classes); None without labels."""
    files = sorted(folder.glob("*-rxx.labels"))
    if not files:
        return None
    try:
        labels = read_array(files[0], "labels")
    except (OSError, ValueError) as error:
        raise DatasetError(f"{files[0]} cannot be read ({error}): get it again or take it out.") from error
    return np.asarray(labels, np.float32) if labels.ndim == 2 and labels.shape[1] else None


def _label(row: npt.NDArray[np.float32]) -> Label:
    if row.max() == row.sum() == 1:
        return int(row.argmax())
    return [float(value) for value in row]
