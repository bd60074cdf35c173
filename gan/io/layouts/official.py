"""Bare state dicts with the names of the published PyTorch networks: StyleGAN2, StyleGAN3-T and -R.

The constructor's arguments are worked out from names and shapes; what leaves no trace there is guessed, and said so.
"""

import re
from typing import Any

from gan.io.errors import UnsupportedNetworkError
from gan.io.first_size import set_first_size
from gan.io.layouts.found import Candidate, Found, Tensors
from gan.io.layouts.stylegan2_arguments import (
    channel_arguments,
    constant,
    incomplete,
    mapping_arguments,
    resolutions,
    synthesis_arguments,
)
from gan.io.networks import Architecture, StoredNetwork
from gan.io.records import Tensor
from gan.io.tensorflow.variables import filter_tensor

LAYOUT = "state dict of {}"
CLAMP = 256
"""Limit of the layers' outputs of every configuration that the published tools train."""
_GUESSED = "The file does not say how {}: the published defaults are assumed."

_DESIGN = (
    *("img_resolution", "img_channels", "num_layers", "num_critical", "channel_base", "channel_max"),
    *("conv_kernel", "use_radial_filters", "num_fp16_res"),
)
"""Arguments that decide the filters."""

_LAYER = re.compile(r"synthesis\.L(\d{1,2})_(\d{1,5})_(\d{1,5})\.weight")


def generator(candidate: Candidate) -> Found | None:
    """The generator in a state dict; None where it has other names.

    Raises:
        UnsupportedNetworkError: a part of it is missing, or no published configuration has its layers.
    """
    given = candidate.tensors
    maps = any(key.startswith("mapping.fc") for key in given)
    draws = any(key.startswith(("synthesis.b4.", "synthesis.input.", "synthesis.L0_")) for key in given)
    if not (maps or draws):
        if "b4.const" in given or "input.freqs" in given:
            raise incomplete("a synthesis network alone, which", ["mapping.fc0.weight"])
        if "fc0.weight" in given and "w_avg" in given:
            raise incomplete("a mapping network alone, which", ["synthesis.b4.const"])
        return None
    if not maps:
        raise incomplete("a synthesis network, which", ["mapping.fc0.weight"])
    if not draws:
        raise incomplete("a mapping network, which", ["synthesis.b4.const"])
    return _stylegan3(given) if any(key.startswith("synthesis.L") for key in given) else _stylegan2(given)


def _mean(tensors: dict[str, Tensor], w_dim: int) -> bool:
    """Put a mean of w where there is none; True if so."""
    missing = "mapping.w_avg" not in tensors
    if missing:
        tensors["mapping.w_avg"] = constant((w_dim,))
    return missing


def _stylegan2(given: Tensors) -> Found:
    tensors = dict(given)
    arguments = {**mapping_arguments(given), **synthesis_arguments(given), "num_fp16_res": 0, "conv_clamp": CLAMP}
    for key in given:
        part, _, last = key.rpartition(".")
        layer = part.rpartition(".")[2]
        if last == "weight" and layer in ("conv0", "conv1", "skip") and key.startswith("synthesis.b"):
            tensors.setdefault(f"{part}.resample_filter", filter_tensor([1.0, 3.0, 3.0, 1.0]))
    for size in resolutions(given, "synthesis."):
        tensors.setdefault(f"synthesis.b{size}.resample_filter", filter_tensor([1.0, 3.0, 3.0, 1.0]))
    notices = [_GUESSED.format("far its layers' outputs are limited")]
    for key in [key for key in tensors if key.endswith(".noise_strength")]:
        size = int(key.split(".")[1][1:])
        if key.replace("noise_strength", "noise_const") not in tensors:
            tensors[key.replace("noise_strength", "noise_const")] = constant((size, size))
            notices = [*notices[:1], "The file lacks the constant noise: none is added."]
    missing = _mean(tensors, arguments["w_dim"])
    set_first_size(arguments, tensors)
    stored = StoredNetwork(Architecture("stylegan2.Generator", arguments), tensors, mean_missing=missing)
    return Found(stored, LAYOUT.format("StyleGAN2"), notices=tuple(notices))


def _stylegan3(given: Tensors) -> Found:
    tensors = dict(given)
    arguments = {**mapping_arguments(given), **stylegan3_arguments(given)}
    missing = _mean(tensors, arguments["w_dim"])
    stored = StoredNetwork(Architecture("stylegan3.Generator", arguments), tensors, mean_missing=missing)
    kind = "StyleGAN3-R" if arguments["conv_kernel"] == 1 else "StyleGAN3-T"
    notices = [_GUESSED.format("far its layers' outputs are limited")]
    if not _has_published_filters(given, arguments):
        notices.append("Its filters are not those of the published design: the file's own are used.")
    return Found(stored, LAYOUT.format(kind), notices=tuple(notices))


