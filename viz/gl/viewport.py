"""Display of the image, above 1:1 smooth or with exact pixels, and without skipped pixels below.

Dear ImGui's OpenGL backend samples every texture bilinearly, whatever filter the texture sets. For exact pixels above
1:1 the image is copied (glBlitFramebuffer, nearest) to a texture in screen pixels, which is drawn pixel for pixel. Else
it is drawn directly; below 1:2 from a copy halved as often as needed, as bilinear sampling alone would skip pixels.
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from OpenGL import GL

from foundation.transparency import checkerboard
from viz.gl import textures, upload
from viz.gl.camera import Area
from viz.state.facts import ServiceKey, Texture
from viz.state.interaction import Place

SQUARES = 512
"""Side of the texture of squares in pixels, an even number of squares."""


@dataclass(frozen=True)
class Shot:
    """Image and placement to draw; nothing is copied while they stay the same."""

    picture: Texture
    version: int
    """Changes with every image in the texture."""
    place: Place
    area: Area
    """Rectangle of the canvas in whole screen pixels."""
    smooth: bool = False
    """True to interpolate above 1:1 instead of showing pixels as squares."""


@dataclass(frozen=True)
class Drawn:
    """Texture, its region (u0, v0, u1, v1), and the screen rectangle (x0, y0, x1, y1) to fill."""

    texture: int
    uv: tuple[float, float, float, float]
    box: tuple[float, float, float, float]


class Viewport:
    """Prepare the texture that shows an image at a placement. Needs the window's OpenGL context."""

    def __init__(self) -> None:
        self._exact: Texture | None = None
        self._halves: list[Texture] = []
        self._buffers: dict[Texture, int] = {}
        """Framebuffer of the upload context per texture; attaching a texture takes longer than the copy."""
        self._shot: Shot | None = None
        self._halved = (-1, 0)
        self._squares: Texture | None = None

    def show(self, shot: Shot) -> Drawn:
        """Return the image at `shot.place`, cropped to `shot.area` above 1:1."""
        place, area = shot.place, shot.area
        x0, y0 = round(place.x), round(place.y)
        x1, y1 = x0 + round(place.width * place.scale), y0 + round(place.height * place.scale)
        if place.scale <= 1 or shot.smooth:
            return Drawn(self._small(shot), (0.0, 0.0, 1.0, 1.0), (x0, y0, x1, y1))
        self._make_exact(int(area.width), int(area.height))
        assert self._exact is not None
        if shot != self._shot:
            target = (x0 - int(area.x), y0 - int(area.y), x1 - int(area.x), y1 - int(area.y))
            self._blit(shot.picture, self._exact, target, GL.GL_NEAREST)
            self._shot = shot
        left, top = max(x0, int(area.x)), max(y0, int(area.y))
        right, bottom = min(x1, int(area.x) + self._exact.width), min(y1, int(area.y) + self._exact.height)
        box = (left, top, max(right, left), max(bottom, top))
        width, height = self._exact.width, self._exact.height
        u0, u1 = (left - area.x) / width, (box[2] - area.x) / width
        v0, v1 = (top - area.y) / height, (box[3] - area.y) / height
        return Drawn(self._exact.id, (u0, v0, u1, v1), box)

    def squares(self) -> Texture:
        """Return a texture of the squares that show through transparent images."""
        if self._squares is None:
            self._squares = _sized(textures.name(), SQUARES, SQUARES)
            upload.current.do(partial(_draw_squares, self._squares))
        return self._squares

    def free(self) -> None:
        """Free textures and framebuffers."""
        own = (self._exact, self._squares, *self._halves)
        names = [texture.id for texture in own if texture is not None]
        upload.current.do(partial(_delete, names, list(self._buffers.values())))
        self.__init__()  # type: ignore[misc]

    def _small(self, shot: Shot) -> int:
        """Return the texture halved until it is less than twice its displayed size; created on demand."""
        sides = min(shot.picture.width, shot.picture.height)
        levels = (
            0 if shot.place.scale >= 1 else min(math.floor(-math.log2(shot.place.scale)), int(math.log2(max(sides, 1))))
        )
        if levels <= 0:
            return shot.picture.id
        if self._halved[0] != shot.version or self._halved[1] < levels:
            source = shot.picture
            for level in range(levels):
                target = self._half(level, max(source.width // 2, 1), max(source.height // 2, 1))
                self._blit(source, target, (0, 0, target.width, target.height), GL.GL_LINEAR)
                source = target
            self._halved = (shot.version, levels)
        return self._halves[levels - 1].id

    def _half(self, level: int, width: int, height: int) -> Texture:
        if level == len(self._halves):
            self._halves.append(_sized(textures.name(), width, height))
        elif (self._halves[level].width, self._halves[level].height) != (width, height):
            self._halves[level] = _sized(self._halves[level].id, width, height)
        return self._halves[level]

    def _make_exact(self, width: int, height: int) -> None:
        if self._exact is None:
            self._exact = _sized(textures.name(), width, height)
        elif (self._exact.width, self._exact.height) != (width, height):
            self._exact = _sized(self._exact.id, width, height)
            self._shot = None

    def _buffer(self, texture: Texture) -> int:
        """Create the framebuffer of a texture, replacing one of the texture's earlier size."""
        for known in [one for one in self._buffers if one.id == texture.id]:
            GL.glDeleteFramebuffers(1, [self._buffers.pop(known)])
        buffer = self._buffers[texture] = int(GL.glGenFramebuffers(1))
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, buffer)
        GL.glFramebufferTexture2D(GL.GL_FRAMEBUFFER, GL.GL_COLOR_ATTACHMENT0, GL.GL_TEXTURE_2D, texture.id, 0)
        return buffer

    def _blit(self, source: Texture, target: Texture, box: tuple[int, int, int, int], how: int) -> None:
        """Copy all of `source` into the rectangle `box` of `target`, which may extend beyond its edges."""
        upload.current.do(partial(self._copy, source, target, box, how))

    def _copy(self, source: Texture, target: Texture, box: tuple[int, int, int, int], how: int) -> None:
        kinds = (GL.GL_READ_FRAMEBUFFER, GL.GL_DRAW_FRAMEBUFFER)
        before = [
            int(GL.glGetIntegerv(name)) for name in (GL.GL_READ_FRAMEBUFFER_BINDING, GL.GL_DRAW_FRAMEBUFFER_BINDING)
        ]
        buffers = [self._buffers.get(texture) or self._buffer(texture) for texture in (source, target)]
        for kind, buffer in zip(kinds, buffers, strict=True):
            GL.glBindFramebuffer(kind, buffer)
        GL.glDisable(GL.GL_SCISSOR_TEST)
        GL.glBlitFramebuffer(0, 0, source.width, source.height, *box, GL.GL_COLOR_BUFFER_BIT, how)
        for kind, buffer in zip(kinds, before, strict=True):
            GL.glBindFramebuffer(kind, buffer)
        textures.written(target.id, covers=source.id in textures.opaque)  # what is drawn of it


def _sized(name: int, width: int, height: int) -> Texture:
    """Return a texture of this size, allocated by the upload thread."""
    texture = Texture(name, width, height)
    upload.current.do(partial(textures.make_room, texture))
    return texture


def _draw_squares(texture: Texture) -> None:
    pixels = np.full((texture.height, texture.width, 4), 255, np.uint8)
    pixels[..., :3] = checkerboard(texture.height, texture.width)
    textures.fill(texture, 0, 0, np.ascontiguousarray(pixels))


def _delete(names: list[int], buffers: list[int]) -> None:
    if names:
        GL.glDeleteTextures(names)
    if buffers:
        GL.glDeleteFramebuffers(len(buffers), buffers)


VIEWPORT: ServiceKey[Viewport] = ServiceKey("viewport")
