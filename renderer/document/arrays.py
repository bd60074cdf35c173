"""Content that documents and requests name: arrays (projected latents, directions, masks), networks. NumPy only."""

import dataclasses
import hashlib
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.document.network_files import NetworkFiles
from renderer.document.parts import Array, ArrayRef

AnyArray = npt.NDArray[Any]

MOST_BYTES = 1 << 23
"""Size limit of an array: 128 w vectors of 16,384 numbers."""


class UnknownArrayError(LookupError):
    """A request names an array that was never given."""


def ref_of(array: AnyArray) -> ArrayRef:
    """Return the name of an array: SHA-256 of its type, shape and bytes."""
    solid = np.ascontiguousarray(array)
    digest = hashlib.sha256(f"{solid.dtype.str}{solid.shape}".encode())
    digest.update(solid.tobytes())
    return ArrayRef(digest.hexdigest())


def message_of(array: AnyArray) -> Array:
    """Make the message that carries an array."""
    return Array(ref_of(array), array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes())


def array_of(message: Array) -> AnyArray:
    """Return the array that a message carries; read-only."""
    return np.frombuffer(message.data, np.dtype(message.dtype)).reshape(message.shape)


def refs_in(value: object) -> Iterator[ArrayRef]:
    """Yield every array named anywhere inside frozen state: dataclasses and tuples are searched."""
    if isinstance(value, ArrayRef):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from refs_in(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from refs_in(getattr(value, field.name))


class ArrayStore:
    """Arrays by name. Thread-safe; its arrays never change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrays: dict[ArrayRef, AnyArray] = {}
        self.networks = NetworkFiles()
        """Content of the networks that documents name."""

    def add(self, array: AnyArray) -> ArrayRef:
        """Store a copy of an array of numbers, and return its name. Raises ValueError if it is refused."""
        if array.dtype.kind not in "biuf":
            raise ValueError(f"An array of {array.dtype} cannot be kept: only numbers can.")
        if array.nbytes > MOST_BYTES:
            raise ValueError(f"An array of {array.nbytes >> 20} MB is too large: {MOST_BYTES >> 20} MB at most.")
        kept = np.array(array, order="C")
        kept.flags.writeable = False
        ref = ref_of(kept)
        with self._lock:
            self._arrays.setdefault(ref, kept)
        return ref

    def take(self, message: Array) -> None:
        """Store the array of a message under its name."""
        with self._lock:
            self._arrays.setdefault(message.ref, array_of(message))

    def get(self, ref: ArrayRef) -> AnyArray:
        """Return the array of this name, read-only. Raises UnknownArrayError."""
        with self._lock:
            found = self._arrays.get(ref)
        if found is None:
            raise UnknownArrayError(f"An array that belongs to this picture is missing ({ref.sha256[:12]}).")
        return found

    def forget(self, refs: Iterable[ArrayRef]) -> None:
        """Drop these arrays; unknown ones are ignored."""
        with self._lock:
            for ref in refs:
                self._arrays.pop(ref, None)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        with self._lock:
            return sum(array.nbytes for array in self._arrays.values())

    def all(self) -> dict[ArrayRef, AnyArray]:
        """Return all arrays by name."""
        with self._lock:
            return dict(self._arrays)

    def names(self) -> set[ArrayRef]:
        """Return the names of all arrays."""
        with self._lock:
            return set(self._arrays)

    def __contains__(self, ref: ArrayRef) -> bool:
        with self._lock:
            return ref in self._arrays
