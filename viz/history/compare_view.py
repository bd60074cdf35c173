"""Comparison on the canvas: state B beside the current image, instead of it, or subtracted from it."""

from dataclasses import dataclass, field, replace

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui
from numpy.typing import NDArray

from renderer.document.arrays import AnyArray
from renderer.document.document import Document, request_for
from renderer.ipc.protocol import Difference, Display, RenderRequest, Still, Work
from viz.gl import squares
from viz.gl.camera import Area
from viz.gl.textures import Picture
from viz.gl.viewport import Shot, Viewport
from viz.history.differences import ENDS, colored, described, full_scale, levels
from viz.history.panel import badge
from viz.state.facts import Facts, ServiceKey, Texture
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

GRAB = 8
"""Half width of the divider's hit area, in design lengths."""


@dataclass(eq=False)
class ComparedImage:
    """The image of state B. Needs the window's OpenGL context."""

    picture: Picture = field(default_factory=Picture)
    viewport: Viewport = field(default_factory=Viewport)
    shown: AnyArray | None = None
    """The image of B [H, W, 4], or the differences [H, W]."""
    colors: NDArray[np.uint8] | None = None
    """The uploaded image [H, W, 4]."""
    described: str = ""
    """Figures of the differences."""
    gain: float = 0.0
    """Gain of the difference shown."""
    upload: int = 0
    """Identifier of the uploaded image."""
    inputs: tuple[object, ...] = ()
    work: Work | None = None
    """Rebuilt only if one of its inputs has changed: comparing requests is expensive."""

    def free(self) -> None:
        """Release the textures."""
        self.picture.free()
        self.viewport.free()


COMPARED_IMAGE: ServiceKey[ComparedImage] = ServiceKey("compared image")


def draw(scene: Scene, facts: Facts, area: Area, now: Place, smooth: bool) -> Scene:
    """Draw the comparison over the current image at `now`; handles the divider."""
    compare = scene.view.compare
    if compare.b is None or compare.mode == "off" or (compare.mode == "flip" and not compare.flipped):
        return scene
    other = facts.services[COMPARED_IMAGE]
    status = facts.jobs.ask(_work(scene, compare.b, other))
    _upload(other, status.result, compare.gain)
    texture = other.picture.texture
    if texture is not None:
        share = compare.divider if compare.mode == "split" else 0.0
        _show(scene, facts, other, texture, area, now, share, smooth)
    if status.failure is not None:
        ui.badge(f"B: {status.failure.message}", area.x + t.px(60), area.y + area.height - t.px(60))
    elif texture is None or (not status.over and status.result is None):
        ui.badge("B is being rendered", area.x + t.px(60), area.y + area.height - t.px(60))
    if compare.mode == "split":
        return _divider(scene, area, now)
    if compare.mode == "difference" and other.described:
        end = area.x + area.width - t.px(8)
        _scale(other, max(now.x, area.x + t.px(60)) + t.px(8), max(now.y, area.y) + t.px(8), end)
    if compare.mode == "flip":
        badge("B", now.x + t.px(16), now.y + t.px(16))
    return scene


def _upload(other: ComparedImage, result: AnyArray | None, gain: float) -> None:
    """Upload a new result; of a difference, also for another gain."""
    if result is None:
        return
    is_difference = result.ndim == 2
    if result is other.shown and not (is_difference and gain != other.gain):
        return
    other.colors = colored(result, gain) if is_difference else result
    other.picture.upload(other.colors)
    if result is not other.shown:
        other.described = described(result) if is_difference else ""
    other.shown, other.gain, other.upload = result, gain, other.upload + 1


@dataclass(frozen=True, eq=False)
class Reading:
    """Pixels that lie over those of A."""

    pixels: NDArray[np.uint8]
    """uint8 [H, W, 4], as they are shown."""
    name: str
    """Of the picture: "B", or "A − B"."""
    differences: AnyArray | None = None
    """[H, W], where the colours are those of differences."""

    def value(self, column: int, row: int) -> str:
        """Return the difference at a pixel as text; empty where the colours are those of a picture."""
        return "" if self.differences is None else levels(float(self.differences[row, column]))


def reading(scene: Scene, facts: Facts, now: Place, x: float) -> Reading | None:
    """Return what the comparison shows at the screen position `x`; None where it is the present picture, A."""
    compare, other = scene.view.compare, facts.services[COMPARED_IMAGE]
    if compare.b is None or other.shown is None or other.colors is None or compare.mode == "off":
        return None
    is_difference = other.shown.ndim == 2
    if is_difference != (compare.mode == "difference") or (compare.mode == "flip" and not compare.flipped):
        return None
    if compare.mode == "split" and x < _at(now, compare.divider):
        return None
    if is_difference:
        return Reading(other.colors, "A \N{MINUS SIGN} B", other.shown)
    return Reading(other.colors, "B")


