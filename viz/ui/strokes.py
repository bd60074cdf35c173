"""Painted regions: strokes of a brush in a mask, and drawing it. Everything in pixels of the mask."""

import math

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray

from renderer.document.arrays import UnknownArrayError
from renderer.document.parts import ArrayRef
from viz.state.facts import Facts
from viz.ui.theme import current as t

Mask = NDArray[np.uint8]
"""[H, W], 255 inside."""
Runs = tuple[tuple[int, int, int], ...]
"""Painted runs of pixels: row, first column, and the column after the last."""


def painted(ref: ArrayRef | None, facts: Facts) -> Mask | None:
    """Return a painted region of the open network's size; None without one, or where it is of another size."""
    if ref is None or facts.model is None:
        return None
    try:
        mask = facts.arrays.get(ref)
    except UnknownArrayError:
        return None
    fits = mask.shape == (facts.model.height, facts.model.width) and mask.dtype == np.uint8
    return mask if fits else None


def dab(mask: Mask, start: tuple[float, float], end: tuple[float, float], radius: float, value: int) -> None:
    """Set all pixels whose centres lie within `radius` of a line, in pixels; at least the one below its end."""
    # Only the box around the stroke: a whole picture of 1024 pixels would take several frames.
    left, top = (max(math.floor(min(a, b) - radius), 0) for a, b in zip(start, end, strict=True))
    right, bottom = (max(math.ceil(max(a, b) + radius), 0) for a, b in zip(start, end, strict=True))
    part = mask[top:bottom, left:right]
    y, x = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]] + 0.5
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
    near = (x - start[0] - along * dx) ** 2 + (y - start[1] - along * dy) ** 2 <= radius**2
    part[near] = value
    column, row = math.floor(end[0]), math.floor(end[1])
    if 0 <= column < mask.shape[1] and 0 <= row < mask.shape[0]:
        mask[row, column] = value


def runs_of(mask: Mask) -> Runs:
    """Return the painted runs of pixels: row, first column, and the column after the last."""
    padded = np.pad(mask > 127, ((0, 0), (1, 1))).astype(np.int8)
    rows, starts = np.nonzero(np.diff(padded, axis=1) == 1)
    _, ends = np.nonzero(np.diff(padded, axis=1) == -1)
    return tuple(zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True))


def draw_runs(runs: Runs, x: float, y: float, scale: float, token: str = "accent") -> None:
    """Draw a region whose upper left corner is at (x, y), in a colour at 30 %, with an edge at its sides."""
    lines, s = imgui.get_window_draw_list(), scale
    inside, edge, wide = t.u32(token, 0.3), t.u32(token), max(t.px(1.5), 1.0)
    for row, start, end in runs:
        a, b = V(x + start * s, y + row * s), V(x + end * s, y + (row + 1) * s)
        lines.add_rect_filled(a, b, inside)
        lines.add_line(a, V(a.x, b.y), edge, wide)
        lines.add_line(V(b.x, a.y), b, edge, wide)
