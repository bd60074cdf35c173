"""Terms of a step of dragging: tracking, motion supervision and the mask. Lengths are in pixels of the picture."""

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.edits.drag.settings import Settings
from gan.edits.drag.windows import Size, Window, resized, sampled, smooth


class Pulled(Protocol):
    """A handle and its target."""

    @property
    def x(self) -> float:
        """Of the handle."""

    @property
    def y(self) -> float:
        """Of the handle."""

    @property
    def to_x(self) -> float:
        """Of the target."""

    @property
    def to_y(self) -> float:
        """Of the target."""

    @property
    def distance(self) -> float:
        """Between them."""


MOST_MOVES = 4
"""Times that the window of a search moves on, so that a picture which jumps is followed."""
_FINE = 8
"""Positions a pixel at which features between pixels are compared."""


def tracked(features: Tensor, reference: Tensor, point: Pulled, settings: Settings, size: Size) -> tuple[float, float]:
    """Return the place (x, y) around a handle whose features [C, h, w] are nearest to a reference [C].

    First the nearest pixel in the square within `track_radius` of the rounded handle, cut at the picture, the first one
    in row order. That is all that is `published`. Else the square moves on to it while it lies on an edge within the
    picture, for then the features went farther than the square reaches; and the place between pixels is found from
    there, by cubic interpolation: bilinear interpolation blurs, and differently at each place.
    """
    x, y = round(point.x), round(point.y)
    for _ in range(1 if settings.published else MOST_MOVES + 1):
        window = Window.around(x, y, settings.track_radius, size)
        far = (_part(features, window, size, settings) - reference[:, None, None]).square().sum(dim=0)
        row, column = divmod(int(far.argmin()), window.size[1])
        found = window.left + column, window.top + row
        if found == (x, y) or not window.edges(*found, size):
            break
        x, y = found
    return (float(found[0]), float(found[1])) if settings.published else _between(features, reference, *found, size)


def _between(features: Tensor, reference: Tensor, x: float, y: float, size: Size) -> tuple[float, float]:
    """Return the place where features are nearest, by a parabola between fine positions within a pixel of a pixel.

    They move on while the nearest one lies on their edge: of features that change little along a line, the nearest
    pixel may be several away.
    """
    steps = torch.arange(-_FINE, _FINE + 1, dtype=torch.float32, device=features.device) / _FINE
    for _ in range(MOST_MOVES + 1):
        columns, rows = ((one + steps).clamp(0, most - 1) for one, most in ((x, size[1]), (y, size[0])))
        far = (smooth(features, columns, rows, size) - reference[:, None, None]).square().sum(dim=0)
        row, column = divmod(int(far.argmin()), far.shape[1])
        before, (x, y) = (x, y), (float(columns[column]), float(rows[row]))
        if max(abs(x - before[0]), abs(y - before[1])) < 1 or (x, y) == before:
            break
    x, y = x + _lowest(far[row], column) / _FINE, y + _lowest(far[:, column], row) / _FINE
    return min(x, size[1] - 1.0), min(y, size[0] - 1.0)


def _lowest(far: Tensor, i: int) -> float:
    """Return where the parabola through three values around the least one is lowest, -0.5..0.5 from it."""
    if not 0 < i < len(far) - 1:
        return 0.0
    before, here, after = far[i - 1 : i + 2].tolist()
    bend = before - 2 * here + after
    return 0.0 if bend <= 0 else min(max((before - after) / (2 * bend), -0.5), 0.5)


def motion(features: Tensor, point: Pulled, settings: Settings, size: Size) -> Tensor:
    """Return mean |F(q) - F(q + d)| over the pixels q around a handle.

    d is a pixel towards its target; what is left of the way where that is less, unless `published`.
    """
    radius, (height, width) = settings.motion_radius, size
    window = Window.around(point.x, point.y, radius + 2, size)
    part = _part(features, window, size, settings)
    y = torch.arange(window.top, window.bottom, device=features.device, dtype=torch.float32)
    x = torch.arange(window.left, window.right, device=features.device, dtype=torch.float32)
    grid_y, grid_x = y, x
    if settings.published:
        grid_y, grid_x = y * (height / (height - 1)), x * (width / (width - 1))
    near = ((grid_y[:, None] - point.y).square() + (grid_x - point.x).square()).sqrt() < radius
    if not near.any():  # a radius of less than half a pixel
        near[round(point.y) - window.top, round(point.x) - window.left] = True
    rows, columns = torch.where(near)
    length = 1.0 if settings.published else min(1.0, point.distance)
    across, down = (
        (to - place) / point.distance * length for to, place in ((point.to_x, point.x), (point.to_y, point.y))
    )
    ahead = sampled(part, window, x[columns] + across, y[rows] + down)
    return (part.detach()[:, rows, columns] - ahead).abs().mean()


def _part(features: Tensor, window: Window, size: Size, settings: Settings) -> Tensor:
    if not settings.published:
        return resized(features, window, size)
    # All of it in one call, whose rounding is that of the published program.
    whole = F.interpolate(features[None], size, mode="bilinear")[0]
    return whole[:, window.top : window.bottom, window.left : window.right]


def held(features: Tensor, first: Tensor, fixed: Tensor, size: Size, published: bool) -> Tensor:
    """Return mean |(F - F0) m| over all elements; m [H, W] is of the picture if `published`, else of the features."""
    if published:
        features, first = (F.interpolate(x[None], size, mode="bilinear")[0] for x in (features, first))
    return ((features - first) * fixed).abs().mean()