def _scale(other: ComparedImage, x: float, y: float, most: float) -> None:
    """Draw the figures of the differences, and the colours with their ends beside them, or below where x would pass
    `most`.
    """
    ui.badge(other.described, x, y)
    end, top, lines = full_scale(other.gain), y, imgui.get_window_draw_list()
    low, high = f"\N{MINUS SIGN}{end}", f"+{end}"
    height, half = t.px(ui.BADGE_HEIGHT), t.px(28)
    beside = x + ui.badge_width(other.described) + t.px(6)
    if beside + ui.badge_width(low) + 2 * half + ui.badge_width(high) + t.px(4) <= most:
        x = beside
    else:
        top += height + t.px(4)
    ui.badge(low, x, top)
    left = x + ui.badge_width(low) + t.px(2)
    blue, white, orange = (t.u32(color) for color in ENDS)
    lines.add_rect_filled_multi_color(V(left, top), V(left + half, top + height), blue, white, white, blue)
    right = left + 2 * half
    lines.add_rect_filled_multi_color(V(left + half, top), V(right, top + height), white, orange, orange, white)
    ui.badge(high, right + t.px(2), top)


def _work(scene: Scene, b: Document, other: ComparedImage) -> Work:
    """Return the job that renders B."""
    compare, device = scene.view.compare, scene.settings.device
    display = scene.view.display
    inputs = (b, scene.shown, display, device, compare.mode)
    if other.work is None or any(new is not old for new, old in zip(inputs, other.inputs, strict=True)):
        plain = replace(display, spectrum=Display().spectrum, layer_table=False)
        request = request_for(b, plain, device, 0)
        other.inputs, other.work = inputs, _kind(request, scene, plain)
    return other.work


def _kind(request: RenderRequest, scene: Scene, display: Display) -> Work:
    compare = scene.view.compare
    if compare.mode != "difference":
        return Still(request)
    return Difference(request_for(scene.shown, display, scene.settings.device, 0), request)


def _show(
    scene: Scene,
    facts: Facts,
    other: ComparedImage,
    texture: Texture,
    area: Area,
    now: Place,
    share: float,
    smooth: bool,
) -> None:
    """Draw B's image over A's, from `share` of its width to the right."""
    scale = now.width / texture.width
    place = replace(now, width=texture.width, height=texture.height, scale=now.scale * scale)
    whole = Area(int(area.x), int(area.y), int(area.width), int(area.height))
    drawn = other.viewport.show(Shot(texture, other.upload, place, whole, smooth))
    x0, y0, x1, y1 = drawn.box
    u0, v0, u1, v1 = drawn.uv
    left = _at(now, share)
    lines = imgui.get_window_draw_list()
    lines.push_clip_rect(V(max(left, area.x), area.y), V(area.x + area.width, area.y + area.height), True)
    if squares.is_transparent(scene, facts):
        squares.draw(facts, area, now)  # A must not show through B
    lines.add_image(imgui.ImTextureRef(drawn.texture), V(x0, y0), V(x1, y1), V(u0, v0), V(u1, v1))
    lines.pop_clip_rect()


def _at(now: Place, share: float) -> float:
    """Return the screen x at a share of the image's width, on a whole pixel."""
    return round(now.x + now.width * now.scale * share)


def _divider(scene: Scene, area: Area, now: Place) -> Scene:
    """Draw the divider between A and B; drag moves it, right click centres it."""
    compare, lines = scene.view.compare, imgui.get_window_draw_list()
    x = min(max(_at(now, compare.divider), area.x + t.px(GRAB)), area.x + area.width - t.px(GRAB))
    top, bottom = max(round(now.y), area.y), min(round(now.bottom), area.y + area.height)
    imgui.set_cursor_screen_pos(V(x - t.px(GRAB), top))
    ui.hit("##divider", V(t.px(2 * GRAB), max(bottom - top, 1)))
    held = imgui.is_item_active()
    share = compare.divider
    if held or imgui.is_item_hovered():
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_ew)
    if held and imgui.get_io().mouse_delta.x:
        share = min(max((imgui.get_mouse_pos().x - now.x) / max(now.width * now.scale, 1), 0.0), 1.0)
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        share = 0.5
    lines.add_line(V(x, top), V(x, bottom), t.u32("halo", 0.5), t.px(4))
    lines.add_line(V(x, top), V(x, bottom), t.u32("#FFFFFF"), t.px(2))
    ui.handle(V(x, (top + bottom) / 2), held)
    badge("A", x - t.px(16), top + t.px(16))
    badge("B", x + t.px(16), top + t.px(16))
    if share == compare.divider:
        return scene
    return replace(scene, view=replace(scene.view, compare=replace(compare, divider=share)))
