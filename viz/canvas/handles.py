"""Handles over the image that move and rotate a network's input."""

import math
from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import Transform
from viz.state.facts import Facts
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.ui import theme
from viz.ui import widgets as ui
from viz.ui.widgets import spots

RING = 0.40
"""Radius of the ring, relative to the side of the image."""
ARROW = 54
SNAP = 15.0
"""Snap interval of the ring while Shift is held, in degrees."""
FINE, COARSE = 0.1, 10.0
"""Drag factors for Alt and Shift."""


@dataclass
class Turn:
    """Angle of a ring drag before snapping."""

    angle: float = 0.0


def draw(scene: Scene, facts: Facts, place: Place) -> Scene:
    """Draw ring, arrows and centre of the transform over an image at `place`. Dragging them changes it."""
    transform = scene.document.transform
    side = min(place.width, place.height) * place.scale
    centre = _centre(transform, place)
    radius = side * RING
    _ring(centre, radius, transform.angle)
    turn = math.radians(transform.angle)
    grip = V(centre.x + radius * math.sin(turn), centre.y - radius * math.cos(turn))
    p = theme.current.px
    changed = transform
    for id_, dx, dy, hint in (
        ("##move-x", 1, 0, "Drag: move sideways"),
        ("##move-y", 0, -1, "Drag: move up and down"),
    ):
        if _grab(id_, V(centre.x + dx * p(ARROW), centre.y + dy * p(ARROW)), 12, hint):
            changed = moved(changed, place, abs(dx), abs(dy))
        _arrow(centre, dx, dy, imgui.is_item_hovered() or imgui.is_item_active())
    if _grab("##move", centre, 11, "Drag: move. Right click: back to the middle"):
        changed = moved(changed, place, 1, 1)
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        changed = replace(changed, x=0.0, y=0.0)
    ui.handle(centre, imgui.is_item_active())
    if _grab("##turn", grip, 11, "Drag: turn. Shift: in steps of 15°. Right click: upright"):
        changed = _turned(changed, centre, facts.scratch.get(Turn))
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        changed = replace(changed, angle=0.0)
    ui.handle(grip, imgui.is_item_active())
    ui.badge(f"{changed.angle:.1f}°".replace("-", "−"), grip.x + p(12), grip.y - p(10))
    if changed == transform:
        return scene
    return replace(scene, document=replace(scene.document, transform=changed))


def moved(transform: Transform, place: Place, along_x: int, along_y: int) -> Transform:
    """Return the transform after this frame's mouse movement; Alt moves finer, Shift coarser."""
    delta, gain = imgui.get_io().mouse_delta, gain_of_keys()
    return replace(
        transform,
        x=transform.x + gain * along_x * delta.x / (place.width * place.scale),
        y=transform.y + gain * along_y * delta.y / (place.height * place.scale),
    )


def gain_of_keys() -> float:
    """Return the drag factor: Alt makes a drag finer, Shift coarser."""
    io = imgui.get_io()
    return FINE if io.key_alt else COARSE if io.key_shift else 1.0


def _centre(transform: Transform, place: Place) -> V:
    """Return the moved centre of the image, in screen pixels."""
    x = place.x + place.width * place.scale * (0.5 + transform.x)
    y = place.y + place.height * place.scale * (0.5 + transform.y)
    return V(x, y)


def _grab(id_: str, at: V, reach: float, hint: str) -> bool:
    """Place the hit area of a handle; return True while it is dragged."""
    r = theme.current.px(reach)
    imgui.set_cursor_screen_pos(V(at.x - r, at.y - r))
    imgui.set_next_item_allow_overlap()
    imgui.invisible_button(ui.drawable(id_), V(2 * r, 2 * r))
    spots.mark(id_)
    if imgui.is_item_active():
        return True
    ui.tip(hint)
    return False


def _turned(transform: Transform, centre: V, held: Turn) -> Transform:
    """Return the transform after this frame's rotation around the centre."""
    io = imgui.get_io()
    if imgui.is_item_activated():
        held.angle = transform.angle
    now, delta = io.mouse_pos, io.mouse_delta
    before = math.atan2(now.y - delta.y - centre.y, now.x - delta.x - centre.x)
    swept = math.degrees(math.atan2(now.y - centre.y, now.x - centre.x) - before)
    held.angle += ((swept + 180) % 360 - 180) * (FINE if io.key_alt else 1.0)
    angle = round(held.angle / SNAP) * SNAP if io.key_shift else held.angle
    return replace(transform, angle=(angle + 180.0) % 360.0 - 180.0)


def _ring(c: V, r: float, angle: float) -> None:
    """Draw a circle with marks every 15 degrees, lit from the top to the current angle."""
    t, p, d = theme.current, theme.current.px, imgui.get_window_draw_list()
    pale = t.u32("#FFFFFF", 0.55)
    d.add_circle(c, r, t.u32("halo", 0.25), 96, p(3))
    d.add_circle(c, r, pale, 96, p(1))
    if angle:
        d.path_arc_to(c, r, -math.pi / 2, -math.pi / 2 + math.radians(angle), 48)
        d.path_stroke(t.u32("accent"), p(3), 0)
    for k in range(24):
        q = k * math.pi / 12
        inner = r - p(8 if k % 6 == 0 else 4)
        cos, sin = math.cos(q), math.sin(q)
        d.add_line(V(c.x + inner * cos, c.y + inner * sin), V(c.x + r * cos, c.y + r * sin), pale, p(1))


def _arrow(c: V, dx: int, dy: int, lit: bool) -> None:
    t, p, d = theme.current, theme.current.px, imgui.get_window_draw_list()
    token = "accent" if lit else "#FFFFFF"
    tip = V(c.x + dx * p(ARROW), c.y + dy * p(ARROW))
    a = V(c.x + dx * p(9), c.y + dy * p(9))
    d.add_line(a, tip, t.u32("halo", 0.45), p(1.5) + p(2))
    d.add_line(a, tip, t.u32(token), p(1.5))
    n = p(5)
    head = (
        V(tip.x + dx * n * 1.8, tip.y + dy * n * 1.8),
        V(tip.x - dy * n, tip.y - dx * n),
        V(tip.x + dy * n, tip.y + dx * n),
    )
    d.add_triangle(*head, t.u32("halo", 0.45), p(2))
    d.add_triangle_filled(*head, t.u32(token))
