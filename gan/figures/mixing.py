"""Style mixing (arXiv 1812.04948, section 3.1 and figure 3): some layers take the styles of another image."""

from collections.abc import Sequence

import numpy as np
import torch

from gan.figures.figure import Figure, Progress, silent
from gan.images import PLAIN, ImageArray, Label, RenderOptions, grid, render, styles
from gan.networks.protocol import Generator


def mix(ws: torch.Tensor, source: torch.Tensor, layers: Sequence[int]) -> torch.Tensor:
    """ws [..., num_ws, w_dim] with the vectors of `source`, of the same shape, in the given layers.

    Raises ValueError where there is no such layer.
    """
    num_ws = ws.shape[-2]
    beyond = [layer for layer in layers if not 0 <= layer < num_ws]
    if beyond:
        raise ValueError(f"There is no layer {beyond[0]} to mix: this network's are 0-{num_ws - 1}.")
    mixed = ws.clone()
    mixed[..., list(layers), :] = source[..., list(layers), :]
    return mixed


def mixing_figure(
    G: Generator,
    rows: Sequence[int],
    cols: Sequence[int],
    layers: Sequence[int],
    *,
    psi: float = 1.0,
    label: Label | None = None,
    cutoff: int | None = None,
    options: RenderOptions = PLAIN,
    progress: Progress = silent,
) -> Figure:
    """Figure 3: each cell is its row's image with its column's styles in `layers`.

    The grid has the rows' own images in its first column and the columns' in its first row. Images are called
    `<row>-<col>`; the sources on their own have the same seed twice.

    Args:
        G: A generator.
        rows: Seeds, one for each row.
        cols: Seeds, one for each column.
        layers: Indices of the w vectors that come from the columns.
        psi: Truncation.
        label: The class of all; None for that of each seed.
        cutoff: Number of leading layers to truncate; None for all.
        drawing: See `RenderOptions`.
        progress: Called after every image.

    Raises:
        ValueError: no seeds, or no such layer or class.
    """
    seeds = list(dict.fromkeys([*rows, *cols]))
    if not rows or not cols:
        raise ValueError("Style mixing needs a seed for each row and for each column.")
    ws = dict(zip(seeds, styles(G, seeds, psi=psi, label=label, cutoff=cutoff), strict=True))
    wanted = {f"{seed}-{seed}": ws[seed] for seed in seeds}
    for row in rows:
        for col in cols:
            wanted.setdefault(f"{row}-{col}", mix(ws[row], ws[col], layers))
    images: dict[str, ImageArray] = {}
    for name, styled in wanted.items():
        images[name] = render(G, styled, options, len(images))
        progress(len(images), len(wanted))
    corner = np.zeros_like(next(iter(images.values())))
    cells = [corner, *(images[f"{col}-{col}"] for col in cols)]
    for row in rows:
        cells += [images[f"{row}-{row}"], *(images[f"{row}-{col}"] for col in cols)]
    return Figure(grid(cells, 1 + len(cols)), images)
