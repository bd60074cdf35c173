"""Progress bars, on the standard error stream so that they don't mix with what a command prints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Report = Callable[[int, int | None], None]
"""Called with (done, all or None where nobody knows)."""


@contextmanager
def progress(text: str) -> Iterator[Report]:
    """A bar for the time of the block; it appears with the first report."""
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
