"""Squares that show through transparent images on the canvas."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.formats import ALPHA_CHANNELS
from viz.gl.camera import Area
from viz.gl.viewport import VIEWPORT
from viz.state.facts import Facts
from viz.state.interaction import Place
from viz.state.scene import Scene


def is_transparent(scene: Scene, facts: Facts) -> bool:
    """Return True if the image may be transparent: it has four channels, and all of them are shown."""
    display, model = scene.view.display, facts.model
    whole = display.layer is None and display.channels == "rgb" and display.channel == 0
    return model is not None and model.img_channels == ALPHA_CHANNELS and whole


def draw(facts: Facts, area: Area, now: Place) -> None:
    """Draw squares where an image at `now` will be, as far as they are in the area."""
    squares = facts.services[VIEWPORT].squares()
    lines, side = imgui.get_window_draw_list(), squares.width
    left, top = max(round(now.x), int(area.x)), max(round(now.y), int(area.y))
    right = min(round(now.right), int(area.x + area.width))
    bottom = min(round(now.bottom), int(area.y + area.height))
    for y in range(top, bottom, side):
        for x in range(left, right, side):
            w, h = min(side, right - x), min(side, bottom - y)
            lines.add_image(imgui.ImTextureRef(squares.id), V(x, y), V(x + w, y + h), V(0, 0), V(w / side, h / side))
