"""Arguments of StyleGAN2 from the shapes of its parameters by our names."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from gan.io.errors import UnsupportedNetworkError, listed
from gan.io.layouts.found import Tensors
from gan.io.records import Tensor, derived

LR_MULTIPLIER = 0.01
"""Of every mapping network that was published."""

_FILTERS: Mapping[int, list[int]] = {1: [1], 2: [1, 1], 3: [1, 2, 1], 4: [1, 3, 3, 1], 6: [1, 5, 10, 10, 5, 1]}
"""Taps of a resampling filter, by their count."""


def mapping_arguments(tensors: Tensors, prefix: str = "mapping.") -> dict[str, Any]:
    """z_dim, c_dim, w_dim and mapping_kwargs from `fc0`, `fc1`, ... and `embed`.

    Raises:
        UnsupportedNetworkError: there are no such layers, or they do not follow one another.
    """
    layers = [tensors[key].shape for i in range(64) if (key := f"{prefix}fc{i}.weight") in tensors]
    if not layers or any(len(shape) != 2 for shape in layers):
        raise incomplete("its mapping network", [f"{prefix}fc0.weight"])
    embedded, c_dim = 0, 0
    if f"{prefix}embed.weight" in tensors and len(tensors[f"{prefix}embed.weight"].shape) == 2:
        embedded, c_dim = tensors[f"{prefix}embed.weight"].shape
    options: dict[str, Any] = {"num_layers": len(layers), "lr_multiplier": LR_MULTIPLIER}
    w_dim = layers[-1][0]
    if len(layers) > 1 and layers[0][0] != w_dim:
        options["layer_features"] = layers[0][0]
    if c_dim and embedded != w_dim:
        options["embed_features"] = embedded
    return {"z_dim": layers[0][1] - embedded, "c_dim": c_dim, "w_dim": w_dim, "mapping_kwargs": options}


def resolutions(tensors: Tensors, prefix: str) -> list[int]:
    """Resolutions of the blocks `b4`, `b8`, ... in ascending order."""
    pattern = re.compile(re.escape(prefix) + r"b(\d{1,5})\.")
    return sorted({int(found[1]) for key in tensors if (found := pattern.match(key))})


def channel_arguments(channels: Mapping[int, int]) -> dict[str, int]:
    """channel_base and channel_max that give these channels by resolution.

    Raises:
        UnsupportedNetworkError: no two numbers do.
    """
    most = max(channels.values())
    bases = {count * resolution for resolution, count in channels.items() if count < most}
    bases.add(most * max(channels))
    for base in sorted(bases):
        if all(min(base // resolution, most) == count for resolution, count in channels.items()):
            return {"channel_base": base, "channel_max": most}
    raise UnsupportedNetworkError(
        f"The network's layers have {listed(channels.values(), 12)} channels, which no published configuration has, so "
        "it cannot be built; choose another file."
    )


def synthesis_arguments(tensors: Tensors, prefix: str = "synthesis.") -> dict[str, Any]:
    """The arguments of a StyleGAN2 synthesis network but for those that leave no trace in its tensors.

    Raises:
        UnsupportedNetworkError: layers are missing.
    """
    sizes = resolutions(tensors, prefix)
    if not sizes:
        raise incomplete("its synthesis network", [f"{prefix}b4.const"])
    blocks = [f"{prefix}b{size}." for size in sizes]
    needed = [f"{block}conv1.weight" for block in blocks] + [f"{block}conv1.bias" for block in blocks]
    missing = [key for key in [*needed, f"{blocks[-1]}torgb.weight"] if not _has_rank(tensors, key)]
    if missing or sizes[0] != 4 or any(after != 2 * before for before, after in pairwise(sizes)):
        raise incomplete("its synthesis network", missing or [f"{prefix}b4.conv1.weight"])
    skips = [f"{block}skip.weight" in tensors for block in blocks]
    colours = [f"{block}torgb.weight" in tensors for block in blocks]
    arguments: dict[str, Any] = {
        "img_resolution": sizes[-1],
        "img_channels": tensors[f"{blocks[-1]}torgb.weight"].shape[0],
        **channel_arguments({size: tensors[f"{prefix}b{size}.conv1.bias"].shape[0] for size in sizes}),
    }
    if any(skips) or not all(colours):
        arguments["architecture"] = "resnet" if any(skips) else "orig"
    if f"{blocks[0]}conv1.noise_strength" not in tensors:
        arguments["use_noise"] = False
    taps = next((tensor.shape[0] for key, tensor in tensors.items() if key.endswith("resample_filter")), 4)
    if taps != 4:
        arguments["resample_filter"] = _FILTERS.get(taps, [1] * taps)
    return arguments


def _has_rank(tensors: Tensors, key: str) -> bool:
    return key in tensors and len(tensors[key].shape) >= 1


def incomplete(what: str, keys: list[str]) -> UnsupportedNetworkError:
    """The error of a network of which parts are missing."""
    return UnsupportedNetworkError(
        f"The file holds a part of a network only: {what} lacks {listed(keys, 2)}; choose a file that holds the whole "
        "generator."
    )


def constant(shape: tuple[int, ...], value: float = 0.0) -> Tensor:
    """A tensor full of one number."""

    def read() -> Any:
        import torch

        return torch.full(shape, value)

    return Tensor("float32", shape, read)


def reshaped(tensor: Tensor, *shape: int) -> Tensor:
    """`tensor` in another shape of as many numbers."""
    return derived(tensor, shape, lambda value: value.reshape(shape))


def plus(tensor: Tensor, number: float) -> Tensor:
    """`tensor` with a number added."""
    return derived(tensor, tensor.shape, lambda value: value + number)


def turned(tensor: Tensor) -> Tensor:
    """Kernels turned by 180 degrees."""
    return derived(tensor, tensor.shape, lambda value: value.flip(-1, -2))
