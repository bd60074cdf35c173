"""The image of one seed with some w vectors of another, by the library alone."""

import numpy as np
import torch
from numpy.typing import NDArray

import gan
from gan.display import to_rgba8
from gan.latents import seed_z


def mixed(network: str, seed: int, other: int, ws: tuple[int, ...], amount: float = 1.0) -> NDArray[np.uint8]:
    """Return the image, [H, W, 4]."""
    G = gan.load(network, only=("G_ema",)).G_ema
    assert G is not None
    with torch.inference_mode():
        base, source = (
            G.mapping(torch.from_numpy(seed_z(one, G.z_dim))[None].float()).clone() for one in (seed, other)
        )
        for i in ws:
            base[:, i] = source[:, i] if amount == 1 else (1 - amount) * base[:, i] + amount * source[:, i]
        return to_rgba8(G.synthesis(base, noise_mode="const")[0])
