"""Facts about a dataset, read cheaply: its listing, the header of one image, and its labels."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foundation.inputs import (
    ArchiveError,
    PictureError,
    ZipReader,
    clean_text,
    open_picture,
    read_object,
    read_regular,
    reason_of,
)
from foundation.specs.image_files import ENDINGS, is_image, walk
from foundation.words import counted

LABELS = "dataset.json"
"""File of a dataset that holds the labels."""
MOST_CLASSES = 100_000
"""Maximum number of classes: a network has a row of weights for each."""
PICTURE_BYTES = 1 << 28
"""Maximum size of an image file in a dataset."""
LABEL_BYTES = 1 << 27
"""Maximum size of the labels' file: a million images take 40 MB."""
LABEL_LIMITS = {"size": LABEL_BYTES, "depth": 8, "values": 8_000_000}
"""Limits of the labels' file as a document."""
_SAMPLED = 16
"""Number of images whose sizes are compared."""
_CHANNELS = {"1": 1, "L": 1, "LA": 2, "P": 3, "RGB": 3, "RGBA": 4, "CMYK": 3}


@dataclass(frozen=True)
class DatasetFacts:
    """Facts about a dataset that need no decoding of its images."""

    images: int = 0
    width: int = 0
    height: int = 0
    channels: int = 0
    classes: int = 0
    """Classes, or numbers in a label vector; 0 without labels."""
    problem: str = ""
    """Why it cannot be trained on, as one sentence; empty if it can."""
    needs_making: bool = False
    """There are pictures, but not squares of one size that is a power of two: a dataset can be made of them."""

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        colour = {1: "grey", 3: "colour", 4: "colour with alpha"}.get(self.channels, f"{self.channels} channels")
        labels = counted(self.classes, "class", "classes") if self.classes else "no labels"
        count = f"{self.images:,}".replace(",", "\u00a0")
        return f"{count} pictures, {self.width}x{self.height}, {colour}, {labels}"


def look(path: str | os.PathLike[str]) -> DatasetFacts:
    """Read the facts of a zip file or folder. Never raises: `problem` describes what is wrong."""
    try:
        place = Path(path).expanduser()
        if os.path.isdir(place):
            names = sorted(os.path.join(folder, name) for folder, files in walk(place) for name in files)
            labels = place / LABELS
            return _facts(
                place,
                [name for name in names if is_image(os.path.relpath(name, place))],
                read_regular,
                read_regular(labels, LABEL_BYTES) if os.path.isfile(labels) else None,
            )
        if not os.path.exists(place):
            return DatasetFacts(problem=f"There is no file or folder {clean_text(place)}.")
        with ZipReader(place) as archive:
            names = sorted(filter(is_image, archive.names()))
            inside = archive.read(LABELS, LABEL_BYTES) if LABELS in archive.names() else None
            return _facts(place, names, archive.read, inside)
    except ArchiveError as error:
        name = clean_text(Path(path).name, 100)
        return DatasetFacts(problem=f"{name} is no zip file that can be read, and no folder: it {error}.")
    except (OSError, ValueError, RuntimeError) as error:
        name = clean_text(Path(path).name, 100)
        return DatasetFacts(problem=f"{name} cannot be read: {clean_text(reason_of(error), 100)}.")


def _facts(place: Path, names: list[str], read: Callable[[str, int], bytes], labels: bytes | None) -> DatasetFacts:
    shown = clean_text(place.name, 100)
    if not names:
        return DatasetFacts(problem=f"{shown} holds no pictures ({', '.join(ENDINGS)}).")
    try:
        with open_picture(read(names[0], PICTURE_BYTES)) as first:
            (width, height), channels = first.size, _CHANNELS.get(first.mode, 3)
    except PictureError:
        return DatasetFacts(problem=f"{clean_text(names[0], 100)} in {shown} is no picture; mend it or take it out.")
    if (other := _other_size(names, read, (width, height))) is not None:
        sizes = f"{width}x{height}, {other[0]}x{other[1]}, ..."
        return DatasetFacts(
            len(names),
            width,
            height,
            channels,
            0,
            f"The pictures of {shown} are {sizes}: make a dataset of them.",
            True,
        )
    classes = _classes(labels)
    if classes > MOST_CLASSES:
        return DatasetFacts(
            problem=f"{LABELS} in {shown} has classes above {MOST_CLASSES - 1}, more than networks have; make the "
            "dataset again with classes 0, 1, ..."
        )
    unsuited = width != height or width < 4 or bool(width & (width - 1))
    return DatasetFacts(len(names), width, height, channels, classes, needs_making=unsuited)


def _other_size(names: list[str], read: Callable[[str, int], bytes], size: tuple[int, int]) -> tuple[int, int] | None:
    """Return the size of one of the images that differs, out of a few all over the dataset; None if none does."""
    for name in names[:: max(1, len(names) // _SAMPLED)]:
        try:
            with open_picture(read(name, PICTURE_BYTES)) as image:
                if image.size != size:
                    return image.size[0], image.size[1]
        except (PictureError, ArchiveError, OSError, ValueError):
            continue
    return None


def _classes(content: bytes | None) -> int:
    """Return the number of classes or of entries of a label vector; 0 without valid labels."""
    if content is None:
        return 0
    try:
        rows = read_object(content, **LABEL_LIMITS)["labels"] or []
        values = [label for _, label in rows]
    except (ValueError, TypeError, KeyError):
        return 0
    if values and isinstance(values[0], list):
        return len(values[0])
    return max((label for label in values if type(label) is int), default=-1) + 1
