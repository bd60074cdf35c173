"""Network: source file, model details, and the snapshots of its run."""

import os
from dataclasses import dataclass, replace
from pathlib import PurePath
from urllib.parse import urlsplit

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.words import counted
from renderer.ipc.protocol import Loading, ModelInfo, Network
from viz.files.actions import OpenNetwork
from viz.files.sources import bundled, clean_source
from viz.state.facts import Facts, Snapshot
from viz.state.followed_run import Follow, PutBeside
from viz.state.interaction import Following
from viz.state.params import put
from viz.state.scene import Scene, ShowDialog
from viz.state.snapshots import current, drawn, nearest
from viz.ui import widgets as ui
from viz.ui.numbers import kimg_text
from viz.ui.theme import current as t

_RECENT = 8
"""Maximum number of recent networks in the list."""


@dataclass
class Typed:
    """Text typed into the list's field, and position of the snapshot slider while it is dragged."""

    path: str = ""
    kimg: float | None = None


def source_name(source: str) -> str:
    """Return a short name of a source: of a bundled network its name, else that of the file or folder."""
    for known, name in bundled():
        if source == known:
            return name
    path = urlsplit(source).path if "://" in source else source.replace("\\", "/")
    return PurePath(path.rstrip("/")).name or source


def details(model: ModelInfo, source: str) -> str:
    """Return all known facts of a network, one per line."""
    classes = counted(model.c_dim, "class", "classes") if model.c_dim else "unconditional"
    layers = [counted(len(model.layers), "layer")] if model.layers else []
    if model.noise_layers:
        layers.append(f"{len(model.noise_layers)} with noise")
    lines = [
        source or "Demo network",
        f"{model.family}, {model.width} × {model.height} × {model.img_channels}, {classes}",
        f"z {model.z_dim} → {model.num_ws} w vectors of {model.w_dim}",
        ", ".join(layers),
        model.device,
        "The generator as trained, G, not its average" if model.network.raw else "",
        model.notice,
    ]
    return "\n".join(line for line in lines if line)


def summary(model: ModelInfo | None, loading: Loading | None) -> str:
    """Return a summary such as `StyleGAN3-T · 256`, or the progress of loading."""
    if loading:
        return "loading" if loading.share is None else f"loading {loading.share * 100:.0f} %"
    return f"{model.family} · {model.resolution}" if model else "none yet"


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    if not ui.section("Network", summary=summary(facts.model, facts.loading)):
        return scene
    scene = _field(scene, facts)
    if len(facts.snapshots) > 1:
        scene = _snapshots(scene, facts)
    if facts.snapshots:
        scene = _run(scene, facts, facts.snapshots)
    if facts.model and facts.model.notice and not facts.loading:
        _notice(facts.model.notice)
    ui.space(6)
    return scene


def _field(scene: Scene, facts: Facts) -> Scene:
    width, source = imgui.get_content_region_avail().x - t.px(t.row + 4), scene.document.network.source
    model = facts.model if facts.model and facts.model.network == scene.document.network else None
    hint = details(model, source) if model else source or "Comes with StyleScope"
    if ui.choice("Network file", source_name(source), "cube", width=width, show_label=False, hint=hint):
        imgui.open_popup("networks")
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    if facts.loading:
        _loading_bar(V(low.x, high.y - t.px(2)), high, facts.loading.share, facts.now)
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="folder-open", id_="##browse", hint="Browse for a network file or a run folder", keys="Ctrl+O"):
        scene = scene.request(ShowDialog("browse-network"))
    imgui.set_next_window_pos(V(low.x, high.y + t.px(2)), imgui.Cond_.appearing)
    return _list(scene, facts, imgui.get_content_region_avail().x)


def _loading_bar(a: V, b: V, share: float | None, now: float) -> None:
    """Draw load progress along the field's lower edge: a bar, or a moving segment while progress is unknown."""
    ui.fill(a, b, "active", 1, 1)
    width = b.x - a.x
    if share is not None:
        ui.fill_part(a, b, a.x, a.x + width * share, "accent", 1, 1)
        return
    start = (now * 0.6) % 1.3 - 0.3
    ui.fill_part(a, b, a.x + width * max(0.0, start), a.x + width * min(1.0, start + 0.3), "accent", 1, 1)


