"""`truncation-figure`: from an image through the mean to its opposite."""

from pathlib import Path

from foundation.specs.click_options import describe
from foundation.specs.pictures import TruncationFigureSpec
from gan.cli.command import command as make
from gan.cli.opening import chosen_label, open_generator
from gan.cli.progress import progress
from gan.figures import truncation_figure


@make(TruncationFigureSpec, "truncation-figure", json_progress=True)
def command(spec: TruncationFigureSpec) -> None:
    """Write each cell as `seed0000-psi0.7.png` and the whole grid as `grid.png`."""
    G = open_generator(spec)
    with progress("Pictures") as report:
        figure = truncation_figure(
            G, spec.seeds, spec.psis, label=chosen_label(spec), cutoff=spec.trunc_cutoff, progress=report
        )
    figure.save(Path(spec.outdir), text={"Software": "StyleScope", "Comment": describe(spec, "truncation-figure")})
