"""Arrays beside a document in a file: found by the document's references, checked, and counted against one budget."""

from collections.abc import Callable

import numpy as np

from foundation.arrays import array_of_npy, npy_of
from renderer.document.arrays import MOST_BYTES, AnyArray, ArrayStore, UnknownArrayError, ref_of, refs_in
from renderer.document.parts import ArrayRef

MOST_TOTAL = 1 << 27
"""Bytes of all arrays of one document."""
MOST_FILE_BYTES = MOST_BYTES + 1024
"""Size of the largest `.npy` file of an array."""
_KINDS = "biuf"


class TooManyArraysError(ValueError):
    """The arrays of a document have more than `MOST_TOTAL` bytes."""

    def __init__(self) -> None:
        super().__init__(f"its latents and directions take more than {MOST_TOTAL >> 20} MB")


def written(value: object, arrays: ArrayStore) -> dict[ArrayRef, bytes]:
    """Return the `.npy` files of the arrays that frozen state names, except missing ones.

    Raises TooManyArraysError.
    """
    found: dict[ArrayRef, bytes] = {}
    total = 0
    for ref in refs_in(value):
        if ref in found:
            continue
        try:
            array = arrays.get(ref)
        except UnknownArrayError:
            continue
        total += array.nbytes
        if total > MOST_TOTAL:
            raise TooManyArraysError
        found[ref] = npy_of(array)
    return found


def read(value: object, file_of: Callable[[ArrayRef], bytes | None], arrays: ArrayStore, notes: list[str]) -> None:
    """Put the arrays that frozen state names into `arrays`; those in it already are not read.

    Args:
        value: A document.
        file_of: Returns the content of an array's `.npy` file, of at most `MOST_FILE_BYTES`; None if there is none.
            Raises ValueError if it is damaged.
        arrays: Gets the arrays.
        notes: Gets a line for each array that is missing or refused.

    Raises TooManyArraysError.
    """
    total = read_files = 0
    for ref in sorted(set(refs_in(value)), key=lambda ref: ref.sha256):
        if ref in arrays:
            continue
        try:
            content = file_of(ref)
            if content is None:
                notes.append(f"arrays.{ref.sha256[:12]}: it is missing")
                continue
            total += len(content)
            if total > MOST_TOTAL + 1024 * (read_files := read_files + 1):
                raise TooManyArraysError
            take(ref, content, arrays)
        except TooManyArraysError:
            raise
        except ValueError as error:
            notes.append(f"arrays.{ref.sha256[:12]}: it {_reason(error)}")


def take(ref: ArrayRef, npy: bytes, arrays: ArrayStore) -> None:
    """Put the array of a `.npy` file into `arrays`.

    Raises ValueError, whose text is a predicate, if the file is damaged, or is not of the named array or of a latent
    or direction.
    """
    array = array_of_npy(npy)
    if not is_style(array):
        raise ValueError("is neither a latent nor a direction")
    if ref_of(array) != ref:
        raise ValueError("is another array")
    arrays.add(array)


def is_style(array: AnyArray) -> bool:
    """Return True for finite numbers of the shape of a latent or direction: [w_dim] or [num_ws, w_dim]."""
    fits = array.ndim in (1, 2) and array.size > 0 and array.nbytes <= MOST_BYTES
    known = array.dtype.kind in _KINDS and array.dtype.itemsize <= 8 and array.dtype.isnative
    return fits and known and bool(np.isfinite(array).all())


def _reason(error: ValueError) -> str:
    return str(error).partition(";")[0][:120]
