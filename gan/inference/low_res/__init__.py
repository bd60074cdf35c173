"""Low-resolution networks that share the weights of a full one, for previews.

`at_resolution(G.synthesis, 64)` is called like `G.synthesis` itself, with the same `ws` and noise layers, and gives
smaller images for less work. Its layers may be fewer, or smaller.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import ReferenceType, WeakKeyDictionary, ref

import torch

from gan.inference.low_res import stylegan2, stylegan3
from gan.inference.revision import Revision, revision
from gan.networks.protocol import Synthesis
from gan.networks.stylegan2 import SynthesisNetwork as StyleGAN2
from gan.networks.stylegan3 import SynthesisNetwork as StyleGAN3


@dataclass(frozen=True)
class _Family:
    """Low resolutions of one kind of network. The functions take that kind only."""

    kind: type[Synthesis]
    multiplications: Callable[[Any], float]
    shares: Callable[[Any], Mapping[int, float]]
    make: Callable[[Any, int, Any], Synthesis]
    """Makes a low resolution, given that of another network whose tensors it may share, or None."""
    has_own_tensors: bool
    """True if some tensors are computed from the whole network's, so that they must follow its changes."""


_FAMILIES = (
    _Family(StyleGAN2, stylegan2.multiplications, stylegan2.shares, stylegan2.at_resolution, has_own_tensors=False),
    _Family(StyleGAN3, stylegan3.multiplications, stylegan3.shares, stylegan3.at_resolution, has_own_tensors=True),
)

_LOCK = threading.Lock()
_shares: "WeakKeyDictionary[Synthesis, Mapping[int, float]]" = WeakKeyDictionary()
_made: "WeakKeyDictionary[Synthesis, dict[int, tuple[Revision, Synthesis]]]" = WeakKeyDictionary()
_likes: "WeakKeyDictionary[Synthesis, ReferenceType[Synthesis]]" = WeakKeyDictionary()
"""Networks of the same architecture that share tensors with others."""


def multiplications(synthesis: Synthesis) -> float:
    """Multiplications of the convolutions of a whole image; 0 for families without low resolutions."""
    return next((f.multiplications(synthesis) for f in _FAMILIES if isinstance(synthesis, f.kind)), 0.0)


def shares(synthesis: Synthesis) -> Mapping[int, float]:
    """Low resolutions that a network can render at, ascending, each with its share of a whole image's multiplications.

    Empty where a network has none, as all of StyleGAN1 and the networks that `at_resolution` makes.
    """
    known = _shares.get(synthesis)
    if known is None:
        known = next((f.shares(synthesis) for f in _FAMILIES if isinstance(synthesis, f.kind)), {})
        _shares[synthesis] = known
    return known


def follow(synthesis: Synthesis, like: Synthesis) -> None:
    """Share what the low resolutions of a network have in common with those of another one of the same architecture."""
    _shares[synthesis] = shares(like)
    _likes[synthesis] = ref(like)


def at_resolution(synthesis: Synthesis, resolution: int) -> Synthesis:
    """Network that renders the images of `synthesis` at a lower resolution, with the very same parameters.

    It is made once, lives as long as `synthesis`, which is not changed, and follows its parameters. It is for looking
    at images: it cannot be trained.

    Args:
        synthesis: The whole network.
        resolution: One of `shares`, or the network's own.

    Raises:
        ValueError: The network cannot render at this resolution.
    """
    if resolution == synthesis.img_resolution:
        return synthesis
    if resolution not in shares(synthesis):
        choice = ", ".join(map(str, (*shares(synthesis), synthesis.img_resolution)))
        raise ValueError(f"This network cannot render its images at {resolution} x {resolution}; choose from {choice}.")
    family = next(f for f in _FAMILIES if isinstance(synthesis, f.kind))
    now = revision(synthesis) if family.has_own_tensors else ()
    like = _likes[synthesis]() if synthesis in _likes else None
    other = None if like is None or not family.has_own_tensors else at_resolution(like, resolution)
    with _LOCK:
        made = _made.setdefault(synthesis, {})
        if resolution not in made or made[resolution][0] != now:
            # Not in inference mode, whose tensors know no versions.
            with torch.inference_mode(False), torch.no_grad():
                small = family.make(synthesis, resolution, other)
            _shares[small] = {}
            made[resolution] = now, small
        return made[resolution][1]
