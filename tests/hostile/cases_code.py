"""Files that name code or that misuse what is allowed."""

import functools
import operator
import os
import pickle
from collections.abc import Iterator

import numpy as np
import torch

from tests.hostile import build as b
from tests.hostile.case import CORRUPT, LOADED, UNSAFE, UNSUPPORTED, Case
from tests.official_pickles import EasyDict, official


def cases(command: str) -> Iterator[Case]:
    """All cases of this kind; what runs anything runs `command`."""
    yield from _code(command)
    yield from _nested_code(command)
    yield from _structure()


def _code(command: str) -> Iterator[Case]:
    """Files that name code."""
    names = [
        ("posix", "system"),
        ("os", "system"),
        ("nt", "system"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("builtins", "__import__"),
        ("builtins", "getattr"),
        ("builtins", "open"),
        ("functools", "partial"),
        ("operator", "attrgetter"),
        ("torch.hub", "load"),
        ("torch", "load"),
        ("torch.serialization", "load"),
        ("torch.jit", "load"),
        ("torch._dynamo.eval_frame", "optimize"),
        ("runpy", "_run_code"),
        ("ctypes", "CDLL"),
        ("pickle", "loads"),
        ("numpy", "load"),
        ("dnnlib.util", "EasyDict.__setattr__"),
        ("collections", "OrderedDict.fromkeys"),
        ("torch.storage", "_load_from_bytes.__globals__"),
        ("torch_utils.persistence", "_module_to_src_dict"),
    ]
    for module, name in names:
        yield Case(
            f"{module}.{name} by GLOBAL", b.by_global(module, name, command), UNSAFE, (f"{module}.{name}", "trust")
        )
        yield Case(f"{module}.{name} by STACK_GLOBAL", b.by_stack(module, name, command), UNSAFE, (f"{module}.{name}",))
    for protocol in range(6):
        content = pickle.dumps(b.Call(os.system, command), protocol)
        yield Case(f"os.system protocol {protocol}", content, UNSAFE, ("posix.system",))
    chain = b.Call(getattr, b.Call(__import__, "os"), "system")
    yield Case("getattr chain", pickle.dumps(chain, 4), UNSAFE, ("builtins.getattr",))
    yield Case("partial", pickle.dumps(functools.partial(os.system, command), 4), UNSAFE, ("functools.partial",))
    yield Case("attrgetter", pickle.dumps(operator.attrgetter("system"), 4), UNSAFE, ("operator.attrgetter",))
    yield Case("INST", b"(S'" + command.encode() + b"'\nios\nsystem\n.", CORRUPT, ("STRING",))
    yield Case("INST without text", b"\x80\x02(ios\nsystem\n.", UNSAFE, ("os.system",))
    yield Case("OBJ", b"\x80\x02(cos\nsystem\n" + b.raw(command) + b"o.", UNSAFE, ("os.system",))
    for opcode in (b"\x82\x01", b"\x83\x01\x02", b"\x84\x01\x02\x03\x04"):
        yield Case(f"copyreg extension {len(opcode)}", b"\x80\x02" + opcode + b")R.", UNSAFE, ("extension", "refused"))
    yield Case("NEWOBJ", b"\x80\x02csubprocess\nPopen\n" + b.raw((command,)) + b"\x81.", UNSAFE, ("subprocess.Popen",))
    keywords = b"\x80\x04" + b.raw("subprocess") + b.raw("Popen") + b"\x93)}\x92."
    yield Case("NEWOBJ_EX", keywords, UNSAFE, ("subprocess.Popen",))
    yield Case("inside a snapshot", official(extra={"x": b.Call(os.system, command)}), UNSAFE, ("posix.system",))
    yield Case("newline in a name", b.by_stack("os\nx", "system", command), UNSAFE, ("os",))


def _nested_code(command: str) -> Iterator[Case]:
    """Files that hide code where something is unpickled again, or run it by way of what is allowed."""
    inner = b.stored_with_system_call(command)
    yield Case("code in a stored tensor", b.storage_call(inner), UNSAFE, ("posix.system",))
    yield Case(
        "code in a stored tensor, plain", b.storage_call(b.by_global("os", "system", command)), UNSAFE, ("os.system",)
    )
    twice = b.by_global("torch.storage", "_load_from_bytes", b.storage_call(inner))
    yield Case("code in a stored tensor in one", twice, UNSAFE, ("torch.storage._load_from_bytes",))
    yield Case("code in a snapshot's weights", b.with_parameter(b.Call(torch.storage._load_from_bytes, inner)), UNSAFE)
    source = f"import os\nos.system({command!r})\n"
    yield Case("source text with effects", official(source=source), LOADED)
    yield Case(
        "object array", pickle.dumps(np.array([b.Call(os.system, command)], object), 4), UNSAFE, ("numpy object array",)
    )
    yield Case("object array of data", pickle.dumps(np.array([None], object), 4), UNSAFE, ("numpy object array",))
    listed = b.array_call((1, (1,), np.dtype("f8"), False, [b.Call(os.system, command)]))
    yield Case("array from a list of code", listed, UNSAFE, ("posix.system",))
    listed = b.array_call((1, (1,), np.dtype("f8"), False, [1.0]))
    yield Case("array from a list of data", listed, UNSAFE, ("numpy object array",))
    evil = EasyDict(a=1)
    evil.__dict__["__setstate__"] = command
    yield Case("dictionary with __setstate__", official(extra={"training_set_kwargs": evil}), LOADED)
    classed = b"\x80\x02}" + b.raw({"__class__": "os.system"}) + b"b."
    yield Case("BUILD with __class__", classed, UNSUPPORTED, ("none of g, d and g_ema",))
    yield Case("BUILD on a list", b"\x80\x02]" + b.raw({"append": 1}) + b"b.", CORRUPT, ("attributes",))
    yield Case("BUILD on a function", b"\x80\x02ccollections\nOrderedDict\n}b.", CORRUPT, ("attributes",))
    yield Case("call of a tensor", b"\x80\x02" + b.raw(1) + b")R.", CORRUPT, ("cannot be called",))
    bad = b.by_global("collections", "OrderedDict", command)
    yield Case("OrderedDict of text", bad, CORRUPT, ("dictionary",))
    yield Case(
        "encode with a codec", b.by_global("_codecs", "encode", "x" * 99, "zlib_codec"), CORRUPT, ("_codecs.encode",)
    )
    yield Case("persistent id", b"\x80\x02" + b.raw(("storage", "x")) + b"Q.", CORRUPT, ("outside",))
    yield Case("out-of-band buffer", b"\x80\x05\x97.", CORRUPT, ("NEXT_BUFFER",))


def _structure() -> Iterator[Case]:
    """Pickles whose parts do not fit."""
    yield Case("protocol 9", b"\x80\x09N.", CORRUPT, ("protocol 9",))
    yield Case("empty stack", b"\x80\x02.", CORRUPT, ("byte 2",))
    yield Case("nothing to append to", b"\x80\x02Na.", CORRUPT, ("byte",))
    yield Case("entries of a list", b"\x80\x02]" + b.raw("a") + b"Ns.", CORRUPT, ("no dictionary",))
    yield Case("items of a tuple", b"\x80\x02)(NNe.", CORRUPT, ("no list",))
    yield Case("no mark", b"\x80\x02NNt.", CORRUPT, ("byte",))
    yield Case("unknown memo", b"\x80\x02h\x07.", CORRUPT, ("byte",))
    yield Case("unknown opcode", b"\x80\x02\xff.", CORRUPT, ("byte 2",))
    yield Case("name that is a number", b"\x80\x04K\x01K\x02\x93.", CORRUPT, ("name",))
    yield Case("structured numbers", pickle.dumps(np.zeros(1, [("a", "f4")]), 4), CORRUPT, ("numpy type",))
    yield Case("text numbers", pickle.dumps(np.array(["a"]), 4), CORRUPT, ("numpy type",))
    yield Case("text for a digit", b"\x80\x02I" + b"9" * 10_000 + b"\n.", CORRUPT, ("byte",))
    yield Case("bad text", b"\x80\x02X\x02\x00\x00\x00\xff\xff.", CORRUPT, ("byte",))
