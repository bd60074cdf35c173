"""Precision of the plans: exact, or faster with bfloat16 products where the CPU multiplies such numbers at once.

"fast" rounds what goes into the convolutions, and their results, to bfloat16 (8 bits of mantissa); sums, filters,
styles and activations stay in float32. The images differ by less than 1 % of their contrast, so it is for images in
motion: whatever is saved or compared is "exact".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Literal

import torch

Precision = Literal["exact", "fast"]

_wanted: ContextVar[Precision] = ContextVar("precision", default="exact")


@cache
def has_fast() -> bool:
    """True if the CPU has instructions for products of bfloat16 numbers, and PyTorch's library uses them."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    cpu = torch.cpu.get_capabilities()
    return bool(cpu.get("amx_bf16") or cpu.get("avx512_bf16"))


@contextmanager
def rendering(precision: Precision) -> Iterator[None]:
    """Render with this precision in this block and thread, where a network has such a plan (`warm_up`)."""
    token = _wanted.set(precision)
    try:
        yield
    finally:
        _wanted.reset(token)


def wanted() -> Precision:
    """The precision that this thread's calls ask for."""
    return _wanted.get()
