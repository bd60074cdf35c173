"""Columns of numbers from the lines of a run's `stats.jsonl` and `metric-*.jsonl`."""

import math
from array import array
from collections.abc import Callable, Iterable, Mapping

from foundation.inputs import TEXT_LENGTH, read_object
from foundation.runs import snapshot_kimg

Row = tuple[float, Mapping[str, float]]
"""Training time in kimg, and the values at that time by name."""

KIMG = "Progress/kimg"
_COLUMNS = 2000
"""Maximum number of columns: each has a number for every row."""
_LARGE = 3e38
"""Larger values do not fit into 32 bits."""


def stats_row(line: bytes) -> Row | None:
    """Parse a line of `stats.jsonl` into the means of its statistics; None if it is damaged or has no kimg."""
    found = _object(line)
    if found is None:
        return None
    values: dict[str, float] = {}
    for name, value in found.items():  # no call in the usual case: there may be millions of values
        mean = value.get("mean") if isinstance(value, dict) else None
        if type(mean) is not float or not -_LARGE < mean < _LARGE:
            mean = _number(mean)
        if mean is not None:
            values[name] = mean
    kimg = values.pop(KIMG, math.nan)
    return (kimg, values) if math.isfinite(kimg) else None


def metric_row(line: bytes) -> Row | None:
    """Parse a line of `metric-<name>.jsonl` into its figures at the training time in its snapshot's name.

    None for a damaged line, and for a network that is no snapshot.
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
    """Columns that grow row by row, as 32-bit floats: enough to plot, and half the memory."""

    def __init__(self, read: Callable[[bytes], Row | None] = stats_row) -> None:
        self._read = read
        self._kimg = array("d")
        self._columns: dict[str, array[float]] = {}
        self.skipped = 0
        """Damaged lines so far."""

    def __len__(self) -> int:
        return len(self._kimg)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, sorted."""
        return tuple(sorted(self._columns))

    def add(self, lines: Iterable[bytes]) -> None:
        """Add lines, oldest first."""
        kimg, columns, read = self._kimg, self._columns, self._read
        for line in lines:
            row = read(line)
            if row is None:
                self.skipped += 1
                continue
            for name, value in row[1].items():
                column = columns.get(name)
                if column is None:
                    if len(columns) >= _COLUMNS or len(name) > TEXT_LENGTH:
                        continue
                    column = columns[name] = array("f")
                if len(column) < len(kimg):
                    column.extend([math.nan] * (len(kimg) - len(column)))
                column.append(value)
            kimg.append(row[0])

    def clear(self) -> None:
        """Remove all rows."""
        self._kimg, self._columns, self.skipped = array("d"), {}, 0

    def column(self, name: str) -> tuple["array[float]", "array[float]"]:
        """Return copies of the training times in kimg and of a column's values, NaN where a row had none.

        Raises KeyError for a name that is not among `names`.
        """
        values = self._columns[name][:]
        values.extend([math.nan] * (len(self._kimg) - len(values)))
        return self._kimg[:], values

    def newest(self, name: str) -> float | None:
        """Return the last value of a column; None if it has none."""
        column = self._columns.get(name)
        return next((value for value in reversed(column) if not math.isnan(value)), None) if column else None


def _object(line: bytes) -> dict[str, object] | None:
    try:
        return read_object(line)
    except ValueError:
        return None


def _number(value: object) -> float | None:
    """Convert to float: None for anything but a number, infinity for one too large for 32 bits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return math.copysign(math.inf, number) if abs(number) > _LARGE else number
