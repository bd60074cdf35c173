"""Numeric arrays in `.npy` and `.npz` files and files of torch.save, read without running anything and within a limit.

Errors are ValueErrors whose text is a predicate without its subject, as "is damaged and cannot be read; copy or
download it again": the caller adds the name that its user knows the file by.

Everything that a file claims (sizes, shapes, the count of its arrays) is compared with one limit before memory is
taken, and counted again as it is unpacked.
"""

import io
import math
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from foundation.files import replacing
from foundation.inputs import DAMAGE, NotRegularError, TooLargeError, clean_text, open_regular
from foundation.pickles.errors import CorruptFileError
from foundation.pickles.torch_arrays import EIGENVECTORS, is_torch, tensor_in

AnyArray = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

LIMIT = 1 << 30
"""Maximum size of a file and of all arrays in it in bytes: a compressed file can expand to far more than its size."""
FLOATS_LIMIT = 1 << 28
"""Maximum size of an array of latents or directions in bytes, also as float32."""
MAX_ARRAYS = 1000
"""Maximum count of arrays in a `.npz` file."""
LATENT_KEY = "w"
"""Name of the latents in `.npz` files, as the published projector writes them."""
LATENT_SUFFIXES = (".npz", ".npy")
"""Endings of the files that are written."""
TORCH_SUFFIXES = (".pt", ".pth")
"""Endings of tensors that torch saved, which are read too."""

_NPY, _ZIP = b"\x93NUMPY", b"PK\x03\x04"
_DAMAGED = "is damaged and cannot be read; copy or download it again"

_CHUNK = 1 << 20
_MAX_HEADER = 10_000
_MAX_DIRECTORY = 1 << 20
"""Maximum size of the list of an archive's members in bytes: each takes ten times as much memory."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x41
_WIDEST, _MOST_LAYERS, _MOST_DIMENSIONS = 1 << 16, 1 << 12, 8
"""Of latents and directions."""

_DESCR = re.compile(r"""['"]descr['"]\s*:\s*['"]([^'"]{1,16})['"]""")
_ORDER = re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)""")
_SHAPE = re.compile(r"""['"]shape['"]\s*:\s*\(([0-9L,\s]*)\)""")


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
        array = _read_npy(file, len(data), len(data))
    if file.tell() != len(data):
        raise ValueError("holds more than the numbers that it claims")
    return array


def read_array(path: str | Path, key: str, limit: int = LIMIT) -> AnyArray:
    """Read the array of a `.npy` file, or the one called `key` of a `.npz` file or one of torch, recognised by content.

    Args:
        path: A regular file.
        key: Name in a `.npz` file.
        limit: Maximum size of the file and of the array in bytes.

    Raises:
        ValueError: it is neither, lacks `key`, is damaged, too large, or holds anything but numbers.
        OSError: it cannot be read.
    """
    return _read(path, key, limit, None)


def read_arrays(
    path: str | Path, limit: int = LIMIT, wanted: Callable[[str], bool] = lambda name: True
) -> dict[str, AnyArray]:
    """Read the arrays of a `.npz` file by name; `limit` holds for the file, and for all arrays together.

    Only those are read whose name is `wanted`. Raises like `read_array`.
    """
    found: dict[str, AnyArray] = {}
    with _opened(path, limit) as (file, _):
        if not _is_zip(file):
            raise ValueError("is no .npz file")
        with _archive(file, limit) as archive:
            for member in archive.namelist():
                if not wanted(name := member.removesuffix(".npy")):
                    continue
                found[name] = array = _member(archive, member, limit, None)
                array.flags.writeable = True
                limit -= array.nbytes
    return found


def names_in(path: str | Path, limit: int = LIMIT) -> tuple[str, ...]:
    """Return the names of the arrays of a `.npz` file, in its order; none if it is no such file, or a file of torch.

    Raises like `read_array`.
    """
    with _opened(path, limit) as (file, _):
        if is_torch(file) or not _is_zip(file):
            return ()
        with _archive(file, limit) as archive:
            return tuple(name.removesuffix(".npy") for name in archive.namelist())


def read_floats(path: str | Path, key: str, limit: int = FLOATS_LIMIT) -> Floats:
    """Read latents or directions like `read_array`, as float32.

    Raises ValueError also for values that are not finite, and for shapes that neither latents nor directions have.
    """
    return floats_of(_read(path, key, limit, lambda shape, dtype: _check_floats(shape, dtype, limit)))