def _list(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the popup of the field: path input, recent networks, bundled networks."""
    imgui.set_next_window_size(V(max(width, t.px(300)), 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(6), t.px(6)))
    opened = imgui.begin_popup("networks")
    imgui.pop_style_var()
    if not opened:
        return scene
    typed, chosen = facts.scratch.get(Typed), None
    if imgui.is_window_appearing():
        typed.path = ""
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(imgui.get_content_region_avail().x - ui.measure("Open", weight="bold") - t.px(22))
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.elide_left
    entered, typed.path = ui.input_text("##path", typed.path, "Paste path or URL…", flags)
    ui.tip("A network file, the URL of one, or a run folder, whose newest snapshot is opened")
    imgui.same_line(0, t.px(6))
    wanted = clean_source(typed.path)
    if (ui.button("Open", kind="primary", id_="##open", enabled=bool(wanted)) or entered) and wanted:
        chosen = wanted
    scene = _in_file(scene, facts)
    now = scene.document.network.source
    known = [source for source, _ in bundled()]
    recent = [source for source in scene.settings.recent if source not in known][:_RECENT]
    for kind, title, sources in (("recent", "Recent", recent), ("bundled", "Comes with StyleScope", known)):
        if not sources:
            continue
        ui.space(6)
        ui.heading(title)
        imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
        for index, source in enumerate(sources):
            note = "" if source in known else os.path.dirname(source)
            if ui.list_row(f"{kind} {index}", source_name(source), source == now, note, "cube", place=True):
                chosen = source
            ui.tip(source or "Comes with StyleScope")
        imgui.pop_style_var()
    if chosen is not None or imgui.is_key_pressed(imgui.Key.escape, False):  # the text field consumes the first Esc
        imgui.close_current_popup()
    if chosen is not None:
        scene = scene.request(OpenNetwork(chosen))
    imgui.end_popup()
    return scene


_GENERATORS = {"G_ema": "Moving average", "G": "As trained"}
"""Names of a file's generators."""


def _in_file(scene: Scene, facts: Facts) -> Scene:
    """Draw the choice of the generators in the open file, where it holds two."""
    network, model = scene.document.network, facts.model
    if model is None or len(model.generators) < 2 or model.network.source != network.source:
        return scene
    ui.space(6)
    ui.heading("In this file")
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    for name in model.generators:
        raw = name == "G"
        if ui.list_row(f"generator {name}", _GENERATORS[name], network.raw == raw, name, "cube") and network.raw != raw:
            scene = put(scene, "document.network", replace(network, raw=raw))
            imgui.close_current_popup()
        ui.tip("The generator at the last step" if raw else "The average over the last steps, which draws best")
    imgui.pop_style_var()
    return scene


def _snapshots(scene: Scene, facts: Facts) -> Scene:
    """Draw a slider over the run's snapshots. The rest of the document is unchanged, so one face can be compared."""
    found, network = facts.snapshots, scene.document.network
    typed, index = facts.scratch.get(Typed), current(facts.snapshots, drawn(network.source, facts.model))
    shown = found[index].kimg if typed.kimg is None else typed.kimg
    ui.row_label("Snapshot", index != len(found) - 1)
    value = ui.slider(
        "kimg",
        shown,
        found[0].kimg,
        found[-1].kimg,
        found[-1].kimg,
        "kimg",
        "%.0f",
        origin=found[0].kimg,
        show_label=False,
        hint=_snapshot_hint(found, index),
    )
    # Snapshots are discrete: the position in between is stored while dragging, so that small steps add up.
    typed.kimg = value if imgui.is_item_active() else None
    if imgui.is_item_hovered():
        scene = scene.interacting(scrub=replace(scene.interaction.scrub, active=True))
    chosen = found[nearest(found, value)].path
    if value == shown or chosen == found[index].path:
        return scene
    scene = scene.interacting(following=Following())
    return put(scene, "document.network", replace(network, source=chosen, reload=Network().reload))


def _run(scene: Scene, facts: Facts, found: tuple[Snapshot, ...]) -> Scene:
    """Draw the controls that follow the run, or compare with another snapshot."""
    folder = os.path.dirname(found[-1].path)
    on = scene.interaction.following.folder == folder
    ui.row_label("Run", on)
    hint = "Shows each new snapshot as it appears; all else stays as you set it, and no step is added to the history"
    if ui.switch("Follow", on, hint) != on:
        scene = scene.request(Follow("" if on else folder))
    imgui.same_line(0, t.px(12))
    here = current(found, drawn(scene.document.network.source, facts.model))
    other = found[0 if here else -1]
    room = imgui.get_content_region_avail().x
    hint = "The same picture as another snapshot draws it, at the right of a line; choose which under Compare"
    if ui.button("Beside…", width=room, id_="##beside", hint=hint, enabled=len(found) > 1):
        scene = scene.request(PutBeside(other.path))
    return scene


def _snapshot_hint(found: tuple[Snapshot, ...], index: int) -> str:
    newest = "the newest" if index == len(found) - 1 else f"{index + 1}"
    return f"Networks of this run by training time in thousands of images: {newest} of {len(found)}, " + (
        f"after {kimg_text(found[index].kimg)} kimg"
    )


def _notice(text: str) -> None:
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    imgui.dummy(V(width, t.px(t.row)))
    ui.tip(text)
    x = p.x + ui.draw(ui.icon("info"), p.x, p.y, "warn", 12, height=t.px(t.row)) + t.px(6)
    ui.draw(ui.ellipsis(text, p.x + width - x, t.small), x, p.y, "dim", t.small, height=t.px(t.row))
