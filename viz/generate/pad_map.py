"""Map of path lengths over the pad, while somebody shows one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from viz.state.facts import Facts, ServiceKey
from viz.state.recording import derived
from viz.state.scene import Scene

ALPHA = 0.45
"""Opacity over the pad."""
_FRAMES = 2
"""Frames after which a map that nobody shows any more is gone."""


@dataclass(frozen=True, eq=False)
class ShownMap:
    """Values of fields of equal size; field (i, j) has its centre at x = left + i step, y = top + j step, in seeds."""

    values: NDArray[np.float32]
    """[rows, columns]; nan where nothing is measured."""
    left: float
    top: float
    step: float

    @cached_property
    def filled(self) -> NDArray[np.float32]:
        """The values with those of coarser fields where there are none, nan where not even these are measured."""
        found = self.values.copy()
        rows, columns = np.indices(found.shape)
        for coarse in (2, 4):
            found = np.where(np.isnan(found), self.values[rows - rows % coarse, columns - columns % coarse], found)
        return found

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Values of the first and of the last colour."""
        known = self.values[np.isfinite(self.values)]
        if not len(known):
            return 0.0, 1.0
        low, high = float(known.min()), float(known.max())
        return low, max(high, low + 1e-9)

    @cached_property
    def _colored(self) -> list[tuple[int, int, imgui.ImVec4]]:
        """Column, row and colour of each field that has one: colours are looked up one by one."""
        low, high = self.limits
        return [
            (i, j, implot.sample_colormap((float(self.filled[j, i]) - low) / (high - low), implot.Colormap_.viridis))
            for j, i in np.argwhere(np.isfinite(self.filled)).tolist()
        ]

    def at(self, x: float, y: float) -> float:
        """Return the value at a place in seeds; nan outside, and where nothing is measured."""
        i, j = round((x - self.left) / self.step), round((y - self.top) / self.step)
        rows, columns = self.values.shape
        return float(self.filled[j, i]) if 0 <= i < columns and 0 <= j < rows else float("nan")

    def draw(self, centre: V, x: float, y: float, per_seed: float, alpha: float = ALPHA) -> None:
        """Draw the map around a point of the screen, which is the place (x, y), at some pixels a seed."""
        lines, half = imgui.get_window_draw_list(), per_seed * self.step / 2
        for i, j, color in self._colored:
            px = centre.x + (self.left + i * self.step - x) * per_seed
            py = centre.y + (self.top + j * self.step - y) * per_seed
            color.w = alpha
            a, b = V(round(px - half), round(py - half)), V(round(px + half), round(py + half))
            lines.add_rect_filled(a, b, imgui.color_convert_float4_to_u32(color))


class PadMap:
    """The map that is shown, if any."""

    def __init__(self) -> None:
        self._shown: ShownMap | None = None
        self._frame = -_FRAMES

    def show(self, shown: ShownMap | None) -> None:
        """Show a map. Call in every frame."""
        self._shown, self._frame = shown, imgui.get_frame_count()

    @property
    def shown(self) -> ShownMap | None:
        """The map."""
        return self._shown if imgui.get_frame_count() - self._frame < _FRAMES else None


PAD_MAP: ServiceKey[PadMap] = ServiceKey("map over the pad")


@derived
def map_over_pad(scene: Scene, facts: Facts) -> ShownMap | None:
    """Return the map that is shown over the pad."""
    return facts.services[PAD_MAP].shown
