"""Image of one seed moved along a direction, by the library alone: w + strength * direction with numpy."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import gan
from gan.display import to_rgba8
from gan.latents import seed_z


def directed(network: str, direction: Path, seed: int, strength: float, first: int, last: int) -> NDArray[np.uint8]:
    """Return the image, [H, W, 4]."""
    G = gan.load(network, only=("G_ema",)).G_ema
    assert G is not None
    with torch.inference_mode():
        ws = G.mapping(torch.from_numpy(seed_z(seed, G.z_dim))[None].float()).numpy().copy()
        layers, vector = slice(first, last + 1), np.load(direction)
        ws[:, layers] += strength * (vector if vector.ndim == 1 else vector[layers])
        return to_rgba8(G.synthesis(torch.from_numpy(ws), noise_mode="const")[0])
