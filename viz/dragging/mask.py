"""Mask of what a drag may change: the rest of the picture is dimmed, with an edge between."""

from dataclasses import dataclass, field

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from viz.gl.textures import Picture
from viz.state.facts import ServiceKey
from viz.state.interaction import Place

DIM = 0.42
"""Opacity of the black over what may not change."""
SIDE = 512
"""Least length of the longer side of the texture: edges of small masks are smooth."""
BLUR = 0.55
"""Radius by which the edge is smoothed, in pixels of the network."""
LEVEL = 0.35
"""Share of the smoothed mask at which the edge lies: that of a single pixel reaches 0.4, so that it can be seen."""
EDGE = 1.0
"""Half the width of the edge, in pixels of the texture."""


@dataclass(eq=False)
class DimPicture:
    """Texture of the dimmed part."""

    picture: Picture = field(default_factory=Picture)
    shown: object = None
    """Mask that the texture was made of."""


DIM_PICTURE: ServiceKey[DimPicture] = ServiceKey("mask of a drag")


def dimmed(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what lies over the picture [h, w, 4]: black outside of a mask [H, W], and a white edge."""
    factor = max(1, -(-SIDE // max(mask.shape)))
    size = (mask.shape[1] * factor, mask.shape[0] * factor)
    smooth = Image.fromarray(mask).resize(size, Image.Resampling.NEAREST)
    smooth = smooth.filter(ImageFilter.GaussianBlur(BLUR * factor))
    inside = np.asarray(smooth, np.float32) / 255 - LEVEL
    slope = np.hypot(*np.gradient(inside)) + 1e-6
    edge = np.clip(1.5 - np.abs(inside) / slope / EDGE, 0, 1) * (slope > 1e-3) * 0.9
    black = np.where(inside < 0, DIM, 0.0)
    alpha = edge + black * (1 - edge)
    found = np.zeros((*inside.shape, 4), np.float32)
    found[..., :3] = (edge / np.maximum(alpha, 1e-6))[..., None]
    found[..., 3] = alpha
    return np.ascontiguousarray((255 * found).round().astype(np.uint8))


def draw(dim: DimPicture, mask: NDArray[np.uint8], place: Place) -> None:
    """Dim what lies outside of a mask [H, W] over a picture at `place`."""
    if dim.shown is not mask:
        dim.picture.upload(dimmed(mask))
        dim.shown = mask
    texture = dim.picture.texture
    if texture is None:
        return
    a, b = V(place.x, place.y), V(place.right, place.bottom)
    imgui.get_window_draw_list().add_image(imgui.ImTextureRef(texture.id), a, b)
