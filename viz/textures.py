"""OpenGL textures: made once, filled again and again. Everything here needs the window's OpenGL context."""

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL

from viz.facts import Texture

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
        if texture is None or (texture.width, texture.height) != (width, height):
            texture = Texture(make() if texture is None else texture.id, width, height)
            GL.glBindTexture(GL.GL_TEXTURE_2D, texture.id)
            allocate(width, height)
        GL.glBindTexture(GL.GL_TEXTURE_2D, texture.id)
        fill(0, 0, pixels)
        GL.glBindTexture(GL.GL_TEXTURE_2D, 0)
        self._shown, self._spare = texture, self._shown

    def free(self) -> None:
        """Give the memory back."""
        names = [texture.id for texture in (self._shown, self._spare) if texture is not None]
        if names:
            GL.glDeleteTextures(names)
        self._shown = self._spare = None


def make() -> int:
    """A new texture, smooth and without repeating at its edges."""
    texture = int(GL.glGenTextures(1))
    GL.glBindTexture(GL.GL_TEXTURE_2D, texture)
    for key, value in (
        (GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR),
        (GL.GL_TEXTURE_MAG_FILTER, GL.GL_LINEAR),
        (GL.GL_TEXTURE_WRAP_S, GL.GL_CLAMP_TO_EDGE),
        (GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_EDGE),
    ):
        GL.glTexParameteri(GL.GL_TEXTURE_2D, key, value)
    return texture


def allocate(width: int, height: int) -> None:
    """Give the bound texture room for a picture of this size, its content undefined."""
    GL.glTexImage2D(GL.GL_TEXTURE_2D, 0, GL.GL_RGBA8, width, height, 0, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, GL.GLvoidp(0))


def fill(x: int, y: int, pixels: RGBA) -> None:
    """Write a picture [h, w, 4] into the bound texture at (x, y)."""
    height, width = pixels.shape[:2]
    data = GL.GLvoidp(pixels.ctypes.data)  # a pointer: PyOpenGL would look at every array anew
    GL.glTexSubImage2D(GL.GL_TEXTURE_2D, 0, x, y, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, data)
