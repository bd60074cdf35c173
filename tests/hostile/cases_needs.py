"""Files whose claims need more memory than there is, in the header of a safetensors file or in a sparse pickle."""

import json
import struct
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path
from typing import Any

import torch

from gan.networks import build
from tests.hostile import build as b
from tests.hostile.case import CORRUPT, ODD, REFUSED, UNSUPPORTED, Case
from tests.official_pickles import TINY_D, TINY_G

GIB = 2**30


def cases() -> Iterator[Case]:
    """All cases of this kind."""
    yield from _sparse_pickles()
    yield from _enormous_networks()
    yield from _arguments()
    yield from _headers()


def sparse(name: str, start: bytes, size: int) -> Callable[[Path], Path]:
    """A file that begins with `start`, and is as long as `size` without taking room."""

    def make(folder: Path) -> Path:
        path = folder / name
        with path.open("wb") as file:
            file.write(start)
            file.truncate(size)
        return path

    return make


def _sparse_pickles() -> Iterator[Case]:
    claims = {
        "BINBYTES8": b"\x80\x04\x8e" + struct.pack("<Q", 30 * GIB),
        "BYTEARRAY8": b"\x80\x05\x96" + struct.pack("<Q", 30 * GIB),
        "BINUNICODE8": b"\x80\x04\x8d" + struct.pack("<Q", 30 * GIB),
        "BINBYTES": b"\x80\x03B" + struct.pack("<I", 2**32 - 2),
        "BINUNICODE": b"\x80\x02X" + struct.pack("<I", 2**32 - 2),
        "BINSTRING": b"\x80\x02T" + struct.pack("<I", 2**31 - 2),
        "LONG4": b"\x80\x02\x8b" + struct.pack("<I", 2**31 - 2),
        "FRAME": b"\x80\x04\x95" + struct.pack("<Q", 30 * GIB),
    }
    for name, start in claims.items():
        yield Case(f"sparse {name}", sparse(f"sparse-{name}.pkl", start, 31 * GIB), CORRUPT, ("again",))
    yield Case("sparse zeros", sparse("zeros.pkl", b"", 30 * GIB), CORRUPT)
    yield Case("sparse zeros as safetensors", sparse("zeros.safetensors", b"", 30 * GIB), CORRUPT)
    yield Case("sparse header", sparse("header.safetensors", struct.pack("<Q", 29 * GIB) + b"{", 30 * GIB), CORRUPT)
    storage = b.stored_tensor(torch.zeros(16).untyped_storage())
    head = storage[: -16 * 4 - 8].replace(b"K@N", b"\x8a\x05" + struct.pack("<Q", 30 * GIB)[:5] + b"N")
    size = len(head) + 8 + 30 * GIB
    inner = head + struct.pack("<Q", 30 * GIB)
    start = b"\x80\x04ctorch.storage\n_load_from_bytes\n\x8e" + struct.pack("<Q", size) + inner
    yield Case("sparse storage", sparse("storage.pkl", start, size + 1000), CORRUPT)


ENORMOUS: dict[str, tuple[str, dict[str, Any]]] = {
    "z and w": ("stylegan2.Generator", {"z_dim": 65536, "w_dim": 65536}),
    "classes": ("stylegan2.Generator", {"c_dim": 65536, "w_dim": 65536}),
    "layers": ("stylegan2.Generator", {"channel_max": 16384, "channel_base": 2**24}),
    "mapping": ("stylegan2.Generator", {"mapping_kwargs": {"num_layers": 64, "layer_features": 65536}}),
    "noise": ("stylegan2.Generator", {"img_resolution": 4096, "channel_max": 8192, "channel_base": 2**20}),
    "StyleGAN1": ("stylegan1.Generator", {"z_dim": 32768, "w_dim": 32768}),
    "StyleGAN3": ("stylegan3.Generator", {"channel_max": 16384, "channel_base": 2**24}),
    "discriminator": ("stylegan2.Discriminator", {"channel_max": 16384, "channel_base": 2**24}),
}
_SMALL = {"z_dim": 4, "c_dim": 0, "w_dim": 4, "img_resolution": 32, "img_channels": 3}


def _enormous(name: str, class_name: str, changes: dict[str, Any]) -> Callable[[Path], Path]:
    """A file that describes a network with all its tensors, and is as long as they need."""
    start = TINY_D if class_name.endswith("Discriminator") else TINY_G if "2" in class_name else _SMALL
    arguments = {**start, "img_resolution": 32, **changes}
    with torch.device("meta"):
        state = build(class_name, **arguments).state_dict()
    tensors, at = {}, 0
    network = "D" if class_name.endswith("Discriminator") else "G_ema"
    for key, value in state.items():
        end = at + 4 * prod(value.shape)
        tensors[f"{network}.{key}"] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, end]}
        at = end
    header = b.described({network: {"class": class_name, "arguments": arguments}}, **tensors)
    content = b.safetensors(header)
    return sparse(f"enormous-{name}.safetensors".replace(" ", "-"), content, len(content) + at)


