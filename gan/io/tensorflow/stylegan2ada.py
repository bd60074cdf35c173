"""StyleGAN2-ADA's TensorFlow networks: arguments and variables of `G_main` and `D_main` (version 5 of the container).

Layers have the names and layouts of StyleGAN2's. Other than there, labels are embedded with a bias and normalised apart
from z, the discriminator projects onto the embedded label, and both networks may have float16 layers and clamps.
"""

import re
from collections.abc import Mapping
from typing import Any

from gan.io.errors import UnsupportedNetworkError, listed
from gan.io.first_size import set_first_size
from gan.io.networks import Architecture, StoredNetwork
from gan.io.records import NumpyArray
from gan.io.tensorflow.stylegan1 import mapping_place
from gan.io.tensorflow.stylegan2 import (
    TAPS,
    discriminator_filters,
    discriminator_place,
    generator_filters,
    synthesis_place,
)
from gan.io.tensorflow.variables import AS_IS, DENSE, Arguments, Place, Variables, tensors_of

_BOX: list[float] = [1, 1]
"""The filter that None stands for."""

_COMPARISONS = ("score_size", "score_max", "use_pagan", "use_spectral_norm", "adaptive_dropout")
"""Arguments of the discriminators that the paper compares with, which have other layers."""


def generator_ada(name: str, given: Mapping[str, Any], variables: Variables) -> StoredNetwork:
    """The network that `G_main` builds with `G_mapping` and `G_synthesis`.

    Raises:
        UnsupportedNetworkError: an argument has a value that this version cannot build.
        CorruptFileError: a variable is unknown or has an impossible shape.
    """
    a = Arguments(name, given)
    sizes = {**a.latent(), **a.sizes(1024, 3, 16384)}
    normalized = bool(a.take("normalize_latents", True))
    if sizes["c_dim"] and not normalized:
        raise UnsupportedNetworkError(
            f"{name} has labels and latents that are not normalised, which this version cannot build; choose another "
            "file."
        )
    a.require("fmap_const", None)
    beta = a.optional_number("dlatent_avg_beta", 0.995)
    arguments = {
        **sizes,
        **_precision(a),
        "architecture": a.take("architecture", "skip"),
        "activation": a.take("nonlinearity", "lrelu"),
        "resample_filter": a.taps("resample_kernel", TAPS) or _BOX,
        "use_noise": bool(a.take("use_noise", True)),
        "mapping_kwargs": {
            "num_layers": a.size("mapping_layers", 8),
            "layer_features": a.optional_size("mapping_fmaps"),
            "embed_features": a.optional_size("label_fmaps") or sizes["z_dim"],
            "activation": a.take("mapping_nonlinearity", "lrelu"),
            "lr_multiplier": a.take("mapping_lrmul", 0.01),
            "w_avg_beta": 1.0 if beta is None else beta,  # a mean that training did not move
            "normalize": normalized,
        },
    }
    a.take("structure", "auto")
    notice = a.end()
    tensors = tensors_of(name, variables, lambda key: _place(key, arguments["img_resolution"]), ())
    set_first_size(arguments, tensors)
    tensors |= generator_filters(tensors, arguments["resample_filter"])
    return StoredNetwork(Architecture("stylegan2.Generator", arguments), tensors, notice=notice)


def _place(key: str, resolution: int) -> Place | None:
    if key == "mapping/LabelConcat/weight":
        return None
    return _label_place(key, "mapping/", "Dense") or mapping_place(key) or synthesis_place(key, resolution)


def _label_place(key: str, prefix: str, dense: str) -> Place | None:
    """Place of a variable of the label's embedding, or of the dense layers after it."""
    if key == f"{prefix}LabelEmbed/weight":
        return "mapping.embed.weight", DENSE
    if key == f"{prefix}LabelEmbed/bias":
        return "mapping.embed.bias", AS_IS
    if match := re.fullmatch(rf"{prefix}{dense}(\d{{1,3}})/(weight|bias)", key):
        return f"mapping.fc{match[1]}.{match[2]}", DENSE if match[2] == "weight" else AS_IS
    return None


def discriminator_ada(name: str, given: Mapping[str, Any], variables: Variables) -> StoredNetwork:
    """The network that `D_main` builds. Raises as `generator_ada`."""
    a = Arguments(name, given)
    unusual = [key for key in _COMPARISONS if (value := a.take(key, None)) is True or value not in (None, False, 0, 1)]
    if unusual:
        raise UnsupportedNetworkError(
            f"{name} is one of the discriminators that the paper compares with ({listed(unusual)}), which this version "
            "cannot build; load only the generator."
        )
    sizes = a.sizes(1024, 3, 16384)
    taps = a.taps("resample_kernel", TAPS) or _BOX
    activation = a.take("nonlinearity", "lrelu")
    features = a.size("mbstd_num_features", 1)
    arguments = {
        **sizes,
        **_precision(a),
        "architecture": a.take("architecture", "resnet"),
        "cmap_dim": a.optional_size("mapping_fmaps"),
        "block_kwargs": {"activation": activation, "resample_filter": taps},
        "mapping_kwargs": {
            "num_layers": a.size("mapping_layers", 0),
            "activation": a.take("mapping_nonlinearity", "lrelu"),
            "lr_multiplier": a.take("mapping_lrmul", 0.1),
        },
        "epilogue_kwargs": {
            "activation": activation,
            "mbstd_group_size": a.optional_size("mbstd_group_size"),
            "mbstd_num_channels": features if _has_spread(variables) else 0,
        },
    }
    a.take("structure", "auto")
    notice = a.end()

    def place(key: str) -> Place | None:
        return _label_place(key, "", "Mapping") or discriminator_place(key, sizes["img_resolution"])

    tensors = tensors_of(name, variables, place, ())
    tensors |= discriminator_filters(tensors, taps)
    return StoredNetwork(Architecture("stylegan2.Discriminator", arguments), tensors, notice=notice)


def _precision(a: Arguments) -> dict[str, Any]:
    """The float16 layers and the clamp, which both networks have."""
    return {"num_fp16_res": a.size("num_fp16_res", 0), "conv_clamp": a.optional_number("conv_clamp")}


def _has_spread(variables: Variables) -> bool:
    """True if the last block sees the spread of its group besides its features."""
    weight = variables.get("4x4/Conv/weight")
    return isinstance(weight, NumpyArray) and len(weight.shape) == 4 and weight.shape[2] > weight.shape[3]
