"""Controls floating over the canvas: the tool palette and the zoom plate."""

from dataclasses import replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import Camera, Tool
from viz.gl.camera import Area, actual_size, zoomed
from viz.state.facts import Facts
from viz.state.interaction import Place
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import LOW_RES_MS
from viz.ui import theme
from viz.ui import widgets as ui
from viz.ui.icons import Glyph

TOOLS: tuple[tuple[Tool, Glyph, str, str], ...] = (
    ("walk", "hand", "Walk: drag the picture through the latents", "1"),
    ("transform", "arrows-out-cardinal", "Transform: move and turn the input", "2"),
    ("inspect", "eyedropper", "Inspect pixels", "3"),
)
STEP = 1.25
"""Zoom factor of the + and − buttons."""


def unavailable(tool: Tool, facts: Facts) -> str:
    """Return why a tool cannot be used; empty if it can."""
    if tool == "transform" and (facts.model is None or not facts.model.has_transform):
        return "Only StyleGAN3 networks have an input to transform"
    return ""


def current_tool(scene: Scene, facts: Facts) -> Tool:
    """Return the chosen tool, or the walk tool if the network does not support it."""
    return "walk" if unavailable(scene.view.tool, facts) else scene.view.tool


def plate(x: float, y: float, w: float, h: float) -> None:
    """Draw the plate behind canvas tools."""
    t, p, d = theme.current, theme.current.px, imgui.get_window_draw_list()
    for k in range(1, 4):
        corner = V(x + w + p(k), y + h + p(k + 1))
        d.add_rect_filled(V(x - p(k), y + p(k)), corner, t.u32("halo", 0.1 * t.tokens.shadow * 2), p(9))
    d.add_rect_filled(V(x, y), V(x + w, y + h), t.u32("raised"), p(7))


def palette(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw the tool palette at the upper left."""
    p = theme.current.px
    k, x, y = p(30), area.x + p(12), area.y + p(12)
    current = current_tool(scene, facts)
    plate(x, y, k + p(6), len(TOOLS) * k + p(6))
    for i, (tool, glyph, hint, keys) in enumerate(TOOLS):
        imgui.set_cursor_screen_pos(V(x + p(3), y + p(3) + i * k))
        why = unavailable(tool, facts)
        if ui.button(
            glyph=glyph,
            kind="ghost",
            on=tool == current,
            width=k,
            height=30,
            hint=why or hint,
            keys=keys,
            id_=f"##tool-{tool}",
            enabled=not why,
        ):
            scene = replace(scene, view=replace(scene.view, tool=tool))
    return scene


def low_res_matters(facts: Facts) -> bool:
    """Return True if the network is so slow that drags show low-res images."""
    frame = facts.frame
    return frame is not None and frame.model.has_low_res and frame.full_ms > LOW_RES_MS


def _zoom_width(drafts: bool) -> float:
    p = theme.current.px
    return p(26) * 2 + p(56) + p(44) + p(40) + p(10) + (p(26) + p(2) if drafts else 0)


def zoom_corner(area: Area, drafts: bool) -> V:
    """Return the upper left corner of the zoom plate; `drafts` includes the switch for low-res images."""
    p = theme.current.px
    return V(area.x + area.width - _zoom_width(drafts) - p(12), area.y + area.height - p(26) - p(6) - p(12))


def low_res_badge(facts: Facts, area: Area) -> None:
    """Draw a badge on low-res images."""
    p, frame = theme.current.px, facts.frame
    if frame is None or not frame.low_res:
        return
    corner = zoom_corner(area, low_res_matters(facts))
    text = f"Draft, {frame.low_res} of {frame.model.resolution} pixels"
    ui.badge(text, area.x + area.width - p(12) - ui.badge_width(text), corner.y - p(26))


def zoom_plate(scene: Scene, facts: Facts, place: Place, area: Area, drafts: bool) -> Scene:
    """Draw zoom out, level, in, fit and 1:1 at the lower right, with the low-res switch if `drafts`."""
    p = theme.current.px
    k, corner = p(26), zoom_corner(area, drafts)
    x, y = corner.x, corner.y
    plate(x, y, _zoom_width(drafts), k + p(6))
    camera = scene.view.camera
    middle = (area.x + area.width / 2, area.y + area.height / 2)
    imgui.set_cursor_screen_pos(V(x + p(3), y + p(3)))
    if ui.button(glyph="minus", kind="ghost", height=26, id_="##zoom-out", hint="Smaller"):
        camera = zoomed(place, area, *middle, place.scale / STEP)
    ui.draw(f"{round(place.scale * 100)} %", x + p(3) + k + p(28), y + p(3), "text", align=0.5, height=k)
    imgui.set_cursor_screen_pos(V(x + p(3) + k + p(56), y + p(3)))
    if ui.button(glyph="plus", kind="ghost", height=26, id_="##zoom-in", hint="Larger"):
        camera = zoomed(place, area, *middle, place.scale * STEP)
    imgui.same_line(0, p(4))
    fitting = camera.zoom is None
    if ui.button("Fit", kind="ghost", on=fitting, width=p(40), height=26, keys="F", hint="Fit the window", id_="##fit"):
        camera = Camera()
    imgui.same_line(0, p(2))
    if ui.button(
        "1:1",
        kind="ghost",
        on=camera.zoom == 1.0,
        width=p(40),
        height=26,
        keys="0",
        hint="One picture pixel on one screen pixel",
        id_="##one-to-one",
    ):
        camera = actual_size(camera)
    if drafts:
        imgui.same_line(0, p(2))
        on = scene.settings.drafts
        hint = f"While something is dragged, draw {'whole pictures' if on else 'quick drafts'}"
        if ui.button(glyph="lightning", kind="ghost", on=on, width=k, height=26, id_="##drafts", hint=hint):
            scene = put(scene, "settings.drafts", not on)
    if camera == scene.view.camera:
        return scene
    return replace(scene, view=replace(scene.view, camera=camera))
