"""Bending: simple operations on the feature maps of a layer (network bending; Broad, Leymarie and Grierson, 2021).

Positions are relative to the centre and to the size of the maps, so that a layer of another resolution is bent alike.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from foundation.specs.formats import BEND_KINDS, UNBENT, BendKind


@dataclass(frozen=True)
class Bend:
    """One operation on the maps of a layer."""

    kind: BendKind
    """multiply: by the amount; zoom: larger by that factor; turn: degrees counterclockwise; mirror: left and right
    exchanged, by a share 0..1; threshold: values nearer to 0 than so many standard deviations become 0; noise: normal
    noise of so many standard deviations is added."""
    amount: float
    channels: tuple[int, ...] = ()
    """Numbers of the maps; empty for all. Those that a layer lacks are left out."""
    seed: int = 0
    """Of the noise, which is the same for all samples."""

    def __post_init__(self) -> None:
        if self.kind not in BEND_KINDS:
            raise ValueError(f"There is no bending {self.kind!r}; choose one of {', '.join(BEND_KINDS)}.")
        if not math.isfinite(self.amount):
            raise ValueError(f"The amount of {self.kind} is {self.amount}; give a finite number.")
        if self.kind == "zoom" and self.amount <= 0:
            raise ValueError(f"The amount of zoom is {self.amount:g}; give a factor above 0.")


def bent(x: Tensor, bends: Sequence[Bend]) -> Tensor:
    """Apply operations one after another: x [N, C, H, W] -> the same shape and type; x itself is not changed."""
    for bend in bends:
        chosen = [i for i in bend.channels if 0 <= i < x.shape[1]]
        if bend.amount == UNBENT[bend.kind] or (bend.channels and not chosen):
            continue
        if not bend.channels:
            x = _applied(x, bend)
        else:
            index = torch.tensor(chosen, device=x.device)
            x = x.index_copy(1, index, _applied(x.index_select(1, index), bend))
    return x


def _applied(x: Tensor, bend: Bend) -> Tensor:
    match bend.kind:
        case "multiply":
            return x * bend.amount
        case "mirror":
            return torch.lerp(x, x.flip(3), bend.amount)
        case "zoom":
            return _moved(x, 1 / bend.amount, 0.0)
        case "turn":
            return _moved(x, 1.0, math.radians(bend.amount))
        case "threshold":
            return x * (x.abs() >= bend.amount * _deviation(x))
        case _:
            drawn = torch.randn(x.shape[1:], generator=torch.Generator().manual_seed(bend.seed % 2**63))
            return x + bend.amount * _deviation(x) * drawn.to(x.device, x.dtype)


def _deviation(x: Tensor) -> Tensor:
    """Standard deviation of each sample's maps: [N, 1, 1, 1]."""
    return x.float().std(dim=(1, 2, 3), keepdim=True, correction=0).to(x.dtype)


def _moved(x: Tensor, scale: float, angle: float) -> Tensor:
    """Maps sampled at their places turned by an angle in radians and scaled about the centre; 0 beyond the edge."""
    height, width = x.shape[2:]
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    # In the units of grid_sample the sides are 2 each, whatever their lengths.
    matrix = torch.tensor([[cos, -sin * height / width, 0.0], [sin * width / height, cos, 0.0]], device=x.device)
    grid = F.affine_grid(matrix.expand(len(x), -1, -1), list(x.shape), align_corners=False)
    return F.grid_sample(x.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False).to(x.dtype)
