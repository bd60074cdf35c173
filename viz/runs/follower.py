"""Incremental reader of one run's files. For the thread of `viz.runs.data` only."""

import os
import re
from array import array
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from training_launcher.records.series import Series, metric_row, stats_row
from training_launcher.records.tail import Tail, sample
from viz.ui.plot_series import CurveRequest

LOG_LINES, LOG_BYTES = 20_000, 4 << 20
"""Limits of the log's tail in memory."""
_OVERVIEW_FROM = 1 << 20
"""File size in bytes from which a sparse preview is read first, to show a curve immediately."""
_LONGEST_LINE = 2000
"""Characters of a line that are kept."""
_POINTS = 64
"""Maximum number of recent metric results reported."""
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, eq=False)
class Log:
    """Tail of a log; compared by identity."""

    lines: tuple[str, ...] = ()
    cut: bool = False
    """True if earlier lines exist."""


@dataclass(frozen=True, eq=False)
class RunRecord:
    """Data of a run read so far; compared by identity."""

    stats: tuple[str, ...] = ()
    """Names of its statistics, sorted."""
    metrics: tuple[str, ...] = ()
    """Names of its metric values, sorted."""
    newest: Mapping[str, float] = field(default_factory=dict)
    """Newest value of every statistic."""
    results: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    """Latest (kimg, value) of every metric value, ascending; the last measurement of each kimg."""
    share: float = 1.0
    """Fraction of `stats.jsonl` read, 0..1."""
    log: Log = Log()


NOTHING = RunRecord()


class Follower:
    """Reads new data from the files of one run."""

    def __init__(self, folder: str) -> None:
        self._tail = Tail(os.path.join(folder, "stats.jsonl"))
        self._series = Series(stats_row)
        self._overview: Series | None = None
        self._metrics: dict[str, tuple[Tail, Series]] = {}
        self._log_tail = Tail(os.path.join(folder, "log.txt"))
        self._lines: deque[str] = deque(maxlen=LOG_LINES)
        self._cut = self._log_tail.skip_to_last(LOG_BYTES)
        self._log = Log()
        self._record = NOTHING
        self._version = 0
        self._old = True
        self._begin()

    def _begin(self) -> None:
        """Read a sparse preview of a long file."""
        try:
            long = os.path.getsize(self._tail.path) > _OVERVIEW_FROM
        except (OSError, ValueError):
            return
        if long:
            self._overview = Series(stats_row)
            self._overview.add(sample(self._tail.path))

    def metrics(self, paths: tuple[str, ...]) -> None:
        """Set the metric files to read."""
        if tuple(self._metrics) != paths:
            known = self._metrics
            self._metrics = {path: known.get(path) or (Tail(path), Series(metric_row)) for path in paths}
            self._changed()

    def look(self, most: int) -> tuple[bool, bool]:
        """Read up to about `most` bytes of each file. Returns (something is new, there is more)."""
        piece = self._tail.look(most)
        if piece.restarted:
            self._series.clear()
        self._series.add(piece.lines)
        changed, more = bool(piece.lines or piece.restarted), piece.more
        if not more and self._overview is not None:
            self._overview, changed = None, True
        for tail, series in self._metrics.values():
            piece = tail.look(most)
            if piece.restarted:
                series.clear()
            series.add(piece.lines)
            changed, more = changed or bool(piece.lines or piece.restarted), more or piece.more
        log_changed, longer = self._read_log(most)
        if changed or log_changed:
            self._changed(curves=changed)
        return changed or log_changed, more or longer

    def _read_log(self, most: int) -> tuple[bool, bool]:
        rest = self._log_tail.rest
        piece = self._log_tail.look(most)
        if piece.restarted:
            self._lines.clear()
            self._cut = False
        self._cut = self._cut or len(self._lines) + len(piece.lines) > LOG_LINES
        self._lines.extend(_plain(line) for line in piece.lines)
        if not (piece.lines or piece.restarted or self._log_tail.rest != rest):
            return False, piece.more
        last = (_plain(self._log_tail.rest),) if self._log_tail.rest else ()
        self._log = Log((*self._lines, *last), self._cut)
        return True, piece.more

    def _changed(self, *, curves: bool = True) -> None:
        self._version += curves
        self._old = True

    def _source(self) -> Series:
        return self._series if self._overview is None else self._overview

    def record(self) -> RunRecord:
        """Return all data; the same object while unchanged."""
        if not self._old:
            return self._record
        self._old = False
        series = self._source()
        newest = {name: value for name in series.names if (value := series.newest(name)) is not None}
        results = {
            name: tuple(sorted(dict(zip(*one.column(name), strict=True)).items())[-_POINTS:])
            for _, one in self._metrics.values()
            for name in one.names
        }
        size = self._tail.size
        share = self._tail.offset / size if self._overview is not None and size else 1.0
        if self._overview is not None and not size:
            share = 0.0
        self._record = RunRecord(series.names, tuple(sorted(results)), newest, results, share, self._log)
        return self._record

    def mark(self, request: CurveRequest) -> object:
        """Return a value that changes with the curve."""
        return self._version if request.metric or self._overview is None else "overview"

    def column(self, request: CurveRequest) -> tuple["array[float]", "array[float]"] | None:
        """Return the columns of a curve."""
        series = [one for _, one in self._metrics.values()] if request.metric else [self._source()]
        return next((one.column(request.name) for one in series if request.name in one.names), None)


def _plain(line: bytes) -> str:
    """Clean a log line: strips colours, and reduces a progress bar to its last state."""
    return _CODES.sub("", line.decode("utf-8", "replace").rpartition("\r")[2][:_LONGEST_LINE]).expandtabs(4)
