"""Images in folders and zip files as a source of the dataset tool."""

import contextlib
import copy
import posixpath
from collections.abc import Iterator
from pathlib import Path

from foundation.inputs import clean_text
from foundation.specs.dataset_facts import LABEL_BYTES, LABELS

from .items import Item, Label
from .label_names import matched
from .labels import check_label, read_table
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
        found = set()
        for name in self._names:
            with contextlib.suppress(OSError, ValueError):  # one that cannot be read is left out later, and reported
                found.add(channels_of(self._files.read(name)))
        return {one for one in found if one is not None}

    def __iter__(self) -> Iterator[Item]:
        for name in self._names:
            label = self._labels.get(name)
            shown = clean_text(name, 100)
            try:
                yield Item(shown, decode(self._files.read(name), shown), label)
            except (OSError, ValueError) as error:
                problem = str(error) if isinstance(error, DatasetError) else f"{shown} cannot be read ({error})."
                yield Item(shown, None, label, clean_text(problem, 300))

    def _read_labels(self) -> dict[str, Label | None]:
        places = [name for name in self._files.names() if posixpath.basename(name) == LABELS]
        if not places:
            return {}
        if len(places) > 1 and LABELS not in places:
            raise DatasetError(f"{self._path} holds {len(places)} files {LABELS}: give the folder of one of them.")
        where = LABELS if LABELS in places else places[0]
        try:
            table = read_table(self._files.read(where, LABEL_BYTES)) or {}
            checked = {name: check_label(label) for name, label in table.items()}
            return matched(checked, self._names, posixpath.dirname(where))
        except (OSError, ValueError) as error:
            raise DatasetError(f"{self._path}: {LABELS} {error}: mend it or take it out.") from error
