"""Panel "Timeline": keyframes on any parameter, playback, and film export."""

from dataclasses import replace
from pathlib import Path

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.timeline import fingerprint
from viz.state.constant_speed import changes, measured, share, toggled_constant
from viz.state.facts import Facts
from viz.state.keyframes import jumped, key_set, present_paths, with_timeline
from viz.state.playback import scrubbed, toggled
from viz.state.recording import derived
from viz.state.scene import Scene, ShowDialog
from viz.timeline import lanes, menus, segments
from viz.timeline.actions import CancelExport
from viz.timeline.export import EXPORTER, ExportState
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.icons import Glyph
from viz.ui.numbers import duration
from viz.ui.theme import current as t

LONG_S = 2.0
"""Seconds left of an export that are worth telling."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the panel."""
    scene = segments.measured(measured(scene, facts), facts)
    if not scene.document.timeline.tracks:
        scene = _empty(scene, facts)
    else:
        scene = _transport(scene, facts)
        ui.space(4)
        scene = lanes.draw(scene, facts)
    return menus.draw(scene, facts)


@cached
def _empty(scene: Scene, facts: Facts) -> Scene:
    text = "Press K to key the latent here, move the playhead, change it, and press K again; or begin with a walk"
    if imgui.get_content_region_avail().y < t.px(_ROOM):
        return _empty_row(scene)
    if ui.empty_state("diamond", "Nothing is animated yet", text, "Key the present state"):
        return key_set(scene, *present_paths(scene))
    imgui.same_line(0, t.px(6))
    if ui.button("Walks", "path", id_="##walks", hint="Fill the timeline with a walk"):
        imgui.open_popup("walks")
    return scene


_ROOM = 80
"""Least height for the empty state in full, in design lengths; a folded panel has one row."""


def _empty_row(scene: Scene) -> Scene:
    """Draw the empty state in one row."""
    p, action = imgui.get_cursor_screen_pos(), "Key the present state"
    room = imgui.get_content_region_avail().x
    buttons = ui.measure(action) + ui.measure("Walks") + t.px(16 + 34 + 6)
    long, short = (
        "Nothing is animated yet: press K, move the playhead, change something, press K again",
        "Nothing is animated yet",
    )
    text = next((one for one in (long, short) if ui.measure(one, t.small) < room - buttons - t.px(8)), "")
    ui.draw(text, p.x, p.y, "dim", t.small, height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + room - buttons, p.y))
    if ui.button(action, hint="The latent, and all else that is changed", keys="Shift+K"):
        return key_set(scene, *present_paths(scene))
    imgui.same_line(0, t.px(6))
    if ui.button("Walks", "path", id_="##walks", hint="Fill the timeline with a walk"):
        imgui.open_popup("walks")
    return scene


@derived
def _exporting(scene: Scene, facts: Facts) -> ExportState | None:
    return facts.services[EXPORTER].state


@cached
def _transport(scene: Scene, facts: Facts) -> Scene:
    timeline, playing = scene.document.timeline, scene.view.playback.playing
    if ui.button(glyph="arrow-line-left", kind="ghost", hint="To the start"):
        scene = scrubbed(scene, 0.0)
    imgui.same_line(0, t.px(2))
    if ui.button(glyph="skip-back", kind="ghost", hint="Previous key", keys="Shift+←"):
        scene = jumped(scene, -1)
    imgui.same_line(0, t.px(2))
    glyph: Glyph = "pause" if playing else "play"
    hint = "Stop" if playing else "Play"
    if ui.button(glyph=glyph, kind="primary", width=t.px(32), id_="##playtimeline", hint=hint, keys="Space"):
        scene = toggled(scene)
    imgui.same_line(0, t.px(2))
    if ui.button(glyph="skip-forward", kind="ghost", hint="Next key", keys="Shift+→"):
        scene = jumped(scene, 1)
    imgui.same_line(0, t.px(2))
    if ui.button(glyph="arrow-line-right", kind="ghost", hint="To the end"):
        scene = scrubbed(scene, timeline.seconds)
    imgui.same_line(0, t.px(2))
    if ui.button(glyph="repeat", kind="ghost", on=timeline.loop, hint="Loop: after the last key comes the first again"):
        scene = with_timeline(scene, replace(timeline, loop=not timeline.loop))
    imgui.same_line(0, t.px(10))
    scene = _settings(scene)
    return _right(scene, facts)


