"""Brush: paints the region that measures look at, or what a drag may change, in pixels of the network."""

from dataclasses import dataclass, replace

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.parts import ArrayRef
from viz.canvas.tools import low_res_matters, lower_edge
from viz.dragging import mask as masking
from viz.dragging.points import touched
from viz.gl.camera import Area
from viz.state.dragging.parts import BRUSH_SIZES, BRUSH_USUAL
from viz.state.facts import Facts
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.strokes import Mask, dab, draw_runs, painted
from viz.ui.strokes import runs_of as runs_of
from viz.ui.theme import current as t


@dataclass(eq=False)
class Brush:
    """The stroke of the brush."""

    painting: Mask | None = None
    """The region while the button is down."""
    last: tuple[float, float] = (0.0, 0.0)
    shown: object = None
    """Region that `runs` were made of."""
    runs: tuple[tuple[int, int, int], ...] = ()


def region_of(scene: Scene, facts: Facts) -> Mask | None:
    """Return the painted region of the open network's size; None if there is none."""
    return painted(scene.view.finds.region, facts)


def mask_of(scene: Scene, facts: Facts) -> Mask | None:
    """Return what a drag may change, of the open network's size; None if nothing is painted."""
    return painted(scene.view.pulled.mask, facts)


def with_region(scene: Scene, ref: ArrayRef | None) -> Scene:
    """Return the scene with another region; None for the whole picture."""
    return replace(scene, view=replace(scene.view, finds=replace(scene.view.finds, region=ref)))


def _paints_mask(scene: Scene) -> bool:
    return scene.interaction.brush.paints == "mask"


def _with(scene: Scene, ref: ArrayRef | None) -> Scene:
    """Return the scene with another region of what the brush paints."""
    if not _paints_mask(scene):
        return with_region(scene, ref)
    return touched(scene, mask=ref, masked=ref is not None)


def draw(scene: Scene, facts: Facts, place: Place, held: bool) -> Scene:
    """Paint while the picture is `held` by the left button, and draw the region and the brush over it."""
    brush, model, masks = facts.scratch.get(Brush), facts.model, _paints_mask(scene)
    if model is None:
        return scene
    mouse, kept = imgui.get_mouse_pos(), mask_of(scene, facts) if masks else region_of(scene, facts)
    at, size = ((mouse.x - place.x) / place.scale, (mouse.y - place.y) / place.scale), scene.interaction.brush.size
    if held and imgui.is_mouse_down(imgui.MouseButton_.left) and not imgui.is_key_down(imgui.Key.space):
        if brush.painting is None:
            shape = (model.height, model.width)
            brush.painting = np.zeros(shape, np.uint8) if kept is None else np.array(kept)
            brush.last = at
        erases = scene.interaction.brush.erases or imgui.get_io().key_alt
        dab(brush.painting, brush.last, at, t.px(size) / 2 / place.scale, 0 if erases else 255)
        brush.last, brush.shown = at, None
    elif brush.painting is not None:
        ref = facts.arrays.add(brush.painting) if brush.painting.any() else None
        brush.painting, brush.shown = None, None
        scene = _with(scene, ref)
        kept = mask_of(scene, facts) if masks else region_of(scene, facts)
    if masks:
        show_mask(scene, facts, place)
    else:
        _region(brush, kept if brush.painting is None else brush.painting, place)
    if imgui.is_window_hovered(imgui.HoveredFlags_.allow_when_blocked_by_active_item):
        lines, radius = imgui.get_window_draw_list(), t.px(size) / 2
        lines.add_circle(mouse, radius, t.u32("halo", 0.6), 40, t.px(3))
        lines.add_circle(mouse, radius, t.u32("#FFFFFF"), 40, t.px(1.5))
    return scene


def show_mask(scene: Scene, facts: Facts, place: Place) -> None:
    """Dim what a drag may not change, while only a part may, or while that is painted."""
    stroke = facts.scratch.get(Brush).painting if _paints_mask(scene) else None
    if stroke is not None:
        masking.draw(facts.services[masking.DIM_PICTURE], stroke.copy(), place)
    elif scene.view.pulled.masked and (kept := mask_of(scene, facts)) is not None:
        masking.draw(facts.services[masking.DIM_PICTURE], kept, place)


def _region(brush: Brush, mask: Mask | None, place: Place) -> None:
    """Draw the region."""
    if mask is None:
        return
    if brush.shown is not mask:
        brush.runs, brush.shown = runs_of(mask), mask
    draw_runs(brush.runs, place.x, place.y, place.scale)


def resized(scene: Scene, notches: float) -> Scene:
    """Return the scene with a larger or smaller brush."""
    size = min(max(scene.interaction.brush.size * 1.15**notches, BRUSH_SIZES[0]), BRUSH_SIZES[1])
    return scene.interacting(brush=replace(scene.interaction.brush, size=size))


def plate(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw the plate of the brush at the lower left: brush, eraser, size, clear."""
    p, brush = t.px, scene.interaction.brush
    w, h = p(206), p(34)
    x = area.x + p(56)
    y = lower_edge(area, low_res_matters(facts), x + w) - h
    ui.plate(x, y, w, h)
    imgui.set_cursor_screen_pos(V(x + p(5), y + p(5)))
    if ui.button(glyph="paint-brush", kind="ghost", on=not brush.erases, id_="##brush paints", hint="Paint"):
        brush = replace(brush, erases=False)
    imgui.same_line(0, p(2))
    if ui.button(glyph="eraser", kind="ghost", on=brush.erases, id_="##brush erases", hint="Erase", keys="Alt"):
        brush = replace(brush, erases=True)
    imgui.same_line(0, p(6))
    size = ui.slider(
        "brush size",
        brush.size,
        *BRUSH_SIZES,
        BRUSH_USUAL,
        "px",
        "%.0f",
        width=p(104),
        show_label=False,
        hint="Size; or the wheel",
    )
    scene = scene.interacting(brush=replace(brush, size=size))
    imgui.same_line(0, p(4))
    hint = "Clear: everything may change" if _paints_mask(scene) else "Clear the region"
    if ui.button(glyph="trash", kind="ghost", id_="##clear region", hint=hint):
        scene = _with(scene, None)
    return scene
