"""Command `python -m gan dataset`."""

import textwrap
from pathlib import Path
from typing import Any

import click

from foundation.specs.click_options import click_options, describe, fill
from foundation.specs.dataset import CompareSpec, DatasetSpec, DisplaySpec, ExtractSpec
from foundation.words import counted
from gan.cli.command import WithMore, sentences
from gan.cli.command import command as make
from gan.cli.progress import progress, report_result, say
from gan.data import display
from gan.data.comparison import compare, extract
from gan.data.convert import convert, open_source
from gan.data.order import shuffled, stacked_digits
from gan.data.verbs import VERBS, Verb, conversion_of

_REPORTED = 20
"""Number of skipped images that are reported one by one."""


@make(DatasetSpec, "dataset", json_progress=True)
def _convert(spec: DatasetSpec) -> None:
    """Convert the source and print a summary."""
    make_dataset(spec)


def make_dataset(spec: DatasetSpec) -> None:
    """Convert the source of a spec and print a summary.

    Raises:
        ValueError: the options contradict each other, or the source cannot be converted.
    """
    if spec.transform not in (None, "center-crop") and spec.resolution is None:
        raise ValueError(f"--transform={spec.transform} needs --resolution, as in 512x384.")
    skipped = 0

    def report_skipped(line: str) -> None:
        nonlocal skipped
        skipped += 1
        if skipped <= _REPORTED:
            say(line)

    source = open_source(Path(spec.source), by_folder=spec.folder_classes, rate=spec.frames_per_second)
    if spec.stack_digits:
        source = stacked_digits(source)
    if spec.shuffle:
        source = shuffled(source)
    with progress("Pictures") as report:
        outcome = convert(source, Path(spec.dest), spec, report_skipped, report)
    if skipped > _REPORTED:
        say(f"... and {skipped - _REPORTED} more.")
    if outcome.without:
        say(
            f"Labels were not written: {outcome.without} of {outcome.written} pictures have none in dataset.json; add "
            "theirs, or take those pictures out."
        )
    labels = "with labels" if outcome.labelled else "without labels"
    say(f"{spec.dest}: {counted(outcome.written, 'picture')} {labels}; {outcome.skipped} left out.")
    report_result(outcome.written, left_out=outcome.skipped, duplicates=outcome.duplicates)


def _with_sides(made: click.Command) -> click.Command:
    """Return the command with StyleGAN2-ADA's --width and --height, which together are --resolution."""
    inner = made.callback
    assert inner is not None

    def callback(width: int | None, height: int | None, **given: Any) -> None:
        if (width is None) != (height is None):
            raise click.UsageError("--width and --height belong together.")
        if width is not None and height is not None:
            if given["resolution"] is not None:
                raise click.UsageError("Give either --resolution or --width and --height.")
            given["resolution"] = (width, height)
        inner(**given)

    made.callback = callback
    for name, of in (("--width", "Output width"), ("--height", "Output height")):
        help_ = f"{of}, as in StyleGAN2-ADA; the same as in --resolution."
        made.params.append(click.Option([name], type=click.IntRange(1), help=help_))
    return made


@make(DisplaySpec, "display")
def _display(spec: DisplaySpec) -> None:
    """Show the images, or write the first ones."""
    source = open_source(Path(spec.source))
    if spec.save is None:
        display.show(source)
    else:
        display.save(source, Path(spec.save))
        click.echo(spec.save)


@make(ExtractSpec, "extract")
def _extract(spec: ExtractSpec) -> None:
    """Print the number of images."""
    with progress("Pictures") as report:
        count, damaged = extract(open_source(Path(spec.source)), Path(spec.outdir), report)
    click.echo(f"{spec.outdir}: {counted(count, 'picture')}; {damaged} could not be read.")


@make(CompareSpec, "compare")
def _compare(spec: CompareSpec) -> None:
    """Print how many images and labels are equal, and end with status 1 if any differ."""
    with progress("Pictures") as report:
        found = compare(open_source(Path(spec.source)), open_source(Path(spec.other)), spec.ignore_labels, report)
    click.echo(str(found))
    if not found.equal:
        raise SystemExit(1)


def _verb(verb: Verb) -> click.Command:
    """Return the command of a published verb: its destination, its source, and its options."""

    def callback(dest: str, source: str, dry_run: bool, **given: Any) -> None:
        spec = conversion_of(verb, dest, source, fill(verb.options, given))
        click.echo(describe(spec, f"dataset {verb.name}"))
        if not dry_run:
            with sentences():
                make_dataset(spec)

    places = [click.Argument(["dest"], metavar="DEST"), click.Argument(["source"], metavar="SOURCE")]
    rest = click.Option(["--dry-run", "-n"], is_flag=True, help="Print the configuration and stop.")
    params = [*places, *click_options(verb.options), rest]
    return _underscored(click.Command(verb.name, callback=callback, params=params, help=textwrap.dedent(verb.help)))


def _underscored(made: click.Command) -> click.Command:
    """Return a command whose options can be written with underscores too, as the published tool does."""
    for option in made.params:
        option.opts += [f"--{word[2:].replace('-', '_')}" for word in option.opts if "-" in word[2:]]
    return made


command = WithMore(_with_sides(_convert), _display, _extract, _underscored(_compare), *map(_verb, VERBS))
