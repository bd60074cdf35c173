"""StyleGAN2 by the names of the genforce programs.

Each layer has its style beside its weight; layers `layer1`, `layer3`, ... double the resolution. Styles are stored
without the 1 that is added when they are used, and kernels of upsampling layers as TensorFlow has them, turned round.
"""

import re

from gan.io.errors import UnsupportedNetworkError
from gan.io.layouts.found import Candidate, Found
from gan.io.layouts.stylegan2_arguments import (
    constant,
    incomplete,
    mapping_arguments,
    plus,
    reshaped,
    synthesis_arguments,
    turned,
)
from gan.io.networks import Architecture, StoredNetwork
from gan.io.records import Tensor
from gan.io.tensorflow.variables import filter_tensor

LAYOUT = "genforce StyleGAN2"
_UNCHECKED = "Its pictures were never compared with those of the genforce program."
_PARTS = {
    "weight": "weight",
    "bias": "bias",
    "noise_strength": "noise_strength",
    "noise": "noise_const",
    "style.weight": "affine.weight",
    "style.bias": "affine.bias",
}


def generator(candidate: Candidate) -> Found | None:
    """The generator in a state dict of these names; None where it has others.

    Raises:
        UnsupportedNetworkError: it is another network of that program.
    """
    given = candidate.tensors
    if "mapping.dense0.weight" not in given:
        return None
    if "synthesis.early_layer.const" not in given or "synthesis.layer0.style.weight" not in given:
        raise UnsupportedNetworkError(
            "The file holds a network of genforce that is no unconditional StyleGAN2, so it cannot be drawn; choose a "
            "StyleGAN2 generator of genforce or the published file that it was made from."
        )
    tensors: dict[str, Tensor] = {}
    for key, value in given.items():
        place = _place(key)
        if place is None:
            raise incomplete("a changed network of genforce, which has other layers and", [key])
        if place:
            tensors[place] = _shaped(place, key, value)
    for name in [key for key in tensors if key.endswith((".conv0.weight", ".conv1.weight"))]:
        tensors[name.replace("weight", "resample_filter")] = filter_tensor([1.0, 3.0, 3.0, 1.0])
    for block in {key.split(".")[1] for key in tensors if key.startswith("synthesis.b")}:
        tensors[f"synthesis.{block}.resample_filter"] = filter_tensor([1.0, 3.0, 3.0, 1.0])
    arguments = {
        **mapping_arguments(tensors),
        **synthesis_arguments(tensors),
        "num_fp16_res": 0,
        "conv_clamp": None,
    }
    missing = "mapping.w_avg" not in tensors
    if missing:
        tensors["mapping.w_avg"] = constant((arguments["w_dim"],))
    stored = StoredNetwork(Architecture("stylegan2.Generator", arguments), tensors, mean_missing=missing)
    return Found(stored, LAYOUT, notices=(_UNCHECKED,))


def _place(key: str) -> str | None:
    """Our name of a tensor; "" for one that is not needed, None for an unknown one."""
    if found := re.fullmatch(r"mapping\.dense(\d{1,2})\.(weight|bias)", key):
        return f"mapping.fc{found[1]}.{found[2]}"
    if key == "truncation.w_avg":
        return "mapping.w_avg"
    if key == "synthesis.early_layer.const":
        return "synthesis.b4.const"
    if key.endswith(".kernel") or key == "synthesis.lod":
        return ""
    found = re.fullmatch(r"synthesis\.(layer|output)(\d{1,2})\.(.+)", key)
    part = _PARTS.get(found[3]) if found else None
    if found is None or part is None:
        return None
    index = int(found[2])
    if found[1] == "output":
        return f"synthesis.b{4 << index}.torgb.{part}"
    layer = "b4.conv1" if index == 0 else f"b{8 << (index - 1) // 2}.conv{(index - 1) % 2}"
    return f"synthesis.{layer}.{part}"


def _shaped(place: str, key: str, value: Tensor) -> Tensor:
    shape = value.shape
    if place.endswith("const") and len(shape) == 4:
        return reshaped(value, *(shape[1:] if place.endswith(".const") else shape[2:]))
    if place.endswith("affine.bias"):
        return plus(value, 1.0)
    if place == "mapping.w_avg" and len(shape) == 2 and shape[0]:
        return Tensor(value.dtype, shape[1:], lambda: value.read()[0])
    return turned(value) if place.endswith(".conv0.weight") and len(shape) == 4 else value
