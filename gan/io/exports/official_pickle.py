"""A pickle that the published StyleGAN2-ADA and StyleGAN3 programs read: (G, D, Gs) in the layout of the TensorFlow
release, which both convert when they open it.

Their own layout carries the source text of the network's classes and runs it; this one is data alone. It holds
StyleGAN2, with or without labels.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from foundation.files import replacing
from gan.io.exports.parts import arguments_of, array, filters_of, has_taps, main_generator
from gan.io.networks import Networks
from gan.io.tensorflow.writing import Record, write
from gan.networks.discriminator import StyleDiscriminator
from gan.networks.generator import StyleGenerator
from gan.networks.stylegan2 import SynthesisNetwork
from gan.networks.stylegan2_discriminator import Discriminator

Variable = tuple[str, np.ndarray[Any, Any]]

_LAYERS = {"conv0": "Conv0_up", "conv1": "Conv1", "torgb": "ToRGB", "skip": "Skip"}
_D_LAYERS = {
    "fromrgb": "FromRGB",
    "conv0": "Conv0",
    "conv1": "Conv1_down",
    "skip": "Skip",
    "conv": "Conv",
    "fc": "Dense0",
}


def save_official_pickle(path: Path, nets: Networks) -> tuple[str, ...]:
    """Write the generators and the discriminator. See `save_as`."""
    name, G = main_generator(nets)
    if reason := unfit(nets, name, G):
        raise ValueError(f"The published pickle cannot hold {reason}; convert to safetensors.")
    notes = []
    D = nets.D
    if D is not None and (reason := unfit_discriminator(nets, D)):
        notes.append(f"Left out: D, as the published pickle cannot hold {reason}.")
        D = None
    raw, raw_name = (nets.G, "G") if nets.G is not None and not unfit(nets, "G", nets.G) else (G, name)
    parts = (
        generator_record("G", raw, arguments_of(nets, raw_name)),
        None if D is None else discriminator_record(D, arguments_of(nets, "D")),
        generator_record("Gs", G, arguments_of(nets, name)),
    )
    with replacing(path) as part, part.open("wb") as file:
        write(file, parts)
    return tuple(notes)


def unfit(nets: Networks, name: str, G: StyleGenerator) -> str:
    """Return what about a generator the layout cannot hold; empty if it can hold all of it."""
    synthesis, mapping = G.synthesis, G.mapping
    if not isinstance(synthesis, SynthesisNetwork):
        family = "StyleGAN3, whose readers run the source text of its classes" if synthesis.takes_transform else ""
        return family or f"{nets.info.family}, which the published programs do not read in this form"
    blocks = synthesis.blocks()
    known = {
        *("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels", "channel_base", "channel_max", "num_fp16_res"),
        *("conv_clamp", "architecture", "resample_filter", "use_noise", "activation", "mapping_kwargs", "init_res"),
        *("fused_modconv_default", "fp16_channels_last"),
    }
    unknown = sorted(arguments_of(nets, name).keys() - known)
    reasons = {
        "rectangles": synthesis.init_res != (4, 4),
        "labels that are normalised together with the latent": G.c_dim != 0 and mapping.joint_labels,
        "latents that are not normalised": not mapping.normalize,
        "a network without a mean of w": mapping.mean is None,
        "weights that are stored as they are used": arguments_of(nets, name)
        .get("mapping_kwargs", {})
        .get("equalized", True)
        is not True,
        "filters that are no product of taps": _taps(blocks[0].resample_filter) is None,
        "kernels of other sizes than 3 x 3": any(block.conv1.weight.shape[2:] != (3, 3) for block in blocks),
        f"the argument {', '.join(unknown)[:60]}": bool(unknown),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _taps(filters: Tensor) -> list[float] | None:
    """Return whole-number taps whose outer product, of sum 1, is this filter; None if there are none."""
    rows = filters.double().cpu()
    rows = rows.sum(dim=1) if rows.ndim == 2 else rows
    if rows.numel() == 0 or float(rows[0]) == 0:
        return None
    for scale in range(1, 65):
        taps = [round(float(tap / rows[0] * scale), 3) for tap in rows]
        if all(tap == int(tap) for tap in taps) and has_taps([filters], tuple(taps)):
            return [int(tap) for tap in taps]
    return None


def generator_record(name: str, G: StyleGenerator, arguments: dict[str, Any]) -> Record:
    """Return a generator in the layout: mapping and synthesis networks, and the mean of w."""
    synthesis = G.synthesis
    assert isinstance(synthesis, SynthesisNetwork)
    mapping, block = G.mapping, synthesis.blocks()[0]
    first = block.conv1
    options = arguments.get("mapping_kwargs") or {}
    common = {
        "num_channels": G.img_channels,
        "resolution": G.img_resolution,
        "label_size": G.c_dim,
        "latent_size": G.z_dim,
        "dlatent_size": G.w_dim,
        "fmap_base": arguments.get("channel_base", 32768) // 2,
        "fmap_max": arguments.get("channel_max", 512),
        "num_fp16_res": synthesis.num_fp16_res,
        "conv_clamp": first.conv_clamp,
        "architecture": block.architecture,
        "nonlinearity": first.activation,
        "resample_kernel": _taps(block.resample_filter),
        "use_noise": first.use_noise,
        "mapping_layers": mapping.num_layers,
        "mapping_fmaps": options.get("layer_features"),
        "mapping_lrmul": options.get("lr_multiplier", 0.01),
        "mapping_nonlinearity": options.get("activation", "lrelu"),
    }
    if G.c_dim:
        common["label_fmaps"] = len(mapping.embed.weight)
    own: list[Variable] = [("dlatent_avg", array(mapping.w_avg))]
    components = {
        "synthesis": Record("G_synthesis", "G_synthesis", common, _synthesis_variables(synthesis)),
        "mapping": Record(
            "G_mapping", "G_mapping", {**common, "dlatent_broadcast": G.num_ws}, _dense_variables(mapping, "Dense")
        ),
    }
    return Record(name, "G_main", common, own, components)


def _dense_variables(mapping: Any, dense: str) -> list[Variable]:
    """Return the variables of a mapping network."""
    found: list[Variable] = []
    for key, value in mapping.state_dict().items():
        if match := re.fullmatch(r"(embed|fc(\d+))\.(weight|bias)", key):
            scope = "LabelEmbed" if match[1] == "embed" else f"{dense}{match[2]}"
            found.append((f"{scope}/{match[3]}", array(value.t() if value.ndim == 2 else value)))
    return found


def _synthesis_variables(synthesis: SynthesisNetwork) -> list[Variable]:
    noise: list[Variable] = []
    layers: list[Variable] = []
    for key, value in synthesis.state_dict().items():
        match = re.fullmatch(r"b(\d+)\.(?:(\w+)\.)?(.+)", key)
        assert match is not None
        size, layer, part = int(match[1]), match[2], match[3]
        scope = f"{size}x{size}/" + ("Conv" if size == 4 and layer == "conv1" else _LAYERS.get(layer, ""))
        if part == "resample_filter":
            continue
        if part == "noise_const":
            noise.append((f"noise{len(noise)}", array(value)[None, None]))
        elif part == "const":
            layers.append((f"{scope}Const/const", array(value)[None]))
        elif part == "weight":
            layers.append((f"{scope}/weight", _kernel(value, turned=layer == "conv0")))
        elif part == "affine.weight":
            layers.append((f"{scope}/mod_weight", array(value.t())))
        elif part == "affine.bias":
            # Stored without the 1 that readers add, in a type in which both steps are exact.
            layers.append((f"{scope}/mod_bias", array(value).astype(np.float64) - 1))
        else:
            layers.append((f"{scope}/{part}", array(value)))
    return noise + layers


def _kernel(weight: Tensor, turned: bool = False) -> np.ndarray[Any, Any]:
    """Return [out, in, h, w] as [h, w, in, out]; turned by 180 degrees for upsampling layers."""
    kernel = array(weight).transpose(2, 3, 1, 0)
    return np.ascontiguousarray(kernel[::-1, ::-1] if turned else kernel)


def unfit_discriminator(nets: Networks, D: StyleDiscriminator) -> str:
    """Return what about a discriminator the layout cannot hold; empty if it can hold all of it."""
    if not isinstance(D, Discriminator):
        return "discriminators other than StyleGAN2's"
    arguments = arguments_of(nets, "D")
    base, most = arguments.get("channel_base", 32768), arguments.get("channel_max", 512)
    highest = getattr(D, f"b{D.img_resolution}")
    reasons = {
        "one logit for each class": D.class_logits,
        "filters that are no product of taps": _taps(filters_of(highest)[0]) is None,
        "a last layer of other channels": min(base // 2, most) != min(base // 4, most),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def discriminator_record(D: StyleDiscriminator, arguments: dict[str, Any]) -> Record:
    """Return a discriminator in the layout."""
    assert isinstance(D, Discriminator)
    highest = getattr(D, f"b{D.img_resolution}")
    options, spread = arguments.get("mapping_kwargs") or {}, D.b4.mbstd
    kwargs = {
        "num_channels": D.img_channels,
        "resolution": D.img_resolution,
        "label_size": D.c_dim,
        "fmap_base": arguments.get("channel_base", 32768) // 2,
        "fmap_max": arguments.get("channel_max", 512),
        "num_fp16_res": arguments.get("num_fp16_res", 4),
        "conv_clamp": highest.conv0.conv_clamp,
        "architecture": highest.architecture,
        "nonlinearity": highest.conv0.activation,
        "resample_kernel": _taps(filters_of(highest)[0]),
        "mbstd_group_size": None if spread is None else spread.group_size,
        "mbstd_num_features": 0 if spread is None else spread.num_channels,
    }
    if D.c_dim:
        kwargs |= {
            "mapping_layers": D.mapping.num_layers,
            "mapping_fmaps": D.cmap_dim,
            "mapping_lrmul": options.get("lr_multiplier", 0.01),
            "mapping_nonlinearity": options.get("activation", "lrelu"),
        }
    variables = _dense_variables(D.mapping, "Mapping") if D.c_dim else []
    for key, value in D.state_dict().items():
        match = re.fullmatch(r"b(\d+)\.(\w+)\.(weight|bias)", key)
        if match is None:
            continue
        scope = "Output" if match[2] == "out" else f"{match[1]}x{match[1]}/{_D_LAYERS[match[2]]}"
        tensor = _kernel(value) if value.ndim == 4 else array(value.t() if value.ndim == 2 else value)
        variables.append((f"{scope}/{match[3]}", tensor))
    return Record("D", "D_main", kwargs, variables)
