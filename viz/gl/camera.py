"""Placement of the image on the canvas: fit, zoom at the pointer, pan. Pure arithmetic in screen pixels."""

import math
from dataclasses import dataclass, replace

from renderer.document.document import Camera
from viz.state.interaction import Place

SMALLEST, LARGEST = 1 / 32, 64.0
"""Range of scales, in screen pixels per image pixel."""
WHEEL = 1.2
"""Zoom factor per notch of the mouse wheel."""


@dataclass(frozen=True)
class Area:
    """Rectangle on the screen."""

    x: float
    y: float
    width: float
    height: float


def fit_scale(area: Area, width: int, height: int, margin: tuple[float, float]) -> float:
    """Return the scale at which the image just fits the area within margins (horizontal, vertical)."""
    room = (max(area.width - 2 * margin[0], 1.0), max(area.height - 2 * margin[1], 1.0))
    fitting = min(room[0] / width, room[1] / height)
    # A whole number of screen pixels along the longer side keeps the image's edges sharp.
    longer = max(width, height)
    return min(max(math.floor(fitting * longer) / longer, SMALLEST), LARGEST)


def place(camera: Camera, area: Area, width: int, height: int, margin: tuple[float, float]) -> Place:
    """Return the placement of an image of this size, its corner on a whole screen pixel for exact pixels."""
    if camera.zoom is None:
        scale, x, y = fit_scale(area, width, height, margin), 0.5, 0.5
    else:
        scale, x, y = camera.zoom, camera.x, camera.y
    left = area.x + area.width / 2 - x * width * scale
    top = area.y + area.height / 2 - y * height * scale
    return Place(float(round(left)), float(round(top)), scale, width, height)


def zoomed(now: Place, area: Area, x: float, y: float, scale: float) -> Camera:
    """Return the camera at another scale, keeping the image point under (x, y) in place."""
    scale = min(max(scale, SMALLEST), LARGEST)
    u, v = (x - now.x) / now.scale, (y - now.y) / now.scale
    left, top = x - u * scale, y - v * scale
    return _looking(replace(now, x=left, y=top, scale=scale), area)


def panned(now: Place, area: Area, dx: float, dy: float) -> Camera:
    """Return the camera after the image has moved by (dx, dy); part of it always stays visible."""
    return _looking(replace(now, x=now.x + dx, y=now.y + dy), area)


def actual_size(camera: Camera) -> Camera:
    """Return the camera at one image pixel per screen pixel, centred on the same point."""
    return replace(camera, zoom=1.0)


def _looking(place_: Place, area: Area) -> Camera:
    """Return the camera of a placement, its centre clamped to the image."""
    x = (area.x + area.width / 2 - place_.x) / (place_.width * place_.scale)
    y = (area.y + area.height / 2 - place_.y) / (place_.height * place_.scale)
    return Camera(place_.scale, min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
