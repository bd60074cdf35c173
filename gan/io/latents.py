"""Latents in files, as the published projector writes them: `.npz` with the array `w`, or plain `.npy`."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gan.io.arrays import Floats, read_floats
from gan.io.atomic import replacing

if TYPE_CHECKING:
    import torch

KEY = "w"
"""The name of the array in `.npz` files."""


def save_latents(path: str | Path, ws: "torch.Tensor | npt.NDArray[np.floating]") -> None:
    """Write ws [N, num_ws, w_dim] or [num_ws, w_dim] (then N is 1) as float32: `.npz` with the key `w`, or `.npy`.

    Raises:
        ValueError: another shape, or another kind of file.
        OSError: the file cannot be written.
    """
    path = Path(path)
    array = np.asarray(ws if isinstance(ws, np.ndarray) else ws.detach().cpu(), dtype=np.float32)
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3:
        raise ValueError(f"Latents have the shape [N, num_ws, w_dim], not {list(array.shape)}.")
    if path.suffix not in (".npz", ".npy"):
        raise ValueError(f"Latents are saved as .npz or .npy, not as {path.name}; give the file one of these endings.")
    with replacing(path) as part, part.open("wb") as file:
        if path.suffix == ".npz":
            np.savez(file, w=array)
        else:
            np.save(file, array)


def load_latents(path: str | Path, num_ws: int, w_dim: int) -> Floats:
    """The latents of a file that fits a network: float32 [N, num_ws, w_dim].

    Accepted shapes: [w_dim] (then every layer gets it), [num_ws, w_dim], [N, num_ws, w_dim] and [N, 1, w_dim].

    Raises:
        ValueError: the file is no numpy file, or has another shape; the message says what the network has.
        OSError: it cannot be read.
    """
    array = read_floats(path, KEY)
    found = array.shape
    if array.ndim == 1:
        array = array[None]
    if array.ndim == 2 and array.shape[0] in (1, num_ws):
        array = array[None]
    if array.ndim != 3 or array.shape[0] < 1 or array.shape[1] not in (1, num_ws) or array.shape[2] != w_dim:
        raise ValueError(
            f"{path} has the shape {list(found)}, but this network's latents have [{num_ws}, {w_dim}] "
            f"or [{w_dim}]; choose a file made with a network of the same size."
        )
    return np.array(np.broadcast_to(array, (len(array), num_ws, w_dim)))
