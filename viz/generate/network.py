"""Network: which file makes the pictures, what it is, and the snapshots of its run."""

import os
from dataclasses import dataclass, replace
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import Loading, ModelInfo, Network
from viz.files.bundled import bundled
from viz.state.facts import Facts, Snapshot
from viz.state.followed_run import Following, Scrub
from viz.state.params import put
from viz.state.scene import Beside, Follow, OpenNetwork, Scene, ShowDialog
from viz.state.snapshots import current, nearest
from viz.ui import widgets as ui
from viz.ui.numbers import kimg_text
from viz.ui.theme import current as t

_RECENT = 8
"""Recent networks in the list."""


@dataclass
class Typed:
    """What was typed into the list's field, and where the snapshot slider is held."""

    path: str = ""
    kimg: float | None = None


def clean_source(text: str) -> str:
    """A path, URL or folder as people paste it: without quotes and spaces around it; `~` and file: URLs resolved."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    if text.lower().startswith("file://"):
        text = unquote(urlsplit(text).path)
        if os.name == "nt":
            text = text.lstrip("/")
    return os.path.expanduser(text) if text.startswith("~") else text


def source_name(source: str) -> str:
    """What a source is called in a narrow field: a bundled network's name, else the file's or folder's."""
    for known, name in bundled():
        if source == known:
            return name
    path = urlsplit(source).path if "://" in source else source.replace("\\", "/")
    return PurePath(path.rstrip("/")).name or source


def details(model: ModelInfo, source: str) -> str:
    """Everything known of a network, a line each."""
    classes = f"{model.c_dim} classes" if model.c_dim else "unconditional"
    layers = [f"{len(model.layers)} layers"] if model.layers else []
    if model.noise_layers:
        layers.append(f"{len(model.noise_layers)} with noise")
    lines = [
        source or "Demo network",
        f"{model.family}, {model.resolution} × {model.resolution} × {model.img_channels}, {classes}",
        f"z {model.z_dim} → {model.num_ws} w vectors of {model.w_dim}",
        ", ".join(layers),
        model.device,
        model.notice,
    ]
    return "\n".join(line for line in lines if line)


def summary(model: ModelInfo | None, loading: Loading | None) -> str:
    """`StyleGAN3-T · 256`, or how far the next one is."""
    if loading:
        return "loading" if loading.share is None else f"loading {loading.share * 100:.0f} %"
    return f"{model.family} · {model.resolution}" if model else "none yet"


def draw(scene: Scene, facts: Facts) -> Scene:
    """The section."""
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
        scene = scene.ask(ShowDialog("browse-network"))
    imgui.set_next_window_pos(V(low.x, high.y + t.px(2)), imgui.Cond_.appearing)
    return _list(scene, facts, imgui.get_content_region_avail().x)


def _loading_bar(a: V, b: V, share: float | None, now: float) -> None:
    """Along the field's lower edge: how much is there, or a piece running while that is not known."""
    ui.fill(a, b, "active", 1, 1)
    width = b.x - a.x
    if share is not None:
        ui.fill_part(a, b, a.x, a.x + width * share, "accent", 1, 1)
        return
    start = (now * 0.6) % 1.3 - 0.3
    ui.fill_part(a, b, a.x + width * max(0.0, start), a.x + width * min(1.0, start + 0.3), "accent", 1, 1)


def _list(scene: Scene, facts: Facts, width: float) -> Scene:
    """The popup behind the field: type or paste, recent networks, bundled networks."""
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
    entered, typed.path = imgui.input_text_with_hint("##path", "Paste path or URL…", typed.path, flags)
    ui.tip("A network file, the URL of one, or a run folder, whose newest snapshot is opened")
    imgui.same_line(0, t.px(6))
    wanted = clean_source(typed.path)
    if (ui.button("Open", kind="primary", id_="##open", enabled=bool(wanted)) or entered) and wanted:
        chosen = wanted
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
            if ui.list_row(f"{kind} {index}", source_name(source), source == now, note, "cube"):
                chosen = source
            ui.tip(source or "Comes with StyleScope")
        imgui.pop_style_var()
    if chosen is not None or imgui.is_key_pressed(imgui.Key.escape, False):  # the field alone would take the first Esc
        imgui.close_current_popup()
    if chosen is not None:
        scene = scene.ask(OpenNetwork(chosen))
    imgui.end_popup()
    return scene


def _snapshots(scene: Scene, facts: Facts) -> Scene:
    """A slider through the run's snapshots. The rest of the document stays, so the same face is seen to learn."""
    found, network = facts.snapshots, scene.document.network
    typed, index = facts.scratch.get(Typed), current(facts.snapshots, network.source)
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
    # Snapshots lie apart: the place in between is kept while held, so that small steps add up to the next one.
    typed.kimg = value if imgui.is_item_active() else None
    if imgui.is_item_hovered():
        facts.scratch.get(Scrub).active = True
    chosen = found[nearest(found, value)].path
    if value == shown or chosen == found[index].path:
        return scene
    facts.scratch.get(Following).stop()
    return put(scene, "document.network", replace(network, source=chosen, reload=Network().reload))


def _run(scene: Scene, facts: Facts, found: tuple[Snapshot, ...]) -> Scene:
    """Follow the run, or put another of its snapshots beside this one."""
    folder = os.path.dirname(found[-1].path)
    on = facts.scratch.get(Following).folder == folder
    ui.row_label("Run", on)
    hint = "Shows each new snapshot as it appears; all else stays as you set it, and no step is added to the history"
    if ui.switch("Follow", on, hint) != on:
        scene = scene.ask(Follow("" if on else folder))
    imgui.same_line(0, t.px(12))
    here = current(found, scene.document.network.source)
    other = found[0 if here else -1]
    room = imgui.get_content_region_avail().x
    hint = "The same picture as another snapshot draws it, at the right of a line; choose which under Compare"
    if ui.button("Beside…", width=room, id_="##beside", hint=hint, enabled=len(found) > 1):
        scene = scene.ask(Beside(other.path))
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
