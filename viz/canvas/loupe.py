"""Magnified pixels under the pointer, and a read-out of one pixel."""

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray

from foundation.transparency import over
from viz.ui import theme
from viz.ui import widgets as ui

CELLS, CELL = 11, 8
"""Pixels along a side of the loupe, and the size of each in design lengths."""
_PLATE = "#101011"


def draw(pixels: NDArray[np.uint8], column: int, row: int, x: float, y: float, right: float, value: str = "") -> None:
    """Magnify the neighbourhood of a pixel of `pixels` [H, W, 4] beside the pointer at (x, y).

    The loupe flips to the other side of the pointer rather than pass the screen position `right`. `value` stands for
    the colour, where that has another meaning.
    """
    t, p, d = theme.current, theme.current.px, imgui.get_window_draw_list()
    cell, half = p(CELL), CELLS // 2
    box = CELLS * cell
    left = x + p(18) if x + p(18) + box < right else x - p(18) - box
    top = y - box - p(38)
    if top < imgui.get_window_pos().y + p(4):
        top = y + p(14)
    d.add_rect_filled(V(left - p(2), top - p(2)), V(left + box + p(2), top + box + p(2)), t.u32(_PLATE), p(4))
    for j, line in enumerate(neighbourhood(pixels, column, row)):
        for i, color in enumerate(line):
            if color:
                a = V(left + i * cell, top + j * cell)
                d.add_rect_filled(a, V(a.x + cell, a.y + cell), color)
    for line_at in range(1, CELLS):
        along = line_at * cell
        d.add_line(V(left + along, top), V(left + along, top + box), t.u32("halo", 0.25), p(1))
        d.add_line(V(left, top + along), V(left + box, top + along), t.u32("halo", 0.25), p(1))
    red, green, blue = (int(v) for v in pixels[row, column, :3])
    value = value or f"{red}  {green}  {blue}"
    _label(value, left + (box - ui.measure(value, t.small) - p(14)) / 2, top + box + p(4), "#FFFFFF")
    m = V(left + half * cell, top + half * cell)
    d.add_rect(V(m.x - 1, m.y - 1), V(m.x + cell + 1, m.y + cell + 1), t.u32("#FFFFFF"), 0, p(1))
    k = p(7)
    for a, b in ((V(x - k, y), V(x + k, y)), (V(x, y - k), V(x, y + k))):
        d.add_line(a, b, t.u32("halo", 0.45), p(3))
        d.add_line(a, b, t.u32("#FFFFFF"), p(1))


def neighbourhood(pixels: NDArray[np.uint8], column: int, row: int) -> list[list[int]]:
    """Return packed opaque colours of the CELLS x CELLS pixels around one; 0 outside the image."""
    height, width = pixels.shape[:2]
    half = CELLS // 2
    packed = [[0] * CELLS for _ in range(CELLS)]
    top, left = max(row - half, 0), max(column - half, 0)
    part = over(pixels[top : row + half + 1, left : column + half + 1]).astype(np.uint32)
    colors = part[..., 0] | part[..., 1] << 8 | part[..., 2] << 16 | np.uint32(0xFF000000)
    for j, line in enumerate(colors.tolist()):
        for i, color in enumerate(line):
            if top + j < height and left + i < width:
                packed[top + j - row + half][left + i - column + half] = color
    return packed


NARROW, WIDE = 130, 260
"""Design lengths that a read-out takes at most, without and with the colour in numbers."""


def read_out(
    pixels: NDArray[np.uint8], column: int, row: int, x: float, y: float, wide: bool, *, name: str = "", value: str = ""
) -> None:
    """Draw position and colour of one pixel as labels, starting at (x, y).

    `name` is that of the picture, where there are two; `value` stands for the colour, where that has another meaning.
    """
    t, p, d = theme.current, theme.current.px, imgui.get_window_draw_list()
    red, green, blue = (int(v) for v in pixels[row, column, :3])
    alpha = int(pixels[row, column, 3])
    width = _label(f"{name}   x {column}   y {row}".strip(), x, y, "#FFFFFF")
    swatch = V(x + width + p(4), y)
    end = V(swatch.x + p(20), swatch.y + p(20))
    d.add_rect_filled(swatch, end, t.u32(f"#{red:02X}{green:02X}{blue:02X}"), p(4))
    d.add_rect(swatch, end, t.u32("#FFFFFF"), p(4), p(1))
    if wide or value:
        opacity = "" if alpha == 255 else f"  α {alpha}"
        _label(value or f"{red}  {green}  {blue}{opacity}", swatch.x + p(24), y, "#C9CBCE")


def _label(text: str, x: float, y: float, token: str) -> float:
    """Draw a dark label on the image; return its width."""
    t = theme.current
    w, h = ui.measure(text, t.small) + t.px(14), t.px(20)
    imgui.get_window_draw_list().add_rect_filled(V(x, y), V(x + w, y + h), t.u32(_PLATE, 0.82), t.px(4))
    ui.draw(text, x + t.px(7), y, token, t.small, height=h)
    return w
