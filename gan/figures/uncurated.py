"""Figures 2 and 10 to 12 of the StyleGAN paper: many images of one network, without choosing, in several sizes."""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from gan.figures.figure import Figure, Progress, silent
from gan.images import PLAIN, ImageArray, Label, RenderOptions, condition_of, device_of, label_of, render
from gan.networks.protocol import Generator


def uncurated_figure(
    G: Generator,
    lods: Sequence[int],
    *,
    rows: int = 3,
    seed: int = 5,
    psi: float = 1.0,
    cutoff: int | None = None,
    label: Label | None = None,
    crop: tuple[int, int, int, int] | None = None,
    options: RenderOptions = PLAIN,
    progress: Progress = silent,
) -> Figure:
    """Columns of images, each in a size of its own: a level of detail of n means a size divided by 2^n.

    A column of level n holds `rows` x 2^n images, so that all columns are equally high. The images are those of
    consecutive latents of one random state, column after column from top to bottom, and called `image0000`, ...

    Args:
        G: A generator.
        lods: Level of detail of each column.
        rows: Images in a column of level 0.
        seed: Seed of the random state.
        psi: Truncation.
        cutoff: Number of leading layers to truncate; None for all.
        label: The class of all; None for the random state's own choice.
        crop: Left, top, width and height of the shown part of each image, in pixels; None for all of it.
        options: See `RenderOptions`.
        progress: Called after every image.

    Raises:
        ValueError: no columns, a part that the images do not have, or one that cannot be divided that often.
    """
    whole_height, whole_width = G.img_size
    left, top, width, height = crop or (0, 0, whole_width, whole_height)
    if not lods or min(lods) < 0:
        raise ValueError("The figure needs a level of detail of at least 0 for each column, as in 0,1,2,2.")
    if left < 0 or top < 0 or left + width > whole_width or top + height > whole_height:
        raise ValueError(f"The part to show must lie within {whole_width}x{whole_height} pixels.")
    if width % 2 ** max(lods) or height % 2 ** max(lods):
        raise ValueError(f"{width}x{height} pixels cannot be halved {max(lods)} times: give lower levels of detail.")
    count = rows * sum(2**lod for lod in lods)
    latents = _latents(G, count, seed, label)
    images: dict[str, ImageArray] = {}
    columns = []
    for lod in lods:
        cells = []
        for _ in range(rows * 2**lod):
            z, c = (None if part is None else part[len(images), None] for part in latents)
            ws = G.mapping(z, c, truncation_psi=psi, truncation_cutoff=cutoff)[0]
            whole = render(G, ws, options, len(images))
            part = np.ascontiguousarray(whole[top : top + height, left : left + width])
            images[f"image{len(images):04d}"] = part
            size = (width // 2**lod, height // 2**lod)
            cells.append(np.asarray(Image.fromarray(part).resize(size, Image.Resampling.LANCZOS)))
            progress(len(images), count)
        columns.append(np.concatenate(cells))
    return Figure(np.concatenate(columns, axis=1), images)


def _latents(
    G: Generator, count: int, seed: int, label: Label | None
) -> tuple[torch.Tensor | None, torch.Tensor | None]:
    random = np.random.RandomState(seed % 2**32)
    device = device_of(G)
    z = torch.from_numpy(random.randn(count, G.z_dim)).float().to(device) if G.z_dim else None
    if not G.c_dim:
        return z, None
    if isinstance(label, tuple):
        return z, condition_of(G, label_of(G, seed, label) or label).to(device).expand(count, -1)
    chosen = random.randint(G.c_dim, size=count) if label is None else np.full(count, label)
    if not 0 <= int(chosen.max()) < G.c_dim:
        raise ValueError(f"There is no class {label}: this network's are 0-{G.c_dim - 1}.")
    return z, torch.nn.functional.one_hot(torch.from_numpy(chosen.astype(np.int64)), G.c_dim).float().to(device)
