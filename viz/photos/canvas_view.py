"""Photo and fit on the canvas, on the two sides of a line, and the plate of the fit that runs."""

from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.fitting.photos import PhotoRow
from viz.gl.camera import Area
from viz.photos.actions import StopFit, watched
from viz.photos.commands import running
from viz.photos.fit_files import tuning_picture
from viz.photos.fits import FITS, FitNow
from viz.photos.pictures import PHOTO_PICTURES, channels_of
from viz.photos.watch import preview_of
from viz.state.facts import Facts, Texture
from viz.state.fitting.table import table
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.numbers import duration
from viz.ui.theme import current as t

GRAB = 8
"""Half width of the line's hit area, in design lengths."""
_LEAST = 256
"""Least side of the photo's square in pixels: small networks are shown larger."""


def viewed(scene: Scene, facts: Facts) -> PhotoRow | None:
    """Return the photo that the canvas shows beside its fit; None if it shows the document."""
    path = scene.interaction.photos.viewing
    row = scene.view.photos.find(path) if path else None
    return row if row is not None and scene.preview is not None and preview_of(scene, facts, row) else None


def draw(scene: Scene, facts: Facts, area: Area, place: Place) -> Scene:
    """Draw the photo over its side of the picture, and the line between them, which is dragged."""
    row = viewed(scene, facts)
    if row is None:
        return scene
    side = max(place.width, _LEAST)
    texture = facts.services[PHOTO_PICTURES].square(row.path, row.crop, side, channels_of(facts.model))
    now = scene.interaction.photos
    fit = facts.services[FITS].get(row.run)
    if fit is not None and fit.running and fit.fit.phase == "tune":
        _tuning(facts, fit, area, place)
    if texture is not None:
        _photo(texture, area, place, now.divider, now.flipped)
    return _line(scene, area, place)


@dataclass
class _Tuning:
    """State of the fit whose picture was read last."""

    of: FitNow | None = None


def _tuning(facts: Facts, now: FitNow, area: Area, place: Place) -> None:
    """Draw the newest picture of a network that is being tuned, which the renderer does not have."""
    path, pictures, known = tuning_picture(now.run.folder), facts.services[PHOTO_PICTURES], facts.scratch.get(_Tuning)
    if path is None:
        return
    if known.of is not now:
        known.of = now
        pictures.again(str(path))
    found = pictures.get(str(path))
    if found is not None and found.texture is not None:
        _photo(found.texture, area, place, 1.0, False)


def _at(place: Place, share: float) -> float:
    return round(place.x + place.width * place.scale * share)


def _photo(texture: Texture, area: Area, place: Place, share: float, flipped: bool) -> None:
    lines, x = imgui.get_window_draw_list(), _at(place, share)
    left, right = (x, area.x + area.width) if flipped else (area.x, x)
    lines.push_clip_rect(V(max(left, area.x), area.y), V(right, area.y + area.height), True)
    a, b = V(round(place.x), round(place.y)), V(round(place.right), round(place.bottom))
    lines.add_image(imgui.ImTextureRef(texture.id), a, b)
    lines.pop_clip_rect()


def _line(scene: Scene, area: Area, place: Place) -> Scene:
    """Draw the line; drag moves it, right click centres it."""
    now, lines = scene.interaction.photos, imgui.get_window_draw_list()
    x = min(max(_at(place, now.divider), area.x + t.px(GRAB)), area.x + area.width - t.px(GRAB))
    top, bottom = max(round(place.y), area.y), min(round(place.bottom), area.y + area.height)
    imgui.set_cursor_screen_pos(V(x - t.px(GRAB), top))
    ui.hit("##photo line", V(t.px(2 * GRAB), max(bottom - top, 1)))
    held, share = imgui.is_item_active(), now.divider
    if held or imgui.is_item_hovered():
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_ew)
    if held and imgui.get_io().mouse_delta.x:
        share = min(max((imgui.get_mouse_pos().x - place.x) / max(place.width * place.scale, 1), 0.0), 1.0)
    if imgui.is_item_clicked(imgui.MouseButton_.right):
        share = 0.5
    lines.add_line(V(x, top), V(x, bottom), t.u32("halo", 0.5), t.px(4))
    lines.add_line(V(x, top), V(x, bottom), t.u32("#FFFFFF"), t.px(2))
    ui.handle(V(x, (top + bottom) / 2), held)
    names = ("Network", "Photo") if now.flipped else ("Photo", "Network")
    _tag(names[0], x - t.px(8) - ui.badge_width(names[0]), top + t.px(8), names[0] == "Network")
    _tag(names[1], x + t.px(8), top + t.px(8), names[1] == "Network")
    return table(scene, divider=share)


