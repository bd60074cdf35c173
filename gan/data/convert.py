"""Dataset conversion: streams images from any source, crops and resizes them, and writes the official format."""

import array
import dataclasses
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from foundation.files import replacing, replacing_folder
from foundation.specs.dataset_facts import LABELS

from .archives import CifarSource, MnistSource
from .channels import common_channels, with_channels
from .files import FilesSource
from .items import Item, Label, Source
from .lsun import LsunSource
from .reader import Bytes, DatasetError
from .tfrecords import TfRecordsSource

_MAY_FAIL = 0.1
"""Share of the images that may be unusable without being asked for."""
_ARCHIVES = (".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tfrecords", ".lmdb", ".h5", ".hdf5")
_PER_FOLDER = 1000
"""Images in each of the numbered folders."""


class Conversion(Protocol):
    """Settings of a conversion; the dataset tool's spec implements it."""

    @property
    def transform(self) -> str | None:
        """`center-crop`, `center-crop-wide`, or None to keep the whole image."""

    @property
    def crop(self) -> tuple[int, ...]:
        """Left, top, width and height of the part to use; () for all."""

    @property
    def resolution(self) -> tuple[int, int] | None:
        """Width and height of the result in pixels; None keeps the image's size."""

    @property
    def resize_filter(self) -> str:
        """`lanczos` or `box`."""

    @property
    def channels(self) -> int | None:
        """Channels of the result; None for those of all images, or 3 if they differ."""

    @property
    def partial(self) -> bool:
        """Accept that many images cannot be used."""

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


def open_source(path: Path) -> Source:
    """Open a source of images, whose format is recognised by name and content.

    Raises:
        DatasetError: there is no readable source.
    """
    name = path.name
    if path.is_dir():
        if (path / "data.mdb").is_file():
            return LsunSource(path)
        if any(path.glob("*.tfrecords")):
            return TfRecordsSource(path)
        return FilesSource(path)
    if path.is_file() and re.fullmatch(r"cifar-100?-.*\.tar(\.gz)?", name):
        return CifarSource(path)
    if path.is_file() and name.endswith("-images-idx3-ubyte.gz"):
        return MnistSource(path)
    if path.is_file() and not zipfile.is_zipfile(path):
        raise DatasetError(
            f"{path} is no dataset: give a folder of pictures, a zip file, an LSUN database, a folder of TFRecords, "
            "cifar-10-python.tar.gz, cifar-100-python.tar.gz or train-images-idx3-ubyte.gz."
        )
    return FilesSource(path)


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
    most = min(len(source), conversion.max_images or len(source))
    channels = conversion.channels or common_channels(source.channels())
    labels = _Labels()
    skipped = _Skipped(most, conversion, notify)
    shape: tuple[int, ...] | None = None
    with _destination(dest) as store:
        for index, item in enumerate(_chosen(source, conversion.classes)):
            if index >= most:
                break
            pixels, problem, expected = _fitted(item, conversion, channels, shape)
            if pixels is None:
                skipped.add(problem, expected)
            else:
                shape = pixels.shape
                store(_name(index), png(pixels))
                labels.add(index, item.label)
            progress(index + 1, most)
        if shape is None:
            raise DatasetError("Not one of the pictures could be used; nothing was written.")
        store(LABELS, labels.to_json())
    return Outcome(len(labels), skipped.count, labels.complete, labels.without)


class _Skipped:
    """Counts skipped images, and ends the conversion when they are too many.

    Args:
        most: Images in all.
        conversion: Settings of the conversion.
        notify: Called with a sentence for each.
    """

    def __init__(self, most: int, conversion: Conversion, notify: Callable[[str], None]) -> None:
        self._limit = most if conversion.partial else int(most * _MAY_FAIL)
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
                f"More than {_MAY_FAIL:.0%} of the pictures cannot be used, as {problem[:120].rstrip('.')}: give "
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


