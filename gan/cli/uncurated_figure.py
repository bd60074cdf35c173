"""`uncurated-figure`: many images of a network, in several sizes."""

from pathlib import Path

from foundation.specs.click_options import describe
from foundation.specs.pictures import UncuratedFigureSpec
from gan.cli.command import command as make
from gan.cli.opening import chosen_label, open_generator
from gan.cli.progress import progress
from gan.figures import uncurated_figure


@make(UncuratedFigureSpec, "uncurated-figure", json_progress=True)
def command(spec: UncuratedFigureSpec) -> None:
    """Write each image as `image0000.png` and the whole figure as `grid.png`."""
    G = open_generator(spec)
    crop = (spec.crop[0], spec.crop[1], spec.crop[2], spec.crop[3]) if spec.crop else None
    with progress("Pictures") as report:
        figure = uncurated_figure(
            G,
            spec.lods,
            rows=spec.rows,
            seed=spec.seed,
            psi=spec.trunc,
            cutoff=spec.trunc_cutoff,
            label=chosen_label(spec),
            crop=crop,
            progress=report,
        )
    figure.save(Path(spec.outdir), text={"Software": "StyleScope", "Comment": describe(spec, "uncurated-figure")})
