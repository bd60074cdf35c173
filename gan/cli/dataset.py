"""`python -m gan dataset`: makes training sets."""

from pathlib import Path

import click

from foundation.specs.dataset import DatasetSpec
from gan.cli.command import command as make
from gan.cli.progress import progress
from gan.data.convert import Conversion, convert, open_source

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
    conversion = Conversion(spec.transform, spec.resolution, spec.max_images, spec.classes)
    with progress("Pictures") as report:
        outcome = convert(source, Path(spec.dest), conversion, tell, report)
    if told > _TOLD:
        click.echo(f"... and {told - _TOLD} more.")
    labels = "with labels" if outcome.labelled else "without labels"
    click.echo(f"{spec.dest}: {outcome.written} pictures {labels}; {outcome.skipped} left out.")
