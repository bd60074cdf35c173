"""Small pictures rendered in the background: asked for by panels in every frame, kept in an atlas."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from OpenGL import GL

from renderer.ipc.protocol import RenderRequest, Thumbnail, ThumbnailRequest
from viz.gl import textures
from viz.state.facts import Tally, Texture

CAPACITY = 1024
"""Pictures kept of each size."""
MOST_WANTED = 64
"""Requests sent at a time; the rest follow as these are answered."""

UV = tuple[float, float, float, float]


class _Wish:
    """A request and a size as a key. Hashing a request costs more than drawing its picture, so it is done once."""

    __slots__ = ("_hash", "request", "size")

    def __init__(self, request: RenderRequest, size: int) -> None:
        self.request, self.size = replace(request, request_id=0) if request.request_id else request, size
        self._hash = hash((self.request, size))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Wish) and self.size == other.size and self.request == other.request


class _Atlas:
    """Pictures of one size in one texture; the one used longest ago makes room."""

    def __init__(self, size: int, capacity: int) -> None:
        self.size = size
        self._columns = max(1, min(int(capacity**0.5 + 0.999), 4096 // size))
        self._capacity = min(capacity, self._columns * self._columns)
        self._side = self._columns * size
        self._texture: Texture | None = None
        self._cells: OrderedDict[_Wish, int] = OrderedDict()

    def get(self, wish: _Wish) -> tuple[Texture, UV] | None:
        cell = self._cells.get(wish)
        if cell is None or self._texture is None:
            return None
        self._cells.move_to_end(wish)
        row, column = divmod(cell, self._columns)
        half = 0.5 / self._side  # half a texel keeps the neighbours from bleeding in
        share = 1 / self._columns
        u, v = column * share, row * share
        return self._texture, (u + half, v + half, u + share - half, v + share - half)

    def put(self, wish: _Wish, rgba: bytes) -> None:
        cell = self._cells.pop(wish, None)
        if cell is None:
            full = len(self._cells) >= self._capacity
            cell = self._cells.popitem(last=False)[1] if full else len(self._cells)
        self._cells[wish] = cell
        if self._texture is None:
            self._texture = Texture(textures.name(), self._side, self._side)
            textures.make_room(self._texture)
        row, column = divmod(cell, self._columns)
        pixels = np.frombuffer(rgba, np.uint8).reshape(self.size, self.size, 4)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._texture.id)
        textures.fill(column * self.size, row * self.size, pixels)
        GL.glBindTexture(GL.GL_TEXTURE_2D, 0)

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
        self._asked: dict[_Wish, None] = {}
        self._wishes: dict[str, _Wish] = {}
        self._names: dict[_Wish, str] = {}
        self._hashed: dict[tuple[int, int], tuple[RenderRequest, _Wish]] = {}
        self._count = 0
        self._tally = Tally()

    @property
    def tally(self) -> Tally:
        """How many pictures were asked for, were missing, and have come."""
        return self._tally

    def get(self, request: RenderRequest, size: int = 64) -> tuple[Texture, UV] | None:
        """Texture and corner coordinates of the picture of `request`, or None while it is not there yet."""
        wish, atlas = self._wish(request, size), self._atlases.get(size)
        found = atlas.get(wish) if atlas is not None else None
        asked, missed, came = self._tally
        self._tally = Tally(asked + 1, missed + (found is None), came)
        if found is None:
            self._asked[wish] = None
        return found

    def wanted(self) -> tuple[ThumbnailRequest, ...]:
        """What was asked for since the last call and is not there, in the order in which it was asked for.

        What is not asked for any more is not wanted any more.
        """
        asked, self._asked = self._asked, {}
        newest = list(asked)[:MOST_WANTED]
        names = {one: self._names.get(one) or self._name() for one in newest}
        self._names, self._wishes = names, {name: one for one, name in names.items()}
        return tuple(ThumbnailRequest(name, one.request, one.size) for one, name in names.items())

    def take(self, thumbnails: Iterable[Thumbnail]) -> bool:
        """Keep pictures that have come; those no longer wanted are dropped. True when anything is new."""
        new = False
        for thumbnail in thumbnails:
            wish = self._wishes.get(thumbnail.key)
            if wish is None or wish.size != thumbnail.size:
                continue
            if wish.size not in self._atlases:
                self._atlases[wish.size] = _Atlas(wish.size, self._capacity)
            self._atlases[wish.size].put(wish, thumbnail.rgba)
            new = True
            self._tally = self._tally._replace(came=self._tally.came + 1)
        return new

    def free(self) -> None:
        """Give the textures back."""
        for atlas in self._atlases.values():
            atlas.free()
        self._atlases.clear()

    def _wish(self, request: RenderRequest, size: int) -> _Wish:
        """The key for a request; panels ask with the same objects again and again."""
        known = self._hashed.get((id(request), size))
        if known is not None and known[0] is request:
            return known[1]
        if len(self._hashed) >= CAPACITY:
            self._hashed.clear()
        wish = _Wish(request, size)
        self._hashed[id(request), size] = request, wish
        return wish

    def _name(self) -> str:
        self._count += 1
        return f"t{self._count}"
