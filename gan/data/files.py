"""Images in folders and zip files as a source of the dataset tool."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from foundation.specs.dataset_facts import LABELS

from .items import Item, Label
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

    def __iter__(self) -> Iterator[Item]:
        for name in self._names:
            label = self._labels.get(name)
            try:
                yield Item(name, decode(self._files.read(name), name), label)
            except (DatasetError, OSError, ValueError) as error:
                yield Item(name, None, label, str(error))

    def _read_labels(self) -> dict[str, Label]:
        if LABELS not in self._files.names():
            return {}
        try:
            content: Any = json.loads(self._files.read(LABELS))
            rows = content["labels"] or []
            return {str(name).replace("\\", "/"): label for name, label in rows}
        except (ValueError, TypeError, KeyError) as error:
            raise DatasetError(f"{self._path}: {LABELS} cannot be read ({error}): mend it or take it out.") from error
