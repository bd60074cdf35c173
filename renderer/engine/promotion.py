"""Half precision where it is safe: layers that overflow are computed in float32 from then on."""

from collections.abc import Callable

import torch
from torch import Tensor

OnLayer = Callable[[str, Tensor], None]
Draw = Callable[[frozenset[str], OnLayer], Tensor]
"""Renders with these layers in float32, and reports each layer's output."""


def finite(x: Tensor) -> bool:
    """Return True if all values are finite; a finite sum proves it in one pass."""
    return bool(torch.isfinite(x.sum(dtype=torch.float32))) or bool(torch.isfinite(x).all())


def promote(draw: Draw, promoted: frozenset[str]) -> tuple[Tensor, frozenset[str]]:
    """Render repeatedly, each time promoting the first layer that overflows to float32, until the image is finite.

    Args:
        draw: See `Draw`.
        promoted: Layers that are in float32 already.

    Returns:
        The image, and the layers that are now in float32. If half precision is not the cause, the image is not finite
        and the layers are those given.
    """
    before = promoted
    while True:
        broken: list[tuple[str, torch.dtype]] = []

        def look(name: str, x: Tensor, broken: list[tuple[str, torch.dtype]] = broken) -> None:
            if not broken and not finite(x):
                broken.append((name, x.dtype))

        picture = draw(promoted, look)
        if finite(picture):
            return picture, promoted
        if not broken or broken[0][1] == torch.float32 or broken[0][0] in promoted:
            return picture, before
        promoted |= {broken[0][0]}


def notice(promoted: frozenset[str]) -> str:
    """Return a notice of a network's layers in float32; empty if there are none."""
    if not promoted:
        return ""
    if len(promoted) == 1:
        return f"Layer {next(iter(promoted))} overflows in half precision and is computed in float32."
    return f"Layers {', '.join(sorted(promoted))} overflow in half precision and are computed in float32."
