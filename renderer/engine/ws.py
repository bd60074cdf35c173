"""The w vectors of an image: mapping, blending, mixing, truncation, directions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from foundation.seeds import corners, neighbours, seed_class
from gan.device import send
from gan.edits import directions as edits
from gan.images import condition_of
from gan.latents import blend_w, slerp
from renderer.document.arrays import ArrayStore
from renderer.document.mixing import second_of
from renderer.document.parts import ArrayRef, Direction, Latent, Mixing, Source, Truncation, WBlend
from renderer.engine.keys import Condition, MappingKey, SeedPoint, SpherePoint, WsKey
from renderer.engine.models import Model

CachedW = Callable[[MappingKey, Callable[[], torch.Tensor]], torch.Tensor]
"""(key, make) -> w [w_dim]: the cached result of the key, or that of `make`."""

Weighted = tuple[MappingKey, float]
"""An input of the mapping network, and its weight in a blend."""


class StyleError(ValueError):
    """An array does not fit the network. The text says what is wrong and, after a semicolon, what to do."""


@dataclass(frozen=True)
class WsBuilder:
    """Builds ws for one network."""

    model: Model
    arrays: ArrayStore
    cached_w: CachedW
    direction_names: Mapping[ArrayRef, str] = field(default_factory=dict)
    """For the texts of errors."""

    def build(self, key: WsKey) -> torch.Tensor:
        """Return ws [1, num_ws, w_dim]: mixed, truncated, then moved along directions.

        Raises StyleError, or `arrays.UnknownArrayError`.
        """
        ws = truncated(self._mixed(key.latent, key.mixing), self._mean(key.latent), key.truncation)
        return self._moved(ws, key.directions)[None]

    def single(self, source: Source) -> torch.Tensor:
        """Return the w [w_dim] of a source, before truncation. Raises StyleError where its layers differ."""
        style = self._of(source)
        if len(style) > 1:
            raise StyleError(
                "A stored latent has a w of its own for each layer, and this path is of one w; choose another path"
            )
        return style[0]

    def _mean(self, latent: Source) -> torch.Tensor | None:
        """Return the mean of w that truncation goes to: of the latent's class where the network has one for each."""
        means = self.model.G.mapping.class_means
        if means is None or not isinstance(latent, Latent) or latent.label is None:
            return self.model.w_avg
        mean = means[latent.label % len(means)]
        if latent.label_b is not None and latent.label_mix != 0:
            mean = torch.lerp(mean, means[latent.label_b % len(means)], latent.label_mix)
        return mean

    def _mixed(self, latent: Source, mixing: Mixing) -> torch.Tensor:
        """Return the style of `latent`, with others in the layers that take them: ws [num_ws, w_dim].

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
        """Return w' = w + strength * direction, on each direction's own range of ws [num_ws, w_dim].

        Directions of a network with another w are left out: they stay in the document for their own network.
        """
        moves = []
        for one in directions:
            name = self.direction_names.get(one.array, one.name)
            if not self._fits(one.array):
                continue
            vector = self._host_array(one.array, f"The direction {name}").numpy()
            layers = tuple(range(max(one.first, 0), min(one.last + 1, len(ws))))
            moves.append(edits.Direction(vector[0] if len(vector) == 1 else vector, one.strength, layers))
        return edits.apply(ws, moves)

    def _of(self, source: Source) -> torch.Tensor:
        """Return the style of a source: [1, w_dim], or [num_ws, w_dim] where its layers differ."""
        if isinstance(source, WBlend):
            return self._blend(source)
        if source.array is not None and source.stored > 0:
            return self._from_stored(source, source.array)
        style = self._blended(_mapping_keys(self.model, source, _condition(source)), source)
        if self.model.G.c_dim and source.label_b is not None and source.label_mix != 0:
            second = self._blended(_mapping_keys(self.model, source, source.label_b), source)
            style = torch.lerp(style, second, source.label_mix)
        return style[None]

    def _from_stored(self, latent: Latent, ref: ArrayRef) -> torch.Tensor:
        """Return the style of a stored array, or less than a step away from its place in the grid of seeds.

        There it is one of the four neighbours: w = sum of weight * w_neighbour, in W, as it has no z.
        """
        stored = self._array(ref, "The stored latent")
        if latent.stored == 1:
            return stored
        plain, places = replace(latent, array=None, array_at=()), corners(latent.x, latent.y)
        vectors = [stored if place == latent.home else self._of(plain.at_seed(*place)) for place, _ in places]
        stack = torch.stack([vector.expand(len(stored), -1) for vector in vectors])
        mean = torch.zeros_like(stored[0]) if self.model.w_avg is None else self.model.w_avg
        return blend_w(stack, [weight for _, weight in places], mean, keep_norm=latent.blend == "arc")

    def _blend(self, blend: WBlend) -> torch.Tensor:
        """Return the style of a `WBlend`; one part of weight 1 is that part to the last bit."""
        parts = [(source, weight) for source, weight in blend.parts if weight != 0]
        if len(parts) == 1 and parts[0][1] == 1:
            return self._of(parts[0][0])
        if blend.spherical and (seeds := _seeds_of(blend)):
            points = _sphere_keys(self.model, seeds)
            return _sum([self._w(key) for key, _ in points], [weight for _, weight in points])[None]
        vectors = [self._of(source) for source, _ in blend.parts]
        if len(vectors) == 2 and (blend.circle or blend.through is not None):
            return self._on_path(blend, *vectors)
        rows = max(len(vector) for vector in vectors)
        stack = torch.stack([vector.expand(rows, -1) for vector in vectors])
        mean = torch.zeros_like(stack[0, 0]) if self.model.w_avg is None else self.model.w_avg
        weights = [weight for _, weight in blend.parts]
        return blend_w(stack, weights, mean, keep_norm=blend.keep_norm, distances=blend.lengths or None)

    def _on_path(self, blend: WBlend, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the style on the path of a blend of two, [1, w_dim] each, or [num_ws, w_dim]."""
        share = blend.parts[1][1]
        mean = torch.zeros_like(first[0]) if self.model.w_avg is None else self.model.w_avg
        if blend.circle:
            w = mean + slerp(first - mean, second - mean, share)
        else:
            weights = [weight for _, weight in blend.parts]
            rows = max(len(first), len(second))
            stack = torch.stack([vector.expand(rows, -1) for vector in (first, second)])
            w = blend_w(stack, weights, mean, keep_norm=blend.keep_norm, distances=blend.lengths or None)
        if blend.through is None or not self._passes(blend.through):
            return w
        offsets = self._array_of(blend.through)
        return w + send(between(offsets, share), self.model.device).to(w.dtype)

    def _passes(self, ref: ArrayRef) -> bool:
        """Return True if offsets of a path are of this network's w; those of another are left out."""
        shape = self.arrays.get(ref).shape
        return shape[-1] == self.model.G.w_dim and len(shape) in (1, 2)

    def _array_of(self, ref: ArrayRef) -> torch.Tensor:
        return torch.tensor(np.array(self.arrays.get(ref)), dtype=torch.float32).reshape(-1, self.model.G.w_dim)

    def _blended(self, points: Sequence[Weighted], latent: Latent) -> torch.Tensor:
        """Return w [w_dim]: one point, or several blended in W as `latent.blend` says."""
        vectors = [self._w(key) for key, _ in points]
        if len(vectors) == 1:
            return vectors[0]
        mean = torch.zeros_like(vectors[0]) if self.model.w_avg is None else self.model.w_avg
        weights = [weight for _, weight in points]
        return blend_w(torch.stack(vectors), weights, mean, keep_norm=latent.blend == "arc")

    def _w(self, key: MappingKey) -> torch.Tensor:
        return self.cached_w(key, lambda: mapped(self.model, key))

    def _array(self, ref: ArrayRef, label: str) -> torch.Tensor:
        """Return a stored array [1, w_dim] or [num_ws, w_dim], on the network's device."""
        return send(self._host_array(ref, label), self.model.device)

    def _fits(self, ref: ArrayRef) -> bool:
        G = self.model.G
        return self.arrays.get(ref).shape in ((G.w_dim,), (1, G.w_dim), (G.num_ws, G.w_dim))

    def _host_array(self, ref: ArrayRef, label: str) -> torch.Tensor:
        array = self.arrays.get(ref)
        G = self.model.G
        if not self._fits(ref):
            has = " × ".join(str(side) for side in array.shape)
            raise StyleError(
                f"{label} has the shape {has}, but this network takes {G.w_dim} or {G.num_ws} × {G.w_dim}; "
                "take it away, or open the network that it was made for"
            )
        return torch.tensor(np.array(array), dtype=torch.float32).reshape(-1, G.w_dim)


