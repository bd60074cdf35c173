"""StyleGAN2's TensorFlow networks: arguments and variables of `G_main`, `D_stylegan2` and `D_stylegan`.

Configurations e and f have the synthesis network `G_synthesis_stylegan2`. Configurations b to d grow
(`G_synthesis_stylegan_revised`, `D_stylegan`); a fully grown network of theirs is the same as StyleGAN2's architecture
"orig". Configuration a is StyleGAN1.
"""

import re
from collections.abc import Mapping
from typing import Any

from gan.io.errors import UnsupportedNetworkError
from gan.io.first_size import set_first_size
from gan.io.networks import Architecture, StoredNetwork
from gan.io.records import Tensor
from gan.io.tensorflow.stylegan1 import mapping_place
from gan.io.tensorflow.variables import (
    AS_IS,
    CONST,
    CONV,
    DENSE,
    NOISE,
    PLUS_ONE,
    TURNED_CONV,
    Arguments,
    Place,
    Variables,
    filter_tensor,
    number,
    tensors_of,
)

TAPS: list[float] = [1, 3, 3, 1]
"""Default of the resampling filters."""
_G_LAYERS = {"Conv": "conv1", "Conv0_up": "conv0", "Conv1": "conv1", "ToRGB": "torgb", "Skip": "skip"}
_G_PARTS: dict[str, Place] = {
    "bias": ("bias", AS_IS),
    "noise_strength": ("noise_strength", AS_IS),
    "mod_weight": ("affine.weight", DENSE),
    "mod_bias": ("affine.bias", PLUS_ONE),
}


def generator2(name: str, given: Mapping[str, Any], variables: Variables) -> StoredNetwork:
    """The network that `G_main` builds with either of StyleGAN2's synthesis networks.

    Raises:
        UnsupportedNetworkError: an argument is unknown or has a value that cannot be, or the network is still growing.
        CorruptFileError: a variable is unknown or has an impossible shape.
    """
    a = Arguments(name, given)
    grows = _check_grown(name, variables, "synthesis/ToRGB_lod")
    arguments = {
        **a.latent(),
        **a.sizes(1024, 3, 16384),
        "architecture": "orig" if grows else a.take("architecture", "skip"),
        "activation": a.take("nonlinearity", "lrelu"),
        "resample_filter": a.taps("resample_kernel", TAPS),
        "num_fp16_res": 0,
        "conv_clamp": None,
        "mapping_kwargs": {**a.mapping(), "joint_labels": True},
    }
    a.take("structure", "auto")
    notice = a.end()

    def translate(key: str) -> Place | None:
        return mapping_place(key) or synthesis_place(key, arguments["img_resolution"])

    left_out = {"lod", "synthesis/lod", *_unused(variables, "synthesis/ToRGB_lod")}
    tensors = tensors_of(name, variables, translate, left_out)
    set_first_size(arguments, tensors)
    tensors |= generator_filters(tensors, arguments["resample_filter"])
    return StoredNetwork(Architecture("stylegan2.Generator", arguments), tensors, notice=notice)


def synthesis_place(key: str, resolution: int) -> Place | None:
    """Place of a variable of the synthesis network; StyleGAN2-ADA's has the same names."""
    if match := re.fullmatch(r"synthesis/noise(\d{1,3})", key):
        block, second = divmod(int(match[1]) + 1, 2)
        layer = "conv1" if second or not block else "conv0"
        return f"synthesis.b{4 << block}.{layer}.noise_const", NOISE
    if key == "synthesis/4x4/Const/const":
        return "synthesis.b4.const", CONST
    key = key.replace("synthesis/ToRGB_lod0/", f"synthesis/{resolution}x{resolution}/ToRGB/")
    match = re.fullmatch(r"synthesis/(\d{1,5})x\1/([A-Za-z0-9_]+)/(\w+)", key)
    if match is None or match[2] not in _G_LAYERS:
        return None
    prefix = f"synthesis.b{match[1]}.{_G_LAYERS[match[2]]}."
    if match[3] == "weight":
        # Upsampling is a transposed convolution, which turns its kernel round; ours convolves there.
        return prefix + "weight", TURNED_CONV if match[2] == "Conv0_up" else CONV
    part = _G_PARTS.get(match[3])
    return None if part is None else (prefix + part[0], part[1])


