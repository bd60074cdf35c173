"""The picture drawn with exact pixels.

Dear ImGui's OpenGL backend samples every texture smoothly, whatever the texture asks for. So the picture is copied
(glBlitFramebuffer, nearest above 1:1) into a texture of the canvas's own size, which is then drawn pixel for pixel.
Below 1:1 the copy is made from the next larger mipmap, as bilinear sampling alone would skip pixels.
"""

import math
from dataclasses import dataclass

from OpenGL import GL

from viz import textures
from viz.camera import Place
from viz.facts import Texture


@dataclass(frozen=True)
class Shot:
    """What was copied last: when nothing of it changes, nothing is copied."""

    picture: Texture
    frame: object
    place: Place
    origin: tuple[int, int]
    size: tuple[int, int]
    color: tuple[float, float, float]


class Viewport:
    """A texture of the canvas's size with the picture in it. Needs the window's OpenGL context."""

    def __init__(self) -> None:
        self._texture = 0
        self._source = 0
        self._target = 0
        self._size = (0, 0)
        self._shot: Shot | None = None
        self._halved: object = None

    def show(self, shot: Shot) -> int:
        """The texture's name, holding the picture at `shot.place` (screen pixels) seen from `shot.origin`."""
        if shot != self._shot or shot.frame is not (self._shot and self._shot.frame):
            self._copy(shot)
            self._shot = shot
        return self._texture

    def free(self) -> None:
        """Give everything back."""
        if self._texture:
            GL.glDeleteTextures([self._texture])
            GL.glDeleteFramebuffers(2, [self._source, self._target])
        self.__init__()  # type: ignore[misc]

    def _copy(self, shot: Shot) -> None:
        width, height = shot.size
        read, drawn = GL.glGetIntegerv(GL.GL_READ_FRAMEBUFFER_BINDING), GL.glGetIntegerv(GL.GL_DRAW_FRAMEBUFFER_BINDING)
        self._make(width, height)
        level = self._level(shot)
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._source)
        GL.glFramebufferTexture2D(
            GL.GL_READ_FRAMEBUFFER, GL.GL_COLOR_ATTACHMENT0, GL.GL_TEXTURE_2D, shot.picture.id, level
        )
        GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, self._target)
        GL.glFramebufferTexture2D(GL.GL_DRAW_FRAMEBUFFER, GL.GL_COLOR_ATTACHMENT0, GL.GL_TEXTURE_2D, self._texture, 0)
        GL.glDisable(GL.GL_SCISSOR_TEST)
        GL.glClearColor(*shot.color, 1.0)
        GL.glClear(GL.GL_COLOR_BUFFER_BIT)
        x, y = round(shot.place.x) - shot.origin[0], round(shot.place.y) - shot.origin[1]
        right = x + round(shot.place.width * shot.place.scale)
        bottom = y + round(shot.place.height * shot.place.scale)
        GL.glBlitFramebuffer(
            0,
            0,
            max(shot.picture.width >> level, 1),
            max(shot.picture.height >> level, 1),
            x,
            y,
            right,
            bottom,
            GL.GL_COLOR_BUFFER_BIT,
            GL.GL_NEAREST if shot.place.scale >= 1 else GL.GL_LINEAR,
        )
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, int(read))
        GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, int(drawn))

    def _make(self, width: int, height: int) -> None:
        if not self._texture:
            self._texture = textures.make()
            self._source, self._target = (int(name) for name in GL.glGenFramebuffers(2))
        if self._size != (width, height):
            GL.glBindTexture(GL.GL_TEXTURE_2D, self._texture)
            textures.allocate(width, height)
            GL.glBindTexture(GL.GL_TEXTURE_2D, 0)
            self._size = (width, height)

    def _level(self, shot: Shot) -> int:
        """The smallest mipmap that is not smaller than what is shown, made when it is needed."""
        smaller = max(0, math.floor(-math.log2(shot.place.scale)))
        level = min(smaller, int(math.log2(max(min(shot.picture.width, shot.picture.height), 1))))
        if level and self._halved is not shot.frame:
            GL.glBindTexture(GL.GL_TEXTURE_2D, shot.picture.id)
            GL.glGenerateMipmap(GL.GL_TEXTURE_2D)
            GL.glBindTexture(GL.GL_TEXTURE_2D, 0)
            self._halved = shot.frame
        return level
