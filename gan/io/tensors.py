"""The native file format: safetensors, with the constructors' arguments as JSON in its header.

A file is eight bytes (the header's length), a JSON header with each tensor's type, shape and place, and the numbers.
It is read here and not by the library, because sizes must be checked before memory is allocated, and because the
library maps the whole file at once.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from foundation.files import replacing
from foundation.pickles.foreign import Foreign
from gan.io import parents
from gan.io.errors import CorruptFileError, UnsupportedNetworkError, quoted
from gan.io.layouts import Reading, networks_in
from gan.io.networks import NAMES, Architecture, Networks, StoredNetwork
from gan.io.official import plain
from gan.io.records import ITEM_SIZES, FileBytes, Storage, Tensor, is_count, is_shape, make_tensor

VERSION = 1
"""The version of the description in the header; files of a later one are refused."""

KEY = "stylescope"
"""Key of the description in the header's metadata."""

MAX_HEADER = 16 * 2**20
_MAX_TENSORS = 50_000

_TYPES = {
    "F16": "float16",
    "BF16": "bfloat16",
    "F32": "float32",
    "F64": "float64",
    "I8": "int8",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
    "U8": "uint8",
    "BOOL": "bool",
}


def save(path: str | Path, nets: Networks) -> None:
    """Write networks to a safetensors file, atomically.

    `load` restores the same parameters and buffers, bit for bit, and the same arguments.

    Args:
        path: The file to write; an existing one is replaced.
        nets: The networks; each that is not None must have its architecture in `nets.info`.

    Raises:
        ValueError: there is no network to save, or `nets.info` does not say how one is built.
        OSError: the file cannot be written.
    """
    from safetensors.torch import save_file

    path = Path(path)
    tensors, architectures = {}, {}
    for name in NAMES:
        network = getattr(nets, name)
        if network is None:
            continue
        architecture = nets.info.architectures.get(name)
        if architecture is None:
            raise ValueError(f"nets.info.architectures lacks {name}, so it could not be built again; add it.")
        architectures[name] = {"class": architecture.class_name, "arguments": plain(architecture.arguments)}
        for key, value in network.state_dict().items():
            tensors[f"{name}.{key}"] = value.detach().cpu().contiguous().clone()
    if not architectures:
        raise ValueError("There is no network to save: G, D and G_ema are all None.")
    description = {
        "version": VERSION,
        "networks": architectures,
        "training_set_kwargs": plain(nets.info.training_set_kwargs),
        **({"parents": parents.written(nets.info.parents)} if nets.info.parents else {}),
    }
    with replacing(path) as part:
        save_file(tensors, part, metadata={KEY: json.dumps(description, sort_keys=True)})


def load_safetensors(file: BinaryIO, size: int) -> Reading:
    """Read the networks in a file written by `save`, or those of another program's state dict.

    Args:
        file: The file, at its start; it must stay open until the tensors have been read.
        size: Its size in bytes.

    Raises:
        CorruptFileError: the file is cut short or damaged.
        UnsupportedNetworkError: it holds no network that is known, or was written by a later version.
    """
    head = file.read(8)
    length = int.from_bytes(head, "little")
    if len(head) < 8 or not 2 <= length <= min(MAX_HEADER, size - 8):
        raise CorruptFileError(
            "The file is cut short, or is no safetensors file: its header does not fit; copy or download it again."
        )
    header = _parsed(file.read(length), "header")
    metadata = header.pop("__metadata__", {})
    tensors = _tensors(file, header, 8 + length, size)
    if not isinstance(metadata, dict) or not isinstance(metadata.get(KEY), str):
        return networks_in(tensors, Foreign(), NAMES)
    description = _description(metadata[KEY])
    stored = {}
    for name, entry in description["networks"].items():
        prefix = f"{name}."
        own = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
        stored[name] = StoredNetwork(_architecture(name, entry), own)
    settings = description.get("training_set_kwargs")
    return Reading(
        stored,
        plain(settings) if isinstance(settings, dict) else {},
        "StyleScope",
        parents=parents.read(description.get("parents")),
    )


def _parsed(text: bytes | str, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"The file's {what} cannot be read; copy or download it again.") from error
    if not isinstance(value, dict):
        raise CorruptFileError(f"The file's {what} makes no sense; copy or download it again.")
    return value


def _description(text: str) -> dict[str, Any]:
    description = _parsed(text, "description of its networks")
    version, networks = description.get("version"), description.get("networks")
    if not isinstance(version, int) or not isinstance(networks, dict) or not set(networks) <= set(NAMES):
        raise CorruptFileError("The file's description of its networks makes no sense; copy or download it again.")
    if version > VERSION:
        raise UnsupportedNetworkError(
            f"The file has version {version}, but this program knows {VERSION} at most; update the program."
        )
    return description


def _architecture(name: str, entry: Any) -> Architecture:
    class_name = entry.get("class") if isinstance(entry, dict) else None
    arguments = entry.get("arguments") if isinstance(entry, dict) else None
    if not isinstance(class_name, str) or not isinstance(arguments, dict):
        raise CorruptFileError(f"The file does not say how {name} is built; copy or download it again.")
    return Architecture(class_name[:200], plain(arguments))


def _tensors(file: BinaryIO, header: Mapping[str, Any], start: int, size: int) -> dict[str, Tensor]:
    if len(header) > _MAX_TENSORS:
        raise CorruptFileError("The file has more parameters than any network; copy or download it again.")
    places = []
    tensors = {}
    for key, entry in header.items():
        dtype, shape, offsets = (
            (entry.get("dtype"), entry.get("shape"), entry.get("data_offsets"))
            if isinstance(entry, dict)
            else (None, None, None)
        )
        shape = tuple(shape) if isinstance(shape, list) else None
        offsets = tuple(offsets) if isinstance(offsets, list) and len(offsets) == 2 else None
        kind = _TYPES.get(dtype) if isinstance(dtype, str) else None
        if kind is None or not is_shape(shape) or not all(is_count(offset) for offset in offsets or (None,)):
            raise CorruptFileError(f"The file describes {quoted(key)} in a way that makes no sense; download it again.")
        assert shape is not None
        assert offsets is not None
        begin, end = offsets
        if start + end > size or end - begin != prod(shape) * ITEM_SIZES[kind]:
            raise CorruptFileError(
                f"The file claims numbers of shape {list(shape)} for {quoted(key)} that are not there; it is cut short "
                "or damaged: copy or download it again."
            )
        places.append((begin, end))
        strides = tuple(prod(shape[i + 1 :]) for i in range(len(shape)))
        stored = Storage(kind, FileBytes(file, start + begin, end - begin))
        tensors[key] = make_tensor(stored, 0, shape, strides)
    places.sort()
    if any(before[1] > after[0] for before, after in pairwise(places)):
        raise CorruptFileError("Two tensors of the file share the same bytes; copy or download it again.")
    return tensors
