"""StyleGAN2 by the names of mmgeneration, a renaming of rosinality's."""

import re

from gan.io.layouts import rosinality
from gan.io.layouts.found import Candidate, Found, Tensors
from gan.io.layouts.stylegan2_arguments import incomplete

LAYOUT = "mmgeneration StyleGAN2"
_UNCHECKED = (
    "Its pictures were never compared with those of mmgeneration; where red and blue look exchanged, the network was "
    "trained on BGR pictures."
)


def generator(candidate: Candidate) -> Found | None:
    """The generator in a state dict of these names; None where it has others.

    Raises:
        UnsupportedNetworkError: a part of it is missing.
    """
    given = candidate.tensors
    if not any(key.startswith("style_mapping.") for key in given):
        return None
    if "constant_input.input" not in given and "constant_input.const" not in given:
        raise incomplete("a generator of mmgeneration, which", ["constant_input.input"])
    found = rosinality.generator(Candidate(candidate.path, _renamed(given), candidate.siblings))
    assert found is not None
    return Found(found.stored, LAYOUT, notices=(_UNCHECKED,))


def _renamed(given: Tensors) -> Tensors:
    tensors = {}
    for key, value in given.items():
        name = re.sub(r"(\.linear)?\.weight_orig$", ".weight", key).replace(".linear.", ".")
        name = re.sub(r"^style_mapping\.", "style.", name)
        name = re.sub(r"^(style\.\d+)\.activate\.", r"\1.", name)
        name = re.sub(r"^constant_input\.(input|const)$", "input.input", name)
        name = re.sub(r"^injected_noise_", "noises.noise_", name)
        name = name.replace(".style_modulation.", ".modulation.").replace(".noise_injector.", ".noise.")
        if name.startswith(("to_rgb1.", "to_rgbs.")):
            name = name.replace(".activate.bias", ".bias")
        tensors[name] = value
    return tensors
