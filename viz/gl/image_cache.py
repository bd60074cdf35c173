"""Cache of image files as textures, read on a thread: small ones for lists, and whole image grids."""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from imgui_bundle import hello_imgui
from numpy.typing import NDArray

from viz.gl.image_file import read_sized
from viz.gl.image_grids import ONE, Tiling, tiling
from viz.gl.textures import Picture
from viz.state.facts import Texture

SMALL = 96
"""Side of a small image in pixels."""
_SMALL_KEPT, _WHOLE_KEPT = 256, 6


@dataclass(frozen=True)
class _Wish:
    path: str
    small: bool


@dataclass(frozen=True)
class Held:
    """Image that has been read."""

    texture: Texture | None
    """None if the file cannot be read."""
    tiles: Tiling = ONE
    """Division of the grid into images."""
    error: str = ""


class PictureCache:
    """Cache of one window, held in `Facts.scratch`. For the UI thread only."""

    def __init__(self, wake: Callable[[], None] = hello_imgui.request_refresh) -> None:
        self._wake = wake
        self._asked: queue.LifoQueue[_Wish | None] = queue.LifoQueue()
        self._came: queue.Queue[tuple[_Wish, NDArray[np.uint8] | None, Tiling, str]] = queue.Queue()
        self._held: dict[bool, OrderedDict[_Wish, tuple[Picture, Held]]] = {True: OrderedDict(), False: OrderedDict()}
        self._waiting: set[_Wish] = set()
        self._thread: threading.Thread | None = None
        self.came = 0
        """Number of images read so far, a version number for whatever draws them."""

    def first_tile(self, path: str) -> Held | None:
        """Return the first image of a grid, reduced, or None while it is being read."""
        return self._get(_Wish(path, True))

    def grid(self, path: str) -> Held | None:
        """Return a whole grid, or None while it is being read."""
        return self._get(_Wish(path, False))

    def take(self) -> None:
        """Upload images that have been read. Call once per frame."""
        while not self._came.empty():
            wish, pixels, tiles, error = self._came.get()
            self._waiting.discard(wish)
            held, most = self._held[wish.small], _SMALL_KEPT if wish.small else _WHOLE_KEPT
            picture = held.popitem(last=False)[1][0] if len(held) >= most else Picture()
            if pixels is not None:
                picture.upload(pixels)
            held[wish] = picture, Held(picture.texture if pixels is not None else None, tiles, error)
            self.came += 1

    def free(self) -> None:
        """Stop the thread and free the textures."""
        if self._thread is not None:
            self._asked.put(None)
            self._thread.join()
            self._thread = None
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
            self._waiting.add(wish)
            self._asked.put(wish)
            if self._thread is None:
                self._thread = threading.Thread(target=self._read_all, name="pictures", daemon=True)
                self._thread.start()
        return None

    def _read_all(self) -> None:
        """Read files, the newest request first, as that is the one being looked at."""
        while (wish := self._asked.get()) is not None:
            try:
                pixels, size = read_sized(wish.path)
                tiles = tiling(pixels, *size)
                if wish.small:
                    pixels = _first(pixels, tiles)
                self._came.put((wish, np.ascontiguousarray(pixels), tiles, ""))
            except ValueError as error:
                self._came.put((wish, None, ONE, str(error)))
            self._wake()


def _first(pixels: NDArray[np.uint8], tiles: Tiling) -> NDArray[np.uint8]:
    height, width = pixels.shape[0] // tiles.rows, pixels.shape[1] // tiles.columns
    first = pixels[: max(1, height), : max(1, width)]
    step = max(1, max(first.shape[:2]) // SMALL)
    return first[::step, ::step]
