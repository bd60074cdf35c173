"""OpenGL textures: made once, filled again and again. Everything here needs the window's OpenGL context."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL

from viz.gl import upload
from viz.state.facts import Texture

RGBA = NDArray[np.uint8]


class Picture:
    """A texture that takes pictures of any size.

    There are two, filled in turn: a texture that the last frame still draws from cannot be filled before it is drawn.
    """

    def __init__(self) -> None:
        self._shown: Texture | None = None
        self._spare: Texture | None = None

    @property
    def texture(self) -> Texture | None:
        """What panels draw; None before the first upload. Another one after every upload."""
        return self._shown

    def upload(self, pixels: RGBA) -> None:
        """Take a picture [H, W, 4]."""
        height, width = pixels.shape[:2]
        texture = self._spare
        fresh = texture is None or (texture.width, texture.height) != (width, height)
        if texture is None or fresh:
            texture = Texture(name() if texture is None else texture.id, width, height)
        upload.current.do(partial(_take, texture, pixels, fresh))
        self._shown, self._spare = texture, self._shown

    def free(self) -> None:
        """Give the memory back."""
        names = [texture.id for texture in (self._shown, self._spare) if texture is not None]
        if names:
            GL.glDeleteTextures(names)
        self._shown = self._spare = None


def _take(texture: Texture, pixels: RGBA, fresh: bool) -> None:
    if fresh:
        make_room(texture)
    GL.glBindTexture(GL.GL_TEXTURE_2D, texture.id)
    fill(0, 0, pixels)
    GL.glBindTexture(GL.GL_TEXTURE_2D, 0)


def name() -> int:
    """A name for a texture to be."""
    return int(GL.glGenTextures(1))


def make_room(texture: Texture) -> None:
    """Give a texture its size, its content undefined; it is smooth and does not repeat at its edges."""
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


def fill(x: int, y: int, pixels: RGBA) -> None:
    """Write a picture [h, w, 4] into the bound texture at (x, y)."""
    height, width = pixels.shape[:2]
    data = GL.GLvoidp(pixels.ctypes.data)  # a pointer: PyOpenGL would look at every array anew
    GL.glTexSubImage2D(GL.GL_TEXTURE_2D, 0, x, y, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, data)
