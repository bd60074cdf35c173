"""Helpers of the kernels' launchers. Importing this module imports Triton."""

import torch
import triton
from torch import Tensor

NO_CLAMP = float("inf")
"""The limit of what is not limited."""


def dense(x: Tensor) -> Tensor:
    """x itself where it is contiguous or in channels_last order, else a contiguous copy."""
    return x if x.is_contiguous() or is_channels_last(x) else x.contiguous()


def is_channels_last(x: Tensor) -> bool:
    """True if x [N, C, H, W] lies in memory as [N, H, W, C], and not also as [N, C, H, W]."""
    return x.ndim == 4 and not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last)


def memory_format(x: Tensor) -> torch.memory_format:
    """The order of a `dense` tensor."""
    return torch.channels_last if is_channels_last(x) else torch.contiguous_format


def blocks(size: int, block: int) -> int:
    """Number of blocks that cover a size."""
    return -(-size // block)


def power_of_two(n: int, least: int = 1) -> int:
    """The smallest power of two that is at least n and `least`."""
    return max(least, int(triton.next_power_of_2(n)))
