"""Walks as keys: from seed to seed, around the present latent, in some layers only, or by motion.

All of them are seamless if the timeline loops.
"""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from foundation.seeds import RANDOM_SEEDS
from renderer.document import timeline as tl
from renderer.document.document import Document, Motion
from renderer.document.mixing import first_latent, put
from renderer.document.parts import Latent, LayerStyle, Mixing, Source, WBlend
from renderer.document.timeline import Key, Timeline, Track

_CIRCLE = 8
"""Keys of a circle: the periodic cubic curve through them is off by less than a thousandth of the radius."""


def _times(timeline: Timeline, count: int) -> tuple[float, ...]:
    """Return evenly spaced times of keys; a loop returns to the first one by itself."""
    steps = count if timeline.loop else max(count - 1, 1)
    return tuple(timeline.seconds * i / steps for i in range(count))


def _seeds(base: Latent, count: int, chance: random.Random) -> list[Latent]:
    return [base.at_seed(chance.randrange(RANDOM_SEEDS)) for _ in range(count)]


def random_walk(timeline: Timeline, start: Latent, chance: random.Random, count: int = 5) -> Timeline:
    """Walk from the present latent through random seeds; `count` keys in all."""
    return through(timeline, [start, *_seeds(start, count - 1, chance)])


def through(timeline: Timeline, places: Sequence[Latent]) -> Timeline:
    """Walk from one latent to the next, in even times."""
    keys = tuple(Key(at, place) for at, place in zip(_times(timeline, len(places)), places, strict=True))
    return tl.with_track(timeline, Track("latent", keys))


def circular_walk(timeline: Timeline, centre: Latent, chance: random.Random, radius: float = 0.5) -> Timeline:
    """Walk a circle around the present latent, in the plane that it spans with two random seeds.

    w = w_c + radius (cos a (w_1 - w_c) + sin a (w_2 - w_c)), keeping the distance from the mean.
    """
    first, second = _seeds(centre, 2, chance)
    keys = []
    for i, at in enumerate(_times(timeline, _CIRCLE if timeline.loop else _CIRCLE + 1)):
        angle = 2 * math.pi * i / _CIRCLE
        x, y = radius * math.cos(angle), radius * math.sin(angle)
        keys.append(Key(at, WBlend(((centre, 1 - x - y), (first, x), (second, y)), keep_norm=True)))
    return tl.with_track(timeline, Track("latent", tuple(keys)))


def layer_walk(
    timeline: Timeline, base: Source, mixing: Mixing, ws: Iterable[int], chance: random.Random, count: int = 5
) -> Timeline:
    """Walk through random seeds in some w vectors; the others stay as they are."""
    layers = tuple(ws)
    start = first_latent(base)
    keys = [Key(0.0, put(mixing, *(LayerStyle(i, base) for i in layers)))]
    for at, seed in zip(_times(timeline, count)[1:], _seeds(start, count - 1, chance), strict=True):
        keys.append(Key(at, put(mixing, *(LayerStyle(i, seed) for i in layers))))
    return tl.with_track(timeline, Track("mixing", tuple(keys)))


def motion_keys(timeline: Timeline, document: Document, motion: Motion) -> Timeline:
    """Convert motion to keys. In a loop turns and circles are rounded to whole ones."""
    seconds, paths = timeline.seconds, []
    if motion.latent:
        latent = document.latent
        paths.append(
            _stations(timeline, "latent", latent.x, motion.latent_speed, lambda x: latent.moved_to(x, latent.y))
        )
    if motion.mixing:
        paths.append(_stations(timeline, "mixing.x", document.mixing.x, motion.mixing_speed, float))
    if motion.noise:
        paths.append(_ramp(timeline, "noise.seed", document.noise.seed, round(motion.noise_speed * seconds)))
    if motion.turn:
        way = motion.turn_speed * seconds
        if timeline.loop:
            way = 360.0 * (round(way / 360) or math.copysign(1, way))
        paths.append(_ramp(timeline, "transform.angle", document.transform.angle, way))
    if motion.orbit:
        turns = motion.orbit_speed * seconds
        if timeline.loop:
            turns = round(turns) or math.copysign(1, turns)
        paths += _orbit(timeline, document, motion.orbit_radius, turns)
    for track in paths:
        timeline = tl.with_track(timeline, track)
    return timeline


def _stations(timeline: Timeline, path: str, start: float, speed: float, make: Callable[[float], Any]) -> Track:
    """Return a key at each whole seed that is passed, and at both ends, joined by straight lines."""
    end = start + speed * timeline.seconds
    passed = range(math.floor(min(start, end)) + 1, math.ceil(max(start, end)))
    places = sorted({start, *map(float, passed), *(() if timeline.loop else (end,))}, reverse=speed < 0)
    return Track(path, tuple(Key((place - start) / (speed or 1), make(place)) for place in places), "linear")


def _ramp(timeline: Timeline, path: str, start: Any, way: Any) -> Track:
    """Rise linearly until the last frame: the frame after it in a loop looks like the first one."""
    last = timeline.seconds - 1 / timeline.fps if timeline.loop else timeline.seconds
    end = start + way * (last / timeline.seconds)
    end = round(end) if isinstance(start, int) else end
    return Track(path, (Key(0.0, start), Key(last, end)), "linear")


def _orbit(timeline: Timeline, document: Document, radius: float, turns: float) -> list[Track]:
    count = max(1, round(_CIRCLE * abs(turns))) + (not timeline.loop)
    x, y, times = document.transform.x, document.transform.y, _times(timeline, count)
    angles = [2 * math.pi * turns * at / timeline.seconds for at in times]
    return [
        Track(path, tuple(Key(at, centre + radius * way(angle)) for at, angle in zip(times, angles, strict=True)))
        for path, centre, way in (("transform.x", x, math.cos), ("transform.y", y, math.sin))
    ]
