"""Numeric arrays in `.npy` and `.npz` files, read without pickle and within a size limit. NumPy only.

Errors are ValueErrors whose text is a predicate without its subject, as "is damaged and cannot be read; copy or
download it again": the caller adds the name that its user knows the file by.
"""

import io
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy_format

from foundation.files import replacing
from foundation.inputs import NotRegularError, TooLargeError, open_regular

AnyArray = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

LIMIT = 1 << 30
"""Maximum size of an array in bytes: a compressed file can expand to far more than its own size."""
LATENT_KEY = "w"
"""Name of the latents in `.npz` files, as the published projector writes them."""
LATENT_SUFFIXES = (".npz", ".npy")

_READERS = {
    (1, 0): npy_format.read_array_header_1_0,
    (2, 0): npy_format.read_array_header_2_0,
    (3, 0): npy_format.read_array_header_2_0,
}
_NPY, _ZIP = b"\x93NUMPY", b"PK\x03\x04"
_DAMAGED = "is damaged and cannot be read; copy or download it again"
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError),
    *(EOFError, NotImplementedError, OverflowError, RecursionError, RuntimeError, SyntaxError, TypeError),
)
"""Raised by zipfile and NumPy, besides ValueError, for damaged files."""


def npy_of(array: AnyArray) -> bytes:
    """Content of a `.npy` file that holds an array."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def array_of_npy(data: bytes) -> AnyArray:
    """The array in the content of a `.npy` file, read-only.

    Raises:
        ValueError: it is damaged, has bytes left over, or holds anything but numbers.
    """
    file = io.BytesIO(data)
    with _damage():
        array = _read_npy(file, len(data))
    if file.tell() != len(data):
        raise ValueError("holds more than the numbers that it claims")
    return array


def read_array(path: str | Path, key: str, limit: int = LIMIT) -> AnyArray:
    """Read the array of a `.npy` file, or the one called `key` of a `.npz` file, recognised by content.

    Args:
        path: A regular file.
        key: Name in a `.npz` file.
        limit: Maximum size of the file and of the array in bytes.

    Raises:
        ValueError: it is neither, lacks `key`, is damaged, too large, or holds anything but numbers.
        OSError: it cannot be read.
    """
    with _opened(path, limit) as (file, size):
        if not _is_zip(file):
            return _read_npy(file, size)
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if f"{key}.npy" not in names:
                held = ", ".join(name.removesuffix(".npy") for name in names[:5]) or "nothing"
                raise ValueError(f"has no array called {key!r} (it holds {held}); choose another file")
            return _member(archive, f"{key}.npy", limit)


def read_arrays(path: str | Path, limit: int = LIMIT) -> dict[str, AnyArray]:
    """Read all arrays of a `.npz` file by name; `limit` holds for the file and each array. Raises like `read_array`."""
    with _opened(path, limit) as (file, _):
        if not _is_zip(file):
            raise ValueError("is no .npz file")
        with zipfile.ZipFile(file) as archive:
            return {name.removesuffix(".npy"): _member(archive, name, limit).copy() for name in archive.namelist()}


def read_floats(path: str | Path, key: str, limit: int = LIMIT) -> Floats:
    """Like `read_array`, as float32 of any shape. Raises ValueError also for values that are not finite."""
    array = read_array(path, key, limit)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"holds {array.dtype} values; a latent or a direction is made of numbers")
    if not np.isfinite(array).all():
        raise ValueError("holds values that are infinite or not a number, so nothing can be drawn from it")
    return array.astype(np.float32)


def latents_of(array: Floats) -> Floats | None:
    """Latents [N, num_ws or 1, w_dim] from any of their published shapes; None for any other shape.

    Accepted: [w_dim] and [1, w_dim] (one w for all layers), [num_ws, w_dim], [N, num_ws, w_dim] and [N, 1, w_dim].
    """
    if array.ndim == 1:
        array = array[None]
    if array.ndim == 2:
        array = array[None]
    return array if array.ndim == 3 and array.size else None


def direction_of(array: Floats) -> Floats | None:
    """A direction [w_dim] or [num_ws, w_dim] without leading sizes of 1; None for any other shape."""
    while array.ndim > 1 and array.shape[0] == 1:
        array = array[0]
    return array if array.ndim in (1, 2) and array.size else None


def save_latents(path: Path, ws: AnyArray) -> None:
    """Write ws [N, num_ws, w_dim] or [num_ws, w_dim] (then N is 1) as float32: `.npz` with the key `w`, or `.npy`.

    Raises:
        ValueError: another shape, or another ending of the file's name. The text is a sentence.
        OSError: the file cannot be written.
    """
    array = np.ascontiguousarray(ws, dtype=np.float32)
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3:
        raise ValueError(f"Latents have the shape [N, num_ws, w_dim], not {list(array.shape)}.")
    suffix = path.suffix.lower()
    if suffix not in LATENT_SUFFIXES:
        raise ValueError(f"Latents are saved as .npz or .npy, not as {path.name}; give the file one of these endings.")
    with replacing(path) as part, part.open("wb") as file:
        if suffix == ".npz":
            np.savez(file, w=array)  # the name is LATENT_KEY
        else:
            np.save(file, array, allow_pickle=False)


@contextmanager
def _opened(path: str | Path, limit: int) -> Iterator[tuple[IO[bytes], int]]:
    """Yield a file and its size in bytes; errors caused by damaged files become ValueError."""
    try:
        file = open_regular(path, limit)
    except NotRegularError as error:
        raise ValueError("is no ordinary file; choose a .npy or .npz file") from error
    except TooLargeError as error:
        raise ValueError(f"is larger than {limit >> 20} MiB, far more than any latent has") from error
    with file, _damage():
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        yield file, size


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise ValueError(_DAMAGED) from error


def _is_zip(file: IO[bytes]) -> bool:
    """Return True if a file is an archive. Raises ValueError if it is no `.npy` file either."""
    head = file.read(len(_NPY))
    file.seek(0)
    if not head.startswith(_ZIP) and head != _NPY:
        raise ValueError("is no numpy file; choose a .npy or .npz file")
    return head.startswith(_ZIP)


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> AnyArray:
    size = archive.getinfo(name).file_size
    if size > limit:
        raise ValueError(f"claims an array of {size / 2**20:.0f} MiB, far more than any latent has")
    with archive.open(name) as member:
        return _read_npy(member, size)


def _read_npy(file: IO[bytes], size: int) -> AnyArray:
    """Read the array of a `.npy` file of `size` bytes; never reads more, whatever its header claims."""
    try:
        read_header = _READERS[npy_format.read_magic(file)]
        shape, fortran, dtype = read_header(file)
    except (ValueError, KeyError) as error:
        raise ValueError(_DAMAGED) from error
    if dtype.hasobject:
        raise ValueError("holds Python objects, which could run code, so it was not read; save plain numbers")
    if dtype.kind not in "biuf":
        raise ValueError(f"holds {dtype} values; arrays are made of numbers")
    count = math.prod(shape)
    if min(shape, default=0) < 0:
        raise ValueError(_DAMAGED)
    needed = count * dtype.itemsize
    data = file.read(needed) if needed <= size else b""
    if len(data) < needed:
        raise ValueError(f"is cut short: it claims the shape {list(shape)}; copy or download it again")
    return np.frombuffer(data, dtype, count).reshape(shape, order="F" if fortran else "C")
