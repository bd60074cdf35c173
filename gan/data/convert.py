"""Dataset conversion: streams images from any source, crops and resizes them, and writes the official format."""

import array
import dataclasses
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from foundation.datasets.channels import common_channels, with_channels
from foundation.datasets.crops import Crop, transformed
from foundation.datasets.facts import LABELS
from foundation.datasets.files import MAY_FAIL, DatasetError
from foundation.datasets.video import is_video
from foundation.files import replacing, replacing_folder
from foundation.process import cores
from foundation.words import counted
from gan.ahead import in_order

from .archives import CifarSource, MnistSource
from .files import FilesSource, VideoSource
from .items import Item, Label, Source
from .lsun import LsunSource
from .order import WithoutDuplicates
from .published import HDF5_ENDINGS, Hdf5Source, SvhnSource, is_svhn
from .reader import Bytes
from .tfrecords import TfRecordsSource

_ARCHIVES = (".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tfrecords", ".lmdb", ".h5", ".hdf5")
_PER_FOLDER = 1000
"""Images in each of the numbered folders."""


_COMPRESSION = 1
"""zlib's level: a quarter to a half of the default's time, for files that are 13 to 17 % larger."""


class Conversion(Crop, Protocol):
    """Settings of a conversion; the dataset tool's spec implements it."""

    @property
    def crop(self) -> tuple[int, ...]:
        """Left, top, width and height of the part to use; () for all."""

    @property
    def channels(self) -> int | None:
        """Channels of the result; None for those of all images, or 3 if they differ."""

    @property
    def partial(self) -> bool:
        """Accept that many images cannot be used."""

    @property
    def skip_duplicates(self) -> bool:
        """Leave out images that are nearly the same as an earlier one."""

    @property
    def max_images(self) -> int | None:
        """Number of leading images to take; None takes all."""

    @property
    def classes(self) -> tuple[int, ...]:
        """Classes to take, renumbered from 0 (without labels if there is one); () takes all."""


@dataclass(frozen=True)
class Outcome:
    """Result of a conversion."""

    written: int
    """Number of images in the dataset."""
    skipped: int
    """Number of images that were skipped."""
    labelled: bool
    """True if the dataset has labels."""
    without: int
    """Images without a label beside others with one: none is written then."""
    duplicates: int = 0
    """Images that were left out as nearly the same as an earlier one."""


def open_source(path: Path, *, by_folder: bool = False, rate: float = 1.0) -> Source:
    """Open a source of images, whose format is recognised by name and content.

    Args:
        path: The source.
        by_folder: Label the images of a folder or zip file by their sub-folders.
        rate: Frames to take for each second of a film.

    Raises:
        DatasetError: there is no readable source.
    """
    name = path.name
    if os.path.isdir(path):
        if os.path.isfile(path / "data.mdb"):
            return LsunSource(path)
        if any(path.glob("*.tfrecords")):
            return TfRecordsSource(path)
        return SvhnSource(path) if is_svhn(path) else FilesSource(path, by_folder=by_folder)
    if path.suffix.lower() in HDF5_ENDINGS and os.path.isfile(path):
        return Hdf5Source(path)
    if os.path.isfile(path) and is_video(path):
        return VideoSource(path, rate)
    if os.path.isfile(path) and re.fullmatch(r"cifar-100?-.*\.tar(\.gz)?", name):
        return CifarSource(path)
    if os.path.isfile(path) and name.endswith("-images-idx3-ubyte.gz"):
        return MnistSource(path)
    if os.path.isfile(path) and not zipfile.is_zipfile(path):
        raise DatasetError(
            f"{path} is no dataset: give a folder of pictures, a zip file, a film, an LSUN database, a folder of "
            "TFRecords, cifar-10-python.tar.gz, cifar-100-python.tar.gz, train-images-idx3-ubyte.gz, SVHN or HDF5."
        )
    return FilesSource(path, by_folder=by_folder)


