"""Window "Snapshots": the networks of a run by training time, and the pictures that each drew."""

import os
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz import widgets as ui
from viz.facts import Facts, Snapshot
from viz.numbers import kimg_text
from viz.picture_file import PictureFile
from viz.scene import OpenNetwork, Scene, ShowDialog
from viz.snapshots import current, nearest
from viz.theme import current as t
from viz.widgets.buttons import Kind

LIST = 168
"""Least height of the list, design length."""


@dataclass
class _Looked:
    """The snapshot looked at: of which run, and which one."""

    run: str = ""
    path: str = ""


def draw(scene: Scene, facts: Facts) -> Scene:
    """The whole panel."""
    snapshots = facts.snapshots
    if not snapshots:
        text = "Its networks appear here, with the pictures that each drew"
        if ui.empty_state("flag", "No run is open", text, "Open run folder…"):
            scene = scene.ask(ShowDialog("browse-network"))
        return scene
    here, looked = current(snapshots, scene.document.network.source), facts.scratch.get(_Looked)
    run = os.path.dirname(snapshots[0].path)
    if looked.run != run or all(looked.path != one.path for one in snapshots):
        looked.run, looked.path = run, snapshots[here].path
    index = next(i for i, one in enumerate(snapshots) if one.path == looked.path)
    scene = _header(scene, os.path.basename(run))
    index = _slider(snapshots, index)
    scene, index = _keys(scene, snapshots, index, here)
    room = imgui.get_content_region_avail()
    _grid(facts, snapshots[index], room.x, max(t.px(80), room.y - t.px(LIST)))
    scene, index = _list(scene, snapshots, index, here)
    looked.path = snapshots[index].path
    return scene


def _header(scene: Scene, run: str) -> Scene:
    p, width, side = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(t.row)
    ui.draw(ui.ellipsis(run, width - side - t.px(8), 14, "bold"), p.x, p.y, "text", 14, "bold", height=side)
    imgui.set_cursor_screen_pos(V(p.x + width - side, p.y))
    if ui.button(glyph="folder-open", id_="##run", hint="Open another run folder"):
        scene = scene.ask(ShowDialog("browse-network"))
    return scene


def _slider(snapshots: tuple[Snapshot, ...], index: int) -> int:
    """Training time; rests only where there is a snapshot."""
    first, last = snapshots[0].kimg, snapshots[-1].kimg
    imgui.begin_disabled(len(snapshots) < 2)
    hint = "Look through the run; the network stays until you open one"
    asked = ui.slider("Looking at", snapshots[index].kimg, first, last, last, "kimg", "%.0f", hint=hint, origin=first)
    imgui.end_disabled()
    return nearest(snapshots, asked) if asked != snapshots[index].kimg else index


def _keys(scene: Scene, snapshots: tuple[Snapshot, ...], index: int, here: int) -> tuple[Scene, int]:
    """Step to a neighbour, and open what is looked at."""
    step = t.px(t.row)
    for glyph, by, hint in (("caret-left", -1, "Earlier snapshot"), ("caret-right", 1, "Later snapshot")):
        inside = 0 <= index + by < len(snapshots)
        if ui.button(glyph=glyph, width=step, hint=hint, id_=f"##{glyph}", enabled=inside) and inside:
            index += by
        imgui.same_line(0, t.px(4))
    text = "This one is open" if index == here else f"Open {kimg_text(snapshots[index].kimg)} kimg"
    width = imgui.get_content_region_avail().x
    hint = "Draw with this network; everything else stays as it is"
    kind: Kind = "plain" if index == here else "primary"
    if ui.button(text, kind=kind, width=width, id_="##open", hint=hint, enabled=index != here):
        scene = scene.ask(OpenNetwork(snapshots[index].path))
    ui.space(6)
    return scene, index


def _grid(facts: Facts, snapshot: Snapshot, width: float, height: float) -> None:
    """The pictures drawn at that time, as big as fits."""
    p, file = imgui.get_cursor_screen_pos(), facts.scratch.get(PictureFile)
    texture = file.get(snapshot.fakes) if snapshot.fakes else None
    if texture is not None:
        k = min(width / texture.width, height / texture.height)
        size = V(max(1.0, texture.width * k), max(1.0, texture.height * k))
        ui.picture(texture.id, (0, 0, 1, 1), V(p.x + (width - size.x) / 2, p.y), size, 3)
        imgui.dummy(V(width, size.y))
        ui.space(8)
        return
    box = min(height, t.px(120))
    ui.fill(p, V(p.x + width, p.y + box), "canvas", 0.55, 3)
    text = (file.error or "Reading…") if snapshot.fakes else "No pictures were kept at this time"
    ui.draw(ui.ellipsis(text, width - t.px(16), t.small), p.x + width / 2, p.y, "dim", t.small, align=0.5, height=box)
    imgui.dummy(V(width, box))
    ui.space(8)


def _list(scene: Scene, snapshots: tuple[Snapshot, ...], index: int, here: int) -> tuple[Scene, int]:
    """Every snapshot, newest first."""
    ui.heading("Snapshots", str(len(snapshots)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(4), 0))
    if imgui.begin_child("list", V(0, 0), imgui.ChildFlags_.nav_flattened):
        order = range(len(snapshots) - 1, -1, -1)
        clipper = imgui.ListClipper()
        clipper.begin(len(order), t.px(t.row))
        while clipper.step():
            for k in range(clipper.display_start, clipper.display_end):
                i = order[k]
                looked, opened = _row(snapshots[i], i == index, i == here)
                index = i if looked else index
                if opened:
                    scene = scene.ask(OpenNetwork(snapshots[i].path))
    imgui.end_child()
    imgui.pop_style_var()
    return scene, index


def _row(snapshot: Snapshot, looked: bool, here: bool) -> tuple[bool, bool]:
    """One snapshot: time, file, and a button to open it. Returns (looked at, opened)."""
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(t.row)
    name = os.path.basename(snapshot.path)
    tail = t.px(64)
    clicked = ui.hit(f"##{name}", V(width - tail, h))
    if looked or imgui.is_item_hovered():
        ui.fill(p, V(p.x + width, p.y + h), "accent" if looked else "hover", 0.16 if looked else 0.5, 4)
    ui.focus_ring()
    ui.tip(f"Look at {name}")
    ui.draw(kimg_text(snapshot.kimg), p.x + t.px(64), p.y, "text", align=1, height=h)
    ui.draw("kimg", p.x + t.px(68), p.y, "faint", t.small, height=h)
    if snapshot.fakes:
        ui.draw(ui.icon("images"), p.x + t.px(112), p.y, "faint", 11, align=0.5, height=h)
    ui.draw(ui.ellipsis(name, width - tail - t.px(136), t.small), p.x + t.px(128), p.y, "faint", t.small, height=h)
    imgui.set_cursor_screen_pos(V(p.x + width - tail, p.y))
    if here:
        imgui.dummy(V(tail, h))
        ui.draw("open", p.x + width - t.px(8), p.y, "accent", t.small, align=1, height=h)
        return clicked, False
    hint = "Draw with this network"
    return clicked, ui.button("Open", kind="ghost", width=tail, id_=f"##open{name}", hint=hint)
