"""From sources of styles to w vectors: mapping, blending, mixing, truncation, directions."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from foundation.seeds import neighbours, seed_class, seed_z
from gan.device import send
from gan.edits import directions as edits
from gan.latents import blend_w, blend_z
from renderer.document.arrays import ArrayStore
from renderer.document.mixing import second_of
from renderer.document.parts import ArrayRef, Direction, Latent, Mixing, Source, Truncation, WBlend
from renderer.engine.models import Model

KeepW = Callable[[Hashable, Callable[[], torch.Tensor]], torch.Tensor]
"""(key, make) -> w [w_dim]: calls `make` unless it kept the result under this key."""

_Z = npt.NDArray[np.float64]


class StyleError(ValueError):
    """An array does not fit the network. The text says what is wrong and, after a semicolon, what to do."""


class _Point(NamedTuple):
    """Something for the mapping network, and its weight in the blend."""

    key: Hashable
    z: Callable[[], _Z]
    label: int | None
    weight: float


@dataclass(frozen=True)
class Stylist:
    """Makes w vectors for one network."""

    model: Model
    arrays: ArrayStore
    keep_w: KeepW

    def styles(
        self, latent: Source, mixing: Mixing, truncation: Truncation, directions: tuple[Direction, ...] = ()
    ) -> torch.Tensor:
        """What the synthesis network gets, ws [1, num_ws, w_dim]: mixed, truncated, moved along directions.

        Raises StyleError, or `arrays.UnknownArrayError`.
        """
        ws = truncated(self.mixed(latent, mixing), self.model.w_avg, truncation)
        return self._moved(ws, directions)[None]

    def mixed(self, latent: Source, mixing: Mixing) -> torch.Tensor:
        """The document's own style, and others in the layers that take them: ws [num_ws, w_dim].

        A share a of another style gives w + a (w_other - w) (arXiv 1812.04948, section 3.1, where a is 1). The
        second style, which a layer without a source of its own takes, has the blend and the classes of the first.
        """
        num_ws = self.model.G.num_ws
        base = self._of(latent).expand(num_ws, -1)
        ws = base.clone()
        second = second_of(latent, mixing)
        for layer in mixing.acting:
            i = layer.ws
            if not 0 <= i < num_ws:
                continue
            other = self._of(second if layer.source is None else layer.source).expand(num_ws, -1)[i]
            ws[i] = other if layer.amount == 1 else torch.lerp(base[i], other, layer.amount)
        return ws

    def _moved(self, ws: torch.Tensor, directions: tuple[Direction, ...]) -> torch.Tensor:
        """w' = w + strength * direction, on each direction's own range of ws [num_ws, w_dim]."""
        ways = []
        for one in directions:
            if one.strength == 0:
                continue
            vector = self._host_array(one.array, f"The direction {one.name}").numpy()
            layers = tuple(range(max(one.first, 0), min(one.last + 1, len(ws))))
            ways.append(edits.Direction(vector[0] if len(vector) == 1 else vector, one.strength, layers))
        return edits.apply(ws, ways)

    def _of(self, source: Source) -> torch.Tensor:
        """The style of a source: [1, w_dim], or [num_ws, w_dim] where its layers differ."""
        if isinstance(source, WBlend):
            return self._blend(source)
        if source.array is not None:
            return self._array(source.array, "The stored latent")
        style = _blended(self.model, _points(self.model, source, source.label), source, self.keep_w)
        if self.model.G.c_dim and source.label_b is not None and source.label_mix != 0:
            second = _blended(self.model, _points(self.model, source, source.label_b), source, self.keep_w)
            style = torch.lerp(style, second, source.label_mix)
        return style[None]

    def _blend(self, blend: WBlend) -> torch.Tensor:
        """See `WBlend`; one part of weight 1 is that part to the last bit."""
        parts = [(source, weight) for source, weight in blend.parts if weight != 0]
        if len(parts) == 1 and parts[0][1] == 1:
            return self._of(parts[0][0])
        if blend.spherical and (seeds := _seeds_of(blend)):
            points = _points_on_sphere(self.model, blend, seeds)
            return _sum([self._mapped(point) for point in points], [point.weight for point in points])[None]
        vectors = [self._of(source) for source, _ in blend.parts]
        rows = max(len(vector) for vector in vectors)
        stack = torch.stack([vector.expand(rows, -1) for vector in vectors])
        mean = torch.zeros_like(stack[0, 0]) if self.model.w_avg is None else self.model.w_avg
        weights = [weight for _, weight in blend.parts]
        return blend_w(stack, weights, mean, keep_norm=blend.keep_norm, distances=blend.lengths or None)

    def _mapped(self, point: _Point) -> torch.Tensor:
        model = self.model
        return self.keep_w((model.serial, point.key, point.label), partial(_mapped, model, point.z, point.label))

    def _array(self, ref: ArrayRef, what: str) -> torch.Tensor:
        """A stored array [1, w_dim] or [num_ws, w_dim], on the network's device."""
        return send(self._host_array(ref, what), self.model.device)

    def _host_array(self, ref: ArrayRef, what: str) -> torch.Tensor:
        array = self.arrays.get(ref)
        G = self.model.G
        if array.shape not in ((G.w_dim,), (1, G.w_dim), (G.num_ws, G.w_dim)):
            has = " × ".join(str(side) for side in array.shape)
            raise StyleError(
                f"{what} has the shape {has}, but this network takes {G.w_dim} or {G.num_ws} × {G.w_dim}; "
                "take it away, or open the network that it was made for"
            )
        return torch.tensor(np.array(array), dtype=torch.float32).reshape(-1, G.w_dim)


