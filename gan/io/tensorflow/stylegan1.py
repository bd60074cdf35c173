"""StyleGAN1's TensorFlow networks: arguments and variables of `G_style` and `D_basic`."""

import re
from collections.abc import Mapping
from typing import Any

from gan.io.networks import Architecture, StoredNetwork
from gan.io.tensorflow.variables import (
    AS_IS,
    CONST,
    CONV,
    DENSE,
    NOISE,
    TURNED_CONV,
    Arguments,
    Place,
    Variables,
    filter_tensor,
    number,
    tensors_of,
)

FUSED_FROM = 128
"""With fused_scale "auto", resolution from which upsampling and convolution were one step."""

_LAYERS = {"Const": "input", "Dense": "input", "Conv": "conv1", "Conv0_up": "conv0", "Conv1": "conv1"}
_PARTS: dict[str, Place] = {
    "bias": ("bias", AS_IS),
    "Noise/weight": ("noise_strength", AS_IS),
    "StyleMod/weight": ("affine.weight", DENSE),
    "StyleMod/bias": ("affine.bias", AS_IS),
}


def generator1(name: str, given: Mapping[str, Any], variables: Variables) -> StoredNetwork:
    """The network that `G_style` builds.

    Raises:
        UnsupportedNetworkError: an argument is unknown or has a value that cannot be.
        CorruptFileError: a variable is unknown or has an impossible shape.
    """
    arguments, fused, notice = _generator_arguments(name, given, variables)
    taps, noise = arguments["resample_filter"], arguments["use_noise"]

    def translate(key: str) -> Place | None:
        return mapping_place(key) or _synthesis_place(key, arguments["img_resolution"], fused)

    left_out = {"lod", "synthesis/lod"} | {key for key in variables if not noise and "synthesis/noise" in key}
    tensors = tensors_of(name, variables, translate, left_out)
    if taps is not None:
        upsampling = [key for key in tensors if key.endswith(".conv0.weight")]
        tensors |= {key.replace("weight", "resample_filter"): filter_tensor(taps) for key in upsampling}
    return StoredNetwork(Architecture("stylegan1.Generator", arguments), tensors, notice=notice)


def _generator_arguments(name: str, given: Mapping[str, Any], variables: Variables) -> tuple[dict[str, Any], Any, str]:
    a = Arguments(name, given)
    equalized = bool(a.take("use_wscale", True))
    arguments = {
        **a.latent(),
        **a.sizes(1024, 3, 8192),
        "progressive": a.take("structure", "auto") != "fixed",
        "lod": number(variables, "lod", "synthesis/lod"),
        "const_input": bool(a.take("const_input_layer", True)),
        "use_noise": bool(a.take("use_noise", True)),
        "use_styles": bool(a.take("use_styles", True)),
        "use_pixel_norm": bool(a.take("use_pixel_norm", False)),
        "use_instance_norm": bool(a.take("use_instance_norm", True)),
        "activation": a.take("nonlinearity", "lrelu"),
        "resample_filter": a.taps("blur_filter", [1, 2, 1]),
        "equalized": equalized,
        "mapping_kwargs": {**a.mapping(), "equalized": equalized},
    }
    fused = a.take("fused_scale", "auto")
    return arguments, fused, a.end()


def mapping_place(key: str) -> Place | None:
    """Place of a variable of the mapping network; StyleGAN2's has the same names."""
    if key == "dlatent_avg":
        return "mapping.w_avg", AS_IS
    if key == "mapping/LabelConcat/weight":
        return "mapping.embed.weight", DENSE
    if match := re.fullmatch(r"mapping/Dense(\d{1,3})/(weight|bias)", key):
        return f"mapping.fc{match[1]}.{match[2]}", DENSE if match[2] == "weight" else AS_IS
    return None


def _synthesis_place(key: str, resolution: int, fused: Any) -> Place | None:
    if match := re.fullmatch(r"synthesis/noise(\d{1,3})", key):
        block, second = divmod(int(match[1]), 2)
        layer = "conv1" if second else "conv0" if block else "input"
        return f"synthesis.b{4 << block}.{layer}.noise_const", NOISE
    if match := re.fullmatch(r"synthesis/ToRGB_lod(\d{1,2})/(weight|bias)", key):
        layout = CONV if match[2] == "weight" else AS_IS
        return f"synthesis.{level_name(resolution, match[1])}.torgb.{match[2]}", layout
    if key == "synthesis/4x4/Const/const":
        return "synthesis.b4.const", CONST
    if key == "synthesis/4x4/Dense/weight":
        return "synthesis.b4.dense.weight", DENSE
    match = re.fullmatch(r"synthesis/(\d{1,5})x\1/([A-Za-z0-9_]+)/(.+)", key)
    if match is None or match[2] not in _LAYERS:
        return None
    prefix = f"synthesis.b{match[1]}.{_LAYERS[match[2]]}."
    if match[3] == "weight":
        # One step of upsampling and convolution is a transposed convolution, which turns its kernel round.
        turned = match[2] == "Conv0_up" and (int(match[1]) >= FUSED_FROM if fused == "auto" else bool(fused))
        return prefix + "weight", TURNED_CONV if turned else CONV
    part = _PARTS.get(match[3])
    return None if part is None else (prefix + part[0], part[1])


def level_name(resolution: int, lod: str) -> str:
    """The block of a level of detail."""
    return f"b{resolution >> int(lod)}"


def discriminator1(name: str, given: Mapping[str, Any], variables: Variables) -> StoredNetwork:
    """The network that `D_basic` builds. Raises as `generator1`."""
    a = Arguments(name, given)
    arguments = {
        **a.sizes(32, 1, 8192),
        "progressive": a.take("structure", "auto") != "fixed",
        "lod": number(variables, "lod"),
        "mbstd_group_size": a.size("mbstd_group_size", 4),
        "mbstd_num_channels": a.size("mbstd_num_features", 1),
        "equalized": bool(a.take("use_wscale", True)),
        "activation": a.take("nonlinearity", "lrelu"),
        "resample_filter": a.taps("blur_filter", [1, 2, 1]),
    }
    a.take("fused_scale", "auto")  # downsampling leaves the kernel as it is either way
    notice = a.end()
    tensors = tensors_of(name, variables, lambda key: _discriminator_place(key, arguments["img_resolution"]), {"lod"})
    if arguments["resample_filter"] is not None:
        down = [key for key in tensors if key.endswith(".conv1.weight")]
        filters = filter_tensor(arguments["resample_filter"])
        tensors |= {key.replace("weight", "resample_filter"): filters for key in down}
    return StoredNetwork(Architecture("stylegan1.Discriminator", arguments), tensors, notice=notice)


_D_LAYERS = {
    "Conv0": ("conv0", CONV),
    "Conv1_down": ("conv1", CONV),
    "Conv": ("conv", CONV),
    "Dense0": ("fc", DENSE),
    "Dense1": ("out", DENSE),
}


def _discriminator_place(key: str, resolution: int) -> Place | None:
    if match := re.fullmatch(r"FromRGB_lod(\d{1,2})/(weight|bias)", key):
        return f"{level_name(resolution, match[1])}.fromrgb.{match[2]}", CONV if match[2] == "weight" else AS_IS
    match = re.fullmatch(r"(\d{1,5})x\1/([A-Za-z0-9_]+)/(weight|bias)", key)
    if match is None or match[2] not in _D_LAYERS:
        return None
    layer, layout = _D_LAYERS[match[2]]
    return f"b{match[1]}.{layer}.{match[3]}", layout if match[3] == "weight" else AS_IS
