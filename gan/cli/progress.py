"""Progress bars of commands, on the standard error stream, so that they don't mix with printed results.

With `--json` standard output has only lines such as {"done": 12, "total": 100}, and human-readable output goes to the
standard error stream.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Report = Callable[[int, int | None], None]
"""Called with (done, total or None if unknown)."""
_AS_JSON = "gan.cli.as_json"
_LINE_SECONDS = 10.0
"""Time between the lines of a log."""


def report_as_json() -> None:
    """Make the current command print its progress as lines of JSON from now on."""
    click.get_current_context().meta[_AS_JSON] = True


def say(text: str) -> None:
    """Print human-readable output."""
    click.echo(text, err=_as_json())


def _as_json() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_AS_JSON))


def report_result(done: int, **numbers: int) -> None:
    """Print what came of the command as the last line of its JSON; nothing without `--json`."""
    if _as_json():
        click.echo(json.dumps({"done": done, "total": done, **numbers}))


@contextmanager
def progress(text: str, *, own: bool = True) -> Iterator[Report]:
    """Show a progress bar during the block, from the first report on.

    Args:
        text: Label of the bar.
        own: True for the command's own work, which `--json` reports; False for preparation such as a download.
    """
    if own and _as_json():
        yield lambda done, total: click.echo(json.dumps({"done": done, "total": total}))
        return
    with steps() as report:
        yield lambda done, total: report(text, done, total)


@contextmanager
def steps(shown: bool = True) -> Iterator[Callable[[str, int, int | None], None]]:
    """Show a progress bar for each step of the block; yields a function of (label, done, total or None).

    Where the standard error stream is no terminal, but a log, it gets a line every few seconds and at each step's end.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Log().report if shown else lambda label, done, total: None
        return
    bars = Progress(*columns, console=console)
    tasks: dict[str, TaskID] = {}

    def report(label: str, done: int, total: int | None) -> None:
        if not shown:
            return
        if label not in tasks:
            tasks[label] = bars.add_task(label, total=total)
            bars.start()
        bars.update(tasks[label], completed=done, total=total)

    try:
        yield report
    finally:
        if tasks:
            bars.stop()


class _Log:
    """Progress as lines of text, not too many."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def report(self, label: str, done: int, total: int | None) -> None:
        """Print a line if the last one is old, or this is the end."""
        now = time.monotonic()
        if done == total or now - self._since >= _LINE_SECONDS:
            self._since = now
            click.echo(f"{label}: {done}" if total is None else f"{label}: {done} of {total}", err=True)


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Show a spinner during the block, for work of unknown length."""
    with Console(stderr=True).status(text):
        yield
