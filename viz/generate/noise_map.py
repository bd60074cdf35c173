"""Map of the per-pixel standard deviation over many noise realisations (StyleGAN paper, figure 4)."""

from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from renderer.document.arrays import AnyArray
from renderer.document.document import Document, request_for
from renderer.ipc.protocol import Display, NoiseDeviation
from viz.files.actions import SavePixels
from viz.gl.textures import Picture
from viz.state.facts import Facts, JobStatus, ServiceKey, Texture
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

MOST = 10_000
"""Maximum number of realisations."""
_BAR = 10
"""Height of the colour bar, in design lengths."""
_PIECES = 24
"""Segments of the colour bar; linear interpolation within one is invisible."""


@dataclass(eq=False)
class NoiseMap:
    """Current map. Its texture needs the window's OpenGL context."""

    on: bool = False
    realisations: int = NoiseDeviation.realisations
    document: Document | None = None
    work: NoiseDeviation | None = None
    status: JobStatus = field(default_factory=JobStatus)
    picture: Picture = field(default_factory=Picture)
    shown: AnyArray | None = None
    top: float = 0.0
    """Largest deviation, in levels of 0-255; mapped to the brightest colour."""


NOISE_MAP: ServiceKey[NoiseMap] = ServiceKey("noise map")


@lru_cache(maxsize=1)
def _viridis() -> NDArray[np.uint8]:
    """Return 256 colours [256, 4]."""
    colors = [implot.sample_colormap(i / 255, implot.Colormap_.viridis) for i in range(256)]
    return (255 * np.array([[c.x, c.y, c.z, 1] for c in colors])).round().astype(np.uint8)


def colored(values: AnyArray, top: float) -> NDArray[np.uint8]:
    """Map values [H, W] from 0..`top` to viridis colours [H, W, 4]."""
    return _viridis()[np.clip(values / max(top, 1e-6) * 255, 0, 255).astype(np.uint8)]


@derived
def measured(scene: Scene, facts: Facts) -> tuple[JobStatus, Texture | None]:
    """Return status and texture of the measurement. Requests it while the map is on."""
    heat, model = facts.services[NOISE_MAP], facts.model
    if not heat.on or model is None or not model.noise_layers:
        return heat.status, None
    status = heat.status = facts.jobs.ask(_work(heat, scene))
    if status.result is not None and status.result is not heat.shown:
        heat.shown, heat.top = status.result, float(status.result.max())
        heat.picture.upload(colored(status.result, heat.top))
    return status, heat.picture.texture


