"""Low-resolution networks that share the weights of a full one, for previews.

`at_resolution(G.synthesis, 64)` is called like `G.synthesis` itself, with the same `ws` and noise layers, and gives
smaller images for less work. Its layers may be fewer, or smaller.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch

from gan.inference.fingerprint import Fingerprint, fingerprint
from gan.inference.low_res import stylegan2, stylegan3
from gan.networks.protocol import Synthesis
from gan.networks.stylegan2 import SynthesisNetwork as StyleGAN2
from gan.networks.stylegan3 import SynthesisNetwork as StyleGAN3


@dataclass(frozen=True)
class _Family:
    """Low resolutions of one kind of network. The functions take that kind only."""

    kind: type[Synthesis]
    shares: Callable[[Any], Mapping[int, float]]
    make: Callable[[Any, int], Synthesis]
    has_own_tensors: bool
    """True if some tensors are computed from the whole network's, so that they must follow its changes."""


_FAMILIES = (
    _Family(StyleGAN2, stylegan2.shares, stylegan2.at_resolution, has_own_tensors=False),
    _Family(StyleGAN3, stylegan3.shares, stylegan3.at_resolution, has_own_tensors=True),
)

_LOCK = threading.Lock()
_shares: "WeakKeyDictionary[Synthesis, Mapping[int, float]]" = WeakKeyDictionary()
_made: "WeakKeyDictionary[Synthesis, dict[int, tuple[Fingerprint, Synthesis]]]" = WeakKeyDictionary()


def shares(synthesis: Synthesis) -> Mapping[int, float]:
    """Low resolutions that a network can render at, ascending, each with its share of a whole image's multiplications.

    Empty where a network has none, as all of StyleGAN1 and the networks that `at_resolution` makes.
    """
    known = _shares.get(synthesis)
    if known is None:
        known = next((f.shares(synthesis) for f in _FAMILIES if isinstance(synthesis, f.kind)), {})
        _shares[synthesis] = known
    return known


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
    now = fingerprint(synthesis) if family.has_own_tensors else ()
    with _LOCK:
        made = _made.setdefault(synthesis, {})
        if resolution not in made or made[resolution][0] != now:
            # Not in inference mode, whose tensors know no versions.
            with torch.inference_mode(False), torch.no_grad():
                small = family.make(synthesis, resolution)
            _shares[small] = {}
            made[resolution] = now, small
        return made[resolution][1]
