"""Points over the picture: numbered handles, rings for their targets, and lines between; the mouse on them."""

import math
from dataclasses import dataclass
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.editing.defaults import DRAG_MOST_POINTS
from renderer.document.dragging.points import DragPoint
from renderer.ipc.protocol import ModelInfo
from viz.dragging import points as edits
from viz.dragging import run
from viz.state.facts import Facts
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t
from viz.ui.widgets import spots

DISC, RING, REACH = 10.0, 7.5, 11.0
"""Radii of a handle, of a target and of where the mouse takes them, in design lengths."""
Part = Literal["handle", "target"]


@dataclass
class Held:
    """The point that the mouse moves, and the way from the mouse to it in pixels of the network."""

    index: int | None = None
    part: Part = "target"
    x: float = 0.0
    y: float = 0.0


def on_screen(x: float, y: float, place: Place) -> V:
    """Return the screen position of a position on the picture, whose whole numbers are the centres of its pixels."""
    return V(place.x + (x + 0.5) * place.scale, place.y + (y + 0.5) * place.scale)


def draw(scene: Scene, facts: Facts, place: Place, pressed: bool) -> Scene:
    """Draw the points; with the tool in hand the mouse sets and moves them.

    Args:
        scene: The scene of the frame.
        facts: Its facts.
        place: Of the picture.
        pressed: The left button went down on the picture in this frame.
    """
    in_hand, held, model = scene.view.tool == "drag", facts.scratch.get(Held), facts.model
    if model is None:
        return scene
    if in_hand and not run.hindrance(scene, facts):
        if pressed and not imgui.is_key_down(imgui.Key.space):
            scene = _set(scene, held, model, place)
        scene = _grabs(scene, held, place)
        scene = _moved(scene, held, model, place)
    pending = scene.interaction.dragger.pending
    for i, one in enumerate(edits.points_of(scene)):
        _point(one, place, i, chosen=in_hand and scene.interaction.dragger.chosen == i, aims=pending == i)
    return _settled(scene, held)


def _at(place: Place, model: ModelInfo) -> edits.At:
    mouse = imgui.get_mouse_pos()
    x, y = (mouse.x - place.x) / place.scale - 0.5, (mouse.y - place.y) / place.scale - 0.5
    return edits.fitted((x, y), model)


def _set(scene: Scene, held: Held, model: ModelInfo, place: Place) -> Scene:
    """Return the scene after a press on the picture: a target for the last handle, or a new handle."""
    mouse, dragger = imgui.get_mouse_pos(), scene.interaction.dragger
    if place.pixel(mouse.x, mouse.y) is None:
        return scene
    at, pending = _at(place, model), dragger.pending
    if pending is not None and pending < len(edits.points_of(scene)):
        scene = edits.with_dragger(
            edits.aimed(scene, pending, at), pending=None, chosen=pending, moving=True, told=True
        )
        held.index = pending
    else:
        count = len(edits.points_of(scene))
        if count >= DRAG_MOST_POINTS:
            return scene
        scene = edits.with_dragger(edits.added(scene, at), moving=True)
        held.index = count
    held.part, held.x, held.y = "target", 0.0, 0.0
    return scene


def _grabs(scene: Scene, held: Held, place: Place) -> Scene:
    """Place the hit areas of targets and handles, the handles last: where both lie, the handle is taken."""
    dragger = scene.interaction.dragger
    parts: tuple[Part, ...] = ("target", "handle")
    for part in parts:
        for i, one in enumerate(edits.points_of(scene)):
            if part == "target" and (dragger.pending == i or one.distance == 0):
                continue
            x, y = (one.x, one.y) if part == "handle" else (one.to_x, one.to_y)
            centre, r = on_screen(x, y, place), t.px(REACH)
            imgui.set_cursor_screen_pos(V(centre.x - r, centre.y - r))
            imgui.set_next_item_allow_overlap()
            imgui.invisible_button(ui.drawable(f"##{part} {i + 1}"), V(2 * r, 2 * r))
            spots.mark(f"{part} {i + 1}")
            if imgui.is_item_hovered():
                imgui.set_mouse_cursor(imgui.MouseCursor_.hand)
                if imgui.is_mouse_clicked(imgui.MouseButton_.right):
                    return edits.removed(scene, i)
                if part == "target" and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
                    held.index = None
                    return edits.with_dragger(edits.aimed(scene, i, (one.x, one.y)), moving=False)
            if imgui.is_item_activated():
                mouse = imgui.get_mouse_pos()
                held.index, held.part = i, part
                held.x, held.y = (centre.x - mouse.x) / place.scale, (centre.y - mouse.y) / place.scale
                scene = edits.with_dragger(scene, chosen=i, moving=True)
            if not imgui.is_item_active() and dragger.running is None:
                ui.tip(_HINTS[part].format(i + 1))
    return scene


