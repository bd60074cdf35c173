"""Latents in files, as the published projector writes them: `.npz` with the array `w`, or plain `.npy`.

The library reads and writes the same files in `gan.io.latents`; the window does not know the library.
"""

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from renderer.document.arrays import MOST_BYTES, AnyArray
from renderer.document.files import replacing
from renderer.document.npy import array_of_npy, npy_of
from renderer.ipc.protocol import ModelInfo

KEY = "w"
"""Name of the array in `.npz` files."""
SUFFIXES = (".npz", ".npy")


def save(path: Path, ws: AnyArray) -> None:
    """Write ws [num_ws, w_dim] as float32 [1, num_ws, w_dim]. Raises OSError, or ValueError for another ending."""
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"Latents are saved as .npz or .npy; give {path.name} one of these endings.")
    array = np.ascontiguousarray(ws, dtype=np.float32)[None]
    with replacing(path) as part:
        if path.suffix.lower() == ".npy":
            part.write_bytes(npy_of(array))
        else:
            with part.open("wb") as file:
                np.savez(file, w=array)


def load(path: Path) -> AnyArray:
    """The latents in a file as float32 [N, num_ws or 1, w_dim].

    Raises ValueError with a sentence where there are none.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= 2 * MOST_BYTES else b""
        array = array_of_npy(_member(data) if path.suffix.lower() == ".npz" else data)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise ValueError(f"{path.name} holds no latents: {error}.") from error
    if array.ndim == 1:
        array = array[None]
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or not array.size or array.dtype.kind != "f" or not np.isfinite(array).all():
        raise ValueError(
            f"{path.name} holds no latents: they are finite numbers of the shape [num_ws, w_dim], "
            f"but it has {array.dtype} {list(array.shape)}."
        )
    return array.astype(np.float32)


def fit(array: AnyArray, model: ModelInfo, name: str) -> AnyArray:
    """The first of the latents [N, num_ws or 1, w_dim] as this network takes it.

    Raises ValueError with a sentence where it does not fit.
    """
    if array.shape[1] not in (1, model.num_ws) or array.shape[2] != model.w_dim:
        raise ValueError(
            f"{name} has latents of {array.shape[1]} × {array.shape[2]} numbers, but this network takes "
            f"{model.num_ws} × {model.w_dim}; open the network that they were made with first."
        )
    first: AnyArray = array[0]
    return first


def _member(data: bytes) -> bytes:
    """The `.npy` file of the array `w` in a `.npz`. Raises ValueError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            info = file.getinfo(f"{KEY}.npy")
            if info.file_size > 2 * MOST_BYTES:
                raise ValueError("it is too large")
            return file.read(info)
    except KeyError as error:
        raise ValueError(f"there is no array {KEY} in it") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise ValueError("it is damaged") from error
