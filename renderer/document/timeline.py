"""The timeline: keys on parameters of the image. Frozen state and pure functions on it; standard library only.

A parameter is named by its path from the document down: `latent`, `truncation.psi`, `transform.angle`,
`directions.smile`, `styles.b8.conv0.118`, or `display.scale_db`. Numbers and the groups in `WHOLES` are interpolated;
all else is held.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from foundation.interpolation import Ease, Kind
from renderer.document.parts import (
    ArrayRef,
    Direction,
    Display,
    ImageState,
    LayerBend,
    Mixing,
    Network,
    Noise,
    Source,
    StyleOffset,
    Truncation,
    Weights,
)
from renderer.document.ranges import LONGEST_TEXT, Count, Range, Seconds

V = TypeVar("V")

CLOSEST = 1e-9
"""Least seconds between two keys."""

SAME = 1e-4
"""Seconds: keys closer than this are one key."""

LONGEST, FASTEST = 3600.0, 240.0
"""Largest duration of a timeline in seconds, and its largest frame rate."""


def _roots() -> dict[str, type]:
    """Return the groups of parameters of the image and the display, by field; the network cannot be keyed."""
    found: dict[str, type] = {}
    for name, hint in get_type_hints(ImageState).items():
        kind = get_args(hint)[0] if get_origin(hint) in (Union, UnionType) else hint
        if isinstance(kind, type) and is_dataclass(kind) and kind is not Network:
            found[name] = kind
    return found | {"display": Display}


ROOTS: Mapping[str, type] = _roots()
"""Groups of parameters by the first word of their paths; those of `LISTS` are more."""

LISTS: Mapping[str, tuple[type, Callable[[Any], str]]] = {
    "directions": (Direction, lambda one: one.name),
    "styles": (StyleOffset, lambda one: one.place),
    "bends": (LayerBend, lambda one: one.place),
}
"""Lists whose members have a path each, `directions.<name>`, for their strength: their type, and the member's word."""

WHOLES: Mapping[str, Any] = {
    "latent": Source,
    "mixing": Mixing,
    "truncation": Truncation,
    "noise": Noise,
    "weights": Weights,
}
"""Groups that can be keyed as a whole, and the type of their keys' values."""


class PathError(ValueError):
    """There is no parameter of this name."""


Route = Literal["track", "straight", "arc", "circle", "sphere", "geodesic"]
"""Path of a latent: as its track's interpolation says; a straight line in W; that line at the blended distance from the
mean; the great circle about the mean in W; the great circle in Z; the path that changes the picture least."""


@dataclass(frozen=True)
class Way:
    """The path from one key of the latent to the next, and its speed."""

    route: Route = "track"
    shares: Annotated[tuple[Annotated[float, Range(0, 1)], ...], Count(1000)] = ()
    """Places on the path, as shares 0..1 that never fall, at evenly spaced shares of the time: for a picture that
    changes by the same amount in every second. Empty: the speed of the path."""
    through: ArrayRef | None = None
    """Of a geodesic: `WBlend.through`, about the great circle."""
    measured: str = ""
    """`segment_mark` of the keys that were measured: the two fields above are left out beside other keys."""

    def __post_init__(self) -> None:
        if self.shares and (len(self.shares) < 2 or any(b < a for a, b in pairwise((0.0, *self.shares, 1.0)))):
            raise ValueError("places on a path must go from 0 to 1 and never back")


@dataclass(frozen=True)
class Key(Generic[V]):
    """A value at a time."""

    at: Seconds
    """Seconds."""
    value: V
    ease: Ease = "even"
    """Easing of the segment to the next key."""
    way: Way = Way()
    """Path of that segment; only of the latent."""

    def __post_init__(self) -> None:
        if self.at < 0:
            raise ValueError(f"a key cannot lie at {self.at:g} s, before the beginning")


@dataclass(frozen=True)
class Track:
    """The keys of one parameter."""

    path: str
    keys: tuple[Key[Any], ...] = ()
    """Ascending in time."""
    interpolation: Kind = "cubic"
    """slerp is a great circle between seeds, and straight for all else."""
    muted: bool = False
    """Its keys are ignored."""

    def __post_init__(self) -> None:
        if any(b.at - a.at < CLOSEST for a, b in pairwise(self.keys)):
            raise ValueError(f"the keys of {self.path} are not in the order of their times")

    @classmethod
    def plain_hints(cls, plain: Mapping[str, Any]) -> dict[str, Any]:
        """Return the type of the keys, for reading and writing them as text (see `renderer.document.plain`).

        Raises PathError.
        """
        kind = type_of(str(plain.get("path"))[:LONGEST_TEXT], bounds=True)
        return {"keys": tuple[Key[kind], ...]}  # type: ignore[valid-type]


