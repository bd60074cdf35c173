"""Films that walk from seed to seed: which seeds each cell visits, and the frames."""

from collections.abc import Iterator, Sequence

import numpy as np

from gan.animation.walks import Walk
from gan.edits.directions import Direction, apply
from gan.images import PLAIN, ImageArray, RenderOptions, grid, render
from gan.networks.protocol import Generator


def keyframe_seeds(
    seeds: Sequence[int], cells: int, num_keyframes: int | None = None, shuffle_seed: int | None = None
) -> list[list[int]]:
    """The seeds of each cell's keyframes, as the published tool deals them out: [cells][num_keyframes].

    One cell after the other takes its seeds from the list, which starts again when it is used up.

    Args:
        seeds: The list.
        cells: How many walks there are side by side.
        num_keyframes: Of each cell; None shares the seeds out evenly.
        shuffle_seed: Of numpy's RandomState that shuffles all keyframes; None leaves the order.

    Raises:
        ValueError: there are no seeds, or they cannot be shared out evenly.
    """
    if not seeds:
        raise ValueError("A film needs seeds, as in 0-7.")
    if num_keyframes is None:
        if len(seeds) % cells:
            raise ValueError(
                f"{len(seeds)} seeds cannot be shared out evenly among {cells} cells; give another number of seeds, "
                "or the number of keyframes."
            )
        num_keyframes = len(seeds) // cells
    dealt = np.array([seeds[i % len(seeds)] for i in range(cells * num_keyframes)])
    if shuffle_seed is not None:
        np.random.RandomState(shuffle_seed % 2**32).shuffle(dealt)
    return [[int(seed) for seed in row] for row in dealt.reshape(cells, num_keyframes)]


def frames(
    G: Generator,
    walks: Sequence[Walk],
    columns: int,
    times: Sequence[float],
    directions: Sequence[Direction] = (),
    options: RenderOptions = PLAIN,
) -> Iterator[ImageArray]:
    """The frame of each time: the walks' images at that time, in rows of `columns`.

    Args:
        G: A generator.
        walks: One for each cell.
        columns: Cells in a row.
        times: In the unit of the walks' times.
        directions: Gone along everywhere.
        drawing: See `RenderOptions`.
    """
    for t in times:
        yield grid([render(G, apply(walk.at(t), directions), options) for walk in walks], columns)
