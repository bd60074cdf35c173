"""How runs are shown in a terminal."""

from collections.abc import Callable, Iterable

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from training_launcher.run import Run

_COLOURS = {
    "queued": "yellow",
    "starting": "cyan",
    "running": "green",
    "finished": "blue",
    "stopped": "white",
    "failed": "red",
    "lost": "magenta",
}


def table(runs: Iterable[Run]) -> Table:
    """A row for each run."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    rows = list(runs)
    # What is short stays whole; what there is too little room for is cut in the name and in the last line.
    shown.add_column("run", no_wrap=True, overflow="ellipsis", ratio=1, min_width=12)
    for name, width in (("state", 8), ("progress", 12), ("", _widest(amount, rows))):
        shown.add_column(name, no_wrap=True, min_width=width)
    for name, least in (("pace", _widest(pace, rows)), ("left", 7), ("metric", _widest(metric, rows))):
        shown.add_column(name, justify="right", no_wrap=True, min_width=least)
    shown.add_column("device", no_wrap=True, min_width=_widest(lambda run: run.device, rows))
    shown.add_column("last line", no_wrap=True, overflow="ellipsis", ratio=1)
    for run in rows:
        shown.add_row(
            run.name,
            Text(run.state, style=_COLOURS[run.state]),
            ProgressBar(total=run.total, completed=run.done, width=12) if run.total else "",
            amount(run),
            pace(run),
            duration(run.eta_s) if run.live else "",
            metric(run),
            run.device,
            Text(said(run)),
        )
    return shown


def plain(runs: Iterable[Run]) -> str:
    """The same for programs: a line for each run, tabulators between."""
    return "\n".join(
        "\t".join((run.name, run.state, amount(run), pace(run), duration(run.eta_s), run.device, run.folder))
        for run in runs
    )


def watched(run: Run, lines: Iterable[str]) -> RenderableType:
    """A run and the last lines of its log."""
    return Group(table([run]), *(Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in lines))


def said(run: Run) -> str:
    """What to show of what a run said: why it failed, what of it cannot be read, or its last line."""
    why = f"{run.cause}: {run.error}" if run.cause and run.error else run.error or run.cause
    return (why if run.state in ("failed", "lost") else "") or run.problem or run.last_line


def amount(run: Run) -> str:
    """ "12.5 / 150 kimg"."""
    if not run.total and not run.done:
        return ""
    return f"{run.done:.4g} / {run.total:.4g} {run.unit}" if run.total else f"{run.done:.4g} {run.unit}"


def metric(run: Run) -> str:
    """ "fid50k_full 18.4"."""
    return "" if run.metric is None else f"{run.metric[0]} {run.metric[1]:.4g}"


def pace(run: Run) -> str:
    """ "42.3 s/kimg"."""
    each = {"kimg": "kimg", "metrics": "metric", "frames": "frame"}[run.unit]
    return "" if run.seconds_per_unit is None else f"{run.seconds_per_unit:.3g} s/{each}"


def duration(seconds: float | None) -> str:
    """ "2d 03h", "3h 05m", "5m 10s"; empty where nobody knows."""
    if seconds is None:
        return ""
    whole = max(round(seconds), 0)
    if whole >= 86400:
        return f"{whole // 86400}d {whole // 3600 % 24:02d}h"
    if whole >= 3600:
        return f"{whole // 3600}h {whole // 60 % 60:02d}m"
    return f"{whole // 60}m {whole % 60:02d}s"


def _widest(text: Callable[[Run], str], runs: Iterable[Run]) -> int:
    return max((len(text(run)) for run in runs), default=1) or 1
