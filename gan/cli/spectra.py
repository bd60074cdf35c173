"""`spectra stats|calc|heatmap|slices`: power spectra of datasets and networks."""

from pathlib import Path

import click

from foundation.specs.spectra import CalcSpec, HeatmapSpec, SlicesSpec, StatsSpec
from gan.analysis import average_spectra, spectra_figures
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
    click.echo(f"Spectrum of {spectrum.count} pictures: {spec.dest}")


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


command = click.Group(
    "spectra",
    commands=[_stats, _calc, _heatmap, _slices],
    help="Power spectra of datasets and networks, averaged over many pictures: stats, then calc, then the drawings.",
)
