"""Command `python -m gan dataset`."""

from pathlib import Path

import click

from foundation.specs.dataset import CompareSpec, DatasetSpec, ExtractSpec
from gan.cli.command import command as make
from gan.cli.groups import WithMore
from gan.cli.progress import progress
from gan.data.comparison import compare, extract
from gan.data.convert import convert, open_source
from gan.data.order import shuffled, stacked_digits

_REPORTED = 20
"""Number of skipped images that are reported one by one."""


@make(DatasetSpec, "dataset")
def _convert(spec: DatasetSpec) -> None:
    """Convert the source and print a summary."""
    if spec.transform not in (None, "center-crop") and spec.resolution is None:
        raise ValueError(f"--transform={spec.transform} needs --resolution, as in 512x384.")
    skipped = 0

    def report_skipped(line: str) -> None:
        nonlocal skipped
        skipped += 1
        if skipped <= _REPORTED:
            click.echo(line)

    source = open_source(Path(spec.source))
    if spec.stack_digits:
        source = stacked_digits(source)
    if spec.shuffle:
        source = shuffled(source)
    with progress("Pictures") as report:
        outcome = convert(source, Path(spec.dest), spec, report_skipped, report)
    if skipped > _REPORTED:
        click.echo(f"... and {skipped - _REPORTED} more.")
    if outcome.without:
        click.echo(
            f"Labels were not written: {outcome.without} of {outcome.written} pictures have none in dataset.json; add "
            "theirs, or take those pictures out."
        )
    labels = "with labels" if outcome.labelled else "without labels"
    click.echo(f"{spec.dest}: {outcome.written} pictures {labels}; {outcome.skipped} left out.")


@make(ExtractSpec, "extract")
def _extract(spec: ExtractSpec) -> None:
    """Print the number of images."""
    with progress("Pictures") as report:
        count, damaged = extract(open_source(Path(spec.source)), Path(spec.outdir), report)
    click.echo(f"{spec.outdir}: {count} pictures; {damaged} could not be read.")


@make(CompareSpec, "compare")
def _compare(spec: CompareSpec) -> None:
    """Print how many images and labels are equal, and end with status 1 if any differ."""
    with progress("Pictures") as report:
        found = compare(open_source(Path(spec.source)), open_source(Path(spec.other)), spec.ignore_labels, report)
    click.echo(str(found))
    if not found.equal:
        raise SystemExit(1)


command = WithMore(_convert, _extract, _compare)
