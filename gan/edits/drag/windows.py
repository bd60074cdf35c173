"""Parts of features at the resolution of the picture, without resizing all of them."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

Size = tuple[int, int]
"""Height and width of a picture."""


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels of a picture, ends excluded."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def around(cls, x: float, y: float, reach: float, size: Size) -> "Window":
        """Return the pixels within `reach` of a position along either axis, at least one, cut at the picture."""
        height, width = size
        left, right = _span(x, reach, width)
        top, bottom = _span(y, reach, height)
        return cls(top, left, bottom, right)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    def edges(self, x: int, y: int, size: Size) -> bool:
        """Return True for a pixel on an edge of it beyond which the picture goes on."""
        height, width = size
        across = (x == self.left and x > 0) or (x == self.right - 1 and x < width - 1)
        return across or (y == self.top and y > 0) or (y == self.bottom - 1 and y < height - 1)


def _span(place: float, reach: float, count: int) -> tuple[int, int]:
    first = min(max(math.ceil(place - reach), 0), count - 1)
    return first, min(max(math.floor(place + reach) + 1, first + 1), count)


def resized(features: Tensor, window: Window, size: Size) -> Tensor:
    """Return a window of features [C, h, w] as if all of them were resized to a picture's size, bilinearly.

    The same as `torch.nn.functional.interpolate` with align_corners False gives there.

    Args:
        features: [C, h, w], of all of the picture.
        window: The pixels wanted.
        size: Height and width of the picture.

    Returns:
        [C, *window.size].
    """
    rows, lower, down = _taps(window.top, window.bottom, features.shape[1], size[0], features)
    columns, right, across = _taps(window.left, window.right, features.shape[2], size[1], features)
    first_row, first_column = int(rows[0]), int(columns[0])
    part = features[:, first_row : int(lower[-1]) + 1, first_column : int(right[-1]) + 1]
    part = torch.lerp(part[:, :, columns - first_column], part[:, :, right - first_column], across)
    return torch.lerp(part[:, rows - first_row], part[:, lower - first_row], down[:, None])


def _taps(first: int, end: int, have: int, want: int, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the sample before each pixel, the one after it, and the share of the latter."""
    place = ((torch.arange(first, end, device=like.device, dtype=torch.float32) + 0.5) * (have / want) - 0.5).clamp_min(
        0
    )
    before = place.floor().long()
    return before, (before + 1).clamp_max(have - 1), (place - before).to(like.dtype)


def sampled(part: Tensor, window: Window, x: Tensor, y: Tensor) -> Tensor:
    """Return a window [C, h, w] of resized features at positions [N] in pixels of the picture: [C, N].

    Bilinear, zero outside the window.
    """
    height, width = window.size
    across = 2 * (x - window.left) / max(width - 1, 1) - 1
    down = 2 * (y - window.top) / max(height - 1, 1) - 1
    grid = torch.stack([across, down], dim=-1)[None, None].to(part.dtype)
    return F.grid_sample(part[None], grid, mode="bilinear", padding_mode="zeros", align_corners=True)[0, :, 0]


def at(features: Tensor, x: float, y: float, size: Size) -> Tensor:
    """Return the features [C] at a position; one outside the picture is that of the nearest pixel."""
    x, y = min(max(x, 0.0), size[1] - 1.0), min(max(y, 0.0), size[0] - 1.0)
    window = Window(int(y), int(x), min(int(y) + 2, size[0]), min(int(x) + 2, size[1]))
    part = resized(features, window, size)
    across, down = x - int(x), y - int(y)
    rows = torch.lerp(part[:, 0], part[:, -1], down)
    return torch.lerp(rows[:, 0], rows[:, -1], across)


def smooth(features: Tensor, x: Tensor, y: Tensor, size: Size) -> Tensor:
    """Return features [C, h, w] at columns x [N] and rows y [M] in pixels of the picture: [C, M, N].

    Cubic convolution (Keys, 1981, a = -1/2) between the samples of the features themselves, which keeps ramps and
    parabolas; beyond them the nearest samples are repeated. PyTorch's bicubic modes have a = -3/4, which shifts places.
    """
    columns, across = _cubic(x, features.shape[2], size[1])
    rows, down = _cubic(y, features.shape[1], size[0])
    taps = features[:, rows[:, None, :, None], columns[None, :, None, :]]
    return torch.einsum("cmnij,mi,nj->cmn", taps, down.to(features.dtype), across.to(features.dtype))


def _cubic(place: Tensor, have: int, want: int) -> tuple[Tensor, Tensor]:
    """Return the four samples around each position [N], and their weights, both [N, 4]."""
    place = (place + 0.5) * (have / want) - 0.5
    before = place.floor()
    t = (place - before)[:, None]
    powers = torch.cat([torch.ones_like(t), t, t**2, t**3], dim=1)
    weights = powers @ powers.new_tensor(_KEYS)
    taps = before.long()[:, None] + torch.arange(-1, 3, device=place.device)
    return taps.clamp(0, have - 1), weights


_KEYS = ((0, 1, 0, 0), (-0.5, 0, 0.5, 0), (1, -2.5, 2, -0.5), (-0.5, 1.5, -1.5, 0.5))
"""Weight of each sample [4] for each power of the position between the middle two [4]."""
