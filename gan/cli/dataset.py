"""Command `python -m gan dataset`."""

from pathlib import Path

import click

from gan.cli.command import command as make
from gan.cli.progress import progress
from gan.data.convert import convert, open_source
from training_launcher.specs.dataset import DatasetSpec

_REPORTED = 20
"""Number of skipped images that are reported one by one."""


@make(DatasetSpec, "dataset")
def command(spec: DatasetSpec) -> None:
    """Convert the source and print a summary."""
    if spec.transform == "center-crop-wide" and spec.resolution is None:
        raise ValueError("--transform=center-crop-wide needs --resolution, as in 512x384.")
    skipped = 0

    def report_skipped(line: str) -> None:
        nonlocal skipped
        skipped += 1
        if skipped <= _REPORTED:
            click.echo(line)

    source = open_source(Path(spec.source))
    with progress("Pictures") as report:
        outcome = convert(source, Path(spec.dest), spec, report_skipped, report)
    if skipped > _REPORTED:
        click.echo(f"... and {skipped - _REPORTED} more.")
    labels = "with labels" if outcome.labelled else "without labels"
    click.echo(f"{spec.dest}: {outcome.written} pictures {labels}; {outcome.skipped} left out.")
