"""Facts about a dataset, read cheaply: its listing, the header of one image, and its labels.

Pillow is imported when the first header is read.
"""

import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foundation.specs.image_files import ENDINGS, is_image, walk

LABELS = "dataset.json"
"""File of a dataset that holds the labels."""
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

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        colour = {1: "grey", 3: "colour", 4: "colour with alpha"}.get(self.channels, f"{self.channels} channels")
        labels = f"{self.classes} classes" if self.classes else "no labels"
        count = f"{self.images:,}".replace(",", "\u00a0")
        return f"{count} pictures, {self.width}x{self.height}, {colour}, {labels}"


def look(path: str | os.PathLike[str]) -> DatasetFacts:
    """Read the facts of a zip file or folder. Never raises: `problem` describes what is wrong."""
    place = Path(path).expanduser()
    try:
        if place.is_dir():
            names = sorted(os.path.join(folder, name) for folder, files in walk(place) for name in files)
            labels = place / LABELS
            return _facts(
                place,
                [name for name in names if is_image(os.path.relpath(name, place))],
                lambda name: Path(name).read_bytes(),
                labels.read_bytes() if labels.is_file() else None,
            )
        if not place.exists():
            return DatasetFacts(problem=f"There is no file or folder {place}.")
        with zipfile.ZipFile(place) as archive:
            names = sorted(filter(is_image, archive.namelist()))
            inside = archive.read(LABELS) if LABELS in archive.namelist() else None
            return _facts(place, names, archive.read, inside)
    except zipfile.BadZipFile:
        return DatasetFacts(problem=f"{place.name} is no zip file and no folder; choose a dataset.")
    except (OSError, ValueError, RuntimeError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return DatasetFacts(problem=f"{place.name} cannot be read: {reason}.")


def _facts(place: Path, names: list[str], read: Callable[[str], bytes], labels: bytes | None) -> DatasetFacts:
    if not names:
        return DatasetFacts(problem=f"{place.name} holds no pictures ({', '.join(ENDINGS)}).")
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(read(names[0]))) as first:
            (width, height), channels = first.size, _CHANNELS.get(first.mode, 3)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        return DatasetFacts(problem=f"{names[0]} in {place.name} is no picture; mend it or take it out.")
    return DatasetFacts(len(names), width, height, channels, _classes(labels))


def _classes(content: bytes | None) -> int:
    """Return the number of classes or of entries of a label vector; 0 without valid labels."""
    if content is None:
        return 0
    try:
        rows = json.loads(content)["labels"] or []
        values = [label for _, label in rows]
    except (ValueError, TypeError, KeyError):
        return 0
    if values and isinstance(values[0], list):
        return len(values[0])
    return max((int(label) for label in values if isinstance(label, int)), default=-1) + 1
