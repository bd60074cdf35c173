"""Figures of the noise inputs' effect (arXiv 1812.04948, section 3.2 and figures 4 and 5)."""

import re
from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import torch

from foundation.statistics import PixelDeviation
from gan.figures.figure import Figure, Progress, silent
from gan.images import ImageArray, Label, RenderOptions, grid, render, styles
from gan.networks.noise import NoiseSetting
from gan.networks.protocol import Generator

Band = Literal["all", "none", "fine", "coarse"]
BANDS: tuple[Band, ...] = get_args(Band)
"""Layers with noise, in the order of the paper's figure 5."""

COARSE_RESOLUTION = 32
"""Maximum resolution of coarse layers, 4^2 to 32^2; fine ones are 64^2 and up."""


def band_noise(noise_layers: Sequence[str], band: Band, seed: int | None = None) -> dict[str, NoiseSetting]:
    """Noise in one band of layers only, as the synthesis networks' `noise` argument takes it.

    Args:
        noise_layers: The network's noise layers, whose names contain their resolution (`b64.conv0`).
        band: Layers that keep their noise.
        seed: Seed of the noise; None for the stored images.
    """
    settings = {}
    for name in noise_layers:
        found = re.match(r"b(\d+)\.", name)
        coarse = found is not None and int(found[1]) <= COARSE_RESOLUTION
        on = band == "all" or (band == "coarse" and coarse) or (band == "fine" and not coarse)
        settings[name] = (on, 1.0, seed)
    return settings


def deviation(
    G: Generator,
    ws: torch.Tensor,
    realisations: int,
    step: Callable[[int, ImageArray, PixelDeviation], None] | None = None,
) -> PixelDeviation:
    """Render ws [num_ws, w_dim] with the noise of seeds 0, 1, ... and sum up how much each pixel varies.

    `step(i, picture, deviation)` is called after each one, so that a caller can show what there is; what it raises
    ends the work. Raises ValueError where the network has no noise.
    """
    layers = _noisy(G)
    result = PixelDeviation()
    for i in range(realisations):
        image = render(G, ws, RenderOptions(noise=band_noise(layers, "all", i)))
        result.add(image)
        if step is not None:
            step(i, image, result)
    return result


def noise_variation_figure(
    G: Generator,
    seeds: Sequence[int],
    *,
    realisations: int = 100,
    shown: int = 4,
    psi: float = 1.0,
    label: Label | None = None,
    cutoff: int | None = None,
    progress: Progress = silent,
) -> Figure:
    """Figure 4: for each seed some realisations of the noise, and the standard deviation of each pixel over many.

    Images are called `seed0000-noise0` and `seed0000-std`; the deviation's brightest pixel is white, and its numbers
    are in `arrays`.

    Args:
        G: A generator with noise.
        seeds: One for each row.
        realisations: How many the deviation is taken over.
        shown: How many of them are shown.
        psi: Truncation.
        label: The class of all; None for that of each seed.
        cutoff: Number of leading layers to truncate; None for all.
        progress: Called after every image.

    Raises:
        ValueError: the network has no noise, or no such class.
    """
    shown = min(shown, realisations)
    images: dict[str, ImageArray] = {}
    arrays: dict[str, npt.NDArray[np.float64]] = {}
    for row, seed in enumerate(seeds):

        def step(i: int, image: ImageArray, _: PixelDeviation, row: int = row, seed: int = seed) -> None:
            if i < shown:
                images[f"seed{seed:04d}-noise{i}"] = image
            progress(row * realisations + i + 1, len(seeds) * realisations)

        name = f"seed{seed:04d}-std"
        arrays[name] = deviation(G, styles(G, [seed], psi=psi, label=label, cutoff=cutoff)[0], realisations, step).std
        images[name] = _heat(arrays[name])
    return Figure(grid(images.values(), shown + 1), images, arrays)


def noise_bands_figure(
    G: Generator,
    seeds: Sequence[int],
    *,
    psi: float = 1.0,
    label: Label | None = None,
    cutoff: int | None = None,
    progress: Progress = silent,
) -> Figure:
    """Figure 5: for each seed the stored noise in all layers, in none, in the fine and in the coarse ones.

    Images are called `seed0000-all`, `-none`, `-fine`, `-coarse`. Arguments and errors as in
    `noise_variation_figure`.
    """
    layers = _noisy(G)
    images: dict[str, ImageArray] = {}
    for seed in seeds:
        ws = styles(G, [seed], psi=psi, label=label, cutoff=cutoff)[0]
        for band in BANDS:
            images[f"seed{seed:04d}-{band}"] = render(G, ws, RenderOptions(noise=band_noise(layers, band)))
            progress(len(images), len(seeds) * len(BANDS))
    return Figure(grid(images.values(), len(BANDS)), images)


def _noisy(G: Generator) -> tuple[str, ...]:
    layers: tuple[str, ...] = G.synthesis.noise_layers
    if not layers:
        raise ValueError("This network has no noise inputs, so there is nothing to see; take a StyleGAN or StyleGAN2.")
    return layers


def _heat(std: npt.NDArray[np.float64]) -> ImageArray:
    """[H, W] -> grey uint8 [H, W, 3], the largest value white."""
    levels = np.rint(255 * std / max(float(std.max()), 1e-12)).astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=-1)
