"""Panel "Timeline": keyframes on any parameter, playback, and film export."""

from dataclasses import replace
from pathlib import Path

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.timeline import fingerprint
from viz.state.facts import Facts
from viz.state.keyframes import jumped, key_set, present_paths, with_timeline
from viz.state.playback import scrubbed, toggled
from viz.state.scene import CancelExport, Scene, ShowDialog
from viz.timeline import lanes, menus
from viz.timeline.constant_speed import Measuring, changes, measured, share, toggled_constant
from viz.timeline.export import Exporter
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.icons import Glyph
from viz.ui.theme import current as t

WIDE = 760
"""Minimum design width to show the constant-speed switch."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the panel."""
    scene = measured(scene, facts)
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
    if ui.empty_state("diamond", "Nothing is animated yet", text, "Key the present state"):
        return key_set(scene, *present_paths(scene))
    imgui.same_line(0, t.px(6))
    if ui.button("Walks", "path", id_="##walks", hint="Fill the timeline with a walk"):
        imgui.open_popup("walks")
    return scene


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
    room, timeline = imgui.get_window_width() - 2 * t.px(t.pad), scene.document.timeline  # relative to the content
    exporter, width = facts.scratch.get(Exporter), ui.measure("Export") + t.px(34)
    if imgui.get_window_width() > t.px(WIDE):
        imgui.same_line(0, t.px(14))
        scene = _constant_speed(scene, facts)
    state = exporter.state
    if state is not None and exporter.running:
        text = f"{state.done}/{state.total}" if state.total else "starting"
        imgui.same_line(room - t.px(90 + 8 + t.row + 6) - ui.measure(text, t.small))
        ui.label(text, "dim", t.small, height=t.row)
        imgui.same_line(0, t.px(6))
        ui.progress(state.done / max(state.total, 1), t.px(90))
        ui.tip(f"Exporting {Path(state.path).name}")
        imgui.same_line(0, t.px(4))
        if ui.button(glyph="x", kind="ghost", id_="##cancelexport", hint="Give up this film"):
            scene = scene.ask(CancelExport())
        return scene
    imgui.same_line(0, 0)
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(imgui.get_content_region_avail().x - width, t.px(4)))
    if ui.button(
        "Export", "film-strip", width=width, hint="A film of it", keys="Ctrl+E", enabled=bool(timeline.acting)
    ):
        scene = scene.ask(ShowDialog("export"))
    return scene


# -- constant speed --------------------------------------------------------------------------------------------------


def _constant_speed(scene: Scene, facts: Facts) -> Scene:
    timeline, measuring = scene.document.timeline, facts.scratch.get(Measuring)
    hint = "Moves moments in time so that the picture changes by the same amount in every second"
    on = timeline.constant_speed or measuring.of is not None
    wanted = ui.switch("Constant speed", on, hint)
    imgui.same_line(0, t.px(8))
    if measuring.of is not None:
        ui.label(f"measuring {share(scene, facts):.0f} %", "dim", t.small, height=t.row)
    elif timeline.constant_speed and timeline.retiming and timeline.retiming.measured != fingerprint(timeline):
        if ui.button("Measure again", hint="The keys have changed since the picture's change was measured"):
            measuring.of = changes(scene)
    else:
        imgui.dummy(V(1, t.px(t.row)))
    return scene if wanted == on else toggled_constant(scene, facts)