def discriminator2(name: str, given: Mapping[str, Any], variables: Variables) -> StoredNetwork:
    """The network that `D_stylegan2` or `D_stylegan` builds. Raises as `generator2`."""
    a = Arguments(name, given)
    grows = _check_grown(name, variables, "FromRGB_lod")
    group = a.size("mbstd_group_size", 4)
    has_mbstd = group > 1
    features = a.size("mbstd_num_features", 1)
    taps = a.taps("resample_kernel", TAPS)
    activation = a.take("nonlinearity", "lrelu")
    sizes = a.sizes(1024, 3, 16384)
    arguments = {
        **sizes,
        "architecture": "orig" if grows else a.take("architecture", "resnet"),
        "num_fp16_res": 0,
        "conv_clamp": None,
        "class_logits": sizes["c_dim"] != 0,
        "block_kwargs": {"activation": activation, "resample_filter": taps},
        "epilogue_kwargs": {
            "activation": activation,
            "mbstd_group_size": group,
            "mbstd_num_channels": features if has_mbstd else 0,
        },
    }
    a.take("structure", "auto")
    notice = a.end()
    left_out = {"lod", *_unused(variables, "FromRGB_lod")}
    tensors = tensors_of(name, variables, lambda key: discriminator_place(key, sizes["img_resolution"]), left_out)
    tensors |= discriminator_filters(tensors, taps)
    return StoredNetwork(Architecture("stylegan2.Discriminator", arguments), tensors, notice=notice)


_D_LAYERS = {
    "FromRGB": ("fromrgb", CONV),
    "Conv0": ("conv0", CONV),
    "Conv1_down": ("conv1", CONV),
    "Skip": ("skip", CONV),
    "Conv": ("conv", CONV),
    "Dense0": ("fc", DENSE),
}


def discriminator_place(key: str, resolution: int) -> Place | None:
    """Place of a variable of the discriminator, likewise."""
    if key in ("Output/weight", "Output/bias"):
        part = key.removeprefix("Output/")
        return f"b4.out.{part}", DENSE if part == "weight" else AS_IS
    key = key.replace("FromRGB_lod0/", f"{resolution}x{resolution}/FromRGB/")
    match = re.fullmatch(r"(\d{1,5})x\1/([A-Za-z0-9_]+)/(weight|bias)", key)
    if match is None or match[2] not in _D_LAYERS:
        return None
    layer, layout = _D_LAYERS[match[2]]
    return f"b{match[1]}.{layer}.{match[3]}", layout if match[3] == "weight" else AS_IS


def _check_grown(name: str, variables: Variables, prefix: str) -> bool:
    """True if the network is one that grew. Raises UnsupportedNetworkError if it is still growing."""
    grows = any(key.startswith(prefix) for key in variables)
    lod = number(variables, "lod", "synthesis/lod")
    if grows and lod != 0:
        raise UnsupportedNetworkError(
            f"{name} was saved while it was growing (lod {lod:g}), which is read of StyleGAN1 only; choose a later "
            "snapshot of the same training."
        )
    return grows


def _unused(variables: Variables, prefix: str) -> set[str]:
    """The variables of resolutions that a grown network has left behind."""
    return {key for key in variables if key.startswith(prefix) and not key.startswith(f"{prefix}0/")}


def generator_filters(tensors: Mapping[str, Tensor], taps: list[float] | None) -> dict[str, Tensor]:
    """The resampling filters of a generator with these parameters, which TensorFlow does not store."""
    return {
        **_filters(tensors, r"(synthesis\.b\d+\.(?:conv0|skip))\.weight", taps),
        **_filters(tensors, r"(synthesis\.b\d+)\.conv1\.weight", taps),
        **_filters(tensors, r"(synthesis\.b\d+\.conv1)\.weight", TAPS),  # does not resample, but has one
    }


def discriminator_filters(tensors: Mapping[str, Tensor], taps: list[float] | None) -> dict[str, Tensor]:
    """The resampling filters of a discriminator with these parameters, likewise."""
    return {
        **_filters(tensors, r"(b\d+\.(?:conv1|skip))\.weight", taps),
        **_filters(tensors, r"(b\d+)\.conv0\.weight", taps),
        **_filters(tensors, r"(b\d+\.(?:fromrgb|conv0|conv))\.weight", TAPS),
    }


def _filters(tensors: Mapping[str, Tensor], pattern: str, taps: list[float] | None) -> dict[str, Tensor]:
    """The filters of the modules whose weight matches `pattern`, of which the first group is the owner."""
    owners = {match[1] for key in tensors if (match := re.fullmatch(pattern, key))}
    return {f"{owner}.resample_filter": filter_tensor(taps) for owner in owners}
