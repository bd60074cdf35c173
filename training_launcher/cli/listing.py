"""`list`: lists runs."""

import json
import sys
from dataclasses import asdict

import click
from rich.console import Console

from training_launcher import registry
from training_launcher.cli import tables
from training_launcher.cli.finding import OUTDIRS, places


@click.command("list")
@click.argument("folders", nargs=-1, metavar="[DIR]...")
@OUTDIRS
@click.option("--state", "states", multiple=True, help="Only runs in this state; can be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print lines of JSON.")
def list_runs(folders: tuple[str, ...], outdirs: tuple[str, ...], states: tuple[str, ...], as_json: bool) -> None:
    """List the runs in folders, the newest first."""
    where = places((*folders, *outdirs))
    runs = [run for run in registry.scan(where) if not states or run.state in states]
    if as_json:
        for run in runs:
            click.echo(json.dumps(asdict(run), default=str))
    elif not runs:
        click.echo(f"There are no runs in {', '.join(map(str, where))}.")
    elif sys.stdout.isatty():
        console = Console()
        console.print(tables.table(runs, console.width))
    else:
        click.echo(tables.plain(runs))
