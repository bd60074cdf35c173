"""Half precision for networks that were saved without it, as the published conversion offers it."""

import dataclasses
from typing import Any

import torch

from gan.io.errors import UnsupportedNetworkError
from gan.io.networks import NAMES, Architecture, Networks
from gan.networks import build_discriminator, build_generator

_LAYERS, _CLAMP = 4, 256
"""Resolutions in half precision, from the highest down, and the limit of their outputs."""


def in_half_precision(nets: Networks) -> Networks:
    """Return networks with the same weights that compute their four highest resolutions in half precision.

    Raises:
        UnsupportedNetworkError: their family has no half precision.
    """
    made: dict[str, Any] = {}
    architectures = dict(nets.info.architectures)
    for name in NAMES:
        network = getattr(nets, name)
        if network is None:
            made[name] = None
            continue
        old = architectures[name]
        if old.class_name.startswith("stylegan1."):
            raise UnsupportedNetworkError(
                f"{nets.info.source} has no layers for half precision: leave --force-fp16 out."
            )
        arguments = {**old.arguments, "num_fp16_res": _LAYERS, "conv_clamp": _CLAMP}
        architectures[name] = Architecture(old.class_name, arguments)
        build = build_discriminator if name == "D" else build_generator
        with torch.random.fork_rng(devices=[]):  # the weights drawn here are replaced
            made[name] = build(old.class_name, **arguments).eval()
        made[name].load_state_dict(network.state_dict())
        made[name].requires_grad_(False)
    return Networks(**made, info=dataclasses.replace(nets.info, architectures=architectures))