def truncated(ws: torch.Tensor, w_avg: torch.Tensor | None, truncation: Truncation) -> torch.Tensor:
    """w' = w_avg + psi (w - w_avg), with the psi of each of ws [num_ws, w_dim] (arXiv 1812.04948, appendix B).

    psi 1 leaves a vector as it is, and psi 0 gives exactly the mean. Networks that keep no mean are not truncated.
    """
    psis = truncation.of(len(ws))
    if w_avg is None or all(psi == 1 for psi in psis):
        return ws
    psi = send(torch.tensor(psis, dtype=ws.dtype), ws.device)[:, None]
    return torch.lerp(w_avg.to(ws.dtype).expand_as(ws), ws, psi)


def _points(model: Model, latent: Latent, label: int | None) -> list[_Point]:
    """What the blend at a place is made of: its seeds, or in Z one point for each class that its seeds draw."""
    places = neighbours(latent.x, latent.y)
    z_dim = model.G.z_dim
    classes = {seed: _class_of(model, seed, label) for seed, _ in places}
    if latent.blend != "z" or len(places) == 1:
        return [_Point(seed, partial(seed_z, seed, z_dim), classes[seed], weight) for seed, weight in places]
    shares: dict[int | None, float] = {}
    for seed, weight in places:
        shares[classes[seed]] = shares.get(classes[seed], 0.0) + weight
    z = partial(_z_between, places, z_dim)
    return [_Point(places, z, number, share) for number, share in shares.items()]


def _seeds_of(blend: WBlend) -> list[tuple[Latent, float]]:
    """The parts of a blend on the sphere; empty where it cannot be made there."""
    seeds = [(source, weight) for source, weight in blend.parts if isinstance(source, Latent) and source.array is None]
    return seeds if len(seeds) == len(blend.parts) and all(weight >= 0 for _, weight in seeds) else []


def _points_on_sphere(model: Model, blend: WBlend, seeds: list[tuple[Latent, float]]) -> list[_Point]:
    """One z between the seeds, for each class that they draw or are given."""
    z_dim = model.G.z_dim

    def z() -> _Z:
        ends = [_z_between(neighbours(latent.x, latent.y), z_dim) for latent, _ in seeds]
        return blend_z(ends, [weight for _, weight in seeds])

    shares: dict[int | None, float] = {}
    for latent, weight in seeds:
        for label, share in _classes(model, latent):
            shares[label] = shares.get(label, 0.0) + weight * share
    key = tuple((latent.x, latent.y, weight) for latent, weight in seeds)
    return [_Point(key, z, label, share) for label, share in shares.items()]


def _classes(model: Model, latent: Latent) -> Iterator[tuple[int | None, float]]:
    """The classes at a place, each with its share."""
    labels = [(latent.label, 1.0)]
    if latent.label_b is not None and latent.label_mix != 0:
        labels = [(latent.label, 1 - latent.label_mix), (latent.label_b, latent.label_mix)]
    for label, share in labels:
        for seed, weight in neighbours(latent.x, latent.y):
            yield _class_of(model, seed, label), share * weight


def _z_between(places: tuple[tuple[int, float], ...], z_dim: int) -> _Z:
    if len(places) == 1:
        return seed_z(places[0][0], z_dim)
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


def _sum(vectors: list[torch.Tensor], weights: list[float]) -> torch.Tensor:
    return vectors[0] if len(vectors) == 1 else blend_w(torch.stack(vectors), weights, vectors[0])


def _mapped(model: Model, z: Callable[[], _Z], label: int | None) -> torch.Tensor:
    """w [w_dim] of one z. Alone, not in a batch: so its last bit does not depend on what was mapped beside it."""
    G = model.G
    latent = send(torch.from_numpy(z())[None].float(), model.device) if G.z_dim else None
    one_hot = None
    if label is not None:
        one_hot = torch.zeros(1, G.c_dim)
        one_hot[0, label] = 1
        one_hot = send(one_hot, model.device)
    w: torch.Tensor = G.mapping(latent, one_hot)[0, 0]
    return w.clone()