@dataclass(frozen=True)
class Retiming:
    """Time map that makes the image change by the same amount in every second."""

    shares: Annotated[tuple[Annotated[float, Range(0, 1)], ...], Count(100_000)]
    """Moments of the timeline, as shares 0..1 that never fall, at evenly spaced moments of the film."""
    measured: str = ""
    """`fingerprint` of the timeline that was measured."""

    def __post_init__(self) -> None:
        if len(self.shares) < 2 or any(b < a for a, b in pairwise((0.0, *self.shares, 1.0))):
            raise ValueError("moments must go from 0 to 1 and never back")


@dataclass(frozen=True)
class Timeline:
    """Tracks of keys, their duration and frame rate."""

    tracks: tuple[Track, ...] = ()
    """One for each parameter, with at least one key: others are left out."""
    seconds: float = 12.0
    fps: float = 60.0
    loop: bool = True
    """The first key follows the last one, `seconds` after itself: the end is the beginning."""
    keep_norm: bool = True
    """Blend the distance of latents from the mean too, so that walks do not sink into it."""
    retiming: Retiming | None = None
    constant_speed: bool = False
    """Apply `retiming`."""

    def __post_init__(self) -> None:
        if not 0.1 <= self.seconds <= LONGEST:
            raise ValueError(f"a timeline lasts from 0.1 to {LONGEST:g} s, not {self.seconds:g} s")
        if not 1 <= self.fps <= FASTEST:
            raise ValueError(f"a film has from 1 to {FASTEST:g} frames a second, not {self.fps:g}")
        kept: dict[str, Track] = {}
        for track in self.tracks:
            if track.keys:
                kept.setdefault(track.path, track)
        if len(kept) < len(self.tracks):
            object.__setattr__(self, "tracks", tuple(kept.values()))

    @property
    def acting(self) -> tuple[Track, ...]:
        """Tracks that change the image."""
        return tuple(track for track in self.tracks if not track.muted)

    @property
    def frames(self) -> int:
        """Number of frames of the film; a loop does not show its end again."""
        return max(1, round(self.seconds * self.fps))

    def track(self, path: str) -> Track | None:
        """Return the track of a parameter."""
        return next((track for track in self.tracks if track.path == path), None)


@lru_cache(maxsize=1024)
def type_of(path: str, *, bounds: bool = False) -> Any:
    """Return the type of the values at a path, with `bounds` annotated by them. Raises PathError."""
    if path in WHOLES:
        return WHOLES[path]
    root, *names = path.split(".")
    if root in LISTS and names:
        return get_type_hints(LISTS[root][0], include_extras=bounds)["strength"]
    kind: Any = ROOTS.get(root)
    for name in names:
        hints = get_type_hints(kind, include_extras=bounds) if isinstance(kind, type) and is_dataclass(kind) else {}
        kind = hints.get(name)
    if kind is None or not names or is_dataclass(kind):
        raise PathError(f"there is no parameter {path[:80]!r} that keys could change")
    return kind


def get(state: ImageState, display: Display, path: str) -> Any:
    """Return the value at a path of an image or display. Raises PathError if there is none."""
    root, *names = path.split(".")
    if root in LISTS:
        name, word = path.removeprefix(f"{root}."), LISTS[root][1]
        for one in getattr(state, root):
            if word(one) == name:
                return one.strength
        raise PathError(f"There is nothing called {name!r} among the {root}.")
    type_of(path)
    value = display if root == "display" else getattr(state, root)
    for name in names:
        value = getattr(value, name)
    return value


S = TypeVar("S", bound=ImageState)


def put(state: S, display: Display, path: str, value: Any) -> tuple[S, Display]:
    """Return image and display with another value at a path. Raises PathError."""
    if get(state, display, path) == value:
        return state, display
    root, *names = path.split(".")
    if root == "display":
        return state, _put(display, names, value)
    if root in LISTS:
        name, word, old = path.removeprefix(f"{root}."), LISTS[root][1], getattr(state, root)
        value = tuple(replace(one, strength=value) if word(one) == name else one for one in old)
        return _put(state, [root], value), display
    return _put(state, [root, *names], value), display


