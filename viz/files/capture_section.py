"""Capture section: the capture folder, and saving of images."""

import os
from dataclasses import dataclass
from pathlib import Path

from imgui_bundle import imgui

from foundation.pictures import hint_of, name_of, suffix_of
from foundation.specs.formats import PICTURE_FORMATS as FORMATS
from foundation.specs.formats import PictureFormat
from viz.files.actions import CopyPicture, SavePicture, SaveWindow
from viz.files.capture import SMALL_RESOLUTION, default_folder, folder_of, next_path, scale_for, size_text
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.recording import derived, has_image
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.actions import RevealFolder
from viz.ui.theme import current as t

REFRESH_S = 1.0
"""Seconds between updates of the next file name."""


@dataclass
class _Next:
    """File name of the next capture, with the folder, format and time of the lookup."""

    source: tuple[str, str] = ("", "")
    saved: str = ""
    at: float = -REFRESH_S
    name: str = ""


def height(open_: bool) -> float:
    """Return the height of the section in pixels."""
    return t.px(28 + 5 * 28 + 12) if open_ else t.px(28)


def next_name(folder: Path, format: PictureFormat = "png") -> str:
    """Return the next file name in a folder, which may not exist yet; empty if it cannot be read."""
    try:
        return next_path(folder, format).name if os.path.exists(folder) else f"00000{suffix_of(format)}"
    except OSError:
        return ""


def draw(scene: Scene, facts: Facts, open_: bool) -> Scene:
    """Draw the section, initially open if `open_`."""
    name = coming(scene, facts)
    summary = ", ".join(part for part in (f"next {name}", saved_size(scene, facts)) if part)
    if not ui.section("Capture", summary=summary if name else "folder cannot be read", open_=open_):
        return scene
    imgui.push_id("capture")
    scene = _scale(_format(_folder(scene)), facts)
    copy = t.px(t.row)
    width = (imgui.get_content_region_avail().x - copy - t.px(8)) / 2
    pixels = saved_size(scene, facts)
    hint = f"Save the picture on the canvas{f' as {pixels} pixels' if pixels else ''}"
    ready = has_image(scene, facts)
    if ui.button(
        "Save picture", "camera", "primary", width=width, hint=hint, keys="Ctrl+S", id_="##picture", enabled=ready
    ):
        scene = scene.request(SavePicture())
    imgui.same_line(0, t.px(4))
    hint = "Copy the picture to the clipboard, as it would be saved"
    if ui.button(glyph="copy", width=copy, hint=hint, keys="Ctrl+C", id_="##copy", enabled=ready):
        scene = scene.request(CopyPicture())
    imgui.same_line(0, t.px(4))
    hint = "Save the whole window as it looks now"
    if ui.button("Save window", "image", width=width, hint=hint, keys="Ctrl+Shift+S", id_="##window"):
        scene = scene.request(SaveWindow())
    scene = _saved(scene, facts)
    imgui.pop_id()
    return scene


@derived
def coming(scene: Scene, facts: Facts) -> str:
    """Return the file name of the next capture, refreshed periodically; empty if the folder cannot be read."""
    known, chosen = facts.scratch.get(_Next), (scene.settings.capture_dir, scene.settings.capture_format)
    same = known.source == chosen and known.saved == facts.saved
    if not same or not 0 <= facts.now - known.at < REFRESH_S:
        known.source, known.saved, known.at = chosen, facts.saved, facts.now
        known.name = next_name(folder_of(scene.settings), scene.settings.capture_format)
    return known.name


def _folder(scene: Scene) -> Scene:
    """Draw the folder field with its browse button."""
    chosen = scene.settings.capture_dir
    width = ui.row_label("Folder", bool(chosen))
    imgui.set_next_item_width(width - t.px(t.row) - t.px(4))
    flags = imgui.InputTextFlags_.elide_left | imgui.InputTextFlags_.auto_select_all
    _, typed = ui.input_text("##folder", chosen, str(default_folder()), flags)
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        typed = ""
    ui.tip(f"Pictures are saved in {folder_of(scene.settings)}. Right click: the usual folder")
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="folder-open", hint="Choose the folder", id_="##browse"):
        scene = scene.request(ShowDialog("browse-folder"))
    return put(scene, "settings.capture_dir", typed)


def _format(scene: Scene) -> Scene:
    """Draw the choice of the file format."""
    now = scene.settings.capture_format
    width = ui.row_label("Format", now != FORMATS[0])
    names, hints = [name_of(one) for one in FORMATS], [hint_of(one) for one in FORMATS]
    picked = ui.segmented("format", names, FORMATS.index(now), width, hints=hints, default=0)
    return put(scene, "settings.capture_format", FORMATS[picked])


_SCALES = (1, 2, 4, 8, 16)


def saved_size(scene: Scene, facts: Facts) -> str:
    """Return the size in pixels of the next saved picture, as text; empty without a network."""
    model = facts.model
    if model is None:
        return ""
    scale = scale_for(scene.settings, model.resolution)
    return size_text(model.width * scale, model.height * scale)


def _scale(scene: Scene, facts: Facts) -> Scene:
    """Draw the size of saved images in pixels, which small networks let one choose."""
    model = facts.model
    if model is None or model.resolution > SMALL_RESOLUTION:
        with ui.greyed(f"Networks of at most {SMALL_RESOLUTION} pixels can be saved larger"):
            width = ui.row_label("Size", False)
            ui.segmented("scale", [saved_size(scene, facts) or "No network"], 0, width=width)
        return scene
    now = scene.settings.capture_scale
    width = ui.row_label("Size", now != 1)
    sizes = [size_text(model.width * scale, model.height * scale) for scale in _SCALES]
    hints = [f"{size} pixels, enlarged {scale} times" for scale, size in zip(_SCALES, sizes, strict=True)]
    hints[0] = f"{sizes[0]} pixels, as the network draws it: rendered again from its recipe, the file is the same"
    index = _SCALES.index(now) if now in _SCALES else 0
    names = [str(model.width * scale) for scale in _SCALES]
    picked = ui.segmented("scale", names, index, width=width, hints=hints, default=0)
    return put(scene, "settings.capture_scale", _SCALES[picked]) if picked != index else scene


def _saved(scene: Scene, facts: Facts) -> Scene:
    """Draw the last saved file with a button to show it."""
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    if not facts.saved:
        imgui.dummy((width, t.px(t.row)))
        ui.draw("Nothing saved yet", p.x, p.y, "faint", t.small, height=t.px(t.row))
        return scene
    button = ui.measure("Reveal") + t.px(16)
    x = p.x + ui.draw(ui.icon("check"), p.x, p.y, "good", 11, height=t.px(t.row)) + t.px(6)
    text = ui.ellipsis(f"Saved {os.path.basename(facts.saved)}", p.x + width - button - t.px(6) - x, t.small)
    ui.draw(text, x, p.y, "dim", t.small, height=t.px(t.row))
    imgui.set_cursor_screen_pos((p.x + width - button, p.y))
    if ui.button("Reveal", kind="ghost", width=button, hint="Show it in the file manager", id_="##reveal"):
        scene = scene.request(RevealFolder(os.path.dirname(facts.saved)))
    return scene
