"""Controls floating over the canvas: the tool palette and the zoom plate."""

from dataclasses import replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import Camera, Tool
from viz.dragging.commands import brush_taken
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
    ("drag", "crosshair", "Drag points: a point, then where it should go", "4"),
    ("brush", "paint-brush", "Brush: paint what a drag may change, or a region for measures", "5"),
)
NEAR = 48
"""Distance at which the whole zoom plate is shown, in design lengths."""
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


def palette(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw the tool palette at the upper left."""
    p = theme.current.px
    k, x, y = p(30), area.x + p(12), area.y + p(12)
    current = current_tool(scene, facts)
    rows = min(max(int((area.height - p(24 + 6)) / k), 1), len(TOOLS))
    columns = -(-len(TOOLS) // rows)
    ui.plate(x, y, columns * k + p(6), rows * k + p(6))
    for i, (tool, glyph, hint, keys) in enumerate(TOOLS):
        imgui.set_cursor_screen_pos(V(x + p(3) + i // rows * k, y + p(3) + i % rows * k))
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
            scene = (
                brush_taken(scene, facts) if tool == "brush" else replace(scene, view=replace(scene.view, tool=tool))
            )
    return scene


def low_res_matters(facts: Facts) -> bool:
    """Return True if the network is so slow that motion shows low-res images."""
    frame = facts.frame
    return frame is not None and frame.model.has_low_res and frame.full_ms > LOW_RES_MS


def preview_plate(name: str, place: Place, area: Area) -> None:
    """Draw the plate that names what is previewed; nothing for an empty name."""
    if not name:
        return
    t, p = theme.current, theme.current.px
    text = f"Preview: {name}"
    width = ui.measure(text, t.small) + p(32)
    left = min(max((place.x + place.right - width) / 2, area.x + p(4)), area.x + area.width - width - p(4))
    a = V(left, max(place.y, area.y) + p(10))
    ui.fill(a, V(a.x + width, a.y + p(20)), "halo", 0.82, 4)
    ui.draw(ui.icon("eye"), a.x + p(7), a.y, "#FFFFFF", 10, height=p(20))
    ui.draw(text, a.x + p(24), a.y, "#FFFFFF", t.small, height=p(20))


_SMOOTH = ("Smooth", "Pixels")
_HINTS = ("Interpolate between the picture's pixels", "Show each pixel of the picture as a square")


def _smooth_width() -> float:
    return sum(ui.measure(name) + theme.current.px(20) for name in _SMOOTH)


def _zoom_width(area: Area, drafts: bool) -> float:
    p = theme.current.px
    rest = p(26) * 2 + p(56) + p(44) + p(40) + p(14) + (p(26) + p(2) if drafts else 0)
    return rest + (_smooth_width() if _has_words(area, drafts) else p(26))


def _has_words(area: Area, drafts: bool) -> bool:
    """Return True if the zoom plate has room for the words for how pixels are shown; else it has one button."""
    p = theme.current.px
    return area.width >= p(206 + 24) + (p(28) if drafts else 0) + _smooth_width()


def near_zoom(area: Area, drafts: bool) -> bool:
    """Return True if the zoom plate is shown as a whole: the pointer is near, or the keyboard moves among controls."""
    p, corner, mouse = theme.current.px, zoom_corner(area, drafts), imgui.get_mouse_pos()
    beside = corner.x - p(NEAR) <= mouse.x < area.x + area.width and corner.y - p(NEAR) <= mouse.y
    return (beside and mouse.y < area.y + area.height) or bool(imgui.get_io().nav_visible)


def zoom_corner(area: Area, drafts: bool) -> V:
    """Return the upper left corner of the zoom plate; `drafts` includes the switch for low-res images."""
    p = theme.current.px
    return V(area.x + area.width - _zoom_width(area, drafts) - p(12), area.y + area.height - p(26) - p(6) - p(12))


def lower_edge(area: Area, drafts: bool, right: float) -> float:
    """Return where a plate at the lower left ends that reaches to `right`: above the zoom plate where that is there."""
    p, corner = theme.current.px, zoom_corner(area, drafts)
    return corner.y - p(8) if right > corner.x - p(8) else area.y + area.height - p(12)


def low_res_badge(facts: Facts, area: Area) -> None:
    """Draw a badge on images of low resolution or of lower precision."""
    p, frame = theme.current.px, facts.frame
    if frame is None or not (frame.low_res or frame.fast):
        return
    corner = zoom_corner(area, low_res_matters(facts))
    text = f"Draft, {frame.low_res} of {frame.model.resolution} pixels" if frame.low_res else "Draft, lower precision"
    ui.badge(text, area.x + area.width - p(12) - ui.badge_width(text), corner.y - p(26))


def zoom_plate(scene: Scene, facts: Facts, place: Place, area: Area, drafts: bool, near: bool) -> Scene:
    """Draw the zoom at the lower right; with `near`, also its buttons and how pixels are shown."""
    p = theme.current.px
    k, corner = p(26), zoom_corner(area, drafts)
    x, y = corner.x, corner.y
    level = f"{round(place.scale * 100)} %"
    if not near:
        width = ui.measure(level, theme.current.small) + p(16)
        ui.badge(level, area.x + area.width - p(6) - width, area.y + area.height - p(29))
        imgui.push_style_var(imgui.StyleVar_.alpha, 0.0)
    else:
        ui.plate(x, y, _zoom_width(area, drafts), k + p(6))
    camera = scene.view.camera
    middle = (area.x + area.width / 2, area.y + area.height / 2)
    imgui.set_cursor_screen_pos(V(x + p(3), y + p(3)))
    if ui.button(glyph="minus", kind="ghost", height=26, id_="##zoom-out", hint="Smaller"):
        camera = zoomed(place, area, *middle, place.scale / STEP)
    ui.draw(level, x + p(3) + k + p(28), y + p(3), "text", align=0.5, height=k)
    imgui.set_cursor_screen_pos(V(x + p(3) + k + p(56), y + p(3)))
    if ui.button(glyph="plus", kind="ghost", height=26, id_="##zoom-in", hint="Larger"):
        camera = zoomed(place, area, *middle, place.scale * STEP)
    imgui.same_line(0, p(4))
    fitting = camera.zoom is None
    if ui.button("Fit", kind="ghost", on=fitting, width=p(40), height=26, keys="F", hint="Fit the window", id_="##fit"):
        camera = Camera()
    imgui.same_line(0, p(2))
    hint = "One picture pixel on one screen pixel"
    on = camera.zoom == 1.0
    if ui.button("1:1", kind="ghost", on=on, width=p(40), height=26, keys="0", hint=hint, id_="##one-to-one"):
        camera = actual_size(camera)
    imgui.same_line(0, p(4))
    pixels = int(not scene.settings.smooth)
    if _has_words(area, drafts):
        picked = ui.segmented("smooth", _SMOOTH, pixels, width=_smooth_width(), height=26, hints=_HINTS)
    else:
        on, hint = bool(pixels), _HINTS[1 - pixels]
        turned = ui.button(glyph="grid-four", kind="ghost", on=on, width=k, height=26, id_="##pixels", hint=hint)
        picked = 1 - pixels if turned else pixels
    if picked != pixels:
        scene = put(scene, "settings.smooth", not picked)
    if drafts:
        imgui.same_line(0, p(2))
        on = scene.settings.drafts
        hint = "Whole pictures always" if on else "Low resolution in motion"
        if ui.button(glyph="lightning", kind="ghost", on=on, width=k, height=26, id_="##drafts", hint=hint):
            scene = put(scene, "settings.drafts", not on)
    if not near:
        imgui.pop_style_var()
    if camera == scene.view.camera:
        return scene
    return replace(scene, view=replace(scene.view, camera=camera))