def _put(node: Any, names: list[str], value: Any) -> Any:
    head, *rest = names
    return replace(node, **{head: _put(getattr(node, head), rest, value) if rest else value})


def segment_mark(before: Source, after: Source, route: Route) -> str:
    """Return a text that differs for other paths between two latents."""
    return hashlib.sha256(repr((before, after, route)).encode()).hexdigest()[:16]


def segment_at(timeline: Timeline, at: float) -> tuple[Key[Source], Key[Source]] | None:
    """Return the keys of the latent before and after a time; None where there are no two."""
    track = timeline.track("latent")
    keys = track.keys if track else ()
    if len(keys) < 2 or track is None:
        return None
    if timeline.loop and keys[-1].at < timeline.seconds - SAME and not keys[0].at <= at < keys[-1].at:
        return keys[-1], keys[0]
    return next((pair for pair in pairwise(keys) if pair[0].at <= at < pair[1].at), None)


def with_way(timeline: Timeline, at: float, way: Way) -> Timeline:
    """Return the timeline with another path from the latent's key at a time to the next one."""
    key = key_at(timeline, "latent", at)
    return timeline if key is None else with_key(timeline, "latent", replace(key, way=way))


def fingerprint(timeline: Timeline) -> str:
    """Return a text that differs for timelines whose images follow one another differently."""
    pace = [getattr(timeline, field.name) for field in fields(Timeline) if field.name in _PACE]
    return hashlib.sha256(repr(pace).encode()).hexdigest()[:16]


_PACE = ("tracks", "seconds", "loop", "keep_norm")


# -- changes ---------------------------------------------------------------------------------------------------------


def key_at(timeline: Timeline, path: str, at: float) -> Key[Any] | None:
    """Return the key of a parameter at a time."""
    track = timeline.track(path)
    return next((key for key in track.keys if abs(key.at - at) < SAME), None) if track else None


def with_key(timeline: Timeline, path: str, key: Key[Any]) -> Timeline:
    """Add a key, or replace the one at the same time."""
    track = timeline.track(path) or Track(path)
    kept = [one for one in track.keys if abs(one.at - key.at) >= SAME]
    return with_track(timeline, replace(track, keys=tuple(sorted([*kept, key], key=lambda one: one.at))))


def keyed(timeline: Timeline, path: str, at: float, value: Any) -> Timeline:
    """Set a value at a time; an existing key keeps its ease."""
    old = key_at(timeline, path, at)
    return with_key(timeline, path, Key(at, value) if old is None else replace(old, value=value))


def without_key(timeline: Timeline, path: str, at: float) -> Timeline:
    """Remove a key, and its track with the last one."""
    track = timeline.track(path)
    if track is None:
        return timeline
    kept = tuple(one for one in track.keys if abs(one.at - at) >= SAME)
    return with_track(timeline, replace(track, keys=kept)) if kept else without_track(timeline, path)


def moved(timeline: Timeline, path: str, before: float, after: float) -> Timeline:
    """Move a key to another time between 0 and the end, replacing one there."""
    track, key = timeline.track(path), key_at(timeline, path, before)
    if track is None or key is None:
        return timeline
    after = min(max(after, 0.0), timeline.seconds)
    kept = [one for one in track.keys if one is not key and abs(one.at - after) >= SAME]
    kept.append(replace(key, at=after))
    return with_track(timeline, replace(track, keys=tuple(sorted(kept, key=lambda one: one.at))))


def with_track(timeline: Timeline, track: Track) -> Timeline:
    """Append a track, or replace the one of the same parameter."""
    if timeline.track(track.path) is None:
        return replace(timeline, tracks=(*timeline.tracks, track))
    return replace(timeline, tracks=tuple(track if one.path == track.path else one for one in timeline.tracks))


def without_track(timeline: Timeline, path: str) -> Timeline:
    """Remove a track."""
    return replace(timeline, tracks=tuple(one for one in timeline.tracks if one.path != path))


def key_times(timeline: Timeline) -> tuple[float, ...]:
    """Return the times of all keys, ascending."""
    return tuple(sorted({round(key.at, 4) for track in timeline.tracks for key in track.keys}))
