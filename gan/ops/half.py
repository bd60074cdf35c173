"""Half precision: the type that layers which may use it compute in, by device.

Networks name their layers for half precision by `num_fp16_res`, which CUDA computes in float16. A CPU computes them in
float32, and in bfloat16 inside `on_cpu`, as training does on request: its range is that of float32, so that nothing
overflows, with 8 bits of mantissa. StyleGAN3's filters stay in float32 there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch

_on_cpu: ContextVar[bool] = ContextVar("half_on_cpu", default=False)


@contextmanager
def on_cpu(wanted: bool = True) -> Iterator[None]:
    """Compute layers for half precision in bfloat16 on a CPU, in this block and thread; nothing unless `wanted`."""
    token = _on_cpu.set(wanted)
    try:
        yield
    finally:
        _on_cpu.reset(token)


def half_type(device: torch.device) -> torch.dtype | None:
    """The type of layers for half precision; None where they are computed in float32."""
    if device.type == "cuda":
        return torch.float16
    return torch.bfloat16 if device.type == "cpu" and _on_cpu.get() else None


def layer_format(device: torch.device, wanted: bool, channels_last: bool) -> tuple[torch.dtype, torch.memory_format]:
    """Return the type and the memory order of images in a layer.

    Args:
        device: Where they are.
        wanted: The layer may use half precision.
        channels_last: In float16 its images have the channels last. In bfloat16 they always have: convolutions there
            are several times as fast.
    """
    half = half_type(device) if wanted else None
    last = half == torch.bfloat16 or (half is not None and channels_last)
    return half or torch.float32, torch.channels_last if last else torch.contiguous_format
