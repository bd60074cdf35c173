"""A picture file as a texture, read on a thread of its own: a big one must not hold up the window."""

import threading
import warnings
from collections.abc import Callable

import numpy as np
from imgui_bundle import hello_imgui
from numpy.typing import NDArray
from PIL import Image

from viz.facts import Texture
from viz.textures import Picture

LIMIT = 2048
"""Longest side of the texture in pixels: every OpenGL driver takes it."""


def read(path: str, limit: int = LIMIT) -> NDArray[np.uint8]:
    """The picture as RGBA [H, W, 4], made smaller where a side is longer than `limit`.

    Raises ValueError with one sentence where it cannot be read.
    """
    try:
        with warnings.catch_warnings(), Image.open(path) as opened:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # grids of a run are big, and not hostile
            opened.thumbnail((limit, limit), Image.Resampling.BOX, reducing_gap=None)
            return np.array(opened.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"The picture {path} cannot be read: {error}") from error


class PictureFile:
    """The picture of one path at a time; the newest path asked for wins. For the window's thread only."""

    def __init__(self, wake: Callable[[], None] = hello_imgui.request_refresh) -> None:
        self._wake = wake
        self._picture = Picture()
        self._shown = ""
        self._thread: threading.Thread | None = None
        self._result: tuple[str, NDArray[np.uint8] | None, str] | None = None
        self.error = ""
        """Why the path asked for last has no picture; empty while it has, or is being read."""

    def get(self, path: str) -> Texture | None:
        """The texture of `path`; None while it is being read or where it cannot be."""
        if self._thread is not None and self._result is not None:
            self._thread.join()
            (done, pixels, problem), self._thread, self._result = self._result, None, None
            if done == path:
                self._shown, self.error = path, problem
                if pixels is not None:
                    self._picture.upload(pixels)
        if path != self._shown and self._thread is None:
            self._thread = threading.Thread(target=self._read, args=(path,), name="picture file", daemon=True)
            self._thread.start()
        return self._picture.texture if path == self._shown and not self.error else None

    def _read(self, path: str) -> None:
        try:
            self._result = (path, read(path), "")
        except ValueError as error:
            self._result = (path, None, str(error))
        self._wake()
