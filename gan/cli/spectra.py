"""`spectra stats|calc|heatmap|slices|radial`: power spectra of datasets and networks."""

from pathlib import Path

import click

from foundation.files import replacing
from foundation.specs.spectra import CalcSpec, HeatmapSpec, RadialSpec, SlicesSpec, StatsSpec
from foundation.words import counted
from gan.analysis import average_spectra, spectra_figures
from gan.analysis.radial import compared_spectra
from gan.cli.command import command as make
from gan.cli.progress import steps


@make(StatsSpec, "stats")
def _stats(spec: StatsSpec) -> None:
    """Print the statistics as options of `calc`."""
    images = average_spectra.open_images(spec.source, spec.num, spec.seed, spec.device)
    with steps() as tell:
        mean, std = average_spectra.statistics(images.each(), lambda done: tell("Pictures", done, images.count))
    click.echo(f"--mean={mean:g} --std={std:g}")


@make(CalcSpec, "calc")
def _calc(spec: CalcSpec) -> None:
    """Compute the spectrum and print the path of its file."""
    images = average_spectra.open_images(spec.source, spec.num, spec.seed, spec.device)
    with steps() as tell:
        spectrum = average_spectra.average_spectrum(
            images,
            spec.mean,
            spec.std,
            spec.beta,
            spec.interp,
            lambda done: tell("Pictures", done, images.count),
        )
    average_spectra.save(spectrum, Path(spec.dest))
    click.echo(f"Spectrum of {counted(spectrum.count, 'picture')}: {spec.dest}")


@make(HeatmapSpec, "heatmap")
def _heatmap(spec: HeatmapSpec) -> None:
    spectra_figures.heatmap(
        average_spectra.load(Path(spec.source)), None if spec.save is None else Path(spec.save), spec.dpi, spec.smooth
    )


@make(SlicesSpec, "slices")
def _slices(spec: SlicesSpec) -> None:
    spectra = {Path(file).stem: average_spectra.load(Path(file)) for file in spec.source}
    if len(spectra) < len(spec.source):
        raise ValueError(
            "Two of the spectra have the same file name, which tells them apart in the drawing: rename one."
        )
    spectra_figures.curves(spectra, None if spec.save is None else Path(spec.save), spec.dpi, spec.smooth)


@make(RadialSpec, "radial")
def _radial(spec: RadialSpec) -> None:
    """Print where they differ most, and on average."""
    found = compared_spectra(*(average_spectra.load(Path(file)) for file in (spec.network, spec.dataset)))
    at = found.largest
    click.echo(f"Differs most {found.difference[at]:+.2f} dB at {found.frequency[at]:.3f} cycles/pixel")
    click.echo(f"On average {found.average:.2f} dB")
    if spec.csv is not None:
        names = "cycles_per_pixel,network_db,dataset_db,difference_db"
        rows = zip(found.frequency, found.network, found.dataset, found.difference, strict=True)
        lines = [names, *(",".join(f"{value:.9g}" for value in row) for row in rows)]
        with replacing(Path(spec.csv)) as part:
            part.write_text("\n".join(lines) + "\n", encoding="utf-8")


command = click.Group(
    "spectra",
    commands=[_stats, _calc, _heatmap, _slices, _radial],
    help="Power spectra of datasets and networks, averaged over many pictures: stats, then calc, then the others.",
)
