"""The plate over the picture: start and stop, the step, the distance that is left, keep and undo."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.words import counted
from viz.dragging import run
from viz.dragging.actions import KeepDrag, UndoDrag
from viz.dragging.points import points_of, snaps
from viz.gl.camera import Area
from viz.state.facts import Facts
from viz.state.interaction import Place
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

WIDE, NARROW, LEAST, HIGH = 500.0, 356.0, 290.0, 44.0
"""Widths of the plate and its height, in design lengths."""
_CURVE = 64
"""Most segments of the curve."""


def draw(scene: Scene, facts: Facts, area: Area, place: Place) -> Scene:
    """Draw the plate at the top of the picture, while the tool is in hand or a drag is at hand."""
    dragger, p = scene.interaction.dragger, t.px
    if scene.view.tool != "drag" and not dragger.alive:
        return scene
    wide = area.width > p(WIDE + 140)
    w, h = max(min(p(WIDE if wide else NARROW), area.width - p(60 + 8)), p(LEAST)), p(HIGH)
    left, right = area.x + p(60), area.x + area.width - w - p(8)
    x = max(min(max((place.x + place.right - w) / 2, left), right), area.x + p(4))
    y = max(place.y, area.y) + p(12)
    below = _below(scene, facts)
    lines = ui.lines_of(below, w - p(24), t.small) if below else []
    ui.plate(x, y, w, h + (p(6 + 16 * len(lines)) if lines else 0))
    for k, line in enumerate(lines):
        token = "warn" if dragger.end in ("stuck", "failed") else "dim"
        ui.draw(line, x + p(12), y + h - p(2) + k * p(16), token, t.small, height=p(16))
    imgui.set_cursor_screen_pos(V(x + p(9), y + p(8)))
    scene = _start(scene, facts)
    scene = _figures(scene, facts, x, y, w, h, wide)
    return _ends(scene, x + w, y) if dragger.alive else scene


def _below(scene: Scene, facts: Facts) -> str:
    """Return what stands in the second row: why the run ended, or what hinders it."""
    dragger = scene.interaction.dragger
    if dragger.end == "failed":
        return dragger.problem
    if dragger.end == "stuck" and dragger.distances:
        left = dragger.distances[-1]
        return f"Stuck at {left:.1f} px: move a target nearer, or allow more layers"
    return ""


def _start(scene: Scene, facts: Facts) -> Scene:
    """Draw the buttons that start, stop, and do a single step."""
    if scene.interaction.dragger.running is not None:
        hint = "Keeps what is reached, as one step"
        if ui.button("Stop", "stop", "primary", width=t.px(78), height=28, id_="##stop drag", hint=hint, keys="Space"):
            scene = run.toggled(scene, facts)
        return scene
    why = run.missing(scene, facts)
    hint, on = why or "Pull the points to their targets; the rest stays", not why
    clicked = ui.button(
        "Start", "play", "primary", width=t.px(78), height=28, id_="##start drag", hint=hint, keys="Space", enabled=on
    )
    imgui.same_line(0, t.px(2))
    hint = why or "Do one step"
    if ui.button(
        glyph="skip-forward", kind="ghost", width=t.px(26), height=28, id_="##step drag", hint=hint, enabled=on
    ):
        return run.stepped(scene, facts)
    return run.begun(scene, facts) if clicked else scene


def _figures(scene: Scene, facts: Facts, x: float, y: float, w: float, h: float, wide: bool) -> Scene:
    """Draw the step, the mean distance and its curve; before the first start what to do."""
    p, dragger = t.px, scene.interaction.dragger
    start, end = x + p(100 if dragger.running is not None else 126), x + w - p(100)
    if not dragger.distances or not dragger.alive:
        return _before(scene, facts, start, y, x + w, h)
    words = "Arrived" if dragger.end == "arrived" else f"Step {dragger.step}"
    left, at = f"{dragger.distances[-1]:.1f} px", start
    if start + ui.measure(words, weight="bold") + p(14) + ui.measure(left, weight="bold") < end:
        at += ui.draw(words, at, y, "text", weight="bold", height=h) + p(14)
    if wide:
        at += ui.draw("mean distance", at, y, "dim", t.small, height=h) + p(10)
    ui.draw(left, at, y, "text", weight="bold", height=h)
    at += ui.measure("000.0 px", weight="bold") + p(10)
    if end - at > p(20):
        _curve(dragger.distances, V(at, y + p(10)), V(min(end, at + p(84)), y + h - p(10)))
    return scene


def _before(scene: Scene, facts: Facts, start: float, y: float, right: float, h: float) -> Scene:
    """Draw what to do, or what hinders it, with a button where that can be mended."""
    p, why = t.px, run.hindrance(scene, facts)
    if why == run.NOISE:
        ui.draw(ui.ellipsis(why, right - p(124) - start), start, y, "warn", height=h)
        imgui.set_cursor_screen_pos(V(right - p(118), y + p(9)))
        if ui.button("Fix the noise", width=p(109), height=26, id_="##fix noise", hint="The same noise always"):
            scene = put(scene, "document.noise.mode", "const")
        return scene
    count = len(points_of(scene))
    words = why or run.missing(scene, facts) or (counted(count, "point"))
    room = right - p(100 if scene.interaction.dragger.alive else 12) - start
    if ui.measure(words) > room:
        words = words.partition(":")[0]
    ui.draw(ui.ellipsis(words, room), start, y, "warn" if why else "dim", height=h)
    return scene


def _curve(values: tuple[float, ...], a: V, b: V) -> None:
    """Draw the distances from 0 to the largest, evenly thinned."""
    if len(values) < 2:
        return
    stride = max(1, len(values) // _CURVE)
    thin = [*values[:-1:stride], values[-1]]
    top = max(max(thin), 1e-6)
    points: list[V | tuple[int | float, int | float] | list[int | float]] = [
        V(a.x + (b.x - a.x) * i / (len(thin) - 1), b.y - (b.y - a.y) * value / top) for i, value in enumerate(thin)
    ]
    imgui.get_window_draw_list().add_polyline(points, t.u32("accent"), t.px(1.5), 0)


def _ends(scene: Scene, right: float, y: float) -> Scene:
    """Draw the buttons that keep and undo the drag."""
    imgui.set_cursor_screen_pos(V(right - t.px(94), y + t.px(9)))
    if ui.button(
        "Keep", "check", width=t.px(66), height=26, id_="##keep drag", hint="Done: another drag begins from here"
    ):
        scene = scene.request(KeepDrag())
    imgui.same_line(0, t.px(2))
    hint = "Undo the drag: back to where it began"
    if ui.button(glyph="x", kind="ghost", width=t.px(22), height=26, id_="##undo drag", hint=hint):
        scene = scene.request(UndoDrag())
    return scene


def small_note(scene: Scene, facts: Facts, place: Place, area: Area) -> None:
    """Draw the note on the pixels of a small network, until a point was set."""
    model = facts.model
    if model is None or scene.view.tool != "drag" or scene.interaction.dragger.told or not snaps(model):
        return
    text = f"One pixel of this network is {place.scale:.0f} on the screen: points snap to half a pixel"
    if ui.measure(text, t.small) + t.px(40) > area.width:
        text = "Points snap to half a pixel"
    width = ui.measure(text, t.small) + t.px(32)
    x = min(max((place.x + place.right - width) / 2, area.x + t.px(4)), area.x + area.width - width - t.px(4))
    y = min(place.bottom, area.y + area.height) - t.px(62)
    ui.fill(V(x, y), V(x + width, y + t.px(20)), "halo", 0.82, 4)
    ui.draw(ui.icon("info"), x + t.px(7), y, "#FFFFFF", 10, height=t.px(20))
    ui.draw(text, x + t.px(24), y, "#FFFFFF", t.small, height=t.px(20))
