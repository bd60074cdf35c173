"""`watch`: shows a run live until it ends."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.live import Live

from foundation import runs as run_files
from foundation.inputs import open_regular
from training_launcher import failures, registry
from training_launcher.cli import tables
from training_launcher.cli.finding import OUTDIRS, find
from training_launcher.run import Run

_LOOK_S = 0.5
_CHUNK = 1 << 24
"""Bytes of the log that are printed at once."""
_CODES = {"finished": 0, "stopped": 2, "failed": 1, "lost": 3}


@click.command()
@click.argument("run", metavar="RUN")
@OUTDIRS
@click.option("--lines", type=click.IntRange(0, 200), default=12, show_default=True, help="Lines of the log to show.")
def watch(run: str, outdirs: tuple[str, ...], lines: int) -> None:
    """Watch a run until it ends. RUN is a folder, a number or a name.

    The exit status is 0 for a finished run, 1 for failed, 2 for stopped, 3 for lost. Ctrl+C ends the watching, not the
    run.
    """
    found = find(run, outdirs)
    try:
        last = _live(found, lines) if sys.stdout.isatty() else _printed(found)
    except KeyboardInterrupt:
        click.echo(f"{found.name} goes on; watch it again, or stop it with: python -m training_launcher stop {run}")
        return
    click.echo(_summary(last))
    raise SystemExit(_CODES[last.state])


def _live(run: Run, lines: int) -> Run:
    """Show a table and the end of the log, refreshed until the run ends."""
    log = Path(run.folder) / run_files.LOG_FILE
    with Live(console=Console(), refresh_per_second=4) as shown:
        for now in _states(run.folder):
            said = run_files.tail(log, 1 << 14)[-lines:] if lines else []
            shown.update(tables.watched(now, said, shown.console.width))
    return now


def _printed(run: Run) -> Run:
    """Print every line of the log as it comes, for output that is no terminal."""
    read = 0
    state = ""
    log = Path(run.folder) / run_files.LOG_FILE
    for now in _states(run.folder):
        new = _new_text(log, read)
        whole = new[: new.rfind(b"\n") + 1]
        read += len(whole)
        if now.state != state:
            state = now.state
            click.echo(f"[{now.state}] {tables.amount(now)}".rstrip())
        if whole:
            click.echo(whole.decode("utf-8", errors="replace").rstrip("\n"))
    return now


def _states(folder: str) -> Iterator[Run]:
    """Yield the run's present state repeatedly, until it has ended."""
    look = registry.Registry()
    while True:
        run = look.read(folder)
        yield run
        if not run.live:
            return
        time.sleep(_LOOK_S)


def _new_text(path: Path, read: int) -> bytes:
    try:
        with open_regular(path) as file:
            file.seek(read)
            return file.read(_CHUNK)
    except OSError:
        return b""


def _summary(run: Run) -> str:
    sentence = f"{run.name}: {run.state}"
    if run.state in ("failed", "lost"):
        return f"{sentence} ({run.cause or 'cause unknown'}). {failures.explained(run.error, run.cause)}".rstrip()
    return f"{sentence}, {tables.amount(run)}".rstrip(", ")
