"""Settings dialog: device, frame rate, folders, appearance."""

import os
from dataclasses import dataclass

from imgui_bundle import imgui

from viz.files.capture import default_folder
from viz.state.facts import Facts
from viz.state.params import get, put
from viz.state.scene import Scene
from viz.state.settings import PRECISIONS, SCALES, Settings, scale_problem, shown_scale
from viz.state.snapshots import usual_run_folders
from viz.ui import theme
from viz.ui import widgets as ui
from viz.ui.actions import RevealFolder
from viz.ui.param_rows import slider_row, switch_row

_LOOKS = ("Dark surfaces: the picture is the brightest thing", "Light surfaces, for bright rooms")

_MOTION = ("Low resolution", "Whole pictures")
_MOTION_HINTS = (
    "While a picture moves, draw it at a resolution that keeps up; the whole picture follows when it rests",
    "Draw whole pictures always, however long each one takes",
)

_PRECISION = ("Fast in motion", "Always exact", "Fast")
_PRECISION_HINTS = (
    "While a picture moves, compute with fewer digits (bfloat16) where this processor does that sooner; exact at rest",
    "Compute with all digits always",
    "Compute with fewer digits at rest too; what is saved is exact",
)


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the dialog. Changes apply immediately."""
    p = theme.current.px
    ui.label("Settings", "text", 15, "bold", height=30)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, imgui.ImVec2(p(8), p(4)))
    ui.heading("Rendering")
    ui.row_label("Device")
    width = imgui.get_content_region_avail().x
    names = ["Auto" if device == "auto" else device.upper() for device in facts.devices]
    now = facts.devices.index(scene.settings.device) if scene.settings.device in facts.devices else 0
    hints = ["The fastest device there is", *(f"Render on {name} where there is one" for name in names[1:])]
    picked = ui.segmented("device", names, now, width=width, hints=hints, default=0)
    if picked != now:
        scene = put(scene, "settings.device", facts.devices[picked])
    scene = slider_row(scene, "settings.frame_limit")
    ui.row_label("Vertical sync")
    scene = switch_row(scene, "settings.vsync", "", "Show frames in step with the screen")
    ui.row_label("In motion")
    now = int(not scene.settings.drafts)
    whole = ui.segmented("motion", _MOTION, now, width=width, hints=_MOTION_HINTS, default=0)
    scene = put(scene, "settings.drafts", not whole)
    ui.row_label("Precision")
    chosen = PRECISIONS.index(scene.settings.precision)
    usual = PRECISIONS.index(Settings().precision)
    picked = ui.segmented("precision", _PRECISION, chosen, width=width, hints=_PRECISION_HINTS, default=usual)
    scene = put(scene, "settings.precision", PRECISIONS[picked])
    scene = slider_row(scene, "settings.preview_gb")
    ui.row_label("Film ahead")
    imgui.push_id("film ahead")
    scene = switch_row(
        scene, "settings.preview_fill", "", "Draw the rest of the timeline while nothing else happens, from here on"
    )
    imgui.pop_id()
    ui.space(8)
    ui.heading("Sessions")
    ui.row_label("At start")
    hint = "Begin with the session of the window that was closed last"
    scene = switch_row(scene, "settings.reopen", "Open where I was", hint)
    ui.space(8)
    ui.heading("Appearance")
    ui.row_label("Colours")
    now = int(scene.settings.scheme == "light")
    light = ui.segmented("scheme", ("Dark", "Light"), now, width=width, hints=_LOOKS, default=0)
    scene = put(scene, "settings.scheme", "light" if light else "dark")
    scene = _scale(scene, facts, width)
    ui.space(8)
    ui.heading("Folders")
    scene = _folder(scene, facts, "Captures", "settings.capture_dir", str(default_folder()))
    scene = _folder(scene, facts, "Networks", "settings.browse_dir", "Where it was last")
    scene = _folder(scene, facts, "Runs", "settings.run_dirs", os.pathsep.join(usual_run_folders()))
    imgui.pop_style_var()
    ui.space(4)
    return scene


def _scale(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the scale as steps: a slider would move under the mouse while it changes its own size."""
    ui.row_label("Scale", scene.settings.scale != 1.0)
    before = now = shown_scale(scene.settings.scale, facts.room)
    smaller, larger = [one for one in SCALES if one < now], [one for one in SCALES if one > now]
    beyond = scale_problem(min(larger), facts.room) if larger else ""
    p, each = theme.current.px, theme.current.px(34)
    if ui.button(glyph="minus", width=each, id_="##smaller", hint="Smaller", keys="Ctrl+−", enabled=bool(smaller)):
        now = max(smaller)
    imgui.same_line(0, p(4))
    wide = width - 2 * each - 2 * p(4)
    hint = "Back to 100 %"
    if problem := scale_problem(scene.settings.scale, facts.room):
        hint = f"{problem}\nClick: 100 %"
    if ui.button(f"{round(before * 100)} %", width=wide, id_="##scale", hint=hint, keys="Ctrl+0"):
        return put(scene, "settings.scale", 1.0)
    imgui.same_line(0, p(4))
    with ui.greyed(beyond):
        if ui.button(glyph="plus", width=each, id_="##larger", hint="Larger", keys="Ctrl++", enabled=bool(larger)):
            now = min(larger)
    return scene if now == before else put(scene, "settings.scale", now)


_FOLDERS = {
    "captures": "Where pictures are saved, as a path",
    "networks": "A folder, as a path",
    "runs": f"Folders that hold runs, as paths with {os.pathsep} between them",
}


@dataclass
class Folders:
    """Text typed into the folder fields."""

    captures: str | None = None
    networks: str | None = None
    runs: str | None = None


def _folder(scene: Scene, facts: Facts, label: str, path: str, hint: str) -> Scene:
    p, typed, name = theme.current.px, facts.scratch.get(Folders), label.lower()
    present: str = get(scene, path)
    text = getattr(typed, name)
    ui.row_label(label, bool(present))
    imgui.set_next_item_width(imgui.get_content_region_avail().x - p(28))
    flags = imgui.InputTextFlags_.elide_left
    _, text = ui.input_text(f"##{name}", present if text is None else text, hint, flags)
    ui.tip(f"{_FOLDERS[name]}\n{present or hint}")
    setattr(typed, name, text if imgui.is_item_active() else None)
    if imgui.is_item_deactivated_after_edit():
        scene = put(scene, path, text.strip())
    imgui.same_line(0, p(4))
    if ui.button(glyph="folder-open", id_=f"##reveal-{name}", hint="Show this folder", enabled=bool(present)):
        scene = scene.request(RevealFolder(present.split(os.pathsep)[0]))
    return scene
