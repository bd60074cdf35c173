"""Tables of options in the docs, written from the specs: `python -m tools.command_docs [--check]`.

A table stands between two markers, `<!-- options: NAME -->` and `<!-- end of options -->`; NAME is a key of `TABLES`.
The text between the markers is replaced; all else is left as it is.
"""

import re
from pathlib import Path

import click

from foundation.specs.dataset import CompareSpec, DatasetSpec, DisplaySpec, ExtractSpec
from foundation.specs.directions import BoundarySpec, ClassesSpec, MeasureSpec, PcaSpec, SefaSpec, StyleSpaceSpec
from foundation.specs.editing.diversity import DiversitySpec
from foundation.specs.editing.point_drag import DragSpec, SessionDragSpec
from foundation.specs.editing.projection import ProjectSpec
from foundation.specs.film import FilmSpec, SeedsSpec
from foundation.specs.formats import write
from foundation.specs.metrics import ClassifiersSpec, MetricRunSpec, MetricsSpec
from foundation.specs.options import Field, fields
from foundation.specs.pictures import (
    BlendSpec,
    ConvertSpec,
    ImagesSpec,
    InspectSpec,
    MixingSpec,
    NoiseFiguresSpec,
    SnapshotsSpec,
    TruncationFigureSpec,
    UncuratedFigureSpec,
    VideoSpec,
)
from foundation.specs.slurm import SlurmOptions
from foundation.specs.spectra import CalcSpec, HeatmapSpec, RadialSpec, SlicesSpec, StatsSpec
from foundation.specs.train import TrainSpec
from tools import published_options

ROOT = Path(__file__).resolve().parent.parent
TABLES: dict[str, type] = {
    "images": ImagesSpec,
    "video": VideoSpec,
    "style-mixing": MixingSpec,
    "noise-figures": NoiseFiguresSpec,
    "truncation-figure": TruncationFigureSpec,
    "uncurated-figure": UncuratedFigureSpec,
    "directions pca": PcaSpec,
    "directions sefa": SefaSpec,
    "directions stylespace": StyleSpaceSpec,
    "directions boundary": BoundarySpec,
    "directions measure": MeasureSpec,
    "directions classes": ClassesSpec,
    "project": ProjectSpec,
    "drag": DragSpec,
    "blend": BlendSpec,
    "blend snapshots": SnapshotsSpec,
    "inspect": InspectSpec,
    "convert": ConvertSpec,
    "dataset": DatasetSpec,
    "dataset display": DisplaySpec,
    "dataset extract": ExtractSpec,
    "dataset compare": CompareSpec,
    "train": TrainSpec,
    "metrics": MetricsSpec,
    "metrics train-classifiers": ClassifiersSpec,
    "spectra stats": StatsSpec,
    "spectra calc": CalcSpec,
    "spectra heatmap": HeatmapSpec,
    "spectra slices": SlicesSpec,
    "spectra radial": RadialSpec,
    "diversity": DiversitySpec,
    "film": FilmSpec,
    "seeds": SeedsSpec,
    "renderer drag": SessionDragSpec,
    "submit metrics": MetricRunSpec,
    "submit --slurm-": SlurmOptions,
}
"""Specs by the name of their table."""
_PUBLISHED = re.compile(r"(<!-- published -->\n).*?(<!-- end of published -->)", re.DOTALL)
_BLOCK = re.compile(r"(<!-- options: (?P<name>[^>]+?) -->\n).*?(<!-- end of options -->)", re.DOTALL)


def pages() -> list[Path]:
    """Return the docs that hold tables of options."""
    return [path for path in sorted((ROOT / "docs").rglob("*.md")) if _BLOCK.search(path.read_text(encoding="utf-8"))]


def names(text: str) -> list[str]:
    """Return the names of the tables in a page, in their order."""
    return [found["name"] for found in _BLOCK.finditer(text)]


def rewrite(text: str) -> str:
    """Return a page with all its tables written anew.

    Raises:
        KeyError: a marker names no table.
    """
    text = _BLOCK.sub(lambda found: f"{found[1]}\n{table(found['name'])}\n\n{found[3]}", text)
    return _PUBLISHED.sub(lambda found: f"{found[1]}\n{published_options.table()}\n\n{found[2]}", text)


def table(name: str) -> str:
    """Return the Markdown table of a command's options, in the order in which they are declared."""
    prefix = "--slurm-" if TABLES[name] is SlurmOptions else "--"
    rows = ["| option | default | meaning |", "|---|---|---|"]
    rows += [_row(part, prefix) for part in fields(TABLES[name])]
    return "\n".join(rows)


def _row(part: Field, prefix: str) -> str:
    flag = prefix + part.flag.removeprefix("--")
    value = part.option.metavar
    name = f"`{flag}={value}`" if value else f"`{flag}`"
    meaning = " ".join(sentence for sentence in (part.option.help, _allowed(part)) if sentence)
    return f"| {_cell(name)} | {_cell(_default(part))} | {_cell(meaning)} |"


def _default(part: Field) -> str:
    if part.required:
        return "required"
    return "" if part.default in (None, ()) else f"`{write(part.default)}`"


def _allowed(part: Field) -> str:
    """Return the allowed values as a sentence; empty where the type says all."""
    declared = part.option
    if declared.choices:
        return f"One of {', '.join(f'`{choice}`' for choice in declared.choices)}."
    if declared.low is not None and declared.high is not None:
        return f"{declared.low:g} to {declared.high:g}."
    if declared.low is not None:
        return f"At least {declared.low:g}."
    return "" if declared.high is None else f"At most {declared.high:g}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@click.command(help=(__doc__ or "").partition("\n")[0])
@click.option("--check", is_flag=True, help="Write nothing; exit with status 1 if a table is not as the specs say.")
def main(check: bool) -> None:
    """Write the tables, or compare them."""
    stale = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        if (new := rewrite(text)) != text:
            stale.append(path)
            if not check:
                path.write_text(new, encoding="utf-8")
    for path in stale:
        click.echo(f"{path.relative_to(ROOT)} {'differs from the specs' if check else 'was written'}")
    if check and stale:
        raise click.ClickException("Run `python -m tools.command_docs`.")


if __name__ == "__main__":
    main()
