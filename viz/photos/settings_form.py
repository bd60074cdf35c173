"""Third column of the tab: where and how long a photo is searched for, and the button that starts it."""

import math
from dataclasses import replace
from pathlib import Path

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.editing.fits import EDITABLE, NOISE_WEIGHT, START_SEEDS, STEPS, TUNE_STEPS
from renderer.document.fitting.photos import FitSettings, PhotoRow, Space, Start, Time
from viz.photos import curve_column, ignoring
from viz.photos.actions import FitPhotos, StopFit, UseEncoder, choose_encoder
from viz.photos.columns import heading
from viz.photos.fits import FITS
from viz.photos.fitting import ready, seconds_of, why_not
from viz.state.facts import Facts
from viz.state.fitting.table import table, with_photos, with_same, with_settings
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.numbers import duration
from viz.ui.theme import current as t

_SPACES: tuple[Space, ...] = ("w", "w+", "tuned")
_SPACE_NAMES, _TIME_NAMES = ("W", "W+", "Tuned"), ("Quick", "Good", "Best")
_SPACE_LINES = (
    "Most editable, least alike.",
    "Close, and edits still work well.",
    "Nearly exact. Keeps its own copy of the network.",
)
_TIMES: tuple[Time, ...] = ("quick", "good", "best")
TRAINING = "The device is training"