def _settings(scene: Scene) -> Scene:
    """Draw time, duration, rate, interpolation and the button that adds tracks."""
    timeline, at = scene.document.timeline, scene.view.playback.at
    ui.label(f"{int(at // 60):02d}:{at % 60:05.2f}", height=t.row, weight="bold")
    imgui.same_line(0, t.px(6))
    if ui.choice("seconds", f"/ {timeline.seconds:g} s", width=t.px(100), show_label=False, hint="Duration"):
        imgui.open_popup("duration")
    imgui.same_line(0, t.px(4))
    if ui.choice("fps", f"{timeline.fps:g} fps", width=t.px(78), show_label=False, hint="Frames a second of films"):
        imgui.open_popup("rate")
    imgui.same_line(0, t.px(4))
    kinds = {track.interpolation for track in timeline.tracks}
    now = menus.KINDS[next(iter(kinds))] if len(kinds) == 1 else "Mixed"
    if ui.choice("way", now, "bezier-curve", width=t.px(108), show_label=False, hint="From key to key"):
        imgui.open_popup("way")
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="plus", kind="ghost", id_="##add", hint="Animate something else, or begin with a walk"):
        imgui.open_popup("add")
    return scene


def _right(scene: Scene, facts: Facts) -> Scene:
    """Draw the constant-speed switch and the Export button, or the progress of an export."""
    timeline, state = scene.document.timeline, _exporting(scene, facts)
    exporting = state is not None and not state.over
    width = _exporting_width(state) if state is not None and exporting else ui.measure("Export") + t.px(34)
    imgui.same_line(0, t.px(6))
    if imgui.get_content_region_avail().x > width + _constant_width(scene) + t.px(14):
        scene = _constant_speed(scene, facts)
        imgui.same_line(0, t.px(14))
    room = imgui.get_content_region_avail().x
    if state is not None and exporting:
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(room - width, 0.0))
        return _export_progress(scene, state, min(room, width))
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(room - width, 0.0))
    if ui.button(
        "Export", "film-strip", width=width, hint="A film of it", keys="Ctrl+E", enabled=bool(timeline.acting)
    ):
        scene = scene.request(ShowDialog("export"))
    return scene


def _export_text(state: ExportState) -> str:
    """Return `3 of 8 · 12 s left`."""
    if not state.total:
        return "starting"
    left = "" if state.left_s is None or state.left_s <= LONG_S else f" · {duration(state.left_s)} left"
    return f"{state.done} of {state.total}{left}"


def _exporting_width(state: ExportState) -> float:
    return ui.measure(_export_text(state), t.small) + t.px(6 + 90 + 4 + t.row)


def _constant_width(scene: Scene) -> float:
    """Return the width of the constant-speed switch and of what stands beside it, in pixels."""
    plain = ui.measure("Constant speed") + t.px(48)
    if scene.interaction.measuring is not None:
        return plain + ui.measure("measuring 100 %", t.small)
    return plain + (ui.measure("Measure again") + t.px(24) if _is_outdated(scene) else 0.0)


def _is_outdated(scene: Scene) -> bool:
    """Return True if constant speed was measured for other keys."""
    timeline = scene.document.timeline
    retiming = timeline.retiming if timeline.constant_speed else None
    return retiming is not None and retiming.measured != fingerprint(timeline)


def _export_progress(scene: Scene, state: ExportState, room: float) -> Scene:
    """Draw count, bar and cross of an export in so many pixels; what finds no room is in the tooltip."""
    text, cross = _export_text(state), t.px(4 + t.row)
    hint = f"Exporting {Path(state.path).name}: {text}"
    left = room - cross
    short = duration(state.left_s) if state.left_s is not None else f"{state.done / max(state.total, 1):.0%}"
    shown = next((one for one in (text, short) if ui.measure(one, t.small) <= left), "")
    if width := ui.measure(shown, t.small) if shown else 0.0:
        ui.label(shown, "dim", t.small, height=t.row)
        ui.tip(hint)
        imgui.same_line(0, t.px(6))
        left -= width + t.px(6)
    if left >= t.px(24):
        ui.progress(state.done / max(state.total, 1), min(left, t.px(90)))
        ui.tip(hint)
        imgui.same_line(0, t.px(4))
    if ui.button(glyph="x", kind="ghost", id_="##cancelexport", hint=f"Give up this film\n{hint}"):
        scene = scene.request(CancelExport())
    return scene


# -- constant speed --------------------------------------------------------------------------------------------------


def _constant_speed(scene: Scene, facts: Facts) -> Scene:
    timeline, measuring = scene.document.timeline, scene.interaction.measuring
    hint = "Moves moments in time so that the picture changes by the same amount in every second"
    on = timeline.constant_speed or measuring is not None
    wanted = ui.switch("Constant speed", on, hint)
    imgui.same_line(0, t.px(8))
    if measuring is not None:
        ui.label(f"measuring {share(scene, facts):.0f} %", "dim", t.small, height=t.row)
    elif _is_outdated(scene):
        if ui.button("Measure again", hint="The keys have changed since the picture's change was measured"):
            scene = scene.interacting(measuring=changes(scene))
    else:
        imgui.dummy(V(1, t.px(t.row)))
    return scene if wanted == on else toggled_constant(scene)
