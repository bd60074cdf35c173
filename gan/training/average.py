"""The moving average of the generator: the network that is rendered and published."""

import torch
from torch import nn


def decay(batch: int, kimg: float, rampup: float | None, nimg: int) -> float:
    """Decay of the average for one batch: half of it is gone after `kimg` thousand images.

    Args:
        batch: Images of the batch.
        kimg: Half-life.
        rampup: The half-life is at most this share of the images shown so far; None for no such limit.
        nimg: Images shown so far.
    """
    half_life = kimg * 1000
    if rampup is not None:
        half_life = min(half_life, nimg * rampup)
    return 0.0 if half_life <= 0 else 0.5 ** (batch / half_life)


@torch.no_grad()
def move_average(average: nn.Module, network: nn.Module, beta: float) -> None:
    """average = beta average + (1 - beta) network for the parameters; buffers are copied."""
    # All at once: on a GPU, launching a kernel per tensor takes longer than the arithmetic.
    pairs = list(zip(average.parameters(), network.parameters(), strict=True))
    if pairs:
        slow, fast = map(list, zip(*pairs, strict=True))
        torch._foreach_lerp_(slow, fast, 1 - beta)
    copies = list(zip(average.buffers(), network.buffers(), strict=True))
    if copies:
        slow_buffers, now = map(list, zip(*copies, strict=True))
        torch._foreach_copy_(slow_buffers, now)
