"""Number of float32 numbers in one vector of the kernels."""

from llvmlite import binding

CHANNELS = 16
"""Channels are padded to a multiple of this, whatever the CPU: one cache line."""


def _lanes() -> int:
    """16 with AVX-512; 8 elsewhere (AVX2: one register; NEON and SSE: two, which still fit)."""
    return 16 if binding.get_host_cpu_features().get("avx512f") else 8


LANES = _lanes()
"""Length of a vector; divides `CHANNELS`."""


def padded(channels: int) -> int:
    """The multiple of `CHANNELS` that holds so many channels."""
    return -(-channels // CHANNELS) * CHANNELS
