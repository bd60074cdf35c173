"""EQ-T of a network as `gan.analysis.equivariance` measures it, on images of 8 bits as the window shows them."""

from collections.abc import Iterable
from pathlib import Path

import torch

import gan
from gan.analysis.equivariance import equivariance_db, translation_error
from gan.display import to_rgba8
from gan.latents import seed_z


def shown_db(path: Path, columns: int, rows: int, seeds: Iterable[int]) -> float:
    """Return decibels, over shifts of images of the seeds by whole pixels."""
    network = gan.load(path, only=("G_ema",)).G_ema
    assert network is not None
    error = count = 0.0
    with torch.inference_mode():
        for seed in seeds:
            ws = network.mapping(torch.from_numpy(seed_z(seed, network.z_dim))[None].float())

            def render(matrix, ws=ws):
                picture = network.synthesis(ws, input_transform=torch.as_tensor(matrix, dtype=torch.float32))[0]
                shown = torch.as_tensor(to_rgba8(picture)[..., :3]).float()
                return ((shown - 128) / 127.5).permute(2, 0, 1)[None]

            side = network.img_resolution
            one = translation_error(render, render(torch.eye(3)), columns / side, rows / side, True)
            error, count = error + float(one[0]), count + float(one[1])
    return equivariance_db(error, count)
