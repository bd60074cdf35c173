"""Reading numpy's files as data: no pickled objects, and never more memory than the file is large."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_NPY = b"\x93NUMPY"
_ZIP = b"PK\x03\x04"
_LIMIT = 2**30
"""Bytes that an array in an archive may take: compressed files can claim far more than they are large."""


def read_floats(path: str | Path, key: str) -> Floats:
    """The numbers of a `.npy` file, or of the array called `key` in a `.npz` file, as float32 of any shape.

    Raises:
        ValueError: the file is neither, it holds something other than finite numbers, or lacks `key`.
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        head = file.read(len(_NPY))
        file.seek(0)
        try:
            if head.startswith(_ZIP):
                array = _from_archive(file, path, key)
            elif head == _NPY:
                array = _from_file(file, path, Path(path).stat().st_size)
            else:
                raise ValueError(f"{path} is no numpy file; choose a .npy or .npz file.")
        except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, SyntaxError) as error:
            raise ValueError(f"{path} is damaged and cannot be read; copy or download it again.") from error
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{path} holds {array.dtype} values; a latent or a direction is made of numbers.")
    if not np.isfinite(array).all():
        raise ValueError(f"{path} holds values that are infinite or not a number, so nothing can be drawn from it.")
    return array.astype(np.float32)


def _from_archive(file: IO[bytes], path: str | Path, key: str) -> npt.NDArray[np.generic]:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if f"{key}.npy" not in names:
            held = ", ".join(name.removesuffix(".npy") for name in names[:5]) or "nothing"
            raise ValueError(f"{path} has no array called {key!r} (it holds {held}); choose another file.")
        size = archive.getinfo(f"{key}.npy").file_size
        if size > _LIMIT:
            raise ValueError(f"{path} claims an array of {size / 2**20:.0f} MiB, far more than any latent has.")
        with archive.open(f"{key}.npy") as member:
            return _from_file(member, path, size)


def _from_file(file: IO[bytes], path: str | Path, size: int) -> npt.NDArray[np.generic]:
    try:
        version = np.lib.format.read_magic(file)
        read_header = {(1, 0): np.lib.format.read_array_header_1_0}.get(version, np.lib.format.read_array_header_2_0)
        shape, fortran, dtype = read_header(file)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is damaged and cannot be read; copy or download it again.") from error
    if dtype.hasobject:
        raise ValueError(f"{path} holds Python objects, which could run code, so it was not read; save plain numbers.")
    count = int(np.prod(shape, dtype=object))
    if count * dtype.itemsize > size:
        raise ValueError(f"{path} is cut short: it claims the shape {list(shape)}; copy or download it again.")
    data = file.read(count * dtype.itemsize)
    if len(data) < count * dtype.itemsize:
        raise ValueError(f"{path} is cut short: it claims the shape {list(shape)}; copy or download it again.")
    flat = np.frombuffer(data, dtype=dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
