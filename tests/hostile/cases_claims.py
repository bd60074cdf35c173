"""Files that claim more than they hold, and networks that do not fit."""

import pickle
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from gan.networks import build
from tests.hostile import build as b
from tests.hostile.case import CORRUPT, UNSUPPORTED, Case
from tests.official_pickles import TINY_D, TINY_G, Persistent, dumps, official, persistent, tiny_networks


def cases() -> Iterator[Case]:
    """All cases of this kind."""
    yield from _claims()
    yield from _networks()


def _claims() -> Iterator[Case]:
    """Files that claim more than they hold, or stand for far more than their size."""
    giga = struct.pack("<Q", 2**31)
    for name, opcode in {"BINBYTES8": b"\x8e", "BINUNICODE8": b"\x8d", "BYTEARRAY8": b"\x96"}.items():
        yield Case(f"2 GB of {name}", b"\x80\x05" + opcode + giga + b"abc", CORRUPT, ("cut short",))
        yield Case(f"2^63 of {name}", b"\x80\x05" + opcode + b"\xff" * 8 + b"abc", CORRUPT, ("cut short",))
    yield Case("2 GB of BINBYTES", b"\x80\x03B\xff\xff\xff\x7fabc", CORRUPT, ("cut short",))
    yield Case("2 GB of LONG4", b"\x80\x02\x8b\xff\xff\xff\x7fabc", CORRUPT, ("cut short",))
    yield Case("2 GB frame", b"\x80\x04\x95" + giga + b"N.", UNSUPPORTED, ("no networks",))
    yield Case("2^31 in the memo", b"\x80\x02Nr\xff\xff\xff\x7f.", UNSUPPORTED, ("no networks",))
    yield Case("2 GB of bytearray", b.by_global("builtins", "bytearray", 2**31), CORRUPT, ("bytes",))
    yield Case(
        "2 GB array", b.by_global("numpy.core.multiarray", "_reconstruct", None, (2**31,), b"b"), CORRUPT, ("array",)
    )
    state = (1, (2**28,), np.dtype("f8"), False, b"")
    yield Case("2 GB array state", b.array_call(state), CORRUPT, ("shape",))
    for name, shape in {"scalar": (), "row": (2**31,)}.items():
        claim = b.tensor_claim(shape, (1,) * len(shape), 2**40 if not shape else 0)
        yield Case(f"2 GB tensor, {name}", b.with_parameter(claim), CORRUPT, ("that are there",))
    yield Case("tensor of one number repeated", b.with_parameter(b.tensor_claim((2**31,), (0,))), CORRUPT, ("there",))
    yield Case("tensor before its storage", b.with_parameter(b.tensor_claim((4, 4), (4, 1), -4)), CORRUPT, ("tensor",))
    yield Case(
        "tensor with negative steps", b.with_parameter(b.tensor_claim((4, 4), (-4, 1), 15)), CORRUPT, ("tensor",)
    )
    yield Case("tensor beyond its storage", b.with_parameter(b.tensor_claim((4, 4), (5, 1))), CORRUPT, ("[4, 4]",))
    yield Case("tensor of text", b.with_parameter(b.tensor_claim("ab", (1, 1))), CORRUPT, ("tensor",))
    yield Case("empty tensor of huge sides", b.with_parameter(b.tensor_claim((0, 2**40, 2**40), (1, 1, 1))), CORRUPT)
    claimed = b.stored_tensor(torch.zeros(16).untyped_storage())
    yield Case("storage cut short", b.storage_call(claimed[:-8]), CORRUPT, ("claims 64 numbers",))
    longer = claimed.replace(struct.pack("<q", 64), struct.pack("<q", 2**31))
    yield Case("2 GB storage", b.storage_call(longer), CORRUPT, ("claims 2147483648 numbers but 64",))
    described = claimed.replace(b"K@N", b"\x8a\x05" + struct.pack("<q", 2**31)[:5] + b"N")
    yield Case("2 GB storage as described", b.storage_call(described), CORRUPT, ("claims 2147483648 numbers but 64",))
    yield Case("deep tuples", b.nested(200_000), UNSUPPORTED, ("no networks",))
    yield Case("deep tuple as a key", b"\x80\x02}" + b.nested(200_000)[2:-1] + b"Ns.", CORRUPT, ("key",))
    colliding = b"".join(b.raw(i * (2**61 - 1)) + b"N" for i in range(20_000))
    yield Case("colliding keys", b"\x80\x02}(" + colliding + b"u.", CORRUPT, ("key",))
    yield Case("millions of parts", b"\x80\x02" + b"}" * 5_000_000 + b".", CORRUPT, ("parts",))
    text = b"\x80\x02c_codecs\nencode\nq\x00" + b.raw(("x" * 1_000_000, "latin1")) + b"q\x01R0"
    yield Case("text encoded again and again", text + b"h\x00h\x01R0" * 10_000 + b"N.", CORRUPT, ("parts",))
    pairs = b"\x80\x02ccollections\nOrderedDict\nq\x00" + b.raw(([[str(i), i] for i in range(10_000)],)) + b"q\x01R0"
    yield Case("a list of pairs again and again", pairs + b"h\x00h\x01R0" * 10_000 + b"N.", CORRUPT, ("parts",))
    for name, value in {"laughs": b.laughs(), "deep": _deep_dictionary(100)}.items():
        yield Case(f"settings: {name}", official(extra={"training_set_kwargs": {"a": value}}), CORRUPT, ("settings",))
    circle: dict[str, Any] = {}
    circle["a"] = circle
    yield Case(
        "settings that contain themselves", official(extra={"training_set_kwargs": circle}), CORRUPT, ("settings",)
    )
    modules = {"deep": b.deep_modules(100), "many": b.many_modules()}
    for name, module in modules.items():
        yield Case(f"modules: {name}", official(extra={"G": module}), CORRUPT, ("get the file again",))
    yield Case("a module that contains itself", b.module_in_itself(), CORRUPT, ("get the file again",))
    yield Case("the same weights many times", _shared_weights(), CORRUPT, ("MiB",))