def between(offsets: torch.Tensor, share: float) -> torch.Tensor:
    """Return the offset [w_dim] at a share 0..1 of a path whose K offsets [K, w_dim] lie at 1/(K+1) .. K/(K+1)."""
    place = min(max(share, 0.0), 1.0) * (len(offsets) + 1)
    i = min(int(place), len(offsets))
    whole = torch.nn.functional.pad(offsets, (0, 0, 1, 1))
    return torch.lerp(whole[i], whole[i + 1], place - i)


@torch.inference_mode(False)
def truncating(mean: torch.Tensor, psis: Sequence[float]) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return what truncates w [N, w_dim] by the psi of each layer, [N, num_ws, w_dim]; gradients flow through it."""
    # Made here, for tensors of inference mode take part in no gradient.
    centre, psi = mean.clone(), send(torch.tensor(psis, dtype=mean.dtype), mean.device)[:, None]
    return lambda w: torch.lerp(centre, w[:, None].expand(-1, len(psi), -1), psi)


def truncated(ws: torch.Tensor, w_avg: torch.Tensor | None, truncation: Truncation) -> torch.Tensor:
    """Return w' = w_avg + psi (w - w_avg), by the psi of each of ws [num_ws, w_dim] (arXiv 1812.04948, appendix B).

    psi 1 leaves a vector as it is, and psi 0 gives exactly the mean. Without `w_avg` nothing is truncated.
    """
    psis = truncation.of(len(ws))
    if w_avg is None or all(psi == 1 for psi in psis):
        return ws
    psi = send(torch.tensor(psis, dtype=ws.dtype), ws.device)[:, None]
    return torch.lerp(w_avg.to(ws.dtype).expand_as(ws), ws, psi)


def _condition(latent: Latent) -> Condition | None:
    """Return the numbers or the class that a latent has; None for that of the seed."""
    return latent.condition or latent.label


def _mapping_keys(model: Model, latent: Latent, label: Condition | None) -> list[Weighted]:
    """Return the mapping inputs of a place: its seeds, or in Z one point for each class that its seeds draw."""
    places = neighbours(latent.x, latent.y)
    classes = {seed: _class_of(model, seed, label) for seed, _ in places}
    if latent.blend != "z" or len(places) == 1:
        return [(MappingKey(model.serial, SeedPoint(((seed, 1.0),)), classes[seed]), weight) for seed, weight in places]
    shares: dict[Condition | None, float] = {}
    for seed, weight in places:
        shares[classes[seed]] = shares.get(classes[seed], 0.0) + weight
    point = SeedPoint(tuple(places))
    return [(MappingKey(model.serial, point, number), share) for number, share in shares.items()]


def _seeds_of(blend: WBlend) -> list[tuple[Latent, float]]:
    """Return the parts of a blend on the sphere; none where it cannot be made there."""
    seeds = [(source, weight) for source, weight in blend.parts if isinstance(source, Latent) and not source.stored]
    return seeds if len(seeds) == len(blend.parts) and all(weight >= 0 for _, weight in seeds) else []


def _sphere_keys(model: Model, seeds: list[tuple[Latent, float]]) -> list[Weighted]:
    """Return one point between the seeds, for each class that they draw or are given."""
    shares: dict[Condition | None, float] = {}
    for latent, weight in seeds:
        for label, share in _classes(model, latent):
            shares[label] = shares.get(label, 0.0) + weight * share
    point = SpherePoint(tuple((latent.x, latent.y, weight) for latent, weight in seeds))
    return [(MappingKey(model.serial, point, label), share) for label, share in shares.items()]


def _classes(model: Model, latent: Latent) -> Iterator[tuple[Condition | None, float]]:
    """Yield the conditions at a place, each with its share."""
    labels: list[tuple[Condition | None, float]] = [(_condition(latent), 1.0)]
    if latent.label_b is not None and latent.label_mix != 0:
        labels = [(_condition(latent), 1 - latent.label_mix), (latent.label_b, latent.label_mix)]
    for label, share in labels:
        for seed, weight in neighbours(latent.x, latent.y):
            yield _class_of(model, seed, label), share * weight


def _class_of(model: Model, seed: int, label: Condition | None) -> Condition | None:
    """Return the condition of a seed; None for networks that have none. A class beyond the last one means the last."""
    if model.G.c_dim == 0:
        return None
    if isinstance(label, tuple):
        return (label + (0.0,) * model.G.c_dim)[: model.G.c_dim]
    if label is None:
        return seed_class(seed, model.G.z_dim, model.G.c_dim)
    return min(max(label, 0), int(model.G.c_dim) - 1)


def _sum(vectors: list[torch.Tensor], weights: list[float]) -> torch.Tensor:
    return vectors[0] if len(vectors) == 1 else blend_w(torch.stack(vectors), weights, vectors[0])


def mapped(model: Model, key: MappingKey) -> torch.Tensor:
    """Return w [w_dim] of one z. Alone, not in a batch: its last bit must not depend on its neighbours."""
    G = model.G
    latent = send(torch.from_numpy(key.point.z(G.z_dim))[None].float(), model.device) if G.z_dim else None
    c = None if key.label is None else send(condition_of(G, key.label), model.device)
    w: torch.Tensor = G.mapping(latent, c)[0, 0]
    return w.clone()
