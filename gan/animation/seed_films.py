"""Films that interpolate between seeds: the keyframe seeds of each cell, and the frames."""

from collections.abc import Iterator, Sequence

import numpy as np

from foundation.specs.formats import CHECKERBOARD
from foundation.transparency import over
from gan.animation.walks import Walk
from gan.edits.directions import Direction, apply
from gan.images import PLAIN, ImageArray, RenderOptions, grid, render
from gan.networks.protocol import Generator


def keyframe_seeds(
    seeds: Sequence[int], cells: int, num_keyframes: int | None = None, shuffle_seed: int | None = None
) -> list[list[int]]:
    """Assign seeds to each cell's keyframes as in the published tool: [cells][num_keyframes].

    The cells take their seeds from the list in turn, starting over at its end.

    Args:
        seeds: The list.
        cells: Number of walks side by side.
        num_keyframes: Keyframes of each cell; None divides the seeds evenly.
        shuffle_seed: Seed of numpy's RandomState that shuffles all keyframes; None keeps the order.

    Raises:
        ValueError: there are no seeds, or they cannot be divided evenly.
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
    background: str | None = CHECKERBOARD,
) -> Iterator[ImageArray]:
    """The frame of each time: the walks' images at that time, in rows of `columns`.

    Args:
        G: A generator.
        walks: One for each cell.
        columns: Cells in a row.
        times: In the unit of the walks' times.
        directions: Directions applied to every frame.
        options: See `RenderOptions`.
        background: Of images with transparency, as in `transparency.over`; None keeps the transparency.
    """
    for t in times:
        cells = [render(G, apply(walk.at(t), directions), options) for walk in walks]
        whole = grid(cells, columns)
        yield whole if background is None else over(whole, background)
