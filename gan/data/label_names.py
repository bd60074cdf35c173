"""Names in `dataset.json`, which people and tools write in other ways than the files are called."""

import posixpath
from collections.abc import Iterable, Mapping
from typing import Any


def matched(labels: Mapping[str, Any], names: Iterable[str], folder: str = "") -> dict[str, Any]:
    """Return the labels by the names of the images.

    A name counts as it is written, else without "./", backslashes and differences of case, else from the folder of
    `dataset.json`, and last by the file's own name if no other image and no other label has it.

    Args:
        labels: Labels by the names in `dataset.json`.
        names: Names of the images, with slashes.
        folder: Folder of `dataset.json` among them; empty for the top.
    """
    images = list(names)
    written = {_plain(name): label for name, label in labels.items()}
    short = _unique(labels, labels.values())
    own = _unique(images, images)
    found: dict[str, Any] = {}
    for name in images:
        inside = posixpath.relpath(name, folder) if folder else name
        last = _plain(posixpath.basename(name))
        if name in labels:
            found[name] = labels[name]
        elif _plain(name) in written:
            found[name] = written[_plain(name)]
        elif _plain(inside) in written:
            found[name] = written[_plain(inside)]
        elif last in short and last in own:
            found[name] = short[last]
    return found


def as_number(label: Any) -> Any:
    """Return a class as a whole number where it is written as 3.0 or "3"; anything else as it is."""
    if isinstance(label, float) and label.is_integer() and abs(label) < 2**31:
        return int(label)
    if isinstance(label, str) and label.isascii() and label.isdigit() and len(label) < 10:
        return int(label)
    return label


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").casefold()


def _unique(names: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    """Return the values by the files' own names, without those that several have."""
    found: dict[str, Any] = {}
    twice: set[str] = set()
    for name, value in zip(names, values, strict=True):
        last = _plain(posixpath.basename(name.replace("\\", "/")))
        twice |= {last} & found.keys()
        found[last] = value
    return {name: value for name, value in found.items() if name not in twice}
