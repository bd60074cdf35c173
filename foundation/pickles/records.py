"""Inert records for the contents of restricted pickles."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any, BinaryIO

from foundation.pickles.errors import CorruptFileError, UnsafePickleError

ITEM_SIZES = {
    "float16": 2,
    "bfloat16": 2,
    "float32": 4,
    "float64": 8,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "uint8": 1,
    "bool": 1,
}
"""The element types a tensor may have, by torch's names, and their sizes in bytes."""

MAX_DIMENSIONS = 8

_SPREAD = 8
"""Maximum span of a tensor's numbers in its storage, by their count: each reading copies the whole span."""


@dataclass(slots=True)
class FileBytes:
    """Bytes of an open file, read when they are wanted.

    Attributes:
        file: The file; it must still be open then.
        start: Offset of the first byte. The old container of torch.save has its numbers after the pickle that names
            them, so there it is set last.
        length: Count of bytes.
    """

    file: BinaryIO
    start: int
    length: int

    def __len__(self) -> int:
        return self.length

    def part(self, start: int, end: int) -> "FileBytes":
        """The bytes from `start` to `end`, which are within."""
        return FileBytes(self.file, self.start + start, min(end, self.length) - start)

    def read_into(self, target: memoryview) -> None:
        """Copy all bytes into `target`, of the same length. The file stays where it is.

        Raises:
            CorruptFileError: the file became shorter.
        """
        before = self.file.tell()
        self.file.seek(self.start)
        done = 0
        while done < self.length:
            count = self.file.readinto(target[done:])  # type: ignore[attr-defined]
            if not count:
                raise CorruptFileError("The file became shorter while it was read; copy or download it again.")
            done += count
        self.file.seek(before)


Bytes = bytes | bytearray | memoryview | FileBytes
"""Bytes in memory or in a file."""


def part_of(data: Bytes, start: int, end: int) -> memoryview | FileBytes:
    """The bytes from `start` to `end`, not copied."""
    return data.part(start, end) if isinstance(data, FileBytes) else memoryview(data)[start:end]


def in_memory(data: Bytes) -> bytes | bytearray | memoryview:
    """The bytes themselves. Raises CorruptFileError if their file became shorter."""
    if not isinstance(data, FileBytes):
        return data
    content = bytearray(len(data))
    data.read_into(memoryview(content))
    return content


@dataclass(slots=True)
class Record:
    """An object of a class that is known by name only.

    Attributes:
        name: The full name of its class.
        args: Arguments of its constructor.
        state: State that was set afterwards, or None.
        entries: Its entries, where it is a dictionary of a class of its own.
    """

    name: str
    args: tuple[Any, ...] = ()
    state: Any = None
    entries: dict[Any, Any] = field(default_factory=dict)

    def set_state(self, state: Any) -> None:
        """Keep `state`."""
        self.state = state


@dataclass(frozen=True, slots=True)
class Module:
    """A pickled `torch.nn.Module` of the published networks.

    Attributes:
        class_name: The class's own name, such as `Generator`.
        state: Its attributes, among them `_parameters`, `_buffers`, `_modules`, `_init_args` and `_init_kwargs`.
    """

    class_name: str
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Storage:
    """A run of numbers.

    Attributes:
        dtype: A key of `ITEM_SIZES`, or "untyped" where only bytes are known.
        data: The bytes, little-endian.
    """

    dtype: str
    data: memoryview | FileBytes

    @property
    def count(self) -> int:
        """Count of numbers."""
        return len(self.data) // ITEM_SIZES.get(self.dtype, 1)


def is_count(value: Any) -> bool:
    """True if `value` is a whole number from 0 to 2^48."""
    return type(value) is int and 0 <= value < 2**48


def is_shape(value: Any) -> bool:
    """True if `value` is a tuple of a few counts; empty dimensions may not hide huge ones."""
    if not isinstance(value, tuple) or len(value) > MAX_DIMENSIONS or not all(is_count(size) for size in value):
        return False
    total: int = prod(max(size, 1) for size in value)
    return total < 2**48


class Stored:
    """Base of the tensors of a file that are not read yet."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class View(Stored):
    """A tensor as a file describes it: a view of a storage that lies within it.

    Attributes:
        storage: The numbers.
        offset: Where the view starts, in elements.
        shape: Its sizes.
        stride: The step of each dimension, in elements.
        span: Elements of the storage from the first to the last of the view; 0 where it has none.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    span: int

    @property
    def dtype(self) -> str:
        """A key of `ITEM_SIZES`."""
        return self.storage.dtype

    def read_into(self, target: memoryview) -> None:
        """Copy the bytes of the span into `target`, of the same length. Raises CorruptFileError as `FileBytes`."""
        item = ITEM_SIZES[self.dtype]
        data = part_of(self.storage.data, self.offset * item, (self.offset + self.span) * item)
        if isinstance(data, FileBytes):
            data.read_into(target)
        else:
            target[:] = data

    def array(self) -> Any:
        """The numbers as a numpy array of its own; bfloat16 becomes float32."""
        import numpy as np

        raw = np.empty(self.span * ITEM_SIZES[self.dtype], np.uint8)
        self.read_into(raw.data)
        if self.dtype == "bfloat16":
            flat = (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        else:
            flat = raw.view(self.dtype)
        steps = [step * flat.itemsize for step in self.stride]
        return (
            np.lib.stride_tricks.as_strided(flat, self.shape, steps).copy() if self.span else flat.reshape(self.shape)
        )


def make_view(storage: Any, offset: Any, shape: Any, stride: Any) -> View:
    """A view of `storage` as the file describes it, every claim checked.

    Args:
        storage: A `Storage`.
        offset: Where the view starts, in elements.
        shape: Its sizes.
        stride: The step of each dimension, in elements.

    Raises:
        CorruptFileError: the view reaches beyond its storage, or a claim is no number.
    """
    if not isinstance(storage, Storage) or not is_shape(shape) or not is_count(offset):
        raise CorruptFileError("The file describes a tensor in a way that makes no sense; copy or download it again.")
    if not isinstance(stride, tuple) or len(stride) != len(shape) or not all(is_count(step) for step in stride):
        raise CorruptFileError("The file describes a tensor in a way that makes no sense; copy or download it again.")
    dtype = storage.dtype
    if dtype not in ITEM_SIZES:
        raise CorruptFileError(f"The file has a tensor of type {dtype}, which no network uses; download it again.")
    item, count = ITEM_SIZES[dtype], prod(shape)
    available = len(storage.data) // item
    last = offset + sum((size - 1) * step for size, step in zip(shape, stride, strict=True)) if count else offset
    if count > available or last >= available + (count == 0):
        raise CorruptFileError(
            f"The file describes a tensor of shape {list(shape)} that needs more numbers than the "
            f"{available} that are there; copy or download it again."
        )
    if last - offset > _SPREAD * count + 4096:
        raise CorruptFileError(
            f"The file describes a tensor of shape {list(shape)} whose numbers lie far apart, which no network does; "
            "copy or download it again."
        )

    return View(storage, offset, shape, stride, last + 1 - offset if count else 0)


NUMPY_KINDS = frozenset(
    f"{kind}{size}" for kind, sizes in {"f": (2, 4, 8), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8)}.items() for size in sizes
) | {"b1"}
"""The numpy element types that may be read."""