def _enormous_networks() -> Iterator[Case]:
    for name, (class_name, changes) in ENORMOUS.items():
        make = _enormous(name, class_name, changes)
        yield Case(f"enormous {name}", make, UNSUPPORTED, ("do not fit into memory", "GiB"))


def _arguments() -> Iterator[Case]:
    """Descriptions of enormous networks without their tensors."""
    for name, (class_name, changes) in ENORMOUS.items():
        start = TINY_D if class_name.endswith("Discriminator") else TINY_G if "2" in class_name else _SMALL
        network = "D" if class_name.endswith("Discriminator") else "G_ema"
        networks = {network: {"class": class_name, "arguments": {**start, **changes}}}
        yield Case(f"claimed {name}", b.safetensors(b.described(networks)), CORRUPT, ("lacks",), ".safetensors")
    three = {
        "every layer": {"num_layers": 64, "channel_max": 65536},
        "filters": {"filter_size": 16, "lrelu_upsampling": 4, "img_resolution": 4096},
        "margin": {"margin_size": 1024, "img_resolution": 4096},
        "cutoffs": {"first_cutoff": 1024, "first_stopband": 1024, "last_stopband_rel": 16},
        "kernels": {"conv_kernel": 15, "channel_max": 65536, "channel_base": 2**24},
    }
    for name, changes in three.items():
        networks = {"G_ema": {"class": "stylegan3.Generator", "arguments": {**_SMALL, **changes}}}
        yield Case(f"claimed StyleGAN3: {name}", b.safetensors(b.described(networks)), REFUSED, (), ".safetensors")
    filters = {**TINY_G, "resample_filter": [1] * 64}
    networks = {"G_ema": {"class": "stylegan2.Generator", "arguments": filters}}
    yield Case("claimed filter", b.safetensors(b.described(networks)), REFUSED, (), ".safetensors")


def _headers() -> Iterator[Case]:
    one = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    ugly = "red\x1b[31m\nline" + "x" * 100_000
    four = bytes(4)

    def described(arguments: Any) -> bytes:
        return b.safetensors(b.described({"G_ema": {"class": "stylegan2.Generator", "arguments": arguments}}))

    number = b'{"__metadata__": {"stylescope": "x"}, "w": ' + b"9" * 10_000 + b"}"
    files: dict[str, tuple[bytes, str]] = {
        "60,000 tensors": (b.safetensors({f"t{i}": one for i in range(60_000)} | b.described(), four), CORRUPT),
        "a number of 10,000 digits": (b.safetensors(number), CORRUPT),
        "shape of 9 sides": (b.safetensors(b.described(w={**one, "shape": [1] * 9}), four), CORRUPT),
        "shape of truth": (b.safetensors(b.described(w={**one, "shape": [True]}), four), CORRUPT),
        "offsets of fractions": (b.safetensors(b.described(w={**one, "data_offsets": [0.0, 4.0]}), four), CORRUPT),
        "offsets too many": (b.safetensors(b.described(w={**one, "data_offsets": [0, 4, 8]}), four), CORRUPT),
        "type of a list": (b.safetensors(b.described(w={**one, "dtype": ["F32"]}), four), CORRUPT),
        "an ugly tensor": (b.safetensors(b.described(**{ugly: {**one, "dtype": "F31"}}), four), CORRUPT),
        "an ugly unknown tensor": (b.safetensors(b.described(**{f"G_ema.{ugly}": one}), four), CORRUPT),
        "an ugly class": (b.safetensors(b.described({"G_ema": {"class": ugly, "arguments": TINY_G}})), UNSUPPORTED),
        "an ugly argument": (described({**TINY_G, ugly: 1}), UNSUPPORTED),
        "a surrogate argument": (described({**TINY_G, "\udcff": 1}), UNSUPPORTED),
        "ugly words": (described({**TINY_G, "architecture": ugly}), UNSUPPORTED),
        "arguments of a million parts": (described({**TINY_G, "a": [[0] * 1000] * 1000}), CORRUPT),
        "deep arguments": (described({**TINY_G, "a": _deep(900)}), CORRUPT),
        "infinite arguments": (described({**TINY_G, "z_dim": float("inf")}), UNSUPPORTED),
        "no numbers at all": (described({**TINY_G, "z_dim": float("nan")}), UNSUPPORTED),
        "version of truth": (b.safetensors(b.described(version=True)), ODD),
        "version of 400 digits": (b.safetensors(b.described(version=10**400)), UNSUPPORTED),
    }
    for name, (content, outcome) in files.items():
        yield Case(f"safetensors header: {name}", content, outcome, (), ".safetensors")
    settings = {"version": 1, "networks": {}, "training_set_kwargs": {str(i): i for i in range(200_000)}}
    header = {"__metadata__": {"stylescope": json.dumps(settings)}}
    yield Case("safetensors header: settings without end", b.safetensors(header), REFUSED, (), ".safetensors")


def _deep(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value
