"""Image files as textures, read on a thread: small ones for lists, whole grids to look through."""

import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from imgui_bundle import hello_imgui
from numpy.typing import NDArray
from PIL import Image

from foundation.background import Worker
from foundation.inputs import PictureError, clean_text, open_picture, reason_of
from viz.gl.image_grids import ONE, Tiling, tiling
from viz.gl.textures import Picture
from viz.state.facts import ServiceKey, Texture

LIMIT = 2048
"""Longest side of a texture in pixels, supported by every OpenGL driver."""


def read_sized(path: str, limit: int = LIMIT) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Return an image as RGBA [H, W, 4], reduced so that no side exceeds `limit`, and its original (width, height).

    Raises ValueError with one sentence if it cannot be read.
    """
    try:
        with open_picture(path) as opened:
            size = opened.size
            opened.thumbnail((limit, limit), Image.Resampling.BOX, reducing_gap=None)
            return np.array(opened.convert("RGBA")), size
    except PictureError as error:
        raise ValueError(f"{clean_text(os.path.basename(path), 100)} cannot be read: it {error}.") from error
    except (OSError, ValueError) as error:
        raise ValueError(f"{clean_text(os.path.basename(path), 100)} cannot be read: {reason_of(error)}.") from error


SMALL = 96
"""Side of a small image in pixels."""
_SMALL_KEPT, _WHOLE_KEPT = 256, 6


@dataclass(frozen=True)
class _Wish:
    path: str
    small: bool


_Came = tuple[_Wish, NDArray[np.uint8] | None, Tiling, str]
"""A wish, its pixels or None, how they are divided, and why there are none."""


@dataclass(frozen=True)
class Held:
    """Image that has been read."""

    texture: Texture | None
    """None if the file cannot be read."""
    tiles: Tiling = ONE
    """Division of the grid into images."""
    error: str = ""


class ImageCache:
    """Textures of image files, read in a thread; methods are for the window's thread."""

    def __init__(self, wake: Callable[[], None] = hello_imgui.request_refresh) -> None:
        # The newest request first, as that is the one being looked at.
        self._reader: Worker[_Wish, _Came] = Worker("pictures", _read, wake, order="newest first")
        # A grid that a slider has passed over is not decoded any more.
        self._grid_reader: Worker[_Wish, _Came] = Worker("grids", _read, wake, order="latest")
        self._held: dict[bool, OrderedDict[_Wish, tuple[Picture, Held]]] = {True: OrderedDict(), False: OrderedDict()}
        self._waiting: set[_Wish] = set()
        self.came = 0
        """Number of images read so far, a version number for whatever draws them."""

    def first_tile(self, path: str) -> Held | None:
        """Return the first image of a grid, reduced, or None while it is being read."""
        return self._get(_Wish(path, True))

    def grid(self, path: str) -> Held | None:
        """Return a whole grid, or None while it is being read."""
        return self._get(_Wish(path, False))

    def known(self, path: str) -> Held | None:
        """Return a whole grid if it has been read, without reading it."""
        held = self._held[False].get(_Wish(path, False))
        return None if held is None else held[1]

    def take(self) -> None:
        """Upload images that have been read. Call once per frame."""
        while (one := self._reader.poll() or self._grid_reader.poll()) is not None:
            wish, pixels, tiles, error = one
            self._waiting.discard(wish)
            held, most = self._held[wish.small], _SMALL_KEPT if wish.small else _WHOLE_KEPT
            picture = held.popitem(last=False)[1][0] if len(held) >= most else Picture()
            if pixels is not None:
                picture.upload(pixels)
            held[wish] = picture, Held(picture.texture if pixels is not None else None, tiles, error)
            self.came += 1

    def free(self) -> None:
        """Stop the thread and free the textures."""
        for reader in (self._reader, self._grid_reader):
            reader.drop()
            reader.close()
        for held in self._held.values():
            for picture, _ in held.values():
                picture.free()
            held.clear()

    def _get(self, wish: _Wish) -> Held | None:
        held = self._held[wish.small]
        if wish in held:
            held.move_to_end(wish)
            return held[wish][1]
        if wish not in self._waiting:
            if wish.small:
                self._reader.submit(wish)
            else:
                self._waiting = {one for one in self._waiting if one.small}
                self._grid_reader.submit(wish)
            self._waiting.add(wish)
        return None


def _read(wish: _Wish) -> _Came:
    try:
        pixels, size = read_sized(wish.path)
        tiles = tiling(pixels, *size)
        if wish.small:
            pixels = _first(pixels, tiles)
        return wish, np.ascontiguousarray(pixels), tiles, ""
    except ValueError as error:
        return wish, None, ONE, str(error)


IMAGE_CACHE: ServiceKey[ImageCache] = ServiceKey("image cache")


def _first(pixels: NDArray[np.uint8], tiles: Tiling) -> NDArray[np.uint8]:
    height, width = pixels.shape[0] // tiles.rows, pixels.shape[1] // tiles.columns
    first = pixels[: max(1, height), : max(1, width)]
    step = max(1, max(first.shape[:2]) // SMALL)
    return first[::step, ::step]
