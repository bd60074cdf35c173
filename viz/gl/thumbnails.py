"""Thumbnails rendered in the background, requested by panels in every frame and cached in a texture atlas.

Whatever shows small pictures (a strip, a gallery, tiles) calls `get` for each of them in every frame in which it is
drawn, with its own name as the owner, and draws `ui.thumbnail` with what it gets. That is all: pictures that nobody
asks for any more are not drawn to their end, and the owner whose wishes are newest comes first. An owner that the user
has just opened says so with `opened`, which decides between owners that wish something new at the same time.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from OpenGL import GL

from renderer.ipc.protocol import RenderRequest, Thumbnail, ThumbnailRequest
from viz.gl import textures
from viz.state.facts import Tally, Texture

CAPACITY = 1024
"""Thumbnails cached per size."""
MOST_WANTED = 64
"""Most requests in flight; the rest follow as these are answered."""
TRIED_AGAIN = 600
"""Frames after which a thumbnail that could not be drawn is requested again."""

UV = tuple[float, float, float, float]


class _Key:
    """Cache key of a request and a size, hashed once, because hashing costs more than drawing the thumbnail."""

    __slots__ = ("_hash", "request", "size")

    def __init__(self, request: RenderRequest, size: int) -> None:
        self.request, self.size = replace(request, request_id=0) if request.request_id else request, size
        self._hash = hash((self.request, size))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.size == other.size and self.request == other.request


class _Atlas:
    """Thumbnails of one size in one texture; the least recently used one is evicted."""

    def __init__(self, size: int, capacity: int) -> None:
        self.size = size
        self._columns = max(1, min(int(capacity**0.5 + 0.999), 4096 // size))
        self._capacity = min(capacity, self._columns * self._columns)
        self._side = self._columns * size
        self._texture: Texture | None = None
        self._cells: OrderedDict[_Key, int] = OrderedDict()

    def get(self, key: _Key) -> tuple[Texture, UV] | None:
        cell = self._cells.get(key)
        if cell is None or self._texture is None:
            return None
        self._cells.move_to_end(key)
        row, column = divmod(cell, self._columns)
        half = 0.5 / self._side  # half a texel keeps the neighbours from bleeding in
        share = 1 / self._columns
        u, v = column * share, row * share
        return self._texture, (u + half, v + half, u + share - half, v + share - half)

    def put(self, key: _Key, rgba: bytes) -> set[_Key]:
        """Store a thumbnail, and return those that it has displaced."""
        cell = self._cells.pop(key, None)
        displaced: set[_Key] = set()
        if cell is None and len(self._cells) >= self._capacity:
            oldest, cell = self._cells.popitem(last=False)
            displaced.add(oldest)
        elif cell is None:
            cell = len(self._cells)
        self._cells[key] = cell
        if self._texture is None:
            self._texture = Texture(textures.name(), self._side, self._side)
            textures.make_room(self._texture)
        row, column = divmod(cell, self._columns)
        pixels = np.frombuffer(rgba, np.uint8).reshape(self.size, self.size, 4)
        textures.fill(self._texture, column * self.size, row * self.size, pixels)
        return displaced

    def free(self) -> None:
        if self._texture is not None:
            GL.glDeleteTextures([self._texture.id])
        self._texture = None
        self._cells.clear()


class ThumbnailCache:
    """Implements `facts.Thumbnails`. Needs the window's OpenGL context."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._atlases: dict[int, _Atlas] = {}
        self._asked: dict[_Key, str] = {}
        """Missing thumbnails that were requested since the last call of `wanted`, and their owners."""
        self._since: dict[_Key, int] = {}
        """Turn in which each wanted thumbnail was first requested."""
        self._opened: dict[str, int] = {}
        """Turn in which each owner was opened."""
        self._turn = 0
        self._rough: set[_Key] = set()
        """Cached thumbnails that a finer one will replace."""
        self._failed: dict[_Key, tuple[str, int]] = {}
        """Reasons why thumbnails could not be drawn, and the turns in which they came."""
        self._keys: dict[str, _Key] = {}
        self._names: dict[_Key, str] = {}
        self._hashed: dict[tuple[int, int], tuple[RenderRequest, _Key]] = {}
        self._count = 0
        self._came = self._lost = self._times_asked = self._times_missed = 0

    @property
    def tally(self) -> Tally:
        """Counts of thumbnails requested, missing, received, and displaced."""
        return Tally(self._times_asked, self._times_missed, self._came, self._lost)

    @property
    def waiting(self) -> int:
        """Number of thumbnails that were missing in the last frame, rough ones included."""
        return len(self._since)

    def get(self, request: RenderRequest, size: int = 64, owner: str = "") -> tuple[Texture, UV] | None:
        """Return texture and texture coordinates of the thumbnail of `request`, or None until it is rendered.

        `owner` names what shows it; thumbnails of one owner are drawn in the order of their requests.
        """
        key, atlas = self._key(request, size), self._atlases.get(size)
        found = atlas.get(key) if atlas is not None else None
        missed = (found is None or key in self._rough) and not self._has_failed(key)
        self._times_asked += 1
        if missed:
            self._times_missed += 1
            self._asked.setdefault(key, owner)
        return found

    def known(self, request: RenderRequest, size: int = 64) -> tuple[Texture, UV] | None:
        """Return what `get` would, without requesting anything: for an older image shown meanwhile."""
        atlas = self._atlases.get(size)
        return atlas.get(self._key(request, size)) if atlas is not None else None

    def problem(self, request: RenderRequest, size: int = 64) -> str:
        """Return why the thumbnail of a request could not be drawn, as sentences; empty if it could."""
        return self._failed.get(self._key(request, size), ("", 0))[0] if self._failed else ""

    def try_again(self) -> None:
        """Request again what could not be drawn."""
        self._failed.clear()

    def _has_failed(self, key: _Key) -> bool:
        """Return True for a thumbnail that could not be drawn a moment ago."""
        return key in self._failed and self._turn - self._failed[key][1] < TRIED_AGAIN

    def opened(self, owner: str) -> None:
        """Draw this owner's thumbnails before those of others that wish something new in the same frame."""
        self._opened[owner] = self._turn + 1

    def wanted(self) -> tuple[ThumbnailRequest, ...]:
        """Return requests for thumbnails that were requested since the last call and are missing, most wanted first.

        Thumbnails that are no longer requested are dropped. Call once a frame.
        """
        asked, self._asked = self._asked, {}
        self._turn += 1
        if len(self._failed) > CAPACITY:
            self._failed.clear()
        since = self._since = {key: self._since.get(key, self._turn) for key in asked}
        newest: dict[str, int] = {}
        for key, owner in asked.items():
            newest[owner] = max(newest.get(owner, 0), since[key])
        order = sorted(asked, key=lambda key: (-newest[asked[key]], -self._opened.get(asked[key], 0)))  # stable
        names = {one: self._names.get(one) or self._name() for one in order[:MOST_WANTED]}
        self._names, self._keys = names, {name: one for one, name in names.items()}
        return tuple(ThumbnailRequest(name, one.request, one.size) for one, name in names.items())

    def take(self, thumbnails: Iterable[Thumbnail]) -> bool:
        """Store thumbnails received and drop those no longer requested. Return True if anything is new."""
        new = False
        for thumbnail in thumbnails:
            key = self._keys.get(thumbnail.key)
            if key is None or key.size != thumbnail.size:
                continue
            if thumbnail.problem:
                self._failed[key] = thumbnail.problem, self._turn
                new = True
                continue
            self._failed.pop(key, None)
            if key.size not in self._atlases:
                self._atlases[key.size] = _Atlas(key.size, self._capacity)
            displaced = self._atlases[key.size].put(key, thumbnail.rgba)
            self._rough -= displaced
            if thumbnail.final:
                self._rough.discard(key)
            else:
                self._rough.add(key)
            new = True
            self._came += 1
            self._lost += len(displaced)
        return new

    def free(self) -> None:
        """Free the textures."""
        for atlas in self._atlases.values():
            atlas.free()
        self._atlases.clear()

    def _key(self, request: RenderRequest, size: int) -> _Key:
        """Return the key of a request, looked up by identity, as panels pass the same objects in every frame."""
        known = self._hashed.get((id(request), size))
        if known is not None and known[0] is request:
            return known[1]
        if len(self._hashed) >= CAPACITY:
            self._hashed.clear()
        key = _Key(request, size)
        self._hashed[id(request), size] = request, key
        return key

    def _name(self) -> str:
        self._count += 1
        return f"t{self._count}"
