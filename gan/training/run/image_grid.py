"""Image grids of a run: real images, and images of fixed latents at every snapshot."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gan.data import ImageSource
from gan.data.reader import Bytes
from gan.display import to_rgba8
from gan.images import grid

_WIDE, _HIGH = 1920, 1080
"""Approximate size of a grid in pixels."""


@dataclass(frozen=True)
class GridPlan:
    """Contents of the grids: in a conditional run each row is of one class."""

    columns: int
    """Images in a row."""
    indices: tuple[int, ...]
    """The real images, row by row."""
    z: Tensor
    """Latents [N, z_dim]."""
    c: Tensor
    """Labels [N, c_dim]: those of the real images."""


def plan_grid(source: ImageSource, z_dim: int, seed: int) -> GridPlan:
    """Choose the contents of the grids, as a function of dataset and seed."""
    _, height, width = source.shape
    columns = int(np.clip(_WIDE // width, 4, 16))
    rows = int(np.clip(_HIGH // height, 3, 9))
    random = np.random.default_rng(seed)
    order = random.permutation(len(source)).tolist()
    if source.label_dim == 0:
        indices = [order[i % len(order)] for i in range(rows * columns)]
    else:
        indices = _rows_of_classes(source.labels(order), order, rows, columns)
    z = torch.from_numpy(random.standard_normal((len(indices), z_dim))).to(torch.float32)
    return GridPlan(columns, tuple(indices), z, torch.from_numpy(source.labels(indices)))


def _rows_of_classes(labels: npt.NDArray[np.float32], order: list[int], rows: int, columns: int) -> list[int]:
    kinds, kind_of = np.unique(labels, axis=0, return_inverse=True)
    indices: list[int] = []
    for row in range(rows):
        members = np.flatnonzero(kind_of.reshape(-1) == row % len(kinds))
        turn = row // len(kinds) * columns
        indices += [order[members[(turn + i) % len(members)]] for i in range(columns)]
    return indices


def real_grid(source: ImageSource, plan: GridPlan) -> Bytes:
    """Return the grid of real images, uint8 [H, W, 3]."""
    return grid([_rgb(image) for image in source.images(plan.indices)], plan.columns)


def fake_grid(images: Tensor, plan: GridPlan) -> Bytes:
    """Arrange generated images [N, C, H, W], about -1..1, in a grid, uint8 [H, W, 3]."""
    return grid([np.ascontiguousarray(to_rgba8(image)[..., :3]) for image in images], plan.columns)


def _rgb(image: Bytes) -> Bytes:
    """Convert [C, H, W] to [H, W, 3]: one or two channels are grey; of more, the first three are shown."""
    shown = image[:3] if len(image) >= 3 else image[:1].repeat(3, axis=0)
    return np.ascontiguousarray(shown.transpose(1, 2, 0))
