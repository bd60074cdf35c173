"""Pictures of the timeline that are kept, so that it plays at its own rate the second time.

A picture is kept by its whole request, which determines every byte of it, so a changed film cannot show an old one:
its frames ask for other requests, and those that the change does not affect ask for the same ones as before.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from renderer.ipc.protocol import Frame, RenderRequest

RGBA = NDArray[np.uint8]

MOST_FRAMES = 20_000
"""Longest film, in frames, of which it is known what is kept; further frames are never kept."""
_SLICE_S = 0.0015
"""Longest time to work out requests in one frame of the window."""

Span = tuple[int, int]
"""First frame of a film and the one after the last."""


class Key:
    """A request without id and draft, hashed once."""

    __slots__ = ("_hash", "request")

    def __init__(self, request: RenderRequest) -> None:
        self.request = request.at_rest
        self._hash = hash(self.request)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._hash == other._hash and self.request == other.request


@dataclass(frozen=True, eq=False)
class Kept:
    """The images of one request, by name, and the frame that came with them."""

    images: Mapping[str, RGBA]
    frame: Frame | None = None
    """None if only the picture was asked for, without its figures."""

    @property
    def size(self) -> int:
        """Bytes of the images."""
        return sum(image.nbytes for image in self.images.values())


@dataclass(eq=False)
class _Film:
    """The film that is shown, and which of its frames are kept."""

    made_from: tuple[object, ...] = ()
    ask: Callable[[int], RenderRequest] | None = None
    """Returns the request of a frame."""
    keys: list[Key] = field(default_factory=list)
    """Requests of the first frames, as far as they are worked out."""
    count: int = 0
    places: dict[Key, list[int]] = field(default_factory=dict)
    """Frames that show a request."""
    kept: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))


class FilmStore:
    """Keeps pictures within a limit of bytes. For the window's thread.

    Where there is no room, pictures of other films go first, oldest first; then those of this film that the playhead
    reaches last.
    """

    def __init__(self, limit: int = 1 << 30) -> None:
        self._limit = limit
        self._kept: dict[Key, Kept] = {}
        self._own: dict[Key, Key] = {}
        """The keys of `_kept`: the film has the same objects, as comparing requests takes long."""
        self._film = _Film()
        self.size = 0
        """Bytes that are kept."""
        self.playhead = 0
        """Frame of the film that is shown."""
        self._spans: tuple[Span, ...] | None = None

    # -- pictures --

    def get(self, request: RenderRequest) -> Kept | None:
        """Return what is kept of a request, at full resolution."""
        return self._kept.get(Key(request))

    def keep(self, request: RenderRequest, kept: Kept) -> bool:
        """Keep the images of a request, which must not change any more. Return False where there is no room."""
        key = Key(request)
        if places := self._film.places.get(key):
            key = self._film.keys[places[0]]
        old = self._kept.pop(key, None)
        self._own.pop(key, None)
        self.size -= old.size if old is not None else 0
        if not self._make_room(key, kept.size):
            self._mark(key, False)
            return False
        self._kept[key], self._own[key] = kept, key
        self.size += kept.size
        self._mark(key, True)
        return True

    def limit(self, size: int) -> None:
        """Change the limit; what goes beyond it is dropped at once."""
        if size != self._limit:
            self._limit = size
            while self.size > self._limit and self._kept:
                self._drop(self._least_wanted())

    def clear(self) -> None:
        """Drop everything."""
        for key in tuple(self._kept):
            self._drop(key)

    # -- the film --

    def show(self, made_from: tuple[object, ...], count: int, ask: Callable[[int], RenderRequest]) -> None:
        """Tell which film is shown.

        Args:
            made_from: What its requests are made from, compared by identity.
            count: Its number of frames.
            ask: Returns the request of a frame.
        """
        old = self._film.made_from
        if len(old) == len(made_from) and all(new is before for new, before in zip(made_from, old, strict=True)):
            return
        count = min(count, MOST_FRAMES)
        self._film = _Film(made_from, ask, count=count, kept=np.zeros(count, bool))
        self._spans = None

    def work(self, seconds: float = _SLICE_S) -> bool:
        """Work out requests of the film for so long. Return True once all of them are known."""
        film, until = self._film, time.perf_counter() + seconds
        while len(film.keys) < film.count and time.perf_counter() < until:
            assert film.ask is not None
            index = len(film.keys)
            key = Key(film.ask(index))
            key = self._own.get(key, key)
            film.keys.append(key)
            film.places.setdefault(key, []).append(index)
            if key in self._kept:
                film.kept[index] = True
                self._spans = None
        return len(film.keys) == film.count

    @property
    def count(self) -> int:
        """Number of frames of the film."""
        return self._film.count

    @property
    def done(self) -> int:
        """Number of frames of the film that are kept."""
        return int(self._film.kept.sum())

    @property
    def spans(self) -> tuple[Span, ...]:
        """Ranges of frames of the film that are kept."""
        if self._spans is None:
            edges = np.flatnonzero(np.diff(np.concatenate([[False], self._film.kept, [False]]).astype(np.int8)))
            self._spans = tuple((int(a), int(b)) for a, b in edges.reshape(-1, 2))
        return self._spans

    def missing(self, most: int, size: int) -> tuple[RenderRequest, ...]:
        """Return the requests of the next frames from the playhead on that are not kept, and would find room.

        Args:
            most: Largest number of requests.
            size: Bytes of a picture; 0 if unknown.
        """
        film, found = self._film, dict[Key, None]()
        room = self._limit // size if size else film.count
        for step in range(min(film.count, room)):
            index = (self.playhead + step) % film.count
            if not film.kept[index] and index < len(film.keys):
                found[film.keys[index]] = None
                if len(found) == most:
                    break
        return tuple(key.request for key in found)

    # -- room --

    def _make_room(self, key: Key, size: int) -> bool:
        if size > self._limit:
            return False
        while self.size + size > self._limit:
            victim = self._least_wanted()
            if victim in self._film.places and self._distance(key) >= self._distance(victim):
                return False
            self._drop(victim)
        return True

    def _least_wanted(self) -> Key:
        """Return the oldest picture of another film, else the one that the playhead reaches last."""
        film = self._film
        other = next((key for key in self._kept if key not in film.places), None)
        if other is not None:
            return other
        frames = np.flatnonzero(film.kept)
        away = (frames - self.playhead) % film.count
        while True:  # mostly once: a picture of several frames counts by the one that is reached first
            last = int(away.argmax())
            key = film.keys[int(frames[last])]
            if self._distance(key) == away[last]:
                return key
            away[last] = -1

    def _distance(self, key: Key) -> float:
        places = self._film.places.get(key)
        if not places:
            return float("inf")
        return min((index - self.playhead) % self._film.count for index in places)

    def _drop(self, key: Key) -> None:
        del self._own[key]
        self.size -= self._kept.pop(key).size
        self._mark(key, False)

    def _mark(self, key: Key, kept: bool) -> None:
        for index in self._film.places.get(key, ()):
            self._film.kept[index] = kept
            self._spans = None
