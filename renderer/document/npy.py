"""Arrays as `.npy` files: numbers only, no pickles, and never more memory than the file is long."""

import io
import math
import struct
import tokenize

import numpy as np
from numpy.lib import format as npy_format

from renderer.document.arrays import AnyArray

_READERS = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
_DAMAGE = (EOFError, SyntaxError, TypeError, OverflowError, RecursionError, struct.error, tokenize.TokenError)
"""What NumPy raises besides ValueError where a header is damaged."""


def npy_of(array: AnyArray) -> bytes:
    """An array as a `.npy` file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def array_of_npy(data: bytes) -> AnyArray:
    """The array of a `.npy` file, read-only. Raises ValueError where it is damaged, or holds anything but numbers."""
    file = io.BytesIO(data)
    try:
        read_header = _READERS.get(npy_format.read_magic(file))
        if read_header is None:
            raise ValueError("it is of an unknown version")
        shape, fortran, dtype = read_header(file)
    except _DAMAGE as error:
        raise ValueError(f"its header is damaged ({error})") from error
    if dtype.kind not in "biuf":
        raise ValueError("it holds something else than numbers")
    start, count = file.tell(), math.prod(shape)
    if min(shape, default=0) < 0 or len(data) - start != count * dtype.itemsize:
        raise ValueError("it does not have as many numbers as it says")
    return np.frombuffer(data, dtype, count, start).reshape(shape, order="F" if fortran else "C")
