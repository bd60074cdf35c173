"""Labels of a dataset: read from `dataset.json`, and held as class numbers or vectors."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.datasets.facts import LABEL_LIMITS, MOST_CLASSES
from foundation.inputs import clean_text, read_object
from gan.data.label_names import as_number

Floats = npt.NDArray[np.float32]
Label = int | list[float]
"""A class, or a vector of numbers."""

_FORM = "holds labels that must all be classes (0, 1, ...) or all be vectors of numbers of one length"
_ROWS = 1024
"""Labels converted to vectors at a time."""


class Labels:
    """Labels of images in order: classes take eight bytes each, and become one-hot vectors when they are read.

    Attributes:
        shape: Number of images, and length of a label: number of classes, or size of the label vector.
    """

    def __init__(self, values: "npt.NDArray[np.int64] | Floats") -> None:
        """Take classes [N] or vectors [N, label_dim]."""
        self._values = values
        width = int(values.max()) + 1 if values.ndim == 1 else int(values.shape[1])
        self.shape = (len(values), width)

    def __getitem__(self, indices: Sequence[int]) -> Floats:
        """Return the labels of some images as vectors, float32 [number of indices, label_dim]."""
        chosen = self._values[list(indices)]
        if chosen.ndim == 2:
            return np.asarray(chosen, np.float32)
        one_hot = np.zeros((len(chosen), self.shape[1]), np.float32)
        one_hot[np.arange(len(chosen)), chosen] = 1
        return one_hot

    def subset(self, indices: Sequence[int]) -> "Labels":
        """Return the labels of some images alone; the length of a label stays."""
        other = copy.copy(self)
        other._values = self._values[list(indices)]
        other.shape = (len(other._values), self.shape[1])
        return other

    def parts(self) -> Iterator[bytes]:
        """Yield the vectors of all images as bytes, some images at a time."""
        for start in range(0, self.shape[0], _ROWS):
            yield self[range(start, min(start + _ROWS, self.shape[0]))].tobytes()


def read_table(content: bytes) -> dict[str, Any] | None:
    """Read labels by image from the content of `dataset.json`; None if it holds none.

    Raises:
        ValueError: it is damaged, too large, or of another form; the text is a predicate.
    """
    rows = read_object(content, **LABEL_LIMITS).get("labels")
    if not rows:
        return None
    try:
        return {str(name).replace("\\", "/"): as_number(label) for name, label in rows}
    except (TypeError, ValueError) as error:
        raise ValueError("must hold [name, label] pairs") from error


def check_label(label: object) -> Label | None:
    """Return a label of `dataset.json`; None for an image without one.

    Raises:
        ValueError: it is no class and no vector of numbers; the text is a predicate.
    """
    if label is None:
        return None
    if type(label) is int and label >= 0:
        if label >= MOST_CLASSES:
            raise ValueError(f"has the class {clean_text(label, 40)}, but networks have at most {MOST_CLASSES} classes")
        return label
    if isinstance(label, list) and label and all(_is_number(one) for one in label):
        return [float(one) for one in label]
    raise ValueError(_FORM)


def labels_of(labels: list[Any]) -> Labels:
    """Build the labels of all images.

    Raises:
        ValueError: they are not all classes, or not all vectors of one length; the text is a predicate.
    """
    checked = [check_label(label) for label in labels]
    if all(isinstance(label, int) for label in checked):
        return Labels(np.array(checked, np.int64))
    if all(isinstance(label, list) for label in checked) and len({len(label) for label in checked}) == 1:  # type: ignore[arg-type]
        return Labels(np.array(checked, np.float32))
    raise ValueError(_FORM)


def _is_number(value: object) -> bool:
    """Return True for a finite number within the range of 32 bits."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -3e38 < value < 3e38 and value == value
