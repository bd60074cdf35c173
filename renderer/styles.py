"""From a place in the grid of seeds to w vectors: mapping, blending, mixing, truncation."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from gan.latents import blend_w, blend_z, neighbours, seed_class, seed_z
from renderer.models import Model
from renderer.protocol import Latent, Mixing, Truncation

KeepW = Callable[[Hashable, Callable[[], torch.Tensor]], torch.Tensor]
"""(key, make) -> w [w_dim]: calls `make` unless it kept the result under this key."""

_Z = npt.NDArray[np.float64]


class _Point(NamedTuple):
    """Something for the mapping network, and its weight in the blend."""

    key: Hashable
    z: Callable[[], _Z]
    label: int | None
    weight: float


def styles(model: Model, latent: Latent, mixing: Mixing, truncation: Truncation, keep_w: KeepW) -> torch.Tensor:
    """The first style, the second one where it is mixed in, then truncation: ws [1, num_ws, w_dim].

    Mixing takes the second style's vectors for some layers (arXiv 1812.04948, section 3.1). The second style has the
    blend and the classes of the first.
    """
    num_ws = model.G.num_ws
    ws = _style(model, latent, latent.x, latent.y, keep_w).repeat(num_ws, 1)
    mixed = [i for i in mixing.ws if 0 <= i < num_ws]
    if mixed:
        ws[mixed] = _style(model, latent, mixing.x, 0.0, keep_w)
    return truncated(ws, model.w_avg, truncation)[None]


def truncated(ws: torch.Tensor, w_avg: torch.Tensor | None, truncation: Truncation) -> torch.Tensor:
    """w' = w_avg + psi (w - w_avg) on the first `cutoff` of ws [num_ws, w_dim] (arXiv 1812.04948, appendix B).

    psi 1 leaves ws as it is, and psi 0 gives exactly the mean. Networks that keep no mean are not truncated.
    """
    if w_avg is None or truncation.psi == 1:
        return ws
    cutoff = len(ws) if truncation.cutoff is None else max(truncation.cutoff, 0)
    head = torch.lerp(w_avg.to(ws.dtype), ws[:cutoff], truncation.psi)
    return torch.cat([head, ws[cutoff:]])


def _style(model: Model, latent: Latent, x: float, y: float, keep_w: KeepW) -> torch.Tensor:
    """w [w_dim] at (x, y), between the two classes of `latent`."""
    style = _blended(model, _points(model, latent, x, y, latent.label), latent, keep_w)
    if model.G.c_dim == 0 or latent.label_b is None or latent.label_mix == 0:
        return style
    second = _blended(model, _points(model, latent, x, y, latent.label_b), latent, keep_w)
    return torch.lerp(style, second, latent.label_mix)


def _points(model: Model, latent: Latent, x: float, y: float, label: int | None) -> list[_Point]:
    """What the blend at (x, y) is made of: its seeds, or in Z one point for each class that its seeds draw."""
    places = neighbours(x, y)
    z_dim = model.G.z_dim
    classes = {seed: _class_of(model, seed, label) for seed, _ in places}
    if latent.blend != "z" or len(places) == 1:
        return [_Point(seed, partial(seed_z, seed, z_dim), classes[seed], weight) for seed, weight in places]
    shares: dict[int | None, float] = {}
    for seed, weight in places:
        shares[classes[seed]] = shares.get(classes[seed], 0.0) + weight
    z = partial(_z_between, places, z_dim)
    return [_Point(places, z, number, share) for number, share in shares.items()]


def _z_between(places: tuple[tuple[int, float], ...], z_dim: int) -> _Z:
    return blend_z([seed_z(seed, z_dim) for seed, _ in places], [weight for _, weight in places])


def _class_of(model: Model, seed: int, label: int | None) -> int | None:
    """The class to use for a seed; None for networks without classes. A label beyond the last class means the last."""
    if model.G.c_dim == 0:
        return None
    if label is None:
        return seed_class(seed, model.G.z_dim, model.G.c_dim)
    return min(max(label, 0), int(model.G.c_dim) - 1)


def _blended(model: Model, points: list[_Point], latent: Latent, keep_w: KeepW) -> torch.Tensor:
    vectors = [
        keep_w((model.serial, point.key, point.label), partial(_mapped, model, point.z, point.label))
        for point in points
    ]
    if len(vectors) == 1:
        return vectors[0]
    mean = torch.zeros_like(vectors[0]) if model.w_avg is None else model.w_avg
    return blend_w(torch.stack(vectors), [point.weight for point in points], mean, keep_norm=latent.blend == "arc")


def _mapped(model: Model, z: Callable[[], _Z], label: int | None) -> torch.Tensor:
    """w [w_dim] of one z. Alone, not in a batch: so its last bit does not depend on what was mapped beside it."""
    G = model.G
    latent = torch.from_numpy(z())[None].float().to(model.device) if G.z_dim else None
    one_hot = None
    if label is not None:
        one_hot = torch.zeros(1, G.c_dim, device=model.device)
        one_hot[0, label] = 1
    w: torch.Tensor = G.mapping(latent, one_hot)[0, 0]
    return w.clone()
