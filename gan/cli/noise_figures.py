"""`noise-figures`: the effect of noise on pixels, by layer."""

from pathlib import Path

from foundation.specs.click_options import describe
from foundation.specs.pictures import NoiseFiguresSpec
from gan.cli.command import command as make
from gan.cli.opening import chosen_label, open_generator
from gan.cli.progress import progress
from gan.figures import noise_bands_figure, noise_variation_figure
from gan.figures.noise import BANDS


@make(NoiseFiguresSpec, "noise-figures", json_progress=True)
def command(spec: NoiseFiguresSpec) -> None:
    """Write figure 4 as `variation.png` and figure 5 as `bands.png`, and their images as separate files."""
    G = open_generator(spec)
    text = {"Software": "StyleScope", "Comment": describe(spec, "noise-figures")}
    of_bands = len(spec.seeds) * len(BANDS)
    total = of_bands + len(spec.seeds) * spec.realisations
    with progress("Pictures") as report:
        bands = noise_bands_figure(
            G,
            spec.seeds,
            psi=spec.trunc,
            label=chosen_label(spec),
            cutoff=spec.trunc_cutoff,
            progress=lambda done, _: report(done, total),
        )
        bands.save(Path(spec.outdir), "bands", text)
        variation = noise_variation_figure(
            G,
            spec.seeds,
            realisations=spec.realisations,
            psi=spec.trunc,
            label=chosen_label(spec),
            cutoff=spec.trunc_cutoff,
            progress=lambda done, _: report(of_bands + done, total),
        )
    variation.save(Path(spec.outdir), "variation", text)
