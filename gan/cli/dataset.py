"""`python -m gan dataset`: makes training sets."""

from pathlib import Path

import click

from gan.cli.command import command as make
from gan.cli.progress import progress
from gan.data.convert import convert, open_source
from training_launcher.specs.dataset import DatasetSpec

_TOLD = 20
"""So many pictures that were left out are told one by one."""


@make(DatasetSpec, "dataset")
def command(spec: DatasetSpec) -> None:
    """Converts and says what came of it."""
    if spec.transform == "center-crop-wide" and spec.resolution is None:
        raise ValueError("--transform=center-crop-wide needs --resolution, as in 512x384.")
    told = 0

    def tell(line: str) -> None:
        nonlocal told
        told += 1
        if told <= _TOLD:
            click.echo(line)

    source = open_source(Path(spec.source))
    with progress("Pictures") as report:
        outcome = convert(source, Path(spec.dest), spec, tell, report)
    if told > _TOLD:
        click.echo(f"... and {told - _TOLD} more.")
    labels = "with labels" if outcome.labelled else "without labels"
    click.echo(f"{spec.dest}: {outcome.written} pictures {labels}; {outcome.skipped} left out.")
