"""StyleGAN2 by the names of the rosinality program, which NADA, pSp, e4e, ReStyle and HyperStyle share.

A renaming of the published StyleGAN2: modulated weights have one dimension more, and the filters include their gain.
"""

import re
from collections.abc import Mapping
from typing import Any

from gan.io.errors import UnsupportedNetworkError
from gan.io.layouts.found import Candidate, Found, Tensors
from gan.io.layouts.stylegan2_arguments import (
    channel_arguments,
    constant,
    incomplete,
    mapping_arguments,
    reshaped,
    synthesis_arguments,
)
from gan.io.networks import Architecture, StoredNetwork
from gan.io.records import Tensor
from gan.io.tensorflow.variables import filter_tensor

GENERATOR = "rosinality StyleGAN2"
ENCODERS = "rosinality StyleGAN2 (decoder of pSp, e4e, ReStyle or HyperStyle)"
_TAPS = [1.0, 3.0, 3.0, 1.0]


def generator(candidate: Candidate) -> Found | None:
    """The generator in a state dict of these names; None where it has others.

    Raises:
        UnsupportedNetworkError: some of its layers are missing.
    """
    given = candidate.tensors
    if "input.input" not in given and not ("conv1.conv.weight" in given or "style.1.weight" in given):
        return None
    tensors = renamed(given)
    mean = _mean(candidate)
    arguments = {**mapping_arguments(tensors), **synthesis_arguments(tensors)}
    missing = mean is None or mean.shape != (arguments["w_dim"],)
    tensors["mapping.w_avg"] = constant((arguments["w_dim"],)) if missing or mean is None else mean
    arguments |= {"num_fp16_res": 0, "conv_clamp": None}
    is_decoder = candidate.name == "decoder"
    notices: tuple[str, ...] = ()
    if is_decoder:
        notices = (
            "The encoder was left out: only the generator is opened. Never compared with pictures of pSp or e4e.",
        )
    return Found(
        StoredNetwork(Architecture("stylegan2.Generator", arguments), tensors, mean_missing=missing),
        ENCODERS if is_decoder else GENERATOR,
        notices=notices,
    )


def _mean(candidate: Candidate) -> Tensor | None:
    """The mean of w beside the networks: [w], [1, w], or one for each layer, which are the same."""
    value = candidate.siblings.get("latent_avg")
    if not isinstance(value, Tensor) or not value.shape or len(value.shape) > 2 or 0 in value.shape:
        return None
    if len(value.shape) == 1:
        return value
    width = value.shape[1]
    return Tensor(value.dtype, (width,), lambda: value.read()[0])


def renamed(given: Tensors) -> dict[str, Tensor]:
    """The tensors of a generator by our names.

    Raises:
        UnsupportedNetworkError: there is a tensor of another name.
    """
    tensors: dict[str, Tensor] = {}
    for key, value in given.items():
        place = _place(key)
        if place is None:
            raise UnsupportedNetworkError(
                f"The file looks like rosinality's StyleGAN2 but has the unknown {key[:60]}, so it is a changed "
                "network that cannot be drawn; choose another file."
            )
        if place:
            tensors[place] = _shaped(place, value)
    taps = filter_tensor(_TAPS)
    for name in [key for key in tensors if key.endswith(".noise_strength")]:
        tensors[name.replace("noise_strength", "resample_filter")] = taps
        tensors.setdefault(name.replace("noise_strength", "noise_const"), _zeros_of(name))
    for block in {key.split(".")[1] for key in tensors if key.startswith("synthesis.b")}:
        tensors[f"synthesis.{block}.resample_filter"] = taps
    return tensors


def _zeros_of(name: str) -> Tensor:
    size = int(name.split(".")[1][1:])
    return constant((size, size))


_LAYER = re.compile(r"(conv1|to_rgb1|convs\.(\d{1,2})|to_rgbs\.(\d{1,2}))\.(.+)")
_PARTS = {
    "conv.weight": "weight",
    "conv.modulation.weight": "affine.weight",
    "conv.modulation.bias": "affine.bias",
    "noise.weight": "noise_strength",
    "activate.bias": "bias",
    "bias": "bias",
}


