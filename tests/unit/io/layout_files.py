"""Networks of ours under the names that other programs have for the same parts."""

import re
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

import gan
from gan.networks import build

SIZES = {"z_dim": 8, "c_dim": 0, "w_dim": 8, "img_resolution": 16, "img_channels": 3, "channel_base": 96}
PLAIN = {**SIZES, "channel_max": 8, "num_fp16_res": 0, "conv_clamp": None, "mapping_kwargs": {"num_layers": 2}}

State = dict[str, torch.Tensor]


def network(class_name: str = "stylegan2.Generator", **arguments: Any) -> nn.Module:
    """A network with random weights, biases and means."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        made = build(class_name, **arguments).eval().requires_grad_(False)
        for name, value in made.state_dict().items():
            if name.endswith(("bias", "noise_strength", "w_avg")):
                value.copy_(torch.randn(value.shape) + (1 if "affine" in name else 0))
        return made


def opened(path: Path, value: Any, **options: Any) -> gan.Networks:
    """Save a value by torch and open it by `gan.load`."""
    torch.save(value, path, **options)
    return gan.load(path)


def image(G: Any, psi: float = 1.0) -> torch.Tensor:
    """One image of fixed latents and classes."""
    z = torch.linspace(-2, 2, 2 * G.z_dim).reshape(2, -1)
    c = torch.eye(G.c_dim)[:2] if G.c_dim else None
    made: torch.Tensor = G(z, c, truncation_psi=psi, noise_mode="const", force_fp32=True)
    return made


def assert_same_images(left: Any, right: Any, psi: float = 1.0) -> None:
    """Compare two generators by their images."""
    torch.testing.assert_close(image(left, psi), image(right, psi), rtol=1e-4, atol=1e-5)


def rosinality(state: Mapping[str, torch.Tensor]) -> State:
    """A StyleGAN2 generator's state by rosinality's names."""
    found: State = {}
    for key, value in state.items():
        part = key.removeprefix("synthesis.")
        if layer := re.fullmatch(r"mapping\.fc(\d)\.(.+)", key):
            found[f"style.{int(layer[1]) + 1}.{layer[2]}"] = value
        elif part == "b4.const":
            found["input.input"] = value[None]
        elif layer := re.fullmatch(r"b(\d+)\.(conv0|conv1|torgb)\.(.+)", part):
            found.update(_of_layer(int(layer[1]), layer[2], layer[3], value))
    return found


def _of_layer(size: int, layer: str, part: str, value: torch.Tensor) -> State:
    step = size.bit_length() - 4  # 8 pixels are 0
    if layer == "torgb":
        name = "to_rgb1" if size == 4 else f"to_rgbs.{step}"
        names = {"weight": "conv.weight", "bias": "bias"}
        value = value.reshape(1, -1, 1, 1) if part == "bias" else value
    else:
        index = 2 * step + int(layer[-1])
        name = "conv1" if size == 4 else f"convs.{index}"
        if part == "noise_const":
            return {f"noises.noise_{0 if size == 4 else index + 1}": value[None, None]}
        names = {"weight": "conv.weight", "bias": "activate.bias", "noise_strength": "noise.weight"}
    names |= {"affine.weight": "conv.modulation.weight", "affine.bias": "conv.modulation.bias"}
    if part not in names:
        return {f"{name}.conv.blur.kernel": torch.ones(4, 4)}
    if part == "weight":
        value = value[None]
    return {f"{name}.{names[part]}": value.reshape(1) if part == "noise_strength" else value}


def rosinality_discriminator(state: Mapping[str, torch.Tensor], highest: int) -> State:
    """A StyleGAN2 discriminator's state by rosinality's names."""
    parts = {"conv0.weight": "conv1.0.weight", "conv0.bias": "conv1.1.bias", "conv1.weight": "conv2.1.weight"}
    parts |= {"conv1.bias": "conv2.2.bias", "skip.weight": "skip.1.weight"}
    ends = {"conv": "final_conv.{}", "fc": "final_linear.0.{}", "out": "final_linear.1.{}"}
    found: State = {}
    for key, value in state.items():
        _, size, part = re.fullmatch(r"(b)(\d+)\.(.+)", key).groups()  # type: ignore[union-attr]
        layer, _, last = part.rpartition(".")
        if last == "resample_filter":
            continue
        if size == "4":
            name = ends[layer].format({"weight": "0.weight", "bias": "1.bias"}[last] if layer == "conv" else last)
        elif layer == "fromrgb":
            name = {"weight": "convs.0.0.weight", "bias": "convs.0.1.bias"}[last]
        else:
            name = f"convs.{highest.bit_length() - int(size).bit_length() + 1}.{parts[part]}"
        found[name] = value
    return found


def mmgeneration(state: Mapping[str, torch.Tensor]) -> State:
    """A StyleGAN2 generator's state by mmgeneration's names."""
    found = {}
    for key, value in rosinality(state).items():
        name = re.sub(r"^style\.(\d)\.weight", r"style_mapping.\1.linear.weight_orig", key)
        name = re.sub(r"^style\.(\d)\.bias", r"style_mapping.\1.bias", name)
        name = name.replace("modulation.weight", "style_modulation.linear.weight_orig")
        name = name.replace("modulation.bias", "style_modulation.bias").replace("noise.weight", "noise_injector.weight")
        found[name.replace("input.input", "constant_input.input").replace("noises.noise_", "injected_noise_")] = value
    return found


def genforce(state: Mapping[str, torch.Tensor]) -> State:
    """A StyleGAN2 generator's state by genforce's names."""
    found: State = {"synthesis.upsample.kernel": torch.ones(1, 1, 4, 4)}
    names = {"affine.weight": "style.weight", "affine.bias": "style.bias", "noise_const": "noise"}
    for key, value in state.items():
        if layer := re.fullmatch(r"mapping\.fc(\d)\.(.+)", key):
            found[f"mapping.dense{layer[1]}.{layer[2]}"] = value
        elif key == "mapping.w_avg":
            found["truncation.w_avg"] = value
        elif key == "synthesis.b4.const":
            found["synthesis.early_layer.const"] = value[None]
        elif layer := re.fullmatch(r"synthesis\.b(\d+)\.(conv0|conv1|torgb)\.(.+)", key):
            step, part = int(layer[1]).bit_length() - 3, layer[3]
            index = 2 * step - 1 + int(layer[2][-1]) if layer[2] != "torgb" else 0
            name = f"output{step}" if layer[2] == "torgb" else f"layer{max(index, 0)}"
            if part == "resample_filter":
                continue
            if part == "affine.bias":
                value = value - 1
            if part == "noise_const":
                value = value[None, None]
            if part == "weight" and layer[2] == "conv0":
                value = value.flip(-1, -2)
            found[f"synthesis.{name}.{names.get(part, part)}"] = value
    return found


class Tree(nn.Module):
    """A module with the parts of a state dict."""


def whole(state: Mapping[str, torch.Tensor]) -> nn.Module:
    """A state dict as a module of a class of another program, `model.Generator`."""
    root = Tree()
    for key, value in state.items():
        at = root
        *parents, last = key.split(".")
        for parent in parents:
            if parent not in at._modules:
                at.add_module(parent, nn.Module())
            at = at._modules[parent]  # type: ignore[assignment]
        at.register_buffer(last, value)
    return root


def saved_whole(path: Path, state: Mapping[str, torch.Tensor]) -> None:
    """Save such a module, of which the class cannot be found afterwards."""
    module = types.ModuleType("model")
    module.Generator = Tree  # type: ignore[attr-defined]
    sys.modules["model"], before = module, (Tree.__module__, Tree.__qualname__)
    Tree.__module__, Tree.__qualname__ = "model", "Generator"
    try:
        torch.save({"g_ema": whole(state)}, path)
    finally:
        Tree.__module__, Tree.__qualname__ = before
        del sys.modules["model"]
