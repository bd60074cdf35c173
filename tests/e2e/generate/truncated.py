"""Image of seed 0 with a psi for each w vector, by the library alone."""

import numpy as np
import torch
from numpy.typing import NDArray

import gan
from gan.display import to_rgba8
from gan.latents import seed_z


def by_layer(network: str, psis: tuple[float, ...]) -> NDArray[np.uint8]:
    """Return the image, [H, W, 4]."""
    G = gan.load(network, only=("G_ema",)).G_ema
    assert G is not None
    with torch.inference_mode():
        z = torch.from_numpy(seed_z(0, G.z_dim))[None].float()
        return to_rgba8(G.synthesis(G.mapping(z, None, truncation_psi=list(psis)), noise_mode="const")[0])
