"""Painting of what a fit ignores, on the cropped photo as the network gets it."""

from dataclasses import dataclass, replace

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.arrays import UnknownArrayError
from renderer.document.fitting.photos import PhotoRow
from viz.photos.actions import RestartFit
from viz.photos.pictures import PHOTO_PICTURES, channels_of
from viz.state.facts import Facts
from viz.state.fitting.table import put, table
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.strokes import Mask, Runs, dab, draw_runs, runs_of
from viz.ui.theme import current as t

SIDE = 256
"""Side of the mask in pixels."""
SIZES, USUAL = (4.0, 96.0), 24.0
"""Range and usual diameter of the brush, in design lengths."""


@dataclass(eq=False)
class IgnoreBrush:
    """The brush in hand."""

    size: float = USUAL
    painting: Mask | None = None
    """The mask while the button is down."""
    last: tuple[float, float] = (0.0, 0.0)
    shown: object = None
    """Mask that `runs` were made of."""
    runs: Runs = ()


def mask_of(facts: Facts, row: PhotoRow) -> Mask | None:
    """Return what is ignored of a photo, uint8 [H, W]; None if nothing is."""
    try:
        found = None if row.ignore is None else facts.arrays.get(row.ignore)
    except UnknownArrayError:
        return None
    usable = found is not None and found.ndim == 2 and found.shape[0] == found.shape[1] and found.dtype == np.uint8
    return found if usable else None


def share_of(facts: Facts, row: PhotoRow) -> float:
    """Return the share of the picture that is ignored, 0..1."""
    mask = mask_of(facts, row)
    return 0.0 if mask is None else float((mask > 127).mean())


def draw(scene: Scene, facts: Facts, row: PhotoRow, p: V, room: V) -> Scene:
    """Draw the cropped photo, to be painted on, with the plate of the brush."""
    foot = t.px(34)
    side = max(min(room.x, room.y - foot) - t.px(8), t.px(24))
    corner = V(p.x + (room.x - side) / 2, p.y + t.px(4))
    texture = facts.services[PHOTO_PICTURES].square(row.path, row.crop, 512, channels_of(facts.model))
    if texture is not None:
        ui.picture(texture.id, (0.0, 0.0, 1.0, 1.0), corner, side, 0)
    else:
        ui.waiting(corner, V(corner.x + side, corner.y + side))
    imgui.set_cursor_screen_pos(corner)
    ui.hit("##ignore", V(side, side))
    imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)
    scene = _painted(scene, facts, row, corner, side)
    ui.focus_ring()
    return _plate(scene, facts, row, V(p.x + t.px(4), p.y + room.y - t.px(32)), room.x - t.px(8))


def _painted(scene: Scene, facts: Facts, row: PhotoRow, corner: V, side: float) -> Scene:
    brush, kept, mouse = facts.scratch.get(IgnoreBrush), mask_of(facts, row), imgui.get_mouse_pos()
    size = kept.shape[0] if kept is not None else SIDE
    scale = side / size
    at = (mouse.x - corner.x) / scale, (mouse.y - corner.y) / scale
    if imgui.is_item_hovered() and imgui.get_io().mouse_wheel:
        brush.size = min(max(brush.size * 1.15 ** imgui.get_io().mouse_wheel, SIZES[0]), SIZES[1])
    if imgui.is_item_active() and imgui.is_mouse_down(imgui.MouseButton_.left):
        if brush.painting is None:
            brush.painting = np.zeros((size, size), np.uint8) if kept is None else np.array(kept)
            brush.last = at
        erases = scene.interaction.photos.erasing or imgui.get_io().key_alt
        dab(brush.painting, brush.last, at, t.px(brush.size) / 2 / scale, 0 if erases else 255)
        brush.last, brush.shown = at, None
    elif brush.painting is not None:
        ref = facts.arrays.add(brush.painting) if brush.painting.any() else None
        brush.painting, brush.shown = None, None
        row = replace(row, ignore=ref)
        scene, kept = put(scene, row).request(RestartFit(row.path)), mask_of(facts, row)
    mask = kept if brush.painting is None else brush.painting
    if mask is not None:
        if brush.shown is not mask:
            brush.runs, brush.shown = runs_of(mask), mask
        draw_runs(brush.runs, corner.x, corner.y, scale, "bad")
    if imgui.is_item_hovered():
        lines, radius = imgui.get_window_draw_list(), t.px(brush.size) / 2
        lines.add_circle(mouse, radius, t.u32("halo", 0.6), 40, t.px(3))
        lines.add_circle(mouse, radius, t.u32("#FFFFFF"), 40, t.px(1.5))
    return scene


def _plate(scene: Scene, facts: Facts, row: PhotoRow, p: V, width: float) -> Scene:
    """Draw brush, eraser, size, clear and done."""
    brush, erasing = facts.scratch.get(IgnoreBrush), scene.interaction.photos.erasing
    k, done = t.px(t.row), ui.measure("Done") + t.px(16)
    imgui.set_cursor_screen_pos(p)
    if ui.button(glyph="paint-brush", kind="ghost", on=not erasing, id_="##ignore paints", hint="Paint"):
        scene = table(scene, erasing=False)
    imgui.same_line(0, t.px(2))
    if ui.button(glyph="eraser", kind="ghost", on=erasing, id_="##ignore erases", hint="Erase", keys="Alt"):
        scene = table(scene, erasing=True)
    imgui.same_line(0, t.px(4))
    room = width - 3 * k - done - t.px(14)
    if room > t.px(70):
        brush.size = ui.slider(
            "ignore size", brush.size, *SIZES, USUAL, "px", "%.0f", width=room, show_label=False, hint="Size; or wheel"
        )
        imgui.same_line(0, t.px(4))
    if ui.button(
        glyph="trash", kind="ghost", id_="##ignore clear", hint="Ignore nothing", enabled=row.ignore is not None
    ):
        scene = put(scene, replace(row, ignore=None)).request(RestartFit(row.path))
    imgui.same_line(0, t.px(4))
    if ui.button("Done", id_="##ignore done", hint="Back to the crop", keys="Esc"):
        scene = table(scene, painting=False)
    return scene
