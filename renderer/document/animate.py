"""Evaluates the timeline at a time. Pure functions; NumPy only."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from foundation.interpolation import Ease, span, weights
from renderer.document import timeline as tl
from renderer.document.mixing import first_latent, second_of
from renderer.document.parts import (
    Display,
    ImageState,
    Latent,
    LayerNoise,
    LayerStyle,
    LayerWeights,
    Mixing,
    Network,
    Noise,
    Source,
    Truncation,
    WBlend,
    Weights,
)
from renderer.document.request import RenderRequest
from renderer.document.timeline import Key, Timeline, Track

S = TypeVar("S", bound=ImageState)

_NOTHING = 1e-9
"""A weight below this is none."""


def requested(request: RenderRequest, timeline: Timeline, t: float) -> RenderRequest:
    """Return the request at `t` seconds of the film, with all keyed parameters."""
    if not timeline.acting:
        return request
    image, display = laid(request.image, request.display, timeline, t)
    return replace(request, image=image, display=display)


def laid(state: S, display: Display, timeline: Timeline, t: float, *, plain: bool = False) -> tuple[S, Display]:
    """Return an image and a display with all keyed parameters at `t` seconds of the film.

    With `plain` the latent is that of the key passed last, as documents hold no blends. Tracks of missing parameters
    (a direction that was removed) are ignored.
    """
    moment = source_time(timeline, t)
    for track in timeline.acting:
        try:
            if plain and track.path == "latent":
                value: Any = first_latent(_held(track, timeline, moment))
            else:
                value = value_at(track, timeline, moment, state)
            state, display = tl.put(state, display, track.path, value)
        except tl.PathError:
            continue
    return state, display


def source_time(timeline: Timeline, t: float) -> float:
    """Return the moment of the timeline shown at `t` seconds of the film, 0..seconds: see `Retiming`."""
    seconds = timeline.seconds
    t = t % seconds if timeline.loop else min(max(t, 0.0), seconds)
    if not timeline.constant_speed or timeline.retiming is None:
        return t
    shares = timeline.retiming.shares
    return seconds * float(np.interp(t / seconds * (len(shares) - 1), range(len(shares)), shares))


def value_at(track: Track, timeline: Timeline, moment: float, state: ImageState | None = None) -> Any:
    """Return the value of a track at a moment of the timeline; at a key's own time exactly the key's.

    `state` has the latent that mixing blends with. Raises `timeline.PathError` for an unknown parameter.
    """
    keys, period, times, eases = _prepared(track, timeline.loop, timeline.seconds)
    if track.path == "latent" and any(key.way.route != "track" for key in keys):
        before, after, share = span(times, moment, period, eases)
        if share > 0 and keys[before].way.route != "track":
            return on_way(keys[before], keys[after], share)
    shares: list[float] = weights(times, moment, track.interpolation, period, eases).tolist()
    kind = tl.type_of(track.path)
    if kind not in (float, int, Source, Mixing, Truncation, Noise, Weights):
        return _held(track, timeline, moment)
    if 1.0 in shares and shares.count(0.0) == len(shares) - 1:
        return keys[shares.index(1.0)].value
    values = [key.value for key in keys]
    if kind is float or kind is int:
        number = float(np.dot(shares, values))
        return round(number) if kind is int else number
    if kind is Source:
        lengths: list[float] = weights(times, moment, "linear", period, eases).tolist()
        return blended(values, shares, lengths, timeline.keep_norm, track.interpolation == "slerp")
    if kind is Mixing:
        return _mixing(values, shares, Latent() if state is None else state.latent, _held(track, timeline, moment))
    if kind is Truncation:
        return _truncation(values, shares)
    if kind is Weights:
        return _weights(values, shares, _held(track, timeline, moment))
    return _noise(values, shares, _held(track, timeline, moment))


def on_way(before: Key[Source], after: Key[Source], share: float) -> Source:
    """Return the latent at a share 0..1 of the segment between two keys, by the path of the first one."""
    way, through = before.way, None
    if way.measured == tl.segment_mark(before.value, after.value, way.route):
        through = way.through if way.route == "geodesic" else None
        if way.shares:
            share = float(np.interp(share * (len(way.shares) - 1), range(len(way.shares)), way.shares))
    if share in (0, 1) or before.value == after.value:
        return before.value if share < 1 else after.value
    parts = ((before.value, 1 - share), (after.value, share))
    match way.route:
        case "arc":
            return WBlend(parts, keep_norm=True, lengths=(1 - share, share))
        case "circle" | "geodesic":
            return WBlend(parts, circle=True, through=through)
        case "sphere":
            return WBlend(parts, spherical=True)
        case _:
            return WBlend(parts)


@lru_cache(maxsize=256)
def _prepared(
    track: Track, loop: bool, seconds: float
) -> tuple[tuple[Key[Any], ...], float | None, tuple[float, ...], tuple[Ease, ...]]:
    """Return the effective keys, the period, their times, and their eases if there are any.

    In a loop the end is the beginning, so a key there is the beginning's, unless that has one of its own.
    """
    keys, period = track.keys, None
    if loop:
        period = seconds
        inside = [key for key in keys if key.at < seconds - tl.SAME]
        last = [replace(key, at=0.0) for key in keys if abs(key.at - seconds) < tl.SAME]
        if last and not (inside and inside[0].at < tl.SAME):
            inside = [*last, *inside]
        keys = tuple(inside) or keys[:1]
    eases = tuple(key.ease for key in keys)
    return keys, period, tuple(key.at for key in keys), () if set(eases) <= {"even"} else eases


def _held(track: Track, timeline: Timeline, moment: float) -> Any:
    """Return the value of the key passed last."""
    keys, period, times, _ = _prepared(track, timeline.loop, timeline.seconds)
    return keys[span(times, moment, period, ())[0]].value


def blended(
    sources: Sequence[Source], shares: Sequence[float], lengths: Sequence[float], keep_norm: bool, spherical: bool
) -> Source:
    """Blend latents. Equal ones are merged, so that keys of one latent stay that latent."""
    parts: dict[Source, list[float]] = {}
    for source, share, length in zip(sources, shares, lengths, strict=True):
        if abs(share) > _NOTHING or abs(length) > _NOTHING:
            both = parts.setdefault(source, [0.0, 0.0])
            both[0] += float(share)
            both[1] += float(length)
    if len(parts) == 1:
        return next(iter(parts))
    return WBlend(
        tuple((source, share) for source, (share, _) in parts.items()),
        keep_norm,
        tuple(length for _, length in parts.values()) if keep_norm else (),
        spherical,
    )


def _mixing(values: Sequence[Mixing], shares: Sequence[float], base: Source, held: Mixing) -> Mixing:
    """Mix layer by layer: w = w_base + sum over keys of share * amount * (w_source - w_base)."""
    x = float(np.dot(shares, [value.x for value in values]))
    layers = []
    for ws in sorted({layer.ws for value in values for layer in value.acting}):
        parts: dict[Source, float] = {}
        for value, share in zip(values, shares, strict=True):
            for layer in value.acting:
                if layer.ws == ws:
                    source = second_of(base, value) if layer.source is None else layer.source
                    parts[source] = parts.get(source, 0.0) + float(share) * layer.amount
        parts = {source: part for source, part in parts.items() if abs(part) > _NOTHING}
        rest = 1 - sum(parts.values())
        if len(parts) == 1 and 0 <= rest < 1:
            layers.append(LayerStyle(ws, next(iter(parts)), 1 - rest))
        elif parts:
            layers.append(LayerStyle(ws, WBlend(((base, rest), *parts.items()))))
    return replace(held, x=x, layers=tuple(layers), solo=())


def _truncation(values: Sequence[Truncation], shares: Sequence[float]) -> Truncation:
    """Return a psi for each layer, or one for all if the keys agree on the cutoff."""
    if not any(value.psis for value in values) and len({value.cutoff for value in values}) == 1:
        return replace(values[0], psi=float(np.dot(shares, [value.psi for value in values])))
    count = max(len(_psis(value)) for value in values)
    table = np.array([(_psis(value) + _psis(value)[-1:] * count)[:count] for value in values])
    return Truncation(psis=tuple(float(psi) for psi in np.asarray(shares) @ table))


def _psis(truncation: Truncation) -> tuple[float, ...]:
    """Return the psi of each w vector; the last one repeats."""
    if truncation.psis:
        return truncation.psis
    return (truncation.psi,) if truncation.cutoff is None else (truncation.psi,) * truncation.cutoff + (1.0,)


def _noise(values: Sequence[Noise], shares: Sequence[float], held: Noise) -> Noise:
    """Blend strengths, a layer that is off counting as 0; the mode and the seeds are held."""
    layers = []
    for name in sorted({layer.layer for value in values for layer in value.layers}):
        strengths = [one.strength * one.on for one in (value.of(name) for value in values)]
        layers.append(LayerNoise(name, True, float(np.dot(shares, strengths)), held.of(name).seed))
    strength = float(np.dot(shares, [value.strength for value in values]))
    return replace(held, strength=strength, layers=()).with_layers(*layers)


def _weights(values: Sequence[Weights], shares: Sequence[float], held: Weights) -> Weights:
    """Blend the shares of each network in each layer, within 0..1 where a curve swings beyond; the rest is held."""
    layers = []
    for name in dict.fromkeys(layer.layer for value in values for layer in value.layers):
        parts: dict[Network, float] = {}
        for value, share in zip(values, shares, strict=True):
            for layer in value.layers:
                if layer.layer == name:
                    parts[layer.network] = parts.get(layer.network, 0.0) + float(share) * layer.amount
        parts = {network: min(max(part, 0.0), 1.0) for network, part in parts.items() if part > _NOTHING}
        total = max(1.0, sum(parts.values()))
        layers += [LayerWeights(name, network, part / total) for network, part in parts.items()]
    return replace(held, layers=tuple(layers))
