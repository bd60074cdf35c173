"""StyleGAN2 by the names of the rosinality program: a file of torch.save with `g_ema`, `g`, `d` and `latent_avg`.

A renaming: modulated weights have one dimension more, and the stored filters include their gain.
"""

import math
import re
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from foundation.files import replacing
from gan.io.exports.parts import filters_of, has_taps, main_generator
from gan.io.networks import Networks
from gan.networks.discriminator import StyleDiscriminator
from gan.networks.generator import StyleGenerator
from gan.networks.stylegan2 import SynthesisNetwork
from gan.networks.stylegan2_discriminator import Discriminator

_LR_MULTIPLIER = 0.01
_UP_GAIN = 4
"""Gain of the filters that the layout stores with upsampling layers."""


def save_rosinality(path: Path, nets: Networks) -> tuple[str, ...]:
    """Write the generators, the discriminator and the mean of w. See `save_as`."""
    import torch

    _, G = main_generator(nets)
    if reason := unfit(G):
        raise ValueError(f"rosinality's layout cannot hold {reason}; convert to safetensors.")
    state: dict[str, Any] = {"g_ema": generator_names(G)}
    notes = []
    if G.mapping.mean is not None:
        state["latent_avg"] = G.mapping.mean.detach().cpu().clone()
    if nets.G is not None and nets.G is not G and not unfit(nets.G):
        state["g"] = generator_names(nets.G)
    if nets.D is not None:
        if reason := unfit_discriminator(nets.D):
            notes.append(f"Left out: D, as rosinality's layout cannot hold {reason}.")
        else:
            state["d"] = discriminator_names(nets.D)
    if any(getattr(layer, "conv_clamp", None) is not None for layer in G.modules()):
        notes.append("Left out: the limit of the layers' outputs, which is for half precision.")
    with replacing(path) as part:
        torch.save(state, part)
    return tuple(notes)


