"""Where the picture lies on the canvas: fit, zoom at the pointer, pan. Pure arithmetic in screen pixels."""

import math
from dataclasses import dataclass, replace

from renderer.document.document import Camera
from viz.state.interaction import Place

SMALLEST, LARGEST = 1 / 32, 64.0
"""Screen pixels per picture pixel."""


@dataclass(frozen=True)
class Area:
    """A rectangle on the screen."""

    x: float
    y: float
    width: float
    height: float


def fit_scale(area: Area, width: int, height: int, margin: tuple[float, float]) -> float:
    """The scale at which the picture just fills the area within its margins (left and right, top and bottom)."""
    room = (max(area.width - 2 * margin[0], 1.0), max(area.height - 2 * margin[1], 1.0))
    fitting = min(room[0] / width, room[1] / height)
    # Whole screen pixels along the longer side keep the picture's edges sharp.
    longer = max(width, height)
    return min(max(math.floor(fitting * longer) / longer, SMALLEST), LARGEST)


def place(camera: Camera, area: Area, width: int, height: int, margin: tuple[float, float]) -> Place:
    """Where a picture of this size lies. Its corner is at a whole screen pixel, so that its pixels can be exact."""
    if camera.zoom is None:
        scale, x, y = fit_scale(area, width, height, margin), 0.5, 0.5
    else:
        scale, x, y = camera.zoom, camera.x, camera.y
    left = area.x + area.width / 2 - x * width * scale
    top = area.y + area.height / 2 - y * height * scale
    return Place(float(round(left)), float(round(top)), scale, width, height)


def zoomed(now: Place, area: Area, x: float, y: float, scale: float) -> Camera:
    """The camera at another scale with the point of the picture at (x, y) staying where it is."""
    scale = min(max(scale, SMALLEST), LARGEST)
    u, v = (x - now.x) / now.scale, (y - now.y) / now.scale
    left, top = x - u * scale, y - v * scale
    return _looking(replace(now, x=left, y=top, scale=scale), area)


def panned(now: Place, area: Area, dx: float, dy: float) -> Camera:
    """The camera after the picture has moved by (dx, dy); some of it always stays in sight."""
    return _looking(replace(now, x=now.x + dx, y=now.y + dy), area)


def actual_size(camera: Camera) -> Camera:
    """One picture pixel on one screen pixel, looking at the same point."""
    return replace(camera, zoom=1.0)


def _looking(place_: Place, area: Area) -> Camera:
    """The camera that puts the picture there, its centre kept within the picture."""
    x = (area.x + area.width / 2 - place_.x) / (place_.width * place_.scale)
    y = (area.y + area.height / 2 - place_.y) / (place_.height * place_.scale)
    return Camera(place_.scale, min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
