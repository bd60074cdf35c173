"""The allow-list: an inert substitute for each global that the published network pickles name."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from foundation.pickles.errors import CorruptFileError
from foundation.pickles.machine import Allowed, BoundedReader, Budget, Constructor, Machine, checked_key
from foundation.pickles.records import (
    ITEM_SIZES,
    FileBytes,
    Module,
    NumpyArray,
    NumpyType,
    Record,
    Storage,
    Stored,
    in_memory,
    is_count,
    is_shape,
    latin1_bytes,
    make_view,
    numpy_type,
    part_of,
)

TF_NETWORKS = ("dnnlib.tflib.network.Network", "tfutil.Network")
"""The class of the networks in TensorFlow pickles: StyleGAN's name for it, and Progressive GAN's."""

TORCH_MAGIC = 0x1950A86A20F9469CFC6C
"""The number that torch writes before a stored tensor."""

STORAGE_TYPES = {
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "CharStorage": "int8",
    "ShortStorage": "int16",
    "IntStorage": "int32",
    "LongStorage": "int64",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "UntypedStorage": "untyped",
}
_HEADER_LIMIT = 16384
"""Maximum size of the description of a stored tensor; real ones have a few hundred bytes."""


def _wrong(name: str) -> CorruptFileError:
    return CorruptFileError(f"The file gives {name} something that it cannot take; copy or download it again.")


def _inert(name: str) -> Constructor:
    return lambda args: Record(name, args)


_STORAGES = {
    **{f"torch.{name}": _inert(dtype) for name, dtype in STORAGE_TYPES.items()},
    "torch.storage.UntypedStorage": _inert("untyped"),
}
"""Every global that the pickle before the numbers of one tensor may name."""

MakeTensor = Callable[[Any, Any, Any, Any], Stored]
"""Makes a tensor of (storage, offset, shape, stride), all of them unchecked; see `make_view`."""


def allow_list(budget: Budget, make: MakeTensor = make_view) -> dict[str, Constructor]:
    """Every global that a network pickle may name, and its substitute.

    Args:
        budget: Resource limit, shared with the nested pickles of stored tensors.
        make: Makes the tensors.
    """
    table: dict[str, Constructor] = {
        "collections.OrderedDict": lambda args: _dictionary(args, budget),
        "_codecs.encode": lambda args: _encode(args, budget),
        "torch.storage._load_from_bytes": lambda args: load_storage(args, budget),
        "torch._utils._rebuild_parameter": _parameter,
        "torch._utils._rebuild_parameter_with_state": _parameter,
        "torch._utils._rebuild_tensor": lambda args: _tensor("_rebuild_tensor", args, make),
        "torch._utils._rebuild_tensor_v2": lambda args: _tensor("_rebuild_tensor_v2", args, make),
        "torch.Size": _size,
        "torch.device": _inert("torch.device"),
        "numpy.dtype": _dtype,
        "numpy.ndarray": _inert("numpy.ndarray"),
        "torch_utils.persistence._reconstruct_persistent_obj": _module,
    }
    for name in ("dnnlib.EasyDict", "dnnlib.util.EasyDict"):
        table[name] = lambda args: _dictionary(args, budget)
    # Python 2's names for the built-in types are what protocols 0 to 2 write, whatever Python writes them.
    for name in ("builtins.bytes", "__builtin__.bytes", "builtins.bytearray", "__builtin__.bytearray"):
        table[name] = lambda args: _bytes(args, budget)
    for name in ("builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset"):
        table[name] = lambda args: _set(args, budget)
    for core in ("numpy.core", "numpy._core"):
        table[f"{core}.multiarray.scalar"] = lambda args: _scalar(args, budget)
        table[f"{core}.multiarray._reconstruct"] = lambda args: _array(args, budget)
        table[f"{core}.numeric._frombuffer"] = lambda args: _array_from_buffer(args, budget)
    for name in TF_NETWORKS:
        table[name] = _inert(name)
    for name in ITEM_SIZES:
        table[f"torch.{name}"] = _inert(f"torch.{name}")
    return table


# -- Python's own ------------------------------------------------------------------------------------------------


def _dictionary(args: tuple[Any, ...], budget: Budget) -> dict[Any, Any]:
    if not args:
        return {}
    pairs = args[0]
    if len(args) > 1 or not isinstance(pairs, list):
        raise _wrong("a dictionary")
    budget.spend(len(pairs))
    if any(not isinstance(pair, (list, tuple)) or len(pair) != 2 for pair in pairs):
        raise _wrong("a dictionary")
    return {checked_key(key): value for key, value in pairs}


def _set(args: tuple[Any, ...], budget: Budget) -> set[Any]:
    if len(args) > 1 or (args and not isinstance(args[0], (list, tuple))):
        raise _wrong("a set")
    items = args[0] if args else ()
    budget.spend(len(items))
    return {checked_key(item) for item in items}


def _encode(args: tuple[Any, ...], budget: Budget) -> bytes:
    """Bytes as protocol 2 stores them: text to be encoded as latin-1."""
    if len(args) != 2 or not isinstance(args[0], str) or args[1] not in ("latin1", "latin-1"):
        raise _wrong("_codecs.encode")
    encoded = latin1_bytes(args[0], budget.copy)
    assert isinstance(encoded, bytes)
    return encoded


def _bytes(args: tuple[Any, ...], budget: Budget) -> Any:
    """Empty bytes, a bytearray from bytes, or one from latin-1 text; never one of a claimed length."""
    if not args:
        return b""
    if len(args) > 2 or (len(args) == 2 and args[1] not in ("latin1", "latin-1")):
        raise _wrong("bytes")
    if not isinstance(args[0], (str, bytes, FileBytes)):
        raise _wrong("bytes")
    return latin1_bytes(args[0], budget.copy)


# -- torch -------------------------------------------------------------------------------------------------------


def load_storage(args: tuple[Any, ...], budget: Budget) -> Storage:
    """The numbers inside what torch wrote into one byte string: again a pickle, followed by the raw numbers.

    Three small pickles (a magic number, a version, the machine's number sizes), the storage as a persistent id, the
    list of its key, then a count and the numbers themselves.

    Raises:
        UnsafePickleError: the inner pickle names a global that is no storage type.
        CorruptFileError: the parts do not fit one another.
    """
    if len(args) != 1 or not isinstance(args[0], (bytes, FileBytes)):
        raise _wrong("torch.storage._load_from_bytes")
    data = args[0]
    head = bytes(in_memory(part_of(data, 0, _HEADER_LIMIT)))
    stream = BoundedReader(BytesIO(head), len(head))
    machine = Machine(_STORAGES, _described_storage, budget)
    if machine.load(stream) != TORCH_MAGIC:
        raise CorruptFileError("A tensor in the file is not in torch's format; copy or download it again.")
    machine.load(stream)
    machine.load(stream)
    described = machine.load(stream)
    machine.load(stream)
    if not isinstance(described, _Described):
        raise CorruptFileError("A tensor in the file has no description; copy or download it again.")
    start = stream.tell() + 8
    stated = int.from_bytes(head[start - 8 : start], "little")
    item = ITEM_SIZES.get(described.dtype, 1)
    if stated != described.count or stated * item != len(data) - start:
        raise CorruptFileError(
            f"A tensor in the file claims {max(stated, described.count)} numbers but "
            f"{max(0, len(data) - start) // item} are there; "
            "copy or download it again."
        )
    return Storage(described.dtype, part_of(data, start, len(data)))


class _Described(Record):
    """A storage as its persistent id describes it: the element type's name and the count of elements."""

    def __init__(self, dtype: str, count: int) -> None:
        super().__init__(dtype)
        self.args = (count,)

    @property
    def dtype(self) -> str:
        return self.name

    @property
    def count(self) -> int:
        return int(self.args[0])


def _described_storage(pid: tuple[Any, ...]) -> _Described:
    if len(pid) not in (5, 6) or pid[0] != "storage" or not isinstance(pid[1], Allowed) or not is_count(pid[4]):
        raise CorruptFileError("A tensor in the file has a description that makes no sense; download it again.")
    if len(pid) == 6 and pid[5] is not None:
        raise CorruptFileError("A tensor in the file is stored in a way that torch gave up; export it again.")
    kind = pid[1].construct(())
    return _Described(kind.name, pid[4])


def _tensor(name: str, args: tuple[Any, ...], make: MakeTensor) -> Stored:
    if not 4 <= len(args) <= 7:
        raise _wrong(name)
    storage, offset, shape, stride = args[:4]
    return make(storage, offset, shape, stride)


def _parameter(args: tuple[Any, ...]) -> Stored:
    if not 1 <= len(args) <= 4 or not isinstance(args[0], Stored):
        raise _wrong("_rebuild_parameter")
    return args[0]


def _size(args: tuple[Any, ...]) -> tuple[int, ...]:
    sizes = tuple(args[0]) if len(args) == 1 and isinstance(args[0], (list, tuple)) else None
    if sizes is None or not is_shape(sizes):
        raise _wrong("torch.Size")
    return sizes


# -- numpy -------------------------------------------------------------------------------------------------------


def _dtype(args: tuple[Any, ...]) -> NumpyType:
    if not 1 <= len(args) <= 3:
        raise _wrong("numpy.dtype")
    return numpy_type(args[0])


def _scalar(args: tuple[Any, ...], budget: Budget) -> bool | int | float:
    """A numpy scalar, as the Python number of the same value."""
    if len(args) != 2 or not isinstance(args[0], NumpyType):
        raise _wrong("a numpy scalar")
    array = NumpyArray(budget.copy)
    array.fill((), args[0], "C", args[1])
    value = array.read().item()
    assert isinstance(value, (bool, int, float))
    return value


def _array(args: tuple[Any, ...], budget: Budget) -> NumpyArray:
    """An empty array that its state fills; the shape given here is always (0,)."""
    if len(args) != 3 or not is_shape(args[1]) or any(args[1]):
        raise _wrong("a numpy array")
    return NumpyArray(budget.copy)


def _array_from_buffer(args: tuple[Any, ...], budget: Budget) -> NumpyArray:
    """An array as protocol 5 stores it; order "K" comes with the axes to reorder it by."""
    order = args[3] if len(args) in (4, 5) else None
    axes = args[4] if len(args) == 5 else None
    if order not in ("C", "F", "K") or (order == "K") is not isinstance(axes, tuple):
        raise _wrong("a numpy array")
    array = NumpyArray(budget.copy)
    array.fill(args[2], args[1], "F" if order == "F" else "C", args[0])
    if axes is not None:
        if not is_shape(axes) or sorted(axes) != list(range(len(array.shape))):
            raise _wrong("a numpy array")
        array.axes = axes
    return array


# -- The published networks --------------------------------------------------------------------------------------


def _module(args: tuple[Any, ...]) -> Module:
    """A module of the published networks; the source text that travels with it is not looked at."""
    meta = args[0] if len(args) == 1 else None
    if not isinstance(meta, dict) or meta.get("type") != "class":
        raise _wrong("a network")
    name, state = meta.get("class_name"), meta.get("state")
    if not isinstance(name, str) or not isinstance(state, dict):
        raise _wrong("a network")
    return Module(name[:200], state)
