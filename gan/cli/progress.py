"""Progress bars of commands, on the standard error stream, so that they don't mix with printed results.

With `--json` standard output has only lines such as {"done": 12, "total": 100}, and human-readable output goes to the
standard error stream.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Report = Callable[[int, int | None], None]
"""Called with (done, total or None if unknown)."""
_AS_JSON = "gan.cli.as_json"


def report_as_json() -> None:
    """Make the current command print its progress as lines of JSON from now on."""
    click.get_current_context().meta[_AS_JSON] = True


def say(text: str) -> None:
    """Print human-readable output."""
    click.echo(text, err=_as_json())


def _as_json() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_AS_JSON))


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
    """Show a progress bar for each step of the block; yields a function of (label, done, total or None)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True))
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


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Show a spinner during the block, for work of unknown length."""
    with Console(stderr=True).status(text):
        yield
