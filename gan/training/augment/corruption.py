"""Corruptions: additive noise and cutout."""

import torch
from torch import Tensor

from gan.training.augment.settings import Augmentations
from gan.training.draws import Draws


def add_noise(images: Tensor, a: Augmentations, p: float | Tensor, draws: Draws) -> Tensor:
    """Add white noise to [N, C, H, W], of a half-normal standard deviation for each image."""
    shape = (len(images), 1, 1, 1)
    deviation = draws.half_normal(shape) * a.noise_std
    deviation = torch.where(draws.gate(shape, a.noise * p), deviation, torch.zeros_like(deviation))
    return images + (draws.normal(images.shape) * deviation).to(images.device)


def cut_out(images: Tensor, a: Augmentations, p: float | Tensor, draws: Draws) -> Tensor:
    """Blank a rectangle of `cutout_size` about a random point of each image of [N, C, H, W]."""
    batch, _, height, width = images.shape
    on = draws.gate((batch, 1, 1, 1, 1), a.cutout * p).reshape(batch, 1, 1, 1).to(images.device)
    centre = draws.uniform((batch, 2, 1, 1, 1)).to(images.device)
    x = (torch.arange(width, device=images.device) + 0.5) / width
    y = (torch.arange(height, device=images.device) + 0.5) / height
    across = (x - centre[:, 0]).abs() < a.cutout_size / 2  # [N, 1, 1, W]
    down = (y[:, None] - centre[:, 1]).abs() < a.cutout_size / 2  # [N, 1, H, 1]
    return images * (~(across & down & on)).to(images.dtype)
