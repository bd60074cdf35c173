"""Image files of a dataset: their names, and the folders that they are found in. Standard library only."""

import os
from collections.abc import Iterator

ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".jfif", ".jpe", ".webp", ".bmp", ".gif", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pnm", ".avif"),
)
"""Endings of image files in a dataset, in lower case."""
FILM_ENDINGS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".avi")
"""Endings of films whose frames can be images of a dataset, in lower case."""
_EXTRAS = "__MACOSX"
"""Folder in which macOS keeps what a zip file has no place for, under the names of the images."""


def is_image(name: str) -> bool:
    """Return True for the name of an image: a path with slashes, without what systems leave beside them."""
    parts = name.replace(os.sep, "/").split("/")
    return name.lower().endswith(ENDINGS) and not parts[-1].startswith(".") and _EXTRAS not in parts


def walk(folder: str | os.PathLike[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder below one, with the names of its files. Links to folders are followed, each folder once."""
    seen: set[tuple[int, int]] = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        try:
            status = os.stat(place)
        except OSError:
            folders.clear()
            continue
        if (status.st_dev, status.st_ino) in seen and status.st_ino:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        yield place, files
