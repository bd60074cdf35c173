"""Progress bars of commands, on the standard error stream, so that they don't mix with printed results.

With `--json` the standard output has lines as {"done": 12, "total": 100} alone, and all that is for people goes to the
standard error stream.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Report = Callable[[int, int | None], None]
"""Called with (done, all or None where nobody knows)."""
_AS_JSON = "gan.cli.as_json"


def tell_as_json() -> None:
    """From now on the present command tells its progress as lines of JSON."""
    click.get_current_context().meta[_AS_JSON] = True


def say(text: str) -> None:
    """Print what is for people."""
    click.echo(text, err=_as_json())


def _as_json() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_AS_JSON))


@contextmanager
def progress(text: str, *, own: bool = True) -> Iterator[Report]:
    """A bar for the time of the block; it appears with the first report.

    `own`: this is the command's own work, which `--json` tells; else something that comes before, as a download.
    """
    if own and _as_json():
        yield lambda done, total: click.echo(json.dumps({"done": done, "total": total}))
        return
    with steps() as tell:
        yield lambda done, total: tell(text, done, total)


@contextmanager
def steps(shown: bool = True) -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar for each step of the block's work, told of as (what is done, how much of it, all or None)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    tasks: dict[str, TaskID] = {}

    def tell(what: str, done: int, total: int | None) -> None:
        if not shown:
            return
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
            bars.start()
        bars.update(tasks[what], completed=done, total=total)

    try:
        yield tell
    finally:
        if tasks:
            bars.stop()


@contextmanager
def busy(text: str) -> Iterator[None]:
    """A sign of life for the time of the block, for work that cannot say how much of it is done."""
    with Console(stderr=True).status(text):
        yield