@dataclass(slots=True)
class NumpyType:
    """A numpy dtype: `code` such as `f8`, and the byte order that its state gives."""

    code: str
    order: str = "<"

    def set_state(self, state: Any) -> None:
        """Take the byte order from numpy's state tuple; structured types are refused."""
        if not isinstance(state, tuple) or len(state) < 2 or any(part is not None for part in state[2:5]):
            raise CorruptFileError("The file has a structured numpy type, which no network uses; download it again.")
        if state[1] not in ("<", ">", "|", "="):
            raise CorruptFileError("The file has a numpy type with no byte order; copy or download it again.")
        self.order = state[1]

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return int(self.code[1:])

    def __str__(self) -> str:
        return ("<" if self.order in "|=" else self.order) + self.code


def numpy_type(code: Any) -> NumpyType:
    """The numpy type of a code such as `f8` or `<i4`.

    Raises:
        UnsafePickleError: it holds Python objects.
        CorruptFileError: it is no plain number type.
    """
    plain = code.lstrip("<>|=") if isinstance(code, str) else None
    if plain in ("O", "O8", "O4"):
        raise UnsafePickleError("numpy object array")
    if plain not in NUMPY_KINDS or not isinstance(code, str):
        raise CorruptFileError("The file has a numpy type that is no plain number; copy or download it again.")
    return NumpyType(plain, code[0] if code[0] in "<>" else "<")


@dataclass(slots=True)
class NumpyArray:
    """A numpy array: its claims, checked against its bytes.

    `copies` is called with the count of bytes that are about to be copied.
    """

    copies: Callable[[int], None]
    dtype: NumpyType | None = None
    shape: tuple[int, ...] = ()
    order: str = "C"
    data: Bytes = b""
    axes: tuple[int, ...] | None = None

    def set_state(self, state: Any) -> None:
        """Take numpy's state (version, shape, dtype, fortran order, data)."""
        if not isinstance(state, tuple) or len(state) not in (4, 5):
            raise CorruptFileError("The file has a numpy array with no state; copy or download it again.")
        shape, dtype, fortran, data = state[-4:]
        if isinstance(data, list):
            raise UnsafePickleError("numpy object array")
        self.fill(shape, dtype, "F" if fortran else "C", data)

    def fill(self, shape: Any, dtype: Any, order: str, data: Any) -> None:
        """Take the parts of an array.

        Raises:
            CorruptFileError: they do not fit one another.
        """
        data = latin1_bytes(data, self.copies)
        if not is_shape(shape) or not isinstance(dtype, NumpyType) or prod(shape) * dtype.itemsize != len(data):
            raise CorruptFileError(
                "The file has a numpy array whose shape does not fit the numbers that are there; download it again."
            )
        # The type is copied: a file could change the one that it gave.
        self.shape, self.dtype, self.order, self.data = shape, NumpyType(dtype.code, dtype.order), order, data
        self.axes = None

    def read(self) -> Any:
        """The real array, read-only where possible."""
        import numpy as np

        if self.dtype is None:
            raise CorruptFileError("The file has a numpy array with no contents; copy or download it again.")
        dtype = np.dtype(str(self.dtype))
        # NumPy has no arrays over empty buffers.
        flat = np.frombuffer(in_memory(self.data), dtype) if len(self.data) else np.empty(0, dtype)
        array = flat.reshape(self.shape, order="F" if self.order == "F" else "C")
        return array if self.axes is None else array.transpose(self.axes)


def latin1_bytes(value: Any, copies: Callable[[int], None]) -> Any:
    """`value`, where text is what Python 2 called bytes and becomes bytes again.

    Args:
        value: Bytes or text.
        copies: Called with the number of bytes that are about to be copied; may raise.

    Raises:
        CorruptFileError: it is neither, or text beyond latin-1.
    """
    if isinstance(value, str):
        copies(len(value))
        try:
            return value.encode("latin-1")
        except UnicodeEncodeError as error:
            raise CorruptFileError("The file has text where numbers should be; copy or download it again.") from error
    if not isinstance(value, (bytes, bytearray, FileBytes)):
        raise CorruptFileError("The file lacks the bytes of an array; copy or download it again.")
    return value
