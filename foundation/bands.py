"""Bands of layers: coarse, middle and fine styles, and amounts by layer. Standard library only.

The amounts are those of a second network by the names of layers: a hard cut, a logistic ramp.
Positions follow the published programs (arXiv 2010.05334): each resolution has two, level 0 for its upsampling
convolution (and the constant) and level 1 for what follows it; layers without a resolution in their names have one
position each.
"""

import math
import re
from collections.abc import Sequence

Amounts = dict[str, float]
"""Share of the second network, 0..1, by layer."""

RAMP_WIDTH = 1.0
"""Width of a logistic ramp, in positions."""

_BLOCK = re.compile(r"b(\d+)\.\w+", re.ASCII)
_UNMATCHED = "b4.conv1"
"""The layer that no pattern of the published ramp names, so that it stays the first network's."""


def style_bands(num_ws: int, stylegan3: bool) -> tuple[int, int]:
    """First w index of the middle and of the fine band; `num_ws` where a band is empty.

    StyleGAN 1 and 2, as the paper names them (arXiv 1812.04948): coarse 4^2-8^2, middle 16^2-32^2, fine above, thus
    0-3, 4-7, 8 and up. StyleGAN3, whose 16 vectors do not double the resolution step by step: 0-5, 6-10, 11-15, and
    the same shares of other numbers of layers.
    """
    if stylegan3:
        return round(num_ws * 6 / 16), round(num_ws * 11 / 16)
    return min(4, num_ws), min(8, num_ws)


def hard_cut(names: Sequence[str], after: str) -> Amounts:
    """Return 0 for the layers up to a place, inclusive, and 1 for those above.

    For networks with blocks this is the cut of dvschultz's program, whose default is after 64.

    Args:
        names: The layers, in the order in which they run.
        after: A resolution as "32", or the name of a layer.

    Raises:
        ValueError: there is no such place.
    """
    if after.isdecimal() and _has_blocks(names):
        _check_resolution(names, int(after))
        return {name: float(_resolution(name) > int(after)) for name in names}
    last = names.index(_named(names, after))
    return {name: float(i > last) for i, name in enumerate(names)}


def ramp(names: Sequence[str], around: str, width: float | None = RAMP_WIDTH) -> Amounts:
    """Return a logistic ramp over the layers, y = 1 / (1 + exp(-x / width)), as in Pinkney's program.

    x is the number of positions from the named one. Without a width y is 1 where x > 1, else 0: the first layer that is
    taken is two positions above the named one. `b4.conv1` stays the first network's, as published.

    Args:
        names: The layers, in the order in which they run.
        around: A resolution and a level, as "16" or "16:1"; or the name of a layer.
        width: In positions; None for a hard edge.

    Raises:
        ValueError: there is no such place, or the width is not positive.
    """
    if width is not None and not width > 0:
        raise ValueError(f"The width of a ramp must be above 0, not {width:g}; leave it out for a hard edge.")
    places = {name: _position(names, name) for name in names}
    middle = _middle(names, around)
    found = {}
    for name, place in places.items():
        x = place - middle
        found[name] = float(x > 1) if width is None else _logistic(x / width)
    if _UNMATCHED in found:
        found[_UNMATCHED] = 0.0
    return found


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _has_blocks(names: Sequence[str]) -> bool:
    return bool(names) and all(_BLOCK.fullmatch(name) for name in names)


def _resolution(layer: str) -> int:
    return int(layer.partition(".")[0].removeprefix("b"))


def _check_resolution(names: Sequence[str], resolution: int) -> None:
    known = sorted({_resolution(name) for name in names})
    if resolution not in known:
        raise ValueError(f"This network has no layers of {resolution}: choose from {', '.join(map(str, known))}.")


def _named(names: Sequence[str], layer: str) -> str:
    """Return the name of a layer; names of StyleGAN3's layers may be given without their sizes, as L3."""
    found = [name for name in names if name == layer or name.partition("_")[0] == layer]
    if len(found) != 1:
        raise ValueError(f"There is no layer {layer!r}: choose from {', '.join(names)}.")
    return found[0]


def _position(names: Sequence[str], layer: str) -> int:
    if not _has_blocks(names):
        return list(names).index(layer)
    resolutions = sorted({_resolution(name) for name in names})
    return 2 * resolutions.index(_resolution(layer)) + layer.endswith((".conv1", ".torgb"))


def _middle(names: Sequence[str], around: str) -> int:
    found = re.fullmatch(r"(\d+)(?::([01]))?", around)
    if found and _has_blocks(names):
        _check_resolution(names, int(found[1]))
        resolutions = sorted({_resolution(name) for name in names})
        return 2 * resolutions.index(int(found[1])) + int(found[2] or 0)
    return _position(names, _named(names, around))