def convert(
    source: Source,
    dest: Path,
    conversion: Conversion,
    notify: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> Outcome:
    """Write a dataset atomically: an uncompressed zip file, or a folder of PNG files.

    All images get the size of the first valid one; those that do not fit are skipped, and the numbers of their names
    with them. Images that are too small for a crop are expected; of others, 10 % may be skipped.

    Args:
        source: Source of the images.
        dest: The zip file, or the folder, which must be empty.
        conversion: Selection, crop and size.
        notify: Called with a sentence for each skipped image.
        progress: Called with the number of images done and the total.

    Raises:
        DatasetError: no image is valid, too many are not, the size does not suit networks, or `dest` cannot be used.
    """
    source = WithoutDuplicates(source) if conversion.skip_duplicates else source
    most = min(len(source), conversion.max_images or len(source))
    channels = conversion.channels or common_channels(source.channels())
    labels = _Labels()
    skipped = _Skipped(most, conversion, notify)
    shape: tuple[int, ...] | None = None
    with _destination(dest) as store:
        items = islice(_chosen(source, conversion.classes), most)
        # Compressing takes most of the time, and other threads can do it.
        fitted = in_order(lambda item: _fitted(item, conversion, channels), items, cores())
        for index, image in enumerate(fitted):
            problem, expected = _misfit(image, shape) if image.content else (image.problem, image.expected)
            if problem:
                skipped.add(problem, expected)
            else:
                shape = image.shape
                store(_name(index), image.content)
                labels.add(index, image.label)
            progress(index + 1, most)
        if shape is None:
            raise DatasetError("Not one of the pictures could be used; nothing was written.")
        store(LABELS, labels.to_json())
    duplicates = source.count if isinstance(source, WithoutDuplicates) else 0
    return Outcome(len(labels), skipped.count, labels.complete, labels.without, duplicates)


class _Skipped:
    """Counts skipped images, and ends the conversion when they are too many.

    Args:
        most: Images in all.
        conversion: Settings of the conversion.
        notify: Called with a sentence for each.
    """

    def __init__(self, most: int, conversion: Conversion, notify: Callable[[str], None]) -> None:
        self._limit = most if conversion.partial else int(most * MAY_FAIL)
        self._sized = conversion.resolution is not None
        self._notify = notify
        self.count = self._unexpected = 0

    def add(self, problem: str, expected: bool) -> None:
        """Count an image.

        Raises:
            DatasetError: too many could not be used; the message says what to do.
        """
        self.count += 1
        self._notify(f"Left out: {problem}")
        self._unexpected += not expected
        if self._unexpected > max(self._limit, 1):
            way = "" if self._sized else "--resolution=256x256 or the like, with --transform=center-crop, or "
            raise DatasetError(
                f"More than {MAY_FAIL:.0%} of the pictures cannot be used, as {problem[:120].rstrip('.')}: give "
                f"{way}--partial=1 to leave them out."
            )


def _chosen(source: Source, classes: tuple[int, ...]) -> Iterator[Item]:
    """Yield the images of some classes, renumbered."""
    for item in source:
        if not classes:
            yield item
        elif item.label in classes:
            assert isinstance(item.label, int)
            label = classes.index(item.label) if len(classes) > 1 else None
            yield dataclasses.replace(item, label=label)


@dataclass(frozen=True)
class _Fitted:
    """An image ready to be written, or the reason why it is skipped."""

    name: str
    label: Label | None
    content: bytes = b""
    """The PNG; empty if the image is skipped."""
    shape: tuple[int, ...] = ()
    """[C, H, W]."""
    problem: str = ""
    expected: bool = False
    """True if the problem is to be expected."""


def _fitted(item: Item, conversion: Conversion, channels: int) -> _Fitted:
    """Crop, resize and encode an image."""
    if item.pixels is None:
        return _Fitted(item.name, item.label, problem=item.problem, expected=item.expected)
    chosen = item.pixels
    if conversion.crop:
        left, top, width, height = conversion.crop
        chosen = chosen[:, top : top + height, left : left + width]
    whole = not conversion.crop or chosen.shape[1:] == (conversion.crop[3], conversion.crop[2])
    pixels = transformed(with_channels(chosen, channels), conversion) if whole else None
    if pixels is None:
        problem = f"{item.name} is too small for the part to be cut out."
        return _Fitted(item.name, item.label, problem=problem, expected=True)
    return _Fitted(item.name, item.label, png(pixels), pixels.shape)


def _misfit(image: _Fitted, shape: tuple[int, ...] | None) -> tuple[str, bool]:
    """Return the reason why an image does not fit the first one, of this shape, and if that is to be expected.

    Raises:
        DatasetError: it is the first one, and of a size that no network has.
    """
    if shape is None:
        _check_size(image.shape, image.name)
    elif image.shape != shape:
        return f"{image.name} is {_described(image.shape)}, but the first picture is {_described(shape)}.", False
    return "", False


def _check_size(shape: tuple[int, ...], name: str) -> None:
    _, height, width = shape
    if height != width or width < 4 or width & (width - 1):
        raise DatasetError(
            f"{name} would be {width}x{height}, but networks need squares whose size is a power of two: give "
            "--resolution=256x256 or the like, with --transform=center-crop to keep proportions."
        )


# -- Writing -----------------------------------------------------------------------------------------------------


class _Labels:
    """Labels in the order of the images; classes take eight bytes each, to keep millions small."""

    def __init__(self) -> None:
        self._classes = array.array("q")
        self._vectors: list[list[float]] = []
        self._indices = array.array("q")
        self.complete = True
        """True if every image has a label."""

    def __len__(self) -> int:
        return len(self._indices)

    @property
    def without(self) -> int:
        """Number of images without a label beside others with one."""
        labels = len(self._classes) + len(self._vectors)
        return len(self) - labels if labels else 0

    def add(self, index: int, label: Label | None) -> None:
        """Append the label of the next image, which has a number of its own."""
        self._indices.append(index)
        if isinstance(label, int):
            self._classes.append(label)
        elif label is not None:
            self._vectors.append(label)
        self.complete = len(self) in (len(self._classes), len(self._vectors))

    def to_json(self) -> bytes:
        """Return the content of `dataset.json`; null if some images lack a label."""
        rows: list[list[Any]] | None = None
        if self.complete:
            labels = self._classes or self._vectors
            rows = [[_name(i), label] for i, label in zip(self._indices, labels, strict=True)]
        return json.dumps({"labels": rows}).encode()


def _name(index: int) -> str:
    return f"{index // _PER_FOLDER:05d}/img{index:08d}.png"


def png(pixels: Bytes) -> bytes:
    """Encode an image [C, H, W] of 1 to 4 channels, always to the same bytes."""
    image = pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))
    stream = BytesIO()
    Image.fromarray(image).save(stream, "PNG", compress_level=_COMPRESSION)
    return stream.getvalue()


@contextmanager
def _destination(dest: Path) -> Iterator[Callable[[str, bytes], None]]:
    """Writer of files by name; the result gets its final name at the end."""
    if dest.suffix.lower() in _ARCHIVES:
        raise DatasetError(
            f"{dest.name} has the ending of an archive that is not written: end it in .zip, or name a folder."
        )
    if dest.suffix.lower() == ".zip":
        with replacing(dest) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            yield lambda name, content: archive.writestr(name, content)
        return
    if os.path.exists(dest) and (not os.path.isdir(dest) or any(dest.iterdir())):
        raise DatasetError(f"{dest} is there already: give a name ending in .zip, or an empty or new folder.")
    with replacing_folder(dest) as part:

        def store(name: str, content: bytes) -> None:
            path = part / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)

        yield store


def _described(shape: tuple[int, ...]) -> str:
    return f"{_size((shape[2], shape[1]))} with {counted(shape[0], 'channel')}"


def _size(size: tuple[int, int] | None) -> str:
    return "its own size" if size is None else f"{size[0]}x{size[1]}"
