"""Extraction of a dataset's images, and comparison of two datasets."""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foundation.files import replacing_folder

from .convert import png
from .items import Source
from .reader import DatasetError

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Comparison:
    """Outcome of a comparison."""

    images: int
    """Images of the larger dataset."""
    same_images: int
    """Places at which both have the same image."""
    same_labels: int | None
    """Places at which both have the same label; None if labels were not compared."""

    @property
    def equal(self) -> bool:
        """True if nothing differs."""
        return self.images == self.same_images and self.same_labels in (None, self.images)

    def __str__(self) -> str:
        labels = "" if self.same_labels is None else f", and {self.same_labels} labels"
        return f"{self.same_images} of {self.images} pictures are the same{labels}."


def extract(source: Source, folder: Path, progress: Progress) -> tuple[int, int]:
    """Write the images of a source as PNG files. Returns how many, and how many could not be read.

    Raises:
        DatasetError: the folder is there already and not empty.
    """
    if os.path.exists(folder) and (not os.path.isdir(folder) or any(folder.iterdir())):
        raise DatasetError(f"{folder} is there already: give an empty or new folder.")
    written = damaged = 0
    with replacing_folder(folder) as part:
        for index, item in enumerate(source):
            if item.pixels is None:
                damaged += 1
            else:
                (part / f"img{index:08d}.png").write_bytes(png(item.pixels))
                written += 1
            progress(index + 1, len(source))
    return written, damaged


def compare(one: Source, other: Source, ignore_labels: bool, progress: Progress) -> Comparison:
    """Compare the images of two sources place by place; one that cannot be read equals none."""
    count = max(len(one), len(other))
    same = labels = 0
    for index, (a, b) in enumerate(itertools.zip_longest(one, other)):
        if a is not None and b is not None:
            same += a.pixels is not None and b.pixels is not None and np.array_equal(a.pixels, b.pixels)
            labels += a.label == b.label
        progress(index + 1, count)
    return Comparison(count, same, None if ignore_labels else labels)