def read_eigenvectors(path: str | Path, limit: int = FLOATS_LIMIT) -> Floats | None:
    """Read the directions of rosinality's factorisation, [K, w_dim]; None if a file holds none. Raises like the above.

    `read_floats` reads the first of them.
    """

    def check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        _check_floats(shape, dtype, limit)

    with _opened(path, limit) as (file, size):
        if not is_torch(file) or tensor_in(file, size, EIGENVECTORS)[0] != EIGENVECTORS:
            return None
        file.seek(0)
        array = _read_torch(file, size, EIGENVECTORS, limit, check, columns=True)
    return floats_of(array) if array.ndim == 2 else None


def floats_of(array: AnyArray) -> Floats:
    """Convert numbers to float32. Raises ValueError for any that are not finite, or not numbers."""
    if array.dtype.kind not in "fiu":
        raise ValueError(f"holds {array.dtype} values; a latent or a direction is made of numbers")
    if not np.isfinite(array).all():
        raise ValueError("holds values that are infinite or not a number, so nothing can be drawn from it")
    with np.errstate(over="ignore"):
        values = array.astype(np.float32)
    if not np.isfinite(values).all():
        raise ValueError("holds values that are far too large, so nothing can be drawn from it")
    return values


def _check_floats(shape: tuple[int, ...], dtype: np.dtype[Any], limit: int) -> None:
    if dtype.kind not in "fiu":
        raise ValueError(f"holds {dtype} values; a latent or a direction is made of numbers")
    layers = shape[-2] if len(shape) > 1 else 1
    width = shape[-1] if shape else 0
    if len(shape) > _MOST_DIMENSIONS or layers > _MOST_LAYERS or width > _WIDEST or 4 * math.prod(shape) > limit:
        raise ValueError(f"has the shape {_shown(shape)}, which no latents and no direction have")


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
        raise ValueError("is no ordinary file; choose a .npy, .npz or .pt file") from error
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
    except DAMAGE as error:
        raise ValueError(_DAMAGED) from error


def _is_zip(file: IO[bytes]) -> bool:
    """Return True if a file is an archive. Raises ValueError if it is no `.npy` file either."""
    head = file.read(len(_NPY))
    file.seek(0)
    if not head.startswith(_ZIP) and head != _NPY:
        raise ValueError("is no numpy file; choose a .npy, .npz or .pt file")
    return head.startswith(_ZIP)


_Check = Callable[[tuple[int, ...], "np.dtype[Any]"], None]
"""Raises ValueError for a shape and type that are not wanted, before the numbers are read."""


def _read(path: str | Path, key: str, limit: int, check: _Check | None) -> AnyArray:
    with _opened(path, limit) as (file, size):
        if is_torch(file):
            return _read_torch(file, size, key, limit, check)
        if not _is_zip(file):
            return _read_npy(file, size, limit, check)
        with _archive(file, limit) as archive:
            names = archive.namelist()
            if f"{key}.npy" not in names:
                held = ", ".join(clean_text(name.removesuffix(".npy"), 24) for name in names[:4]) or "nothing"
                raise ValueError(f"has no array called {clean_text(key, 24)!r} (it holds {held}); choose another file")
            return _member(archive, f"{key}.npy", limit, check)


def _read_torch(
    file: IO[bytes], size: int, key: str, limit: int, check: _Check | None, columns: bool = False
) -> AnyArray:
    """Read a tensor; of eigenvectors as columns the first, as [1, w_dim], or all, as [K, w_dim]."""
    name, view = tensor_in(file, size, key)
    dtype = np.dtype(np.float32 if view.dtype == "bfloat16" else view.dtype)
    if check is not None:
        check(view.shape, dtype)
    if (needed := math.prod(view.shape) * dtype.itemsize) > limit:
        raise ValueError(f"claims an array of {needed / 2**20:.0f} MiB, far more than any latent has")
    try:
        array: AnyArray = view.array()
    except CorruptFileError as error:
        raise ValueError(_DAMAGED) from error
    if name == EIGENVECTORS and array.ndim == 2:
        return array.T if columns else array[:, :1].T
    return array