_HINTS = {
    "handle": "Point {}: drag to correct it. Alt: with its target. Right click: remove it",
    "target": "Where point {} goes: drag to correct. Alt: with its point. Double click: hold that spot",
}


def _moved(scene: Scene, held: Held, model: ModelInfo, place: Place) -> Scene:
    """Return the scene with the held point where the mouse is."""
    i, every = held.index, edits.points_of(scene)
    if i is None or i >= len(every) or not imgui.is_mouse_down(imgui.MouseButton_.left):
        return scene
    pending = scene.interaction.dragger.pending
    if pending == i:
        if not imgui.is_mouse_dragging(imgui.MouseButton_.left):
            return scene
        scene = edits.with_dragger(scene, pending=None, told=True)
    if not imgui.is_mouse_dragging(imgui.MouseButton_.left):
        return scene
    mouse, one = imgui.get_mouse_pos(), every[i]
    x = (mouse.x - place.x) / place.scale - 0.5 + held.x
    y = (mouse.y - place.y) / place.scale - 0.5 + held.y
    at = edits.fitted((x, y), model)
    if imgui.get_io().key_alt:
        now = (one.x, one.y) if held.part == "handle" else (one.to_x, one.to_y)
        return edits.shifted(scene, i, (at[0] - now[0], at[1] - now[1]), model)
    return edits.moved(scene, i, at) if held.part == "handle" else edits.aimed(scene, i, at)


def _settled(scene: Scene, held: Held) -> Scene:
    """Return the scene after the button was let go."""
    if imgui.is_mouse_down(imgui.MouseButton_.left):
        return scene
    held.index = None
    return edits.with_dragger(scene, moving=False)


def _point(one: DragPoint, place: Place, index: int, *, chosen: bool, aims: bool) -> None:
    """Draw a point, its target and the line between; while it `aims`, the line goes to the mouse."""
    lines, white = imgui.get_window_draw_list(), t.u32("#FFFFFF")
    a, b = on_screen(one.x, one.y, place), on_screen(one.to_x, one.to_y, place)
    if aims:
        b = imgui.get_mouse_pos()
    away = math.hypot(b.x - a.x, b.y - a.y)
    if away > t.px(DISC + RING):
        u, v = (b.x - a.x) / away, (b.y - a.y) / away
        start = V(a.x + u * t.px(DISC + 1), a.y + v * t.px(DISC + 1))
        end = V(b.x - u * t.px(RING + 1.5), b.y - v * t.px(RING + 1.5))
        lines.add_line(start, end, t.u32("halo", 0.45), t.px(4))
        lines.add_line(start, end, white, t.px(2))
    if away > t.px(1) and not aims:
        lines.add_circle_filled(b, t.px(RING + 1.5), t.u32("halo", 0.45))
        lines.add_circle(b, t.px(RING), white, 32, t.px(2))
        lines.add_circle_filled(b, t.px(2.5), white)
    lines.add_circle_filled(a, t.px(DISC + 1.5), t.u32("halo", 0.5))
    lines.add_circle_filled(a, t.px(DISC), white)
    lines.add_circle_filled(a, t.px(DISC - (2.5 if chosen else 1.5)), t.u32("accent"))
    ui.draw(str(index + 1), a.x, a.y - t.px(9), "on_accent", 11, "bold", align=0.5, height=t.px(18))
    if away <= t.px(1) and not aims:  # it holds that spot
        lines.add_circle(a, t.px(DISC + 3.5), t.u32("halo", 0.5), 40, t.px(3))
        lines.add_circle(a, t.px(DISC + 3.5), white, 40, t.px(1.5))