def _tag(text: str, x: float, y: float, accent: bool) -> None:
    if not accent:
        ui.badge(text, x, y)
        return
    width, height = ui.badge_width(text), t.px(ui.BADGE_HEIGHT)
    ui.fill(V(x, y), V(x + width, y + height), "accent", 0.95, t.radius)
    ui.draw(text, x + t.px(5), y, "on_accent", t.small, height=height)


def plate(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw the plate of the fit that runs at the canvas's lower edge."""
    found = running(scene, facts)
    if found is None:
        return scene
    row, now = found
    step, steps = now.fit.step or int(now.run.done), max(now.fit.steps or int(now.run.total), 1)
    left = now.fit.left_s
    p, h = t.px, t.px(34)
    wide = area.width > p(470)
    count = f"{step} of {steps}"
    time = f"{duration(left)} left" if left is not None and wide else ""
    keep, stop = ui.measure("Keep") + p(38), ui.measure("Stop") + p(16)
    bar = p(90 if wide else 44)
    texts = ui.measure("Fitting", weight="bold") + ui.measure(count, t.small) + (p(70) if wide else 0)
    w = min(p(12) + texts + bar + keep + stop + p(52), area.width - p(24))
    x, y = area.x + (area.width - w) / 2, area.y + area.height - h - p(12)
    ui.plate(x, y, w, h)
    imgui.set_cursor_screen_pos(V(x, y))
    imgui.set_next_item_allow_overlap()
    if ui.hit("##fit plate", V(w, h)):
        scene = watched(scene, row)
    ui.tip(f"{row.name}: {now.fit.distance or 'starting'}\nClick: show the photo beside its fit")
    at = x + p(12)
    at += ui.draw("Fitting", at, y, "text", weight="bold", height=h) + p(10)
    mid = y + h / 2
    ui.amount_bar(V(at, mid - p(2)), V(at + bar, mid + p(2)), min(step / steps, 1.0))
    at += bar + p(10)
    at += ui.draw(count, at, y, "dim", t.small, height=h) + p(10)
    if time:
        ui.draw(time, at, y, "dim", t.small, height=h)
    imgui.set_cursor_screen_pos(V(x + w - keep - stop - p(12), y + p(5)))
    if ui.button("Keep", "check", width=keep, id_="##keep fit", hint="End it with the result so far, and show it"):
        scene = scene.request(StopFit(row.path, keep=True))
    imgui.same_line(0, p(4))
    hint = "End it; the result so far stays in the queue"
    if ui.button("Stop", kind="ghost", width=stop, id_="##stop fit", hint=hint, keys="Esc"):
        scene = scene.request(StopFit(row.path))
    return scene


def escaped(scene: Scene, facts: Facts) -> Scene | None:
    """Return the scene after Esc: the brush is put away, the fit in front is stopped, the document is shown again."""
    now = scene.interaction.photos
    if now.painting:
        return table(scene, painting=False)
    row = scene.view.photos.find(now.viewing) if now.viewing else None
    if row is None:
        return None
    fit: FitNow | None = facts.services[FITS].get(row.run) if row.run else None
    return scene.request(StopFit(row.path)) if fit is not None and fit.running else table(scene, viewing="", since=None)