def draw(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the settings of the chosen photo and, at the lower end, its button."""
    row, height = scene.view.photos.row, imgui.get_content_region_avail().y
    top = imgui.get_cursor_screen_pos()
    heading("Fit to", "", width)
    if row is None:
        return scene
    foot = t.px(t.row + 8)
    inner = V(width, max(height - t.px(22) - foot, t.px(40)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(4), t.px(3)))
    if imgui.begin_child("fit settings", inner, imgui.ChildFlags_.nav_flattened):
        scene = _settings(scene, facts, row)
    imgui.end_child()
    imgui.pop_style_var()
    imgui.set_cursor_screen_pos(V(top.x, top.y + height - t.px(t.row)))
    return _button(scene, facts, width)


def training(facts: Facts) -> str:
    """Return why nothing can be tuned: a training runs on this computer; empty if none does."""
    return TRAINING if any(run.kind == "train" and run.state in ("starting", "running") for run in facts.runs) else ""


def _settings(scene: Scene, facts: Facts, row: PhotoRow) -> Scene:
    photos, settings = scene.view.photos, row.settings
    room = ui.row_label("Space", settings.space != FitSettings().space)
    busy = training(facts)
    hints = [*_SPACE_LINES[:2], _SPACE_LINES[2] + (f" {busy}." if busy else "")]
    usual = _SPACES.index(FitSettings().space)
    at = ui.segmented("fit space", _SPACE_NAMES, _SPACES.index(settings.space), width=room, hints=hints, default=usual)
    if _SPACES[at] != "tuned" or not busy:
        settings = replace(settings, space=_SPACES[at])
    _line(_SPACE_LINES[_SPACES.index(settings.space)])
    room = ui.row_label("Time", settings.time != FitSettings().time)
    steps = [STEPS[time] + (TUNE_STEPS[time] if settings.space == "tuned" else 0) for time in _TIMES]
    at = ui.segmented(
        "fit time",
        _TIME_NAMES,
        _TIMES.index(settings.time),
        width=room,
        hints=[f"{one} steps" for one in steps],
        default=_TIMES.index(FitSettings().time),
    )
    settings = replace(settings, time=_TIMES[at])
    seconds = seconds_of(scene, facts, settings)
    unknown = f"{steps[at]} steps; timed from the first ones."
    _line(unknown if seconds is None else f"About {duration(seconds)} on this computer.")
    with ui.greyed("" if settings.space == "w+" else "Of W+ alone: W and Tuned stay near w that the network knows"):
        hint = "Stay near w that the network knows. Lower: closer to the photo, worse to edit."
        editable = ui.slider("Editable", settings.editable, 0.0, 1.0, EDITABLE, hint=hint)
    settings = replace(settings, editable=editable)
    scene = _ignore(scene, facts, row)
    hint = "One choice for the whole queue; off: each photo has its own"
    same = ui.switch("Same for all photos", photos.same, hint)
    if same != photos.same:
        scene = with_same(scene, same)
    hint = "As a style to mix with; off: it stays in the queue"
    shelve = ui.switch("Put on the shelf when done", photos.shelve, hint)
    if shelve != photos.shelve:
        scene = with_photos(scene, replace(scene.view.photos, shelve=shelve))
    scene = _news(scene, facts, row)
    if ui.section("Advanced", open_=False):
        settings = _advanced(facts, settings)
        scene = _encoder(scene, row)
    now = scene.view.photos.row
    return scene if settings == row.settings or now is None else with_settings(scene, now, settings)


def _news(scene: Scene, facts: Facts, row: PhotoRow) -> Scene:
    """Draw why the fit of a photo has failed; in a narrow tab its distance, which has no column there."""
    now = facts.services[FITS].get(row.run) if row.run else None
    if now is None:
        return scene
    if now.run.state == "failed":
        ui.wrapped(now.run.error or "The fit has failed; its log is in its folder.", "bad", t.small)
        tuned = row.settings.space == "tuned"
        if tuned and now.run.cause == "out of memory" and ui.button("Use W+", id_="##use w+", hint="Takes less memory"):
            return with_settings(scene, row, replace(row.settings, space="w+"))
    elif now.curve and not curve_column.has_room():
        curve_column.small(now, imgui.get_content_region_avail().x)
    return scene


_STARTS: tuple[Start, ...] = ("mean", "best", "present")
_START_HINTS = ("The mean of w", f"The closest of {START_SEEDS} seeds", "The picture on the canvas")


def _advanced(facts: Facts, settings: FitSettings) -> FitSettings:
    """Draw the folded settings: where a fit starts, and the weight of the noise."""
    room = ui.row_label("Start", settings.start != "mean")
    names = ("Mean", "Best", "Present")
    with ui.greyed("The encoder gives the start" if settings.encoder else ""):
        now = _STARTS.index(settings.start)
        at = ui.segmented("fit start", names, now, width=room, hints=_START_HINTS, default=0)
    noisy = facts.model is not None and bool(facts.model.noise_layers)
    with ui.greyed("" if noisy else "This network has no noise"):
        power = math.log10(settings.noise_weight) if settings.noise_weight > 1 else 0.0
        hint = "Power of ten of the weight that keeps the noise free of the picture; lower: the noise draws the photo"
        power = ui.slider("Noise weight", power, 0.0, 8.0, math.log10(NOISE_WEIGHT), fmt="1e%.1f", hint=hint)
    return replace(settings, start=_STARTS[at], noise_weight=settings.noise_weight if not noisy else 10.0**power)


def _encoder(scene: Scene, row: PhotoRow) -> Scene:
    """Draw the program that gives the start, and the word that it may run."""
    encoder, trusted = row.settings.encoder, scene.interaction.photos.trusted
    room = ui.row_label("Encoder", bool(encoder))
    text = ui.ellipsis(Path(encoder).name, room - t.px(16)) if encoder else "Choose…"
    hint = "A TorchScript file that gives the start: a photo [1, 3, H, W], -1 to 1, to w. Right click: none"
    if ui.button(text, on=bool(encoder), width=room, id_="##encoder", hint=f"{encoder}\n{hint}" if encoder else hint):
        scene = choose_encoder(scene, row)
    if encoder and ui.right_clicked() == "click":
        scene = scene.request(UseEncoder(row.path, ""))
    if not encoder:
        return scene
    hint = "It is a program. It runs in a process that cannot write; only if you trust where it came from"
    trust = ui.switch("I trust this program", encoder in trusted, hint)
    if trust != (encoder in trusted):
        scene = table(scene, trusted=(*trusted, encoder) if trust else tuple(one for one in trusted if one != encoder))
    return scene


def _ignore(scene: Scene, facts: Facts, row: PhotoRow) -> Scene:
    share, painting = ignoring.share_of(facts, row), scene.interaction.photos.painting
    room = ui.row_label("Ignore", share > 0)
    text = "Done" if painting else f"Painted, {max(100 * share, 1):.0f} %" if share else "Paint what not to fit"
    text = text if ui.measure(text) + t.px(34) <= room else "Paint…"
    hint = "Glasses, hands, the background; right click: nothing"
    if ui.button(text, "paint-brush", on=painting or share > 0, width=room, id_="##paint ignore", hint=hint):
        scene = table(scene, painting=not painting, erasing=False)
    if ui.right_clicked() == "click" and row.ignore is not None:
        scene = with_photos(scene, scene.view.photos.put(replace(row, ignore=None)))
    return scene


def _line(text: str) -> None:
    """Draw a small line under a field."""
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    x, room = p.x + t.px(t.label), width - t.px(t.label)
    if ui.measure(text, t.small) > room:
        x, room = p.x, width
    ui.draw(ui.ellipsis(text, room, t.small), x, p.y, "faint", t.small, height=t.px(15))
    imgui.dummy(V(width, t.px(15)))


def _button(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the primary button: Fit, Fit all, or Stop while the chosen photo is fitted."""
    row = scene.view.photos.row
    now = facts.services[FITS].get(row.run) if row is not None and row.run else None
    waiting = ready(scene, facts) if facts.model is not None else ()
    if now is not None and now.live and row is not None and len(waiting) < 1:
        hint = "End the fit; the result so far stays in the queue"
        if ui.button("Stop", "stop", width=width, id_="##stop fit", hint=hint):
            scene = scene.request(StopFit(row.path))
        return scene
    if len(waiting) > 1 or (now is not None and now.live):
        hint = "Those that are cropped and not fitted yet, one after the other"
        text = f"Fit all {len(waiting)}" if len(waiting) > 1 else f"Fit {waiting[0].name}"
        text = text if ui.measure(text) + t.px(34) <= width else "Fit"
        if ui.button(text, "play", "primary", width=width, id_="##fit", hint=hint, keys="Enter"):
            scene = scene.request(FitPhotos(all=True))
        return scene
    why = why_not(scene, facts, row)
    text = "Go on" if now is not None and now.run.state in ("stopped", "lost", "failed") else "Fit"
    hint = why or "Find this photo in the network"
    if ui.button(text, "play", "primary", width=width, id_="##fit", hint=hint, keys="Enter", enabled=not why):
        scene = scene.request(FitPhotos())
    return scene
