"""Names of what a file holds when it holds no network that can be drawn."""

import re
from collections.abc import Iterable
from typing import Any

from foundation.pickles.foreign import Foreign
from gan.io.errors import LoadError, UnsupportedNetworkError, listed, quoted
from gan.io.layouts.candidates import candidates_in, entries_of, modules_in
from gan.io.records import Record, Tensor

READ = "choose a network of StyleGAN 1, 2, 2-ADA, 3 or XL"

_CLASSES: tuple[tuple[str, str], ...] = (
    (r"(.*\.)?R3GAN\.", "a network of R3GAN"),
    (r"networks\.(generator|shared)\.", "a network of StyleGAN-T"),
    (r"(.*\.)?TriPlaneGenerator$", "an EG3D network (TriPlaneGenerator), which draws three-dimensional scenes"),
    (r"diffusers\.", "a diffusion model"),
    (r"transformers\.", "a language or vision model of transformers"),
    (r"torchvision\.models\.", "a network of torchvision"),
    (r"torch\.optim\.", "the state of an optimiser"),
)
"""Full names of classes, and the families they belong to."""

_KEYS: tuple[tuple[str, str], ...] = (
    (r"(.*\.)?(model\.diffusion_model|first_stage_model|cond_stage_model)\.", "a diffusion model"),
    (r"(.*\.)?(down_blocks|up_blocks|input_blocks|output_blocks)\.\d+\..*", "a diffusion model"),
    (r"(.*\.)?(time_embed|time_embedding|time_mlp)\.", "a diffusion model"),
    (r".*lora_(up|down|A|B|unet).*", "LoRA weights of another model"),
    (
        r"(GAN\.)?(S|G|GE|SE|D|D_aug)\.(net|initial_block|blocks|to_initial_block|D)\b",
        "a network of lucidrains",
    ),
    (r"(student|mapping_net|synthesis_net)\.", "a MobileStyleGAN network, which draws wavelets"),
    (r".*\.attn\.relative_position_bias_table$", "a network of StyleSwin or another transformer"),
    (r"(backbone\.synthesis|superresolution|triplane|renderer)\.", "an EG3D network, which draws scenes"),
)
"""Names of tensors, and the families they belong to; the first that matches any name of a file counts."""

_HINTS: tuple[tuple[str, str], ...] = (
    (r"(generator_ema|generator)\.(style_mapping|convs)\.", "an incomplete network of mmgeneration"),
    (r"decoder\.(style|convs|conv1|synthesis|mapping)\.", "an incomplete encoder of pSp or e4e"),
    (r"encoder\.(input_layer|body|styles)\.", "an encoder of pSp or e4e without its decoder"),
    (r"(.*\.)?layer[1-4]\.\d+\.(conv|bn)\d\.", "a classifier (a ResNet)"),
    (r"(.*\.)?features\.\d+\.", "a classifier or a feature network"),
    (r"(.*\.)?(transformer|encoder|model)\.(h|layer|layers|resblocks)\.\d+\.", "a transformer"),
    (r"(.*\.)?(fc|classifier|head)(\.\d+)?\.weight$", "a classifier"),
)
"""The same for names that parts of our networks may have as well."""


def unknown(data: Any, foreign: Foreign) -> LoadError:
    """The error of a file that holds no network: a sentence that says what it holds instead."""
    if foreign.suspects and not foreign.names:
        return foreign.refusal(foreign.suspects[0])
    classes = _classes(data, foreign)
    family = family_of(data, foreign) or _optimiser(data) or _first(_HINTS, _keys(data))
    if family:
        return other_family(family)
    if isinstance(data, Tensor) or _are_vectors(data):
        return UnsupportedNetworkError(
            "The file holds numbers without a network, such as a latent or a direction; open it as one of these, or "
            f"{READ}."
        )
    if classes:
        return UnsupportedNetworkError(
            f"The file holds a {quoted(classes[0])}, which this version does not know; {READ}."
        )
    own = [key for one in candidates_in(data) for key in one.tensors]
    if own:
        return UnsupportedNetworkError(
            "The file is a bare list of tensors (a state dict) of no network that is known: it holds "
            f"{listed(own, 3, 30)}; {READ}."
        )
    if isinstance(data, dict):
        return UnsupportedNetworkError(
            f"The file holds none of G, D and G_ema (it holds {listed(data, 5, 24) or 'nothing'}); {READ}."
        )
    return UnsupportedNetworkError(f"The file holds no networks; {READ}.")


def family_of(data: Any, foreign: Foreign) -> str | None:
    """The family that the classes in a file belong to, or its tensors by their names; None for unknown ones."""
    return _first(_CLASSES, _classes(data, foreign)) or _first(_KEYS, _keys(data))


def other_family(family: str) -> UnsupportedNetworkError:
    """The error of a network of another family."""
    return UnsupportedNetworkError(f"The file holds {family}, which cannot be drawn here; {READ}.")


def family_of_class(name: str) -> str | None:
    """The family that a class belongs to; None for an unknown one."""
    return _first(_CLASSES, [name])


def _keys(data: Any) -> list[str]:
    keys = [key for one in candidates_in(data) for key in _names(one.path, one.tensors)]
    return keys + [f"{outer}.{inner}" for outer, value in _outer(data) for inner in list(entries_of(value))[:2000]]


def _classes(data: Any, foreign: Foreign) -> list[str]:
    outer = [data.name] if isinstance(data, Record) else []
    return [*outer, *foreign.names, *(module.class_name for _, module in modules_in(data))]


def _names(path: tuple[str, ...], tensors: Iterable[str]) -> list[str]:
    """Names of tensors, also with the key that leads to them."""
    names = list(tensors)[:2000]
    return names + [f"{path[-1]}.{name}" for name in names] if path else names


def _outer(data: Any) -> list[tuple[str, Any]]:
    """Containers in the outermost one, by their keys."""
    entries = list(entries_of(data).items())[:100]
    return [(key, value) for key, value in entries if isinstance(value, (dict, Record))]


def _first(table: Iterable[tuple[str, str]], names: list[str]) -> str | None:
    for pattern, family in table:
        if any(re.match(pattern, name) for name in names):
            return family
    return None


def _optimiser(data: Any) -> str | None:
    return "the state of an optimiser" if isinstance(data, dict) and "param_groups" in data else None


def _are_vectors(data: Any) -> bool:
    if isinstance(data, dict):
        values = [value for value in data.values() if isinstance(value, Tensor)]
        return "eigvec" in data or "latent" in data or (0 < len(values) == len(data) <= 2 and _flat(values))
    return isinstance(data, (list, tuple)) and len(data) > 0 and all(isinstance(value, Tensor) for value in data)


def _flat(values: list[Tensor]) -> bool:
    return all(len(value.shape) <= 3 and value.shape[-1:] >= (16,) for value in values)