def _place(key: str) -> str | None:
    """Our name of a tensor; "" for one that is not needed, None for an unknown one."""
    if key == "input.input":
        return "synthesis.b4.const"
    if found := re.fullmatch(r"style\.(\d{1,2})\.(weight|bias)", key):
        return f"mapping.fc{int(found[1]) - 1}.{found[2]}"
    if found := re.fullmatch(r"noises\.noise_(\d{1,2})", key):
        index = int(found[1])
        return f"synthesis.{_conv(index - 1) if index else 'b4.conv1'}.noise_const"
    found = _LAYER.fullmatch(key)
    if found is None:
        return None
    part = found[4]
    if part.endswith(".kernel"):
        return ""
    if part not in _PARTS:
        return None
    layer = "b4.conv1" if found[1] == "conv1" else "b4.torgb"
    if found[2] is not None:
        layer = _conv(int(found[2]))
    if found[3] is not None:
        layer = f"b{8 << int(found[3])}.torgb"
    return f"synthesis.{layer}.{_PARTS[part]}"


def _conv(index: int) -> str:
    return f"b{8 << index // 2}.conv{index % 2}"


def _shaped(place: str, value: Tensor) -> Tensor:
    shape = value.shape
    if place.endswith("noise_strength") and shape == (1,):
        return reshaped(value)
    if place.endswith("noise_const") and shape[:2] == (1, 1):
        return reshaped(value, *shape[2:])
    if place.endswith("torgb.bias") and len(shape) == 4:
        return reshaped(value, shape[1])
    if (place.endswith((".conv0.weight", ".conv1.weight", ".torgb.weight")) and len(shape) == 5) or (
        place.endswith("const") and len(shape) == 4
    ):
        return reshaped(value, *shape[1:])
    return value


# -- The discriminator -------------------------------------------------------------------------------------------

_D_BLOCK = {
    "conv1.0.weight": "conv0.weight",
    "conv1.1.bias": "conv0.bias",
    "conv2.1.weight": "conv1.weight",
    "conv2.2.bias": "conv1.bias",
    "skip.1.weight": "skip.weight",
}
_D_END = {
    "final_conv.0.weight": "b4.conv.weight",
    "final_conv.1.bias": "b4.conv.bias",
    "final_linear.0.weight": "b4.fc.weight",
    "final_linear.0.bias": "b4.fc.bias",
    "final_linear.1.weight": "b4.out.weight",
    "final_linear.1.bias": "b4.out.bias",
}


def discriminator(candidate: Candidate) -> Found | None:
    """The discriminator in a state dict of these names; None where it has others."""
    given = candidate.tensors
    if "final_conv.0.weight" not in given or "convs.0.0.weight" not in given:
        return None
    indices = {int(found[1]) for key in given if (found := re.match(r"convs\.(\d{1,2})\.", key))}
    count = max(indices)
    highest = 4 << count
    tensors: dict[str, Tensor] = {}
    channels: dict[int, int] = {}
    for key, value in given.items():
        place = _d_place(key, highest)
        if place is None:
            raise incomplete("its discriminator has other layers, and", [key])
        if place:
            tensors[place] = value
    for size in (highest >> i for i in range(count)):
        channels[size] = _first(tensors, f"b{size}.conv0.weight")
        for part in ("", "conv0.", "conv1.", "skip."):
            tensors[f"b{size}.{part}resample_filter"] = filter_tensor(_TAPS)
    for part in ("fromrgb.", "b4.conv."):
        prefix = f"b{highest}.{part}" if part == "fromrgb." else part
        if f"{prefix}weight" in tensors:
            tensors[f"{prefix}resample_filter"] = filter_tensor(_TAPS)
    channels[4] = _first(tensors, "b4.conv.weight")
    arguments: Mapping[str, Any] = {
        "c_dim": 0,
        "img_resolution": highest,
        "img_channels": given["convs.0.0.weight"].shape[1] if len(given["convs.0.0.weight"].shape) == 4 else 3,
        **channel_arguments(channels),
        "num_fp16_res": 0,
        "conv_clamp": None,
    }
    return Found(StoredNetwork(Architecture("stylegan2.Discriminator", arguments), tensors), GENERATOR, True)


def _first(tensors: Tensors, key: str) -> int:
    if key not in tensors or not tensors[key].shape:
        raise incomplete("its discriminator", [key])
    return tensors[key].shape[0]


def _d_place(key: str, highest: int) -> str | None:
    if key in _D_END:
        return _D_END[key]
    if key.endswith(".kernel"):
        return ""
    found = re.fullmatch(r"convs\.(\d{1,2})\.(.+)", key)
    if found is None:
        return None
    if found[1] == "0":
        return {"0.weight": f"b{highest}.fromrgb.weight", "1.bias": f"b{highest}.fromrgb.bias"}.get(found[2])
    part = _D_BLOCK.get(found[2])
    return None if part is None else f"b{highest >> int(found[1]) - 1}.{part}"