@derived
def _settings(scene: Scene, facts: Facts) -> tuple[bool, int]:
    """Return the switch of the map and its number of realisations."""
    return facts.services[NOISE_MAP].on, facts.services[NOISE_MAP].realisations


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw a switch with the number of realisations, and the map below."""
    heat, (status, texture) = facts.services[NOISE_MAP], measured(scene, facts)
    _settings(scene, facts)  # recorded here because reads of services are not
    hint = "How much the noise changes each pixel: its standard deviation over so many realisations"
    room = ui.row_label("Deviation", heat.on, hint)
    text = "Measure" if not heat.on else "Hide" if status.over else "Stop"
    if ui.button(text, id_="##deviation", on=heat.on, width=room / 2, hint=hint):
        heat.on = not heat.on
        if not heat.on:
            heat.work, heat.status = None, JobStatus()
    imgui.same_line(0, t.px(4))
    typed = ui.number(
        "realisations", heat.realisations, 10, room / 2 - t.px(4), False, "Realisations", NoiseDeviation.realisations
    )
    heat.realisations = min(max(typed, 2), MOST)
    if not heat.on:
        return scene
    _map(heat, status, texture if status.result is not None else None)
    if status.result is None or not status.over:
        return scene
    hint = f"The map as a PNG in the capture folder: violet is 0, yellow {level(heat.top)} levels of 0-255"
    if ui.button("Save map", "export", id_="##save deviation", hint=hint):
        scene = scene.request(SavePixels(partial(colored, status.result, heat.top)))
    return scene


def _map(heat: NoiseMap, status: JobStatus, texture: Texture | None) -> None:
    _progress(status)
    p, side = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    imgui.dummy(V(max(side, 1.0), side))
    value: float | None = None
    if imgui.is_item_hovered() and heat.shown is not None and texture is not None:
        mouse = imgui.get_mouse_pos()
        height, width = heat.shown.shape
        x = min(max(int((mouse.x - p.x) / side * width), 0), width - 1)
        y = min(max(int((mouse.y - p.y) / side * height), 0), height - 1)
        value = float(heat.shown[y, x])
        ui.tip(f"x {x}, y {y}: {level(value)} levels of 0-255")
    if texture is not None:
        ui.picture(texture.id, (0.0, 0.0, 1.0, 1.0), p, side)
        _bar(heat.top, value)
    elif status.failure is None:
        ui.waiting(p, V(p.x + side, p.y + side))
        text = ui.ellipsis("The map begins with two realisations", side - t.px(16), t.small)
        ui.draw(text, p.x + side / 2, p.y, "dim", t.small, align=0.5, height=side)


def _progress(status: JobStatus) -> None:
    """Say above the map how many realisations it is made of."""
    if status.failure is not None:
        ui.wrapped(status.failure.message)
    elif status.over:
        ui.label(f"{status.done} realisations", "dim", t.small, height=t.row)
    else:
        text = f"{status.done} of {status.total} realisations"
        ui.label(text, "dim", t.small, height=t.row)
        imgui.same_line(0, t.px(8))
        ui.progress(status.done / max(status.total, 1), max(imgui.get_content_region_avail().x, 1.0))


def _bar(top: float, value: float | None) -> None:
    """Draw the colour scale from 0 to `top`, with a mark at `value`."""
    p, width, high = imgui.get_cursor_screen_pos(), max(imgui.get_content_region_avail().x, 1.0), t.px(_BAR)
    imgui.invisible_button("##levels", V(width, high + t.px(18)))
    hovered = imgui.is_item_hovered()
    if hovered:
        value = min(max((imgui.get_mouse_pos().x - p.x) / width, 0.0), 1.0) * top
        ui.tip(f"{level(value)} levels of 0-255\nStandard deviation of a pixel, in levels of the picture")
    lines, faded = imgui.get_window_draw_list(), imgui.get_style().alpha
    colors = _viridis()[np.linspace(0, 255, _PIECES + 1).round().astype(int)] / 255
    packed = [imgui.get_color_u32(imgui.ImVec4(r, g, b, a * faded)) for r, g, b, a in colors.tolist()]
    for k, (left, right) in enumerate(pairwise(packed)):
        a, b = V(p.x + width * k / _PIECES, p.y), V(p.x + width * (k + 1) / _PIECES, p.y + high)
        lines.add_rect_filled_multi_color(a, b, left, right, right, left)
    ui.outline(p, V(p.x + width, p.y + high), "line", radius=0)
    for share, align in ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)):
        text = f"{level(top)} of 255" if share == 1 else level(share * top)
        ui.draw(text, p.x + width * share, p.y + high, "dim", t.small, align=align, height=t.px(18))
    if value is not None and top > 0:
        x = p.x + width * min(value / top, 1.0)
        ui.fill(V(x - t.px(2), p.y - t.px(2)), V(x + t.px(2), p.y + high + t.px(2)), "panel", radius=0)
        ui.fill(V(x - t.px(1), p.y - t.px(2)), V(x + t.px(1), p.y + high + t.px(2)), "text", radius=0)


def level(value: float) -> str:
    """Format a deviation with at most three digits: `0`, `0.84`, `12.5`."""
    return "0" if value == 0 else f"{value:.2f}" if value < 9.995 else f"{value:.1f}"


def _work(heat: NoiseMap, scene: Scene) -> NoiseDeviation:
    """Return the measurement to run; unchanged while a drag or a motion changes the image."""
    document = scene.document
    busy = imgui.is_any_item_active() or scene.view.moving
    same = heat.work is not None and heat.work.realisations == heat.realisations
    if heat.work is None or (not busy and not (heat.document is document and same)):
        noise = replace(document.noise, mode="random", seed=0)
        request = request_for(replace(document, noise=noise), Display(), scene.settings.device, 0)
        heat.document, heat.work = document, NoiseDeviation(request, heat.realisations)
    return heat.work
