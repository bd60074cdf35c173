"""Tables of runs for a terminal."""

import re
from collections.abc import Callable, Iterable

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from foundation.inputs import clean_text
from training_launcher.run import Run

_WIDE = 140
"""Width in characters from which all columns are shown."""
_COLOURS = {
    "queued": "yellow",
    "starting": "cyan",
    "running": "green",
    "finished": "blue",
    "stopped": "white",
    "failed": "red",
    "lost": "magenta",
}


def table(runs: Iterable[Run], width: int) -> Table:
    """Return a table with a row for each run.

    Args:
        runs: The runs to show.
        width: Width of the terminal in characters; narrow ones get fewer columns.
    """
    rows = list(runs)
    # Short columns stay whole; the name and the last line are cut.
    columns: list[tuple[str, Callable[[Run], RenderableType], int]] = [
        ("run", _name, min(_widest(_name, rows), 24 if width < _WIDE else 44)),
        ("state", lambda run: Text(run.state, style=_COLOURS[run.state]), 8),
    ]
    if width >= _WIDE:
        columns.append(("progress", _bar, 12))
    columns.append(("", amount, _widest(amount, rows)))
    if width >= _WIDE:
        columns += [("pace", pace, _widest(pace, rows)), ("metric", metric, _widest(metric, rows))]
    columns.append(("left", lambda run: duration(run.eta_s) if run.live else "", 7))
    if width >= _WIDE:
        columns.append(("device", lambda run: run.device, _widest(lambda run: run.device, rows)))
    shown = Table(box=None, pad_edge=False, header_style="bold")
    left = width
    for name, _, wide in columns:
        shown.add_column(name, width=max(wide, len(name)), no_wrap=True, overflow="ellipsis")
        left -= max(wide, len(name)) + 2
    shown.add_column("last line", width=max(left, 10), no_wrap=True, overflow="ellipsis")
    for run in rows:
        shown.add_row(*(draw(run) for _, draw, _ in columns), Text(message(run)))
    return shown


def _name(run: Run) -> str:
    return escape(clean_text(run.name))


def plain(runs: Iterable[Run]) -> str:
    """Return tab-separated lines for programs, one for each run."""
    return "\n".join("\t".join(map(_one_line, _columns(run))) for run in runs)


def _columns(run: Run) -> tuple[str, ...]:
    done = (amount(run), pace(run), duration(run.eta_s))
    return (run.name, run.state, *done, run.device, run.folder, metric(run), message(run))


def _one_line(text: str) -> str:
    """Return a text without tabs and line ends; it is not cut, as programs read it."""
    return re.sub(r"[\t\n\v\f\r]", " ", text)


def watched(run: Run, lines: Iterable[str], width: int) -> RenderableType:
    """Return a run and the last lines of its log."""
    return Group(table([run], width), *(Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in lines))


def message(run: Run) -> str:
    """Return a run's message: its failure, the unreadable part of its folder, or its last line."""
    why = f"{run.cause}: {run.error}" if run.cause and run.error else run.error or run.cause
    return (why if run.state in ("failed", "lost") else "") or run.problem or run.last_line


def amount(run: Run) -> str:
    """ "12.5 / 150 kimg"."""
    if not run.total and not run.done:
        return ""
    return f"{_count(run.done)} / {_count(run.total)} {run.unit}" if run.total else f"{_count(run.done)} {run.unit}"


def _count(value: float) -> str:
    """ "4", "1.8", "12.5", "25000": without exponents."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def metric(run: Run) -> str:
    """ "fid50k_full 18.4"."""
    return "" if run.metric is None else f"{run.metric[0]} {run.metric[1]:.4g}"


def pace(run: Run) -> str:
    """ "42.3 s/kimg"."""
    return "" if run.seconds_per_unit is None else f"{run.seconds_per_unit:.3g} s/{run.one}"


def duration(seconds: float | None) -> str:
    """ "2d 03h", "3h 05m", "5m 10s"; empty if unknown."""
    if seconds is None:
        return ""
    whole = max(round(seconds), 0)
    if whole >= 86400:
        return f"{whole // 86400}d {whole // 3600 % 24:02d}h"
    if whole >= 3600:
        return f"{whole // 3600}h {whole // 60 % 60:02d}m"
    return f"{whole // 60}m {whole % 60:02d}s"


def _bar(run: Run) -> RenderableType:
    return ProgressBar(total=run.total, completed=run.done, width=12) if run.total else ""


def _widest(text: Callable[[Run], str], runs: Iterable[Run]) -> int:
    return max((len(text(run)) for run in runs), default=1) or 1