def unfit(G: StyleGenerator) -> str:
    """Return what about a generator the layout cannot hold; empty if it can hold all of it."""
    synthesis, mapping = G.synthesis, G.mapping
    if not isinstance(synthesis, SynthesisNetwork):
        return "networks other than StyleGAN2"
    blocks = synthesis.blocks()
    layers = [layer for block in blocks for layer in (getattr(block, "conv0", None), block.conv1) if layer is not None]
    dense = [getattr(mapping, f"fc{i}") for i in range(mapping.num_layers)]
    reasons = {
        "classes and other conditions": G.c_dim != 0,
        "images other than of three channels": G.img_channels != 3,
        "rectangles": synthesis.init_res != (4, 4),
        "other architectures than skip": any(block.architecture != "skip" for block in blocks),
        "layers without noise": any(not layer.use_noise for layer in layers),
        "other activations than lrelu": any(layer.activation != "lrelu" for layer in (*layers, *dense)),
        "other resampling filters than 1, 3, 3, 1": not has_taps(filters_of(synthesis)),
        "kernels of other sizes than 3 x 3": any(layer.weight.shape[2:] != (3, 3) for layer in layers),
        "latents that are not normalised": not mapping.normalize,
        "layers of the mapping network of another size than w": any(
            layer.weight.shape != (G.w_dim, G.w_dim) for layer in dense
        ),
        "another learning rate of the mapping network": any(layer.bias_gain != _LR_MULTIPLIER for layer in dense),
        "a network without mapping layers": not dense,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def generator_names(G: StyleGenerator) -> dict[str, Tensor]:
    """Return the parameters and buffers of a generator by rosinality's names."""
    state = {}
    for key, value in G.state_dict().items():
        tensor = value.detach().cpu().contiguous().clone()
        if found := re.fullmatch(r"mapping\.fc(\d+)\.(weight|bias)", key):
            state[f"style.{int(found[1]) + 1}.{found[2]}"] = tensor
        elif key == "synthesis.b4.const":
            state["input.input"] = tensor[None]
        elif found := re.fullmatch(r"synthesis\.b(\d+)\.(conv0|conv1|torgb)\.(.+)", key):
            place = _place(int(found[1]), found[2], found[3], tensor)
            if place is not None:
                state[place[0]] = place[1]
        elif (found := re.fullmatch(r"synthesis\.b(\d+)\.resample_filter", key)) and found[1] != "4":
            state[f"to_rgbs.{int(math.log2(int(found[1]))) - 3}.upsample.kernel"] = tensor * _UP_GAIN
    return state


def _place(resolution: int, layer: str, part: str, tensor: Tensor) -> tuple[str, Tensor] | None:
    level = int(math.log2(resolution)) - 3
    if layer == "torgb":
        name = "to_rgb1" if resolution == 4 else f"to_rgbs.{level}"
        if part == "bias":
            return f"{name}.bias", tensor[None, :, None, None]
    else:
        index = 2 * level + int(layer[-1])
        name = "conv1" if resolution == 4 else f"convs.{index}"
        if part == "noise_const":
            return f"noises.noise_{index + 1 if resolution > 4 else 0}", tensor[None, None]
        if part == "resample_filter":
            return (f"{name}.conv.blur.kernel", tensor * _UP_GAIN) if layer == "conv0" else None
        if part == "noise_strength":
            return f"{name}.noise.weight", tensor[None]
        if part == "bias":
            return f"{name}.activate.bias", tensor
    if part == "weight":
        return f"{name}.conv.weight", tensor[None]
    return f"{name}.conv.modulation.{part.removeprefix('affine.')}", tensor


_D_BLOCK = {
    "conv0.weight": "conv1.0.weight",
    "conv0.bias": "conv1.1.bias",
    "conv1.resample_filter": "conv2.0.kernel",
    "conv1.weight": "conv2.1.weight",
    "conv1.bias": "conv2.2.bias",
    "skip.resample_filter": "skip.0.kernel",
    "skip.weight": "skip.1.weight",
}
_D_END = {
    "conv.weight": "final_conv.0.weight",
    "conv.bias": "final_conv.1.bias",
    "fc.weight": "final_linear.0.weight",
    "fc.bias": "final_linear.0.bias",
    "out.weight": "final_linear.1.weight",
    "out.bias": "final_linear.1.bias",
}


def unfit_discriminator(D: StyleDiscriminator) -> str:
    """Return what about a discriminator the layout cannot hold; empty if it can hold all of it."""
    if not isinstance(D, Discriminator):
        return "discriminators other than StyleGAN2's"
    spread = D.b4.mbstd
    reasons = {
        "classes and other conditions": D.c_dim != 0,
        "other architectures than resnet": any(
            getattr(D, f"b{size}").architecture != "resnet" for size in D.block_resolutions
        ),
        "other groups than of 4 images": spread is None or (spread.group_size, spread.num_channels) != (4, 1),
        "other activations than lrelu": any(not _is_usual(layer) for layer in D.modules()),
        "other resampling filters than 1, 3, 3, 1": not has_taps(filters_of(D)),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _is_usual(layer: nn.Module) -> bool:
    return getattr(layer, "activation", "lrelu") in ("lrelu", "linear")


def discriminator_names(D: StyleDiscriminator) -> dict[str, Tensor]:
    """Return the parameters and filters of a discriminator by rosinality's names."""
    state = {}
    for key, value in D.state_dict().items():
        block, _, part = key.partition(".")
        resolution, tensor = int(block[1:]), value.detach().cpu().contiguous().clone()
        if resolution == 4:
            name: str | None = _D_END.get(part)
        elif part.startswith("fromrgb."):
            name = {"weight": "convs.0.0.weight", "bias": "convs.0.1.bias"}.get(part.removeprefix("fromrgb."))
        else:
            own = _D_BLOCK.get(part)
            index = int(math.log2(D.img_resolution // resolution)) + 1
            name = None if own is None else f"convs.{index}.{own}"
        if name is not None:
            state[name] = tensor
    return state
