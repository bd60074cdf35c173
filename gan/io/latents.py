"""Latents in files: `.npz` with the array `w`, as the published projector writes them, `.npy`, or tensors of torch."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import arrays
from foundation.arrays import LATENT_KEY, Floats

if TYPE_CHECKING:
    import torch

KEY = LATENT_KEY
"""The name of the array in `.npz` files."""


def save_latents(path: str | Path, ws: "torch.Tensor | npt.NDArray[np.floating]") -> None:
    """Write ws [N, num_ws, w_dim] or [num_ws, w_dim] (then N is 1) as float32: `.npz` with the key `w`, or `.npy`.

    Raises:
        ValueError: another shape, or another kind of file.
        OSError: the file cannot be written.
    """
    arrays.save_latents(Path(path), ws if isinstance(ws, np.ndarray) else ws.detach().cpu().numpy())


def load_latents(path: str | Path, num_ws: int, w_dim: int) -> Floats:
    """The latents of a file that fits a network: float32 [N, num_ws, w_dim].

    Accepted shapes: [w_dim] (then every layer gets it), [num_ws, w_dim], [N, num_ws, w_dim] and [N, 1, w_dim].

    Raises:
        ValueError: the file is no numpy file, or has another shape; the message says what the network has.
        OSError: it cannot be read.
    """
    try:
        array = arrays.read_floats(path, KEY)
    except ValueError as error:
        raise ValueError(f"{path} {error}.") from error
    ws = arrays.latents_of(array)
    if ws is None or ws.shape[1] not in (1, num_ws) or ws.shape[2] != w_dim:
        raise ValueError(
            f"{path} has the shape {list(array.shape)}, but this network's latents have [{num_ws}, {w_dim}] "
            f"or [{w_dim}]; choose a file made with a network of the same size."
        )
    return np.array(np.broadcast_to(ws, (len(ws), num_ws, w_dim)))