def _fitted(
    item: Item, conversion: Conversion, channels: int, shape: tuple[int, ...] | None
) -> tuple[Bytes | None, str, bool]:
    """Return an image ready to be written, or the reason why it is skipped, and True if that is to be expected.

    Raises:
        DatasetError: it is the first one, and of a size that no network has.
    """
    if item.pixels is None:
        return None, item.problem, False
    chosen = item.pixels
    if conversion.crop:
        left, top, width, height = conversion.crop
        chosen = chosen[:, top : top + height, left : left + width]
    whole = not conversion.crop or chosen.shape[1:] == (conversion.crop[3], conversion.crop[2])
    pixels = transformed(with_channels(chosen, channels), conversion) if whole else None
    if pixels is None:
        return None, f"{item.name} is too small for the part to be cut out.", True
    if shape is None:
        _check_size(pixels, item.name)
    elif pixels.shape != shape:
        return None, f"{item.name} is {_described(pixels.shape)}, but the first picture is {_described(shape)}.", False
    return pixels, "", False


def _check_size(pixels: Bytes, name: str) -> None:
    _, height, width = pixels.shape
    if height != width or width < 4 or width & (width - 1):
        raise DatasetError(
            f"{name} would be {width}x{height}, but networks need squares whose size is a power of two: give "
            "--resolution=256x256 or the like, with --transform=center-crop to keep proportions."
        )


def transformed(pixels: Bytes, conversion: Conversion) -> Bytes | None:
    """Crop and resize one image [C, H, W]; None if it is too small for the crop.

    "center-crop" crops the largest square from the centre. The wide crops take all columns and some rows, resize them
    to the given size and pad them with black bars to a square: "center-crop-wide" takes as many rows as an image of the
    wanted width would have, as published; "center-crop-wide-proportional" those that keep the proportions.
    """
    _, height, width = pixels.shape
    wanted = conversion.resolution or (width, height)
    if conversion.transform == "center-crop":
        side = min(height, width)
        size = conversion.resolution or (side, side)
        return _resized(_cut(pixels, side, side), size, conversion)
    if conversion.transform is not None:
        published = conversion.transform == "center-crop-wide"
        rows = round(wanted[0] * height / width if published else wanted[1] * width / wanted[0])
        if width < wanted[0] or rows < wanted[1] or rows > height:
            return None
        part = _resized(_cut(pixels, width, rows), wanted, conversion)
        square = np.zeros((len(pixels), wanted[0], wanted[0]), np.uint8)
        top = (wanted[0] - wanted[1]) // 2
        square[:, top : top + wanted[1]] = part
        return square
    return _resized(pixels, wanted, conversion)


def _cut(pixels: Bytes, width: int, height: int) -> Bytes:
    top, left = (pixels.shape[1] - height) // 2, (pixels.shape[2] - width) // 2
    return pixels[:, top : top + height, left : left + width]


def _resized(pixels: Bytes, size: tuple[int, int], conversion: Conversion) -> Bytes:
    if pixels.shape[1:] == (size[1], size[0]):
        return pixels
    kind = Image.Resampling.BOX if conversion.resize_filter == "box" else Image.Resampling.LANCZOS
    planes = [Image.fromarray(np.ascontiguousarray(plane)).resize(size, kind) for plane in pixels]
    return np.stack([np.asarray(plane) for plane in planes])


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
    """Encode an image [C, H, W] of 1 to 4 channels."""
    image = pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))
    stream = BytesIO()
    Image.fromarray(image).save(stream, "PNG")
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
    if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
        raise DatasetError(f"{dest} is there already: give a name ending in .zip, or an empty or new folder.")
    with replacing_folder(dest) as part:

        def store(name: str, content: bytes) -> None:
            path = part / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)

        yield store


def _described(shape: tuple[int, ...]) -> str:
    return f"{_size((shape[2], shape[1]))} with {shape[0]} channel{'s' if shape[0] > 1 else ''}"


def _size(size: tuple[int, int] | None) -> str:
    return "its own size" if size is None else f"{size[0]}x{size[1]}"
