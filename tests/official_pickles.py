"""Pickles in the published layout, made from networks of our own.

The published tools pickle each module through `torch_utils.persistence._reconstruct_persistent_obj`, with the
module's source text and its state. Here stand-ins of that name exist while a pickle is written, so that the standard
pickler writes the very same globals.
"""

import io
import pickle
import sys
import types
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import nn

from gan.networks import build

TINY_G = {
    "z_dim": 4,
    "c_dim": 0,
    "w_dim": 4,
    "img_resolution": 8,
    "img_channels": 3,
    "channel_base": 32,
    "channel_max": 4,
    "mapping_kwargs": {"num_layers": 1, "w_avg_beta": 0.998},
    "num_fp16_res": 0,
    "conv_clamp": None,
}
TINY_D = {
    "c_dim": 0,
    "img_resolution": 8,
    "img_channels": 3,
    "channel_base": 32,
    "channel_max": 4,
    "num_fp16_res": 0,
    "conv_clamp": None,
}


@cache
def tiny_networks(seed: int = 0) -> dict[str, nn.Module]:
    """A G, D and G_ema of 8x8 pixels with random weights, the same for all callers: change nothing in them."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return {
            "G": build("stylegan2.Generator", **TINY_G),
            "D": build("stylegan2.Discriminator", **TINY_D),
            "G_ema": build("stylegan2.Generator", **TINY_G),
        }


def _reconstruct_persistent_obj(meta: dict[str, Any]) -> None:
    raise AssertionError("the stand-in must never be called")


class EasyDict(dict):  # type: ignore[type-arg]
    """The published tools' dictionary with attributes, as far as pickle sees it."""


class Persistent:
    """A module as the published tools pickle it."""

    def __init__(self, class_name: str, state: dict[str, Any], source: str = "") -> None:
        self.meta = {"type": "class", "version": 6, "module_src": source, "class_name": class_name, "state": state}

    def __reduce__(self) -> tuple[Any, ...]:
        return (_reconstruct_persistent_obj, (self.meta,))


def persistent(module: nn.Module, kwargs: dict[str, Any] | None = None, *, source: str = "", old: bool = False) -> Any:
    """`module` and all in it as `Persistent`.

    Args:
        module: One of our networks.
        kwargs: The arguments it was built with (the outermost module's only are looked at).
        source: What to put where the published tools put the module's source text.
        old: Imitate torch 1.7: ordered dictionaries, and none of the fields that came later.
    """
    make = OrderedDict if old else dict
    state: dict[str, Any] = {"training": False}
    state["_parameters"] = make((k, v.detach().requires_grad_(False)) for k, v in module._parameters.items())
    state["_parameters"] = make((k, nn.Parameter(v, False)) for k, v in state["_parameters"].items())
    state["_buffers"] = make((k, v if v is None else v.clone()) for k, v in module._buffers.items())
    state["_non_persistent_buffers_set"] = set()
    state["_backward_hooks"] = OrderedDict()
    if not old:
        state["_backward_pre_hooks"] = OrderedDict()
        state["_is_full_backward_hook"] = None
    state["_modules"] = make(
        (k, persistent(v, source=source, old=old)) for k, v in module._modules.items() if v is not None
    )
    for key in ("num_layers", "w_avg_beta", "use_fp16", "conv_clamp"):
        if isinstance(getattr(module, key, ()), (int, float, bool, type(None))):
            state[key] = getattr(module, key)
    state["_init_args"] = ()
    state["_init_kwargs"] = EasyDict(kwargs or {})
    return Persistent(type(module).__name__, state, source)


@contextmanager
def published_modules() -> Iterator[None]:
    """While this lasts, the stand-ins can be found under their published names."""
    modules = {name: types.ModuleType(name) for name in ("torch_utils", "torch_utils.persistence", "dnnlib")}
    modules["dnnlib.util"] = types.ModuleType("dnnlib.util")
    modules["torch_utils.persistence"]._reconstruct_persistent_obj = _reconstruct_persistent_obj  # type: ignore[attr-defined]
    modules["dnnlib.util"].EasyDict = EasyDict  # type: ignore[attr-defined]
    assert not sys.modules.keys() & modules.keys()
    sys.modules.update(modules)
    before = _reconstruct_persistent_obj.__module__
    _reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
    EasyDict.__module__ = "dnnlib.util"
    try:
        yield
    finally:
        _reconstruct_persistent_obj.__module__ = EasyDict.__module__ = before
        for name in modules:
            del sys.modules[name]


def dumps(data: Any, protocol: int = 4) -> bytes:
    """`data`, which may hold `Persistent` and `EasyDict`, as a pickle with the published names."""
    with published_modules():
        return pickle.dumps(data, protocol)


def official(
    networks: dict[str, nn.Module] | None = None,
    *,
    protocol: int = 4,
    source: str = "",
    old: bool = False,
    kwargs: dict[str, dict[str, Any]] | None = None,
    extra: dict[str, Any] | None = None,
) -> bytes:
    """A snapshot in the published layout.

    Args:
        networks: By name; the tiny ones where None.
        protocol: Of the pickle.
        source: The modules' source text.
        old: See `persistent`.
        kwargs: Constructor arguments by network; those of the tiny ones where None.
        extra: More entries of the outer dictionary, or others for the same names.
    """
    networks = networks or tiny_networks()
    kwargs = kwargs or {"G": TINY_G, "D": TINY_D, "G_ema": TINY_G}
    data = {name: persistent(net, kwargs[name], source=source, old=old) for name, net in networks.items()}
    settings = EasyDict(class_name="training.dataset.ImageFolderDataset", path="/data/tiny.zip", resolution=8)
    return dumps({**data, "augment_pipe": None, "training_set_kwargs": settings, **(extra or {})}, protocol)


def stored_tensor(pickled_object: Any) -> bytes:
    """Return the byte string torch writes for any object (normally a tensor's storage)."""
    stream = io.BytesIO()
    torch.save(pickled_object, stream, _use_new_zipfile_serialization=False)
    return stream.getvalue()
