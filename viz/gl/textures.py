"""Reusable OpenGL textures. Everything here needs the window's OpenGL context."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL

from viz.gl import upload
from viz.state.facts import Texture

RGBA = NDArray[np.uint8]
OPAQUE = 255

versions: dict[int, int] = {}
"""Number of times that the content of each texture was written, by its name. See `written`."""
opaque: set[int] = set()
"""Textures that show nothing of what lies below them."""


class Picture:
    """Double-buffered texture for images of any size.

    Two textures are filled in turn, because one that the last frame still draws from cannot be overwritten.
    """

    def __init__(self) -> None:
        self._shown: Texture | None = None
        self._spare: Texture | None = None

    @property
    def texture(self) -> Texture | None:
        """Texture to draw, a different one after every upload; None before the first."""
        return self._shown

    def upload(self, pixels: RGBA) -> None:
        """Upload an image [H, W, 4]."""
        height, width = pixels.shape[:2]
        texture = self._spare
        fresh = texture is None or (texture.width, texture.height) != (width, height)
        if texture is None or fresh:
            texture = Texture(name() if texture is None else texture.id, width, height)
        upload.current.do(partial(_take, texture, pixels, fresh))
        self._shown, self._spare = texture, self._shown

    def free(self) -> None:
        """Free the textures."""
        names = [texture.id for texture in (self._shown, self._spare) if texture is not None]
        if names:
            GL.glDeleteTextures(names)
        self._shown = self._spare = None


def _take(texture: Texture, pixels: RGBA, fresh: bool) -> None:
    if fresh:
        make_room(texture)
    fill(texture, 0, 0, pixels)


def written(texture: int, covers: bool) -> None:
    """Note that a texture has other pixels: what shows it is drawn again. Call after each write, from any thread.

    `covers` is True if all its pixels are opaque now.
    """
    versions[texture] = versions.get(texture, 0) + 1
    (opaque.add if covers else opaque.discard)(texture)


def name() -> int:
    """Create a texture name."""
    return int(GL.glGenTextures(1))


def make_room(texture: Texture) -> None:
    """Allocate a texture's storage, content undefined, with linear filtering and clamped edges."""
    GL.glBindTexture(GL.GL_TEXTURE_2D, texture.id)
    for key, value in (
        (GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR),
        (GL.GL_TEXTURE_MAG_FILTER, GL.GL_LINEAR),
        (GL.GL_TEXTURE_WRAP_S, GL.GL_CLAMP_TO_EDGE),
        (GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_EDGE),
    ):
        GL.glTexParameteri(GL.GL_TEXTURE_2D, key, value)
    size = (texture.width, texture.height)
    GL.glTexImage2D(GL.GL_TEXTURE_2D, 0, GL.GL_RGBA8, *size, 0, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, GL.GLvoidp(0))
    GL.glBindTexture(GL.GL_TEXTURE_2D, 0)
    written(texture.id, covers=False)


def fill(texture: Texture, x: int, y: int, pixels: RGBA) -> None:
    """Write an image [h, w, 4] into a texture at (x, y)."""
    height, width = pixels.shape[:2]
    data = GL.GLvoidp(pixels.ctypes.data)  # a pointer, because PyOpenGL would inspect the array on every call
    GL.glBindTexture(GL.GL_TEXTURE_2D, texture.id)
    GL.glTexSubImage2D(GL.GL_TEXTURE_2D, 0, x, y, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, data)
    GL.glBindTexture(GL.GL_TEXTURE_2D, 0)
    whole = (width, height) == (texture.width, texture.height)
    written(texture.id, covers=whole and bool(pixels[:, :, 3].min() == OPAQUE))
