"""Progress bars, on the standard error stream so that they don't mix with what a command prints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Report(Protocol):
    """Moves a bar."""

    def __call__(self, done: int, total: int | None, text: str | None = None) -> None:
        """`total` is None where nobody knows; `text` None leaves the bar's text."""


@contextmanager
def progress(text: str) -> Iterator[Report]:
    """A bar for the time of the block; it appears with the first report."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    task = bars.add_task(text, total=None)

    def report(done: int, total: int | None, text: str | None = None) -> None:
        if not bars.live.is_started:
            bars.start()
        bars.update(task, completed=done, total=total, description=text)

    try:
        yield report
    finally:
        if bars.live.is_started:
            bars.stop()


@contextmanager
def steps(shown: bool = True) -> Iterator[Callable[[str, int, int], None]]:
    """One bar for work in several steps, told of as (what is being done, how much of it is done, all)."""
    with progress("") as report:

        def tell(what: str, done: int, total: int) -> None:
            if shown:
                report(done, total, what)

        yield tell


@contextmanager
def busy(text: str) -> Iterator[None]:
    """A sign of life for the time of the block, for work that cannot say how much of it is done."""
    with Console(stderr=True).status(text):
        yield
