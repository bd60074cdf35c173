"""Images in folders and zip files as a source of the dataset tool."""

import contextlib
import copy
import posixpath
from collections.abc import Iterator
from pathlib import Path

from foundation.datasets.classes import folder_classes
from foundation.datasets.facts import LABEL_BYTES, LABELS
from foundation.datasets.files import DatasetError, decode, image_names, open_files
from foundation.datasets.pixels import channels_of
from foundation.datasets.video import Video
from foundation.inputs import clean_text

from .items import Item, Label
from .label_names import matched
from .labels import check_label, read_table


class FilesSource:
    """The images of a folder (recursively) or of a zip file, with the labels of `dataset.json`.

    Args:
        path: The folder or the zip file.
        by_folder: Label the images by their first sub-folders instead.

    Raises:
        DatasetError: there is no such folder or zip file, or it holds no images, or there are no such sub-folders.
    """

    def __init__(self, path: Path, *, by_folder: bool = False) -> None:
        self._path = path
        self._files = open_files(path)
        self._names = image_names(self._files)
        if not self._names:
            raise DatasetError(f"{path} holds no pictures: choose another folder or zip file.")
        self._labels = self._folders() if by_folder else self._read_labels()

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

    def _folders(self) -> dict[str, Label | None]:
        if not (found := folder_classes(self._names)):
            raise DatasetError(f"{self._path} has no sub-folders that all pictures lie in: leave --folder-classes out.")
        return dict(found)

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


class VideoSource:
    """Frames of a film at a steady rate.

    Args:
        path: The film.
        rate: Frames to take for each second of it.

    Raises:
        DatasetError: it cannot be opened.
    """

    def __init__(self, path: Path, rate: float) -> None:
        self._name = clean_text(path.name, 100)
        self._video = Video(path, rate)

    def __len__(self) -> int:
        return len(self._video)

    def channels(self) -> set[int]:
        """See `Source`."""
        return {3}

    def __iter__(self) -> Iterator[Item]:
        for index, frame in enumerate(self._video.frames()):
            yield Item(f"{self._name}[{index}]", frame)