def _deep_dictionary(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def _shared_weights() -> bytes:
    """A mapping network of 60 layers that all name the same megabyte of weights."""
    arguments = {**TINY_G, "z_dim": 512, "w_dim": 512, "mapping_kwargs": {"num_layers": 60}}
    with torch.device("meta"):
        network = build("stylegan2.Generator", **arguments).to_empty(device="cpu")
    shared: dict[tuple[int, ...], torch.nn.Parameter] = {}

    def share(module: Persistent) -> Persistent:
        state = module.meta["state"]
        for name, value in state["_parameters"].items():
            state["_parameters"][name] = shared.setdefault(tuple(value.shape), value)
        for child in state["_modules"].values():
            share(child)
        return module

    return dumps({"G_ema": share(persistent(network, arguments))})


def _networks() -> Iterator[Case]:
    """Sound pickles that hold no sound network."""
    shape = torch.nn.Parameter(torch.zeros(3, 5), False)
    yield Case("wrong shape", b.with_parameter(shape), CORRUPT, ("mapping.fc0.weight", "[3, 5]", "[4, 4]"))
    yield Case("missing parameter", b.with_parameter(...), CORRUPT, ("lacks mapping.fc0.weight",))
    yield Case("unknown parameter", b.with_parameter(shape, "extra"), CORRUPT, ("unknown mapping.fc0.extra",))
    yield Case("parameter that is text", b.with_parameter("abc"), CORRUPT, ("mapping.fc0.weight", "no tensor"))
    yield Case("unknown class", b.with_arguments("StyledGenerator"), UNSUPPORTED, ("styledgenerator", "generator"))
    yield Case("class named like code", b.with_arguments("os.system"), UNSUPPORTED, ("os.system",))
    no_name = persistent(tiny_networks()["D"], TINY_D)
    del no_name.meta["class_name"]
    yield Case("no class", official(extra={"D": no_name}), CORRUPT, ("network",))
    for key in ("_parameters", "_buffers", "_modules"):
        yield Case(f"no {key}", b.with_arguments(state={key: None}), CORRUPT, ("no module",))
    yield Case("child that is no module", b.with_arguments(state={"_modules": {"mapping": 1}}), CORRUPT, ("mapping",))
    yield Case(
        "no networks", pickle.dumps({"training_set_kwargs": {}}), UNSUPPORTED, ("none of g", "training_set_kwargs")
    )
    yield Case("nothing", pickle.dumps(None), UNSUPPORTED, ("no networks",))
    yield Case("G is text", official(extra={"G": "text"}), CORRUPT, ("g in the file is no network",))
    yield Case("state dict", pickle.dumps({"weight": torch.zeros(3)}), UNSUPPORTED, ("state dict",))
    arguments: dict[str, Any] = {
        "img_resolution": 2**30,
        "z_dim": 10**12,
        "channel_max": -1,
        "channel_base": float("inf"),
        "img_channels": 0,
        "conv_clamp": 10**400,
        "mapping_kwargs": {"num_layers": 10**9},
        "resample_filter": [1] * 1000,
        "architecture": _deep_dictionary(5),
    }
    for name, value in arguments.items():
        inner = name if name != "mapping_kwargs" else "num_layers"
        yield Case(f"{name} out of bounds", b.with_arguments(**{name: value}), UNSUPPORTED, ("argument", inner[:8]))
    yield Case("unknown argument", b.with_arguments(colour="red"), UNSUPPORTED, ("colour",))
    yield Case("odd resolution", b.with_arguments(img_resolution=17), UNSUPPORTED, ("cannot be built",))
    yield Case("text as a number", b.with_arguments(w_dim="four"), UNSUPPORTED, ("w_dim",))
    yield Case("text as arguments", b.with_arguments(mapping_kwargs="four"), UNSUPPORTED, ("mapping_kwargs",))
    yield Case("resolution of text", b.with_arguments(img_resolution="8"), UNSUPPORTED, ("img_resolution",))
    yield Case("arguments that are none", b.with_arguments(state={"_init_kwargs": 1}), CORRUPT, ("how it was built",))
    small = {key: TINY_G[key] for key in ("z_dim", "c_dim", "w_dim", "img_channels")}
    for name, value in {"num_layers": 5, "filter_size": 10**6, "lrelu_upsampling": 999, "first_cutoff": 1e-300}.items():
        content = b.with_input(**small, **{name: value})
        yield Case(f"StyleGAN3 {name}", content, UNSUPPORTED, ("argument", name))
