"""What a run has measured so far, from the lines of its `stats.jsonl` and `metric-*.jsonl`, as columns of numbers."""

import json
import math
from array import array
from collections.abc import Callable, Iterable, Mapping

from foundation.runs import snapshot_kimg

Row = tuple[float, Mapping[str, float]]
"""Training time in kimg, and the values of that moment by name."""

KIMG = "Progress/kimg"
_LARGE = 3e38
"""What is larger does not fit into 32 bits."""


def stats_row(line: bytes) -> Row | None:
    """A line of `stats.jsonl`: the mean of every statistic. None for a line that is damaged or tells no kimg."""
    found = _object(line)
    if found is None:
        return None
    values: dict[str, float] = {}
    for name, value in found.items():  # without a call for what is as usual: there may be millions
        mean = value.get("mean") if isinstance(value, dict) else None
        if type(mean) is not float or not -_LARGE < mean < _LARGE:
            mean = _number(mean)
        if mean is not None:
            values[name] = mean
    kimg = values.pop(KIMG, math.nan)
    return (kimg, values) if math.isfinite(kimg) else None


def metric_row(line: bytes) -> Row | None:
    """A line of `metric-<name>.jsonl`: its figures, at the training time that the snapshot's name tells. None for a
    line that is damaged, and for one of a network that is no snapshot.
    """
    found = _object(line)
    results = found.get("results") if found is not None else None
    if found is None or not isinstance(results, dict):
        return None
    snapshot = found.get("snapshot_pkl")
    kimg = snapshot_kimg(snapshot) if isinstance(snapshot, str) else None
    values = {name: number for name, value in results.items() if (number := _number(value)) is not None}
    return (kimg, values) if kimg is not None and values else None


class Series:
    """Columns that grow row by row. Columns hold 32 bits a value: enough to be drawn, and half the memory."""

    def __init__(self, read: Callable[[bytes], Row | None] = stats_row) -> None:
        self._read = read
        self._kimg = array("d")
        self._columns: dict[str, array[float]] = {}
        self.skipped = 0
        """Lines that could not be read."""

    def __len__(self) -> int:
        return len(self._kimg)

    @property
    def names(self) -> tuple[str, ...]:
        """Of all columns, sorted."""
        return tuple(sorted(self._columns))

    def add(self, lines: Iterable[bytes]) -> None:
        """Take lines, oldest first."""
        kimg, columns, read = self._kimg, self._columns, self._read
        for line in lines:
            row = read(line)
            if row is None:
                self.skipped += 1
                continue
            for name, value in row[1].items():
                column = columns.get(name)
                if column is None:
                    column = columns[name] = array("f")
                if len(column) < len(kimg):
                    column.extend([math.nan] * (len(kimg) - len(column)))
                column.append(value)
            kimg.append(row[0])

    def clear(self) -> None:
        """Forget all rows."""
        self._kimg, self._columns, self.skipped = array("d"), {}, 0

    def column(self, name: str) -> tuple["array[float]", "array[float]"]:
        """Training times in kimg and the values of a column, both new: NaN where a row had none.

        Raises KeyError for a name that is not among `names`.
        """
        values = self._columns[name][:]
        values.extend([math.nan] * (len(self._kimg) - len(values)))
        return self._kimg[:], values

    def newest(self, name: str) -> float | None:
        """The last value of a column; None where it has none."""
        column = self._columns.get(name)
        return next((value for value in reversed(column) if not math.isnan(value)), None) if column else None


def _object(line: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):  # ValueError: not JSON, or not text
        return None
    return found if isinstance(found, dict) else None


def _number(value: object) -> float | None:
    """None for what is no number; one too large for 32 bits is infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return math.copysign(math.inf, number) if abs(number) > _LARGE else number