def _has_published_filters(given: Tensors, arguments: dict[str, Any]) -> bool:
    """True if every filter in a state dict of StyleGAN3 is the one that the design of its layers asks for."""
    import torch

    from gan.networks.stylegan3_design import plan
    from gan.networks.stylegan3_layers import layer_filters

    for layer in plan(**{key: value for key, value in arguments.items() if key in _DESIGN}).layers:
        for name, wanted in zip(("up_filter", "down_filter"), layer_filters(layer), strict=True):
            held = given.get(f"synthesis.{layer.name}.{name}")
            if held is None and wanted is None:
                continue
            if held is None or wanted is None or held.shape != tuple(wanted.shape):
                return False
            if not torch.allclose(held.read().float(), wanted, rtol=1e-3, atol=1e-5):
                return False
    return True


def stylegan3_arguments(given: Tensors) -> dict[str, Any]:
    """The arguments of a StyleGAN3 synthesis network, from layers' names such as `L3_52_512` and their kernels.

    Raises:
        UnsupportedNetworkError: no published configuration has these layers.
    """
    from gan.networks.stylegan3_design import plan

    layers = sorted(
        (int(found[1]), int(found[2]), int(found[3]), tensor.shape)
        for key, tensor in given.items()
        if (found := _LAYER.fullmatch(key))
    )
    if len(layers) < 5 or [layer[0] for layer in layers] != list(range(len(layers))):
        raise incomplete("its synthesis network", ["synthesis.L0"])
    resolution, channels = layers[-1][1], layers[-1][2]
    if any(len(layer[3]) != 4 for layer in layers) or not 8 <= resolution <= 4096:
        raise _unusual()
    most = max(layer[2] for layer in layers[:-1])
    radial = any(key.endswith("down_filter") and len(value.shape) == 2 for key, value in given.items())
    arguments: dict[str, Any] = {
        "img_resolution": resolution,
        "img_channels": channels,
        "num_layers": len(layers) - 1,
        "channel_max": most,
        "conv_kernel": layers[0][3][-1],
        "use_radial_filters": radial,
        "num_fp16_res": 0,
        "conv_clamp": CLAMP,
    }
    names = [f"L{index}_{size}_{count}" for index, size, count, _ in layers]
    for critical in (2, 1, 3, 0, 4):
        if len(layers) - 1 - critical < 4:
            continue
        options = {**arguments, "num_critical": critical}
        options.pop("conv_clamp")
        try:
            cutoffs = [layer.out_cutoff for layer in plan(**options, channel_base=1).layers]
            base = _channel_base([layer[2] for layer in layers[:-1]], cutoffs, most)
            design = plan(**options, channel_base=base) if base else None
        except ValueError:
            continue
        if design is not None and [layer.name for layer in design.layers] == names:
            return {**arguments, "num_critical": critical, "channel_base": base}
    raise _unusual()


def _channel_base(channels: list[int], cutoffs: list[float], most: int) -> int | None:
    """A number that gives these channels, round(base / 2 / cutoff) up to `most`; a power of two where one does."""
    low, high = 1.0, float(2**24)
    for count, cutoff in zip(channels, cutoffs, strict=False):
        low = max(low, (count - 0.5) * 2 * cutoff)
        if count < most:
            high = min(high, (count + 0.5) * 2 * cutoff)
    powers = [1 << power for power in range(25) if low <= 1 << power <= high]
    if powers:
        return powers[0]
    middle = round((low + min(high, 2 * low)) / 2)
    return middle if low <= middle <= high else None


def _unusual() -> UnsupportedNetworkError:
    return UnsupportedNetworkError(
        "The file is a state dict of StyleGAN3, but no published configuration has its layers, so it cannot be built; "
        "save the network itself (its pickle) instead."
    )


def discriminator(candidate: Candidate) -> Found | None:
    """The StyleGAN2 discriminator in a state dict; None where it has other names."""
    given = candidate.tensors
    if "b4.fc.weight" not in given or "b4.out.weight" not in given:
        return None
    sizes = resolutions(given, "")
    channels = {}
    for size in sizes:
        key = "b4.conv.weight" if size == 4 else f"b{size}.conv0.weight"
        if key not in given or len(given[key].shape) != 4:
            raise incomplete("its discriminator", [key])
        channels[size] = given[key].shape[0]
    colours = given.get(f"b{sizes[-1]}.fromrgb.weight")
    if colours is None or len(colours.shape) != 4:
        raise incomplete("its discriminator", [f"b{sizes[-1]}.fromrgb.weight"])
    c_dim = 0
    embed = given.get("mapping.embed.weight")
    if embed is not None and len(embed.shape) == 2:
        c_dim = embed.shape[1]
    arguments: dict[str, Any] = {
        "c_dim": c_dim,
        "img_resolution": sizes[-1],
        "img_channels": colours.shape[1],
        **channel_arguments(channels),
        "num_fp16_res": 0,
        "conv_clamp": CLAMP,
    }
    if f"b{sizes[-1]}.skip.weight" not in given:
        arguments["architecture"] = "skip" if "b4.fromrgb.weight" in given else "orig"
    if c_dim:
        layers = [key for key in given if re.fullmatch(r"mapping\.fc\d{1,2}\.weight", key)]
        arguments["mapping_kwargs"] = {"num_layers": len(layers)}
        arguments["cmap_dim"] = given["b4.out.weight"].shape[0]
    stored = StoredNetwork(Architecture("stylegan2.Discriminator", arguments), dict(given))
    return Found(stored, LAYOUT.format("StyleGAN2"), True)
