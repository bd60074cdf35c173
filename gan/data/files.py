"""Images in folders and zip files as a source of the dataset tool."""

import copy
import json
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from foundation.specs.dataset_facts import LABELS

from .items import Item, Label
from .label_names import as_number, matched
from .pixels import channels_of
from .reader import DatasetError, decode, image_names, open_files


class FilesSource:
    """The images of a folder (recursively) or of a zip file, with the labels of `dataset.json`.

    Raises:
        DatasetError: there is no such folder or zip file, or it holds no images.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = open_files(path)
        self._names = image_names(self._files)
        if not self._names:
            raise DatasetError(f"{path} holds no pictures: choose another folder or zip file.")
        self._labels = self._read_labels()

    def __len__(self) -> int:
        return len(self._names)

    def reordered(self, order: list[int]) -> "FilesSource":
        """Return the same images in another order, by their indices."""
        other = copy.copy(self)
        other._names = tuple(self._names[index] for index in order)
        return other

    def channels(self) -> set[int]:
        """See `Source`: from the headers of all images."""
        found = (channels_of(self._files.read(name)) for name in self._names)
        return {one for one in found if one is not None}

    def __iter__(self) -> Iterator[Item]:
        for name in self._names:
            label = self._labels.get(name)
            try:
                yield Item(name, decode(self._files.read(name), name), label)
            except (DatasetError, OSError, ValueError) as error:
                yield Item(name, None, label, str(error))

    def _read_labels(self) -> dict[str, Label]:
        places = [name for name in self._files.names() if posixpath.basename(name) == LABELS]
        if not places:
            return {}
        if len(places) > 1 and LABELS not in places:
            raise DatasetError(f"{self._path} holds {len(places)} files {LABELS}: give the folder of one of them.")
        where = LABELS if LABELS in places else places[0]
        try:
            content: Any = json.loads(self._files.read(where))
            rows = content["labels"] or []
            found = {str(name): as_number(label) for name, label in rows}
            return matched(found, self._names, posixpath.dirname(where))
        except (ValueError, TypeError, KeyError) as error:
            raise DatasetError(f"{self._path}: {LABELS} cannot be read ({error}): mend it or take it out.") from error
