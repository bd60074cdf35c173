"""The truncation trick (arXiv 1812.04948, appendix B and figure 8)."""

from collections.abc import Sequence

from gan.figures.figure import Figure, Progress, silent
from gan.images import PLAIN, ImageArray, Label, RenderOptions, grid, render, styles
from gan.networks.protocol import Generator


def truncation_figure(
    G: Generator,
    seeds: Sequence[int],
    psis: Sequence[float],
    *,
    label: Label | None = None,
    cutoff: int | None = None,
    options: RenderOptions = PLAIN,
    progress: Progress = silent,
) -> Figure:
    """Figure 8: a row for each seed, a column for each psi: 1 is the seed itself, 0 the mean, -1 its opposite.

    Images are called `seed0000-psi0.7`.

    Args:
        G: A generator that keeps a mean of w.
        seeds: One for each row.
        psis: One for each column.
        label: The class of all; None for that of each seed.
        cutoff: Number of leading layers to truncate; None for all.
        drawing: See `RenderOptions`.
        progress: Called after every image.

    Raises:
        ValueError: no seeds, no psi, no such class, or a network that keeps no mean.
    """
    if not psis:
        raise ValueError("The figure needs at least one psi, as in 1,0.7,0.")
    images: dict[str, ImageArray] = {}
    cells = []
    for seed in seeds:
        for psi in psis:
            cells.append(render(G, styles(G, [seed], psi=psi, label=label, cutoff=cutoff)[0], options))
            images[f"seed{seed:04d}-psi{psi:g}"] = cells[-1]
            progress(len(cells), len(seeds) * len(psis))
    return Figure(grid(cells, len(psis)), images)
