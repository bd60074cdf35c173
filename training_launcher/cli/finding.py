"""Lookup of runs by folder, number or name."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from foundation import runs as run_files
from training_launcher import registry
from training_launcher.places import remembered
from training_launcher.run import Run

OUTDIRS = click.option(
    "--outdir",
    "outdirs",
    multiple=True,
    metavar="DIR",
    help="Folder to search for runs; can be repeated.  [default: runs, and every folder runs were submitted to]",
)


def places(outdirs: Sequence[str]) -> list[Path]:
    """Return the folders to search."""
    return [Path(outdir).expanduser().absolute() for outdir in outdirs] or [Path("runs").absolute(), *remembered()]


def find(text: str, outdirs: Sequence[str]) -> Run:
    """Return the run with a folder, a number (7 or 00007), a name, or a unique part of a name.

    Raises:
        click.ClickException: no run matches, or more than one.
    """
    path = Path(text).expanduser()
    if os.path.isdir(path) and (run_files.number_of(path.absolute().name) is not None or run_files.is_run(path)):
        return registry.read(path)
    where = places(outdirs)
    runs = registry.scan(where)
    for matches in (
        [run for run in runs if run.name == text],
        [run for run in runs if text.isdigit() and run_files.number_of(run.name) == int(text)],
        [run for run in runs if text in run.name],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            named = ", ".join(run.folder for run in matches[:5])
            raise click.ClickException(f"{text} may mean {len(matches)} runs: {named}. Give the folder of one.")
    raise click.ClickException(
        f"There is no run {text} in {', '.join(map(str, where))}: give its folder, or where it is with --outdir."
    )
