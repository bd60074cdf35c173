"""Partial redraws of the window, where OpenGL is software: only what has changed is drawn again.

Filling a window of 1280x720 takes 6 to 15 ms of a core, which the renderer needs. So the window's framebuffer keeps the
last frame, and the rectangles that differ from it are cleared and drawn. OpenGL promises no content after a swap, but
software copies the frame to the screen and leaves it in place; a row of pixels is compared in every frame, and where it
has changed, whole frames are drawn from then on. A GPU always draws whole frames.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from imgui_bundle import ImVec4, hello_imgui, imgui
from numpy.typing import NDArray
from OpenGL import GL

from viz.gl import textures
from viz.gl.damage import Layer, Rect, Run, changed

SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software rasterizer", "swiftshader", "gdi generic")
"""Parts of the names of OpenGL implementations that use the CPU."""
_NOTHING = ImVec4(0, 0, 0, 0)


class Screen:
    """Draws Dear ImGui's frames. Needs the window's OpenGL context."""

    def __init__(self) -> None:
        self.partial = False
        """True if frames are drawn in part. Set by `open`."""
        self.rects: list[Rect] = []
        """Rectangles drawn in the last frame."""
        self.pixels = 0
        """Number of pixels in all rectangles drawn so far."""
        self.covered = 0
        """Number of those of which only an opaque image was drawn, and what lies over it."""
        self.seen: Callable[[], bool] = lambda: True
        """Returns False for frames that nobody will see: their triangles are not filled."""
        self._filled = True
        self._size = (0, 0)
        self._before: list[Layer] | None = None
        """Contents of the frame that the framebuffer holds."""
        self._row: tuple[Rect, NDArray[np.uint8]] | None = None
        """Pixels that the framebuffer must still hold in the next frame."""

    def attach(self, callbacks: hello_imgui.RunnerCallbacks) -> None:
        """Take the clearing of each frame from hello_imgui. Call before the window opens."""
        callbacks.custom_background = _choose_color

    def open(self) -> None:
        """Look at OpenGL. Call once the context exists."""
        name = (GL.glGetString(GL.GL_RENDERER) or b"").decode(errors="replace").lower()
        self.partial = any(part in name for part in SOFTWARE)

    def forget(self) -> None:
        """Draw the next frame whole."""
        self._before = self._row = None

    def prepare(self) -> None:
        """Clear the framebuffer, or keep hello_imgui from filling it. Call before Dear ImGui's frame is rendered."""
        self._filled = not self.partial and self.seen()
        if self._filled:
            GL.glClear(GL.GL_COLOR_BUFFER_BIT)
        else:
            GL.glEnable(GL.GL_RASTERIZER_DISCARD)

    def draw(self) -> None:
        """Draw what has changed. Call once the frame has been rendered, before the buffers are swapped."""
        if self._filled:
            return
        GL.glDisable(GL.GL_RASTERIZER_DISCARD)
        data = imgui.get_draw_data()
        size, scale = data.display_size, data.framebuffer_scale
        pixels = round(size.x * scale.x), round(size.y * scale.y)
        if not self.partial or not self.seen() or min(pixels) <= 0:
            self.forget()
            return
        self.partial = (scale.x, scale.y) == (1.0, 1.0) and self._kept()
        if pixels != self._size or not self.partial:
            self._size, self._before = pixels, None
        before, after = self._before, _layers(data)
        whole = [Rect(0, 0, *pixels)]
        self.rects = whole if before is None else self._visible(changed(before, after))
        self._before = after
        self._draw(data, after)
        self._remember()

    def _remember(self) -> None:
        """Remember a row of what was drawn."""
        if self.rects:
            x0, y0, x1, y1 = max(self.rects, key=lambda rect: (rect.x1 - rect.x0) * (rect.y1 - rect.y0))
            row = Rect(x0, (y0 + y1) // 2, x1, (y0 + y1) // 2 + 1)
            self._row = row, self._read(row)

    def _kept(self) -> bool:
        """Return True if the framebuffer still holds what was drawn to it."""
        return self._row is None or bool(np.array_equal(self._read(self._row[0]), self._row[1]))

    def _read(self, rect: Rect) -> NDArray[np.uint8]:
        width, height = int(rect.x1 - rect.x0), int(rect.y1 - rect.y0)
        pixels = np.empty((height, width, 4), np.uint8)
        below = int(self._size[1] - rect.y1)
        data = GL.GLvoidp(pixels.ctypes.data)
        GL.glReadPixels(int(rect.x0), below, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, data)
        return pixels

    def _visible(self, rects: list[Rect]) -> list[Rect]:
        """Return rectangles as far as they are in the window."""
        width, height = self._size
        inside = [Rect(max(a, 0), max(b, 0), min(c, width), min(d, height)) for a, b, c, d in rects]
        return [rect for rect in inside if rect.x0 < rect.x1 and rect.y0 < rect.y1]

    def _draw(self, data: imgui.ImDrawData, after: list[Layer]) -> None:
        lists = [lines.cmd_buffer for lines in data.cmd_lists]
        commands = [buffer[k] for buffer in lists for k in range(buffer.size())]  # iterating would give copies
        height = self._size[1]
        shown = [_scissor(one.x, one.y, one.z, one.w, height) for one in (command.clip_rect for command in commands)]
        for rect in self.rects:
            x0, y0, x1, y1 = map(int, rect)
            self.pixels += (x1 - x0) * (y1 - y0)
            lowest = _lowest(after, rect)
            self.covered += lowest > 0
            for k, (command, clip) in enumerate(zip(commands, shown, strict=True)):
                command.clip_rect = _within(clip, rect) if k >= lowest else _NOTHING
            GL.glEnable(GL.GL_SCISSOR_TEST)
            GL.glScissor(x0, height - y1, x1 - x0, y1 - y0)
            GL.glClear(GL.GL_COLOR_BUFFER_BIT)
            imgui.backends.opengl3_render_draw_data(data)
        GL.glDisable(GL.GL_SCISSOR_TEST)


def _choose_color() -> None:
    color = hello_imgui.get_runner_params().imgui_window_params.background_color
    GL.glClearColor(color.x, color.y, color.z, color.w)


def _lowest(layers: list[Layer], rect: Rect) -> int:
    """Return the number of the last command that covers a rectangle with an opaque texture; 0 if none does."""
    number, found = 0, 0
    for layer in layers:
        for k, run in enumerate(layer.runs):
            if run.texture[0] in textures.opaque and run.texture[1] >= 0 and layer.covers(k, rect):
                found = number + k
        number += len(layer.runs)
    return found


def _scissor(x0: float, y0: float, x1: float, y1: float, height: int) -> Rect:
    """Return the pixels that Dear ImGui's backend leaves of a clip rectangle; it rounds from the lower left corner."""
    left, below = int(x0), int(height - y1)
    return Rect(left, height - below - int(y1 - y0), left + int(x1 - x0), height - below)


def _within(clip: Rect, rect: Rect) -> ImVec4:
    x0, y0, x1, y1 = max(clip.x0, rect.x0), max(clip.y0, rect.y0), min(clip.x1, rect.x1), min(clip.y1, rect.y1)
    return ImVec4(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else _NOTHING


def _layers(data: imgui.ImDrawData) -> list[Layer]:
    """Copy the contents of a frame."""
    found = []
    for lines in data.cmd_lists:
        runs = []
        for one in lines.cmd_buffer:
            clip, texture, atlas = one.clip_rect, one.get_tex_id(), one.tex_ref._tex_data
            # Glyphs are added to an atlas, never changed: one that is arranged anew has another id.
            key = texture, textures.versions.get(texture, 0) if atlas is None else -atlas.unique_id
            runs.append(Run(one.idx_offset, one.elem_count, one.vtx_offset, (clip.x, clip.y, clip.z, clip.w), key))
        vertices = _bytes(lines.vtx_buffer, imgui.VERTEX_SIZE)
        indices = _bytes(lines.idx_buffer, imgui.INDEX_SIZE)
        found.append(Layer(lines._owner_name, vertices, indices, tuple(runs)))
    return found


def _bytes(vector: Any, size: int) -> bytes:
    return ctypes.string_at(vector.data_address(), vector.size() * size) if vector.size() else b""
