"""`noise-figures`: what noise does to pixels, and in which layers."""

from pathlib import Path

from gan.cli.command import command as make
from gan.cli.opening import open_generator
from gan.cli.progress import progress
from gan.figures import noise_bands_figure, noise_variation_figure
from training_launcher.command_options import describe
from training_launcher.specs.pictures import NoiseFiguresSpec


@make(NoiseFiguresSpec, "noise-figures")
def command(spec: NoiseFiguresSpec) -> None:
    """Figure 4 becomes `variation.png`, figure 5 `bands.png`, each with its single pictures."""
    G = open_generator(spec)
    text = {"Software": "StyleScope", "Comment": describe(spec, "noise-figures")}
    with progress("Noise in all, no, fine, coarse layers") as report:
        bands = noise_bands_figure(G, spec.seeds, psi=spec.trunc, label=spec.label, progress=report)
    bands.save(Path(spec.outdir), "bands", text)
    with progress("Realisations") as report:
        variation = noise_variation_figure(
            G, spec.seeds, realisations=spec.realisations, psi=spec.trunc, label=spec.label, progress=report
        )
    variation.save(Path(spec.outdir), "variation", text)
