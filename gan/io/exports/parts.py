"""Parts that the writers of layouts share."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gan.io.networks import Networks
from gan.networks.generator import StyleGenerator
from gan.ops.upfirdn2d import setup_filter

TAPS = (1, 3, 3, 1)
"""The resampling filter that layouts without one have."""


def main_generator(nets: Networks) -> tuple[str, StyleGenerator]:
    """Return the generator that draws the images, and its name. Raises ValueError if there is none."""
    for name in ("G_ema", "G"):
        network = getattr(nets, name)
        if network is not None:
            return name, network
    raise ValueError("The file holds no generator, so there is nothing to convert.")


def arguments_of(nets: Networks, name: str) -> dict[str, Any]:
    """Return the constructor's arguments of a network, with nested synthesis arguments laid flat."""
    arguments = dict(nets.info.architectures[name].arguments)
    return {**(arguments.pop("synthesis_kwargs", None) or {}), **arguments}


def array(tensor: Tensor) -> np.ndarray[Any, Any]:
    """Return a parameter as an array of its own type."""
    return tensor.detach().cpu().contiguous().numpy()


def has_taps(filters: Iterable[Tensor], taps: tuple[float, ...] = TAPS) -> bool:
    """Return True if all of these filters are the separable one of `taps`."""
    wanted = setup_filter(taps, separable=False)
    return all(one.shape == wanted.shape and torch.equal(one.cpu(), wanted) for one in filters)


def filters_of(network: nn.Module) -> list[Tensor]:
    """Return the resampling filters of a network."""
    return [value for name, value in network.named_buffers() if name.endswith("resample_filter")]
