"""Progress bars, on the standard error stream so that they don't mix with what a command prints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Report = Callable[[int, int | None], None]
"""Called with (done, all or None where nobody knows)."""


@contextmanager
def progress(text: str) -> Iterator[Report]:
    """A bar for the time of the block; it appears with the first report."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    task = bars.add_task(text, total=None)

    def report(done: int, total: int | None) -> None:
        if not bars.live.is_started:
            bars.start()
        bars.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        if bars.live.is_started:
            bars.stop()


@contextmanager
def busy(text: str) -> Iterator[None]:
    """A sign of life for the time of the block, for work that cannot say how much of it is done."""
    with Console(stderr=True).status(text):
        yield
