"""Mixing grid (arXiv 1812.04948, figure 3): the styles on both axes, and the images of the cells."""

from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderer.document.document import Document, Swatch, request_for
from renderer.ipc.protocol import Display, ModelInfo, RenderRequest
from viz.mixing.selection import lay
from viz.state.bands import bands_of
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.state.swatches import of_seed, opened, seeds_of

ROWS, COLUMNS = "85,100,75,458,1500", "55,821,1789,293"
"""Default seeds of the axes without shelf or typed seeds, as in the style mixing command line."""
MOST = 10
"""Maximum number of styles on each axis."""
SETS = ("Coarse", "Middle", "Fine", "All", "Picked")
"""Sets of layers that cells take from the column's style."""

RGBA = NDArray[np.uint8]


class Cell(NamedTuple):
    """One image of the grid."""

    document: Document
    request: RenderRequest
    name: str


class Table(NamedTuple):
    """The whole grid; styles A label the rows, styles B the columns."""

    a: tuple[Cell, ...]
    b: tuple[Cell, ...]
    cells: tuple[tuple[Cell, ...], ...]
    """Cells by row, each row as long as `b`."""

    def pictures(self) -> list[list[Cell | None]]:
        """Return all images by row, axes included; None in the corner."""
        top: list[Cell | None] = [None, *self.b]
        rows: list[list[Cell | None]] = [[side, *row] for side, row in zip(self.a, self.cells, strict=True)]
        return [top, *rows]


@dataclass
class _Made:
    """Last table, and its inputs."""

    source: tuple[object, ...] = ()
    table: Table | None = None
    stamp: int = 0
    """Number that changes with each table: comparing all of its numbers would take longer than drawing it."""


def current_table(scene: Scene, facts: Facts, picked: tuple[int, ...], held: bool) -> tuple[Table, int]:
    """Return the grid for the scene, and a number that identifies it.

    Args:
        scene: Source of the document and the grid settings.
        facts: Source of the network, which must not be None.
        picked: The selected layers.
        held: True during drags and motion, which keep the last grid of the same network.
    """
    made, grid, document, device = (
        facts.scratch.get(_Made),
        scene.interaction.grid,
        scene.document,
        scene.settings.device,
    )
    assert facts.model is not None
    source = (document, facts.model, picked, device, grid.rows, grid.columns, grid.taken)
    if made.table is None or made.source[1] is not facts.model or (source != made.source and not held):
        ws = taken_ws(facts.model, grid.taken, picked)
        a, b = (axis(text, document, usual) for text, usual in ((grid.rows, ROWS), (grid.columns, COLUMNS)))
        made.source, made.table = source, table(document, facts.model.num_ws, a, b, ws, device)
        made.stamp += 1
    return made.table, made.stamp


def axis(text: str, document: Document, usual: str) -> tuple[Swatch, ...]:
    """Return the styles of one axis: typed seeds, else the shelf, else the default seeds. Invalid text is ignored."""
    latent = document.latent
    try:
        seeds = seeds_of(text) if text.strip() else ()
    except ValueError:
        seeds = ()
    if not seeds and document.shelf:
        return document.shelf[:MOST]
    return tuple(of_seed(seed, latent) for seed in (seeds or seeds_of(usual))[:MOST])


def problem(text: str) -> str:
    """Return why the seeds of an axis are invalid; empty if they are valid."""
    try:
        many = len(seeds_of(text)) if text.strip() else 0
    except ValueError as error:
        return str(error)
    return f"A side has {MOST} styles at most; the rest is left out." if many > MOST else ""


def taken_ws(model: ModelInfo, taken: int, picked: tuple[int, ...]) -> tuple[int, ...]:
    """Return the w vectors that cells take from B; see `SETS`."""
    bands = bands_of(model)
    if taken < len(bands):
        return tuple(bands[taken].ws)
    return tuple(range(model.num_ws)) if taken == len(bands) else picked


def table(
    document: Document, num_ws: int, a: tuple[Swatch, ...], b: tuple[Swatch, ...], ws: tuple[int, ...], device: str
) -> Table:
    """Return all cells: row i, column j is style A_i with w vectors `ws` of style B_j; the rest is the document's."""
    cell = partial(_cell, device=device)
    first = [opened(document, swatch, num_ws) for swatch in a]
    rows = [
        tuple(
            cell(replace(base, mixing=lay(base.mixing, ws, other)), f"{swatch.name} with {other.name}") for other in b
        )
        for swatch, base in zip(a, first, strict=True)
    ]
    return Table(
        tuple(cell(base, swatch.name) for swatch, base in zip(a, first, strict=True)),
        tuple(cell(opened(document, swatch, num_ws), swatch.name) for swatch in b),
        tuple(rows),
    )


def _cell(document: Document, name: str, device: str) -> Cell:
    return Cell(document, request_for(document, Display(), device, 0), name)


def composed(pictures: list[list[RGBA | None]]) -> RGBA:
    """Return one image of all cells, without gaps; missing cells are white."""
    height, width = next(one for row in pictures for one in row if one is not None).shape[:2]
    whole = np.full((len(pictures) * height, len(pictures[0]) * width, 4), 255, np.uint8)
    for i, row in enumerate(pictures):
        for j, one in enumerate(row):
            if one is not None:
                whole[i * height : (i + 1) * height, j * width : (j + 1) * width] = one
    return whole
