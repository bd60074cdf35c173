"""Display of the selected layer: channels, brightness and statistics."""

from dataclasses import replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import LayerInfo, Statistics
from viz.analysis.layers import Entry, channel_limit, chosen, clamped, entries
from viz.state.bands import short_name, size_text
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.icons import Glyph
from viz.ui.numbers import compact
from viz.ui.param_rows import slider_row, switch_row
from viz.ui.theme import current as t

CHANNEL = "view.display.channel"


def shown_text(scene: Scene, row: Entry | None, every: bool = True) -> str:
    """Describe the channels shown: `L8 · all channels`, `Picture · channel 2`."""
    name = "Picture" if row is None or row.layer is None else short_name(row.layer)
    display = scene.view.display
    if every:
        return f"{name} · all channels"
    if display.channels == "one":
        return f"{name} · channel {display.channel}"
    return f"{name} · channels {display.channel}–{display.channel + 2}"


def shown(scene: Scene, facts: Facts) -> Scene:
    """Draw the display settings and statistics of the selected layer."""
    row = chosen(scene, entries(scene, facts))
    if row is None:
        return scene
    scene = _controls(scene, facts, row.layer, row.info)
    frame = facts.figures.frame
    return _statistics(scene, facts, frame.statistics if frame else None, frame.selected if frame else None)


@cached
def _controls(scene: Scene, facts: Facts, layer: str | None, info: LayerInfo) -> Scene:
    """Draw the controls for channels and brightness."""
    kind = f"{size_text(info.height, info.width)} · {info.channels} channels"
    ui.heading("Picture" if layer is None else short_name(layer), kind)
    display, width = scene.view.display, imgui.get_content_region_avail().x
    ui.row_label("Channels", display.channels != "rgb")
    hints = ("Three neighbouring channels as red, green and blue", "A single channel in grey")
    now = int(display.channels == "one")
    mode = ui.segmented("channels", ("RGB", "One"), now, width - t.px(t.label), hints=hints, default=0)
    display = clamped(replace(display, channels="one" if mode else "rgb"), info.channels)
    scene = put(scene, "view.display", display)
    scene = _channel(scene, info.channels)
    ui.row_label("Normalise", display.normalize)
    imgui.push_id("normalize")
    scene = switch_row(scene, "view.display.normalize", "", "Divide each channel by its largest magnitude")
    imgui.pop_id()
    return slider_row(scene, "view.display.scale_db")


def _channel(scene: Scene, channels: int) -> Scene:
    """Draw the channel number with arrows to step through."""
    display, last = scene.view.display, channel_limit(channels, scene.view.display.channels)
    imgui.begin_disabled(not last)
    width = ui.row_label("Channel" if display.channels == "one" else "From", display.channel != 0)
    arrow, channel = t.px(20), display.channel
    ends: tuple[tuple[Glyph, int], ...] = (("caret-left", -1), ("caret-right", 1))
    for glyph, step in ends:
        if step > 0:
            imgui.same_line(0, t.px(2))
            path = "view.display.channel"
            scene = slider_row(scene, path, high=last, width=width - 2 * arrow - t.px(4), show_label=False)
            channel = scene.view.display.channel
            imgui.same_line(0, t.px(2))
        imgui.push_item_flag(imgui.ItemFlags_.button_repeat, True)
        hint = "Next channel" if step > 0 else "Previous channel"
        if ui.button(glyph=glyph, kind="ghost", width=arrow, hint=hint, id_=f"##channel{glyph}"):
            scene = put(scene, CHANNEL, min(last, max(0, channel + step)))
        imgui.pop_item_flag()
    imgui.end_disabled()
    return scene


@cached
def _statistics(scene: Scene, facts: Facts, whole: Statistics | None, shown: Statistics | None) -> Scene:
    """Draw mean, standard deviation and largest magnitude of all channels and of those shown."""
    rows = (("All", whole), ("Shown", shown))
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(18)
    step = (width - t.px(52)) / 3
    for k, name in enumerate(("Mean", "Std", "Max")):
        ui.draw(name, p.x + t.px(52) + (k + 1) * step, p.y, "faint", t.small, align=1, height=h)
    for i, (name, stats) in enumerate(rows):
        y = p.y + (i + 1) * h
        ui.draw(name, p.x, y, "dim", t.small, height=h)
        for k, text in enumerate(_figures(stats)):
            ui.draw(text, p.x + t.px(52) + (k + 1) * step, y, "text", t.small, align=1, height=h)
    imgui.dummy(V(width, 3 * h))
    ui.tip("Of the numbers before the gain. Max is the largest magnitude")
    return scene


def _figures(stats: Statistics | None) -> tuple[str, str, str]:
    return (compact(stats.mean), compact(stats.std), compact(stats.max)) if stats else ("–", "–", "–")
