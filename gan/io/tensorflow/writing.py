"""Writing of TensorFlow networks: a pickle of data alone, as `dnnlib.tflib.network.Network` writes it.

The opcodes of protocol 3 are written one by one, because the standard pickler writes only classes that it can import.
"""

import pickle
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

VERSION = 5
"""Version of the class's state: StyleGAN2-ADA's."""
_MOST_BYTES = 2**32 - 1


@dataclass(frozen=True)
class Record:
    """A network to write.

    Attributes:
        name: `G`, `D`, `Gs`, or a component's name.
        function: The function that builds it.
        arguments: What the function is given, as plain data.
        variables: Arrays by name, in order.
        components: Networks that it is made of.
    """

    name: str
    function: str
    arguments: Mapping[str, Any]
    variables: Sequence[tuple[str, np.ndarray[Any, Any]]]
    components: Mapping[str, "Record"] = field(default_factory=dict)

    @property
    def state(self) -> dict[str, Any]:
        """State of the class. No source text travels with it: readers know the functions by name."""
        return {
            "version": VERSION,
            "name": self.name,
            "static_kwargs": dict(self.arguments),
            "components": dict(self.components),
            "build_module_src": "",
            "build_func_name": self.function,
            "variables": list(self.variables),
        }


def write(file: BinaryIO, value: Any) -> None:
    """Write a pickle of `value`: plain data, arrays and `Record`s in tuples, lists and dictionaries."""
    file.write(pickle.PROTO + bytes([3]))
    _write(file, value)
    file.write(pickle.STOP)


def _write(file: BinaryIO, value: Any) -> None:
    if value is None or isinstance(value, bool):
        file.write({None: pickle.NONE, True: pickle.NEWTRUE, False: pickle.NEWFALSE}[value])
    elif isinstance(value, int):
        raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        file.write(pickle.LONG1 + bytes([len(raw)]) + raw)
    elif isinstance(value, float):
        file.write(pickle.BINFLOAT + struct.pack(">d", value))
    elif isinstance(value, str):
        raw = value.encode()
        file.write(pickle.BINUNICODE + struct.pack("<I", len(raw)) + raw)
    elif isinstance(value, bytes):
        if len(value) > _MOST_BYTES:
            raise ValueError("One array is larger than 4 GiB, which the published format cannot hold.")
        file.write(pickle.BINBYTES + struct.pack("<I", len(value)) + value)
    elif isinstance(value, tuple):
        _sequence(file, pickle.MARK, value, pickle.TUPLE)
    elif isinstance(value, list):
        _sequence(file, pickle.EMPTY_LIST + pickle.MARK, value, pickle.APPENDS)
    elif isinstance(value, dict):
        _sequence(file, pickle.EMPTY_DICT + pickle.MARK, [x for pair in value.items() for x in pair], pickle.SETITEMS)
    elif isinstance(value, Record):
        file.write(_global("dnnlib.tflib.network", "Network") + pickle.EMPTY_TUPLE + pickle.NEWOBJ)
        _write(file, value.state)
        file.write(pickle.BUILD)
    else:
        _array(file, value)


def _sequence(file: BinaryIO, begin: bytes, items: Sequence[Any], end: bytes) -> None:
    file.write(begin)
    for item in items:
        _write(file, item)
    file.write(end)


def _array(file: BinaryIO, value: np.ndarray[Any, Any]) -> None:
    little = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<")).reshape(value.shape)
    file.write(_global("numpy.core.multiarray", "_reconstruct") + pickle.MARK + _global("numpy", "ndarray"))
    _write(file, (0,))
    _write(file, b"b")
    file.write(pickle.TUPLE + pickle.REDUCE + pickle.MARK)
    _write(file, 1)
    _write(file, tuple(little.shape))
    file.write(_global("numpy", "dtype"))
    _write(file, (value.dtype.str[1:], 0, 1))
    file.write(pickle.REDUCE)
    _write(file, (3, "<", None, None, None, -1, -1, 0))
    file.write(pickle.BUILD)
    _write(file, False)
    _write(file, little.tobytes())
    file.write(pickle.TUPLE + pickle.BUILD)


def _global(module: str, name: str) -> bytes:
    return pickle.GLOBAL + f"{module}\n{name}\n".encode()
