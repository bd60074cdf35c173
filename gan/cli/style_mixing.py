"""`style-mixing`: the grid of figure 3."""

from pathlib import Path

from foundation.specs.click_options import describe
from foundation.specs.pictures import MixingSpec
from gan.cli.command import command as make
from gan.cli.opening import chosen_label, open_generator
from gan.cli.progress import progress
from gan.figures import mixing_figure
from gan.images import RenderOptions


@make(MixingSpec, "style-mixing", json_progress=True)
def command(spec: MixingSpec) -> None:
    """Write each cell as `<row>-<col>.png` and the whole grid as `grid.png`."""
    G = open_generator(spec)
    with progress("Pictures") as report:
        figure = mixing_figure(
            G,
            spec.rows,
            spec.cols,
            spec.styles,
            psi=spec.trunc,
            label=chosen_label(spec),
            cutoff=spec.trunc_cutoff,
            options=RenderOptions(noise_mode=spec.noise_mode),
            progress=report,
        )
    figure.save(Path(spec.outdir), text={"Software": "StyleScope", "Comment": describe(spec, "style-mixing")})
