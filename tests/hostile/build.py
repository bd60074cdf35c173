"""Building blocks of hostile files."""

import io
import json
import pickle
import pickletools
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from tests.official_pickles import TINY_G, Persistent, official, persistent, stored_tensor, tiny_networks


class Call:
    """Pickles as a call of `function` with `args`, and of `state` set on the result where there is one."""

    def __init__(self, function: Any, *args: Any, state: Any = None) -> None:
        self.parts = (function, args) if state is None else (function, args, state)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.parts


def raw(value: Any) -> bytes:
    """`value` as opcodes with no beginning, no end and nothing memorised."""
    if type(value) is str:  # as below, in a hundredth of the time: some files hold a hundred thousand names
        text = value.encode("utf-8", "surrogatepass")
        return b"X" + struct.pack("<I", len(text)) + text
    if type(value) is int:
        return pickle.dumps(value, 2)[2:-1]
    return pickletools.optimize(pickle.dumps(value, 2))[2:-1]


def by_global(module: str, name: str, *args: Any) -> bytes:
    """A protocol 2 pickle that calls `module.name(*args)`, named by the GLOBAL opcode."""
    return b"\x80\x02c" + f"{module}\n{name}\n".encode() + raw(args) + b"R."


def by_stack(module: str, name: str, *args: Any) -> bytes:
    """A protocol 4 pickle that calls `module.name(*args)`, named by the STACK_GLOBAL opcode."""
    return b"\x80\x04" + raw(module) + raw(name) + b"\x93" + raw(args) + b"R."


def storage_call(inner: bytes) -> bytes:
    """A pickle that makes torch's stored tensor of these bytes."""
    return by_global("torch.storage", "_load_from_bytes", inner)


def with_parameter(value: Any, name: str = "weight") -> bytes:
    """A snapshot whose `G_ema.mapping.fc0.<name>` is `value`; its parameter is left out where `value` is `...`."""
    module = persistent(tiny_networks()["G_ema"], TINY_G)
    parameters = (
        module.meta["state"]["_modules"]["mapping"].meta["state"]["_modules"]["fc0"].meta["state"]["_parameters"]
    )
    if value is ...:
        del parameters[name]
    else:
        parameters[name] = value
    return official(extra={"G_ema": module})


def array_call(state: Any) -> bytes:
    """A pickle that makes a numpy array and sets this state on it."""
    return pickle.dumps(Call(np.array(1.0).__reduce__()[0], np.ndarray, (0,), b"b", state=state), 4)


def tensor_claim(shape: Any, stride: Any, offset: Any = 0, numbers: int = 16) -> Call:
    """A tensor that claims a view of a storage of so many numbers."""
    storage = torch.zeros(numbers).untyped_storage()
    typed = torch.storage.TypedStorage(wrap_storage=storage, dtype=torch.float32, _internal=True)
    return Call(torch._utils._rebuild_tensor_v2, typed, offset, shape, stride, False, {})


def with_arguments(class_name: str = "Generator", state: dict[str, Any] | None = None, **changes: Any) -> bytes:
    """A snapshot whose G_ema has other arguments, another class, or more attributes."""
    module = persistent(tiny_networks()["G_ema"], {**TINY_G, **changes})
    module.meta["class_name"] = class_name
    module.meta["state"].update(state or {})
    return official(extra={"G_ema": module})


def with_input(**arguments: Any) -> bytes:
    """A snapshot whose G_ema passes for a StyleGAN3 generator with these arguments."""
    module = persistent(tiny_networks()["G_ema"], {**TINY_G, **arguments})
    synthesis = module.meta["state"]["_modules"]["synthesis"].meta["state"]
    synthesis["_modules"]["input"] = empty_module({})
    return official(extra={"G_ema": module})


def nested(depth: int) -> bytes:
    """A pickle of a tuple in a tuple in a tuple, `depth` times."""
    return b"\x80\x02)" + b"\x85" * depth + b"."


def laughs(depth: int = 40) -> list[Any]:
    """Return a small list that expands to 2^depth lists."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value, value]
    return value


def empty_module(children: dict[str, Any]) -> Persistent:
    """A module with nothing but children."""
    return Persistent("Generator", {"_parameters": {}, "_buffers": {}, "_modules": children})


def deep_modules(depth: int) -> Persistent:
    """A module in a module in a module."""
    module = empty_module({})
    for _ in range(depth):
        module = empty_module({"a": module})
    return module


def many_modules(depth: int = 28) -> Persistent:
    """Return a small module that expands to 2^depth modules."""
    module = empty_module({})
    for _ in range(depth):
        module = empty_module({"a": module, "b": module})
    return module


def safetensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file with this header (bytes, or made into JSON), which may claim another length."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def described(networks: Any = None, version: Any = 1, **tensors: Any) -> dict[str, Any]:
    """A safetensors header with a description of networks."""
    networks = networks if networks is not None else {"G_ema": {"class": "stylegan2.Generator", "arguments": TINY_G}}
    text = json.dumps({"version": version, "networks": networks, "training_set_kwargs": {}})
    return {"__metadata__": {"stylescope": text}, **tensors}


def stored_with_system_call(command: str) -> bytes:
    """Return the bytes torch writes for a tensor, but with a system call inside."""
    import os

    return stored_tensor(Call(os.system, command))


def module_in_itself() -> bytes:
    """A snapshot whose G is its own child."""
    state = b"}q\x00(" + raw("_parameters") + b"}" + raw("_buffers") + b"}" + raw("_modules") + b"}q\x01u"
    meta = b"}(" + raw("type") + raw("class") + raw("class_name") + raw("Generator") + raw("state") + b"h\x00u"
    call = b"ctorch_utils.persistence\n_reconstruct_persistent_obj\n" + meta + b"\x85Rq\x02"
    child = b"h\x01" + raw("a") + b"h\x02s0"
    return b"\x80\x02" + state + b"0" + call + b"0" + child + b"}" + raw("G") + b"h\x02s."


def stored(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of unpacked files: what `zipfile` writes, without its seconds for tens of thousands."""
    files, entries = io.BytesIO(), io.BytesIO()
    for name, content in members.items():
        text, size = name.encode(), len(content)
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, zlib.crc32(content), size, size, len(text), 0)
        entries.write(b"PK\1\2\x14\3" + common + struct.pack("<HHHII", 0, 0, 0, 0, files.tell()) + text)
        files.write(b"PK\3\4" + common + text + content)
    count, listed, at = len(members), entries.tell(), files.tell()
    large = b""
    if count > 0xFFFF:  # then the records of large archives count
        record = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, listed, at)
        large = b"PK\6\6" + record + b"PK\6\7" + struct.pack("<IQI", 0, at + listed, 1)
    told = min(count, 0xFFFF)
    end = struct.pack("<HHHHIIH", 0, 0, told, told, listed, at, 0)
    return files.getvalue() + entries.getvalue() + large + b"PK\5\6" + end