def shape_in(path: str | Path, key: str = LATENT_KEY) -> tuple[int, ...] | None:
    """Return the shape of the array that `read_floats` would read; None if there is none. Never raises."""
    shapes: list[tuple[int, ...]] = []

    def note(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        shapes.append(shape)
        raise ValueError("only the shape is wanted")

    with suppress(OSError, ValueError):
        _read(path, key, FLOATS_LIMIT, note)
    return shapes[0] if shapes else None


def are_latents(shape: tuple[int, ...]) -> bool:
    """Return True for several latents, as [N, num_ws, w_dim] with N > 1, which can be no direction."""
    return len(shape) > 2 and math.prod(shape[:-2]) > 1


@contextmanager
def _archive(file: IO[bytes], limit: int) -> Iterator[zipfile.ZipFile]:
    """Yield an archive whose list of members is short; what all of them claim to hold is within the limit."""
    end = _END.size + (1 << 16)
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - end))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise ValueError(_DAMAGED)
    count, directory = _END.unpack_from(tail, at)
    # The larger form of the list, for archives of 65535 members and more, would overrule these numbers.
    if count > MAX_ARRAYS or directory > _MAX_DIRECTORY or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise ValueError("holds far more arrays than any file of latents; choose another file")
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > MAX_ARRAYS:
            raise ValueError("holds far more arrays than any file of latents; choose another file")
        claimed = sum(member.file_size for member in members)
        if claimed > limit + _MAX_HEADER * len(members):
            raise ValueError(f"claims arrays of {claimed / 2**20:.0f} MiB, far more than any latent has")
        if any(member.compress_type not in _METHODS or member.flag_bits & _ENCRYPTED for member in members):
            raise ValueError("is packed or encrypted in a way that numpy does not write; save it again with numpy")
        yield archive


_END = struct.Struct("<10xHI6x")
"""The end of an archive: count and size in bytes of its list of members."""


def _member(archive: zipfile.ZipFile, name: str, limit: int, check: _Check | None) -> AnyArray:
    with archive.open(name) as member:
        return _read_npy(member, archive.getinfo(name).file_size, limit, check)


def _read_npy(file: IO[bytes], size: int, limit: int, check: _Check | None = None) -> AnyArray:
    """Read the array of a `.npy` file of `size` bytes, read-only; never reads more, whatever its header claims."""
    shape, fortran, dtype = _header(file)
    count = math.prod(shape)
    needed = count * dtype.itemsize
    short = f"is cut short: it claims the shape {_shown(shape)}; copy or download it again"
    if needed > size:
        raise ValueError(short)
    if check is not None:
        check(shape, dtype)
    if needed > limit:
        raise ValueError(f"claims an array of {needed / 2**20:.0f} MiB, far more than any latent has")
    data = _content(file, needed)
    if len(data) < needed:
        raise ValueError(short)
    array = np.frombuffer(data, dtype, count) if count else np.empty(0, dtype)
    array = array.reshape(shape, order="F" if fortran else "C")
    array.flags.writeable = False
    return array


def _content(file: IO[bytes], count: int) -> bytearray:
    """Read up to `count` bytes; takes no more memory than there are."""
    data = bytearray()
    while len(data) < count and (part := file.read(min(_CHUNK, count - len(data)))):
        data += part
    return data


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, "np.dtype[Any]"]:
    """Read the shape, the order and the type of a `.npy` file, without evaluating its header as Python."""
    start = file.read(8)
    width = {1: 2, 2: 4, 3: 4}.get(start[6], 0) if start.startswith(_NPY) and len(start) == 8 else 0
    length = int.from_bytes(file.read(width), "little")
    if not width or length > _MAX_HEADER:
        raise ValueError(_DAMAGED)
    text = file.read(length).decode("utf-8", "replace")
    order, shape = _ORDER.search(text), _SHAPE.search(text)
    if order is None or shape is None:
        raise ValueError(_DAMAGED)
    descr = _DESCR.search(text)
    try:
        dtype = np.dtype(descr[1]) if descr else None
    except (TypeError, ValueError) as error:
        raise ValueError(_DAMAGED) from error
    if dtype is None or dtype.kind not in "biuf":
        if dtype is None or not dtype.hasobject:
            raise ValueError(f"holds {dtype or 'structured'} values; arrays are made of numbers")
        raise ValueError("holds Python objects, which could run code, so it was not read; save plain numbers")
    sides = [part.strip().removesuffix("L") for part in shape[1].split(",") if part.strip()]
    if len(sides) > _MOST_SIDES or not all(side.isdecimal() and len(side) < 16 for side in sides):
        raise ValueError(_DAMAGED)
    return tuple(map(int, sides)), order[1] == "True", dtype


_MOST_SIDES = 32
"""Dimensions that NumPy's arrays can have in every version."""


def _shown(shape: tuple[int, ...]) -> str:
    return f"{list(shape[:8])}" if len(shape) <= 8 else f"of {len(shape)} dimensions"
