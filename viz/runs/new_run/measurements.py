"""Inputs of a metric run: networks, single or many snapshots of a run, and metrics with their cost."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.bundled import DEMO
from foundation.specs.draft import Draft
from foundation.specs.formats import read_names
from foundation.specs.measures import MEASURES, cost, pictures
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.options import fields
from viz.runs.new_run import fields as rows
from viz.runs.new_run.form import Form, every_kth
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.state.snapshots import current, snapshots_of
from viz.ui import widgets as ui
from viz.ui.numbers import kimg_text
from viz.ui.theme import current as t

METRICS = next(part for part in fields(MetricRunSpec) if part.name == "metrics")
_ROWS = 5
"""Number of visible networks."""


@dataclass
class Choosing:
    """Snapshots of a run to be added."""

    run: str = ""
    every: int = 1


def networks(scene: Scene, facts: Facts, form: Form, width: float) -> bool:
    """Draw the networks to measure. Returns True if one is to be browsed for."""
    ui.heading("Networks", f"{len(form.networks)} chosen" if form.networks else "none yet")
    _list(form, width)
    shown = _shown(scene, facts)
    if ui.button("Add the one shown", "plus", id_="##addshown", hint=shown, enabled=shown not in form.networks):
        form.networks = (*form.networks, shown)
    imgui.same_line(0, t.px(6))
    browse = ui.button("Browse…", "folder-open", id_="##addfile", hint="A network file, or a run folder's newest")
    _run(scene, facts, form, width)
    ui.space(8)
    return browse


def _shown(scene: Scene, facts: Facts) -> str:
    """Return the file of the shown network; the newest snapshot if a run folder is open."""
    source = scene.document.network.source
    found = facts.snapshots
    return found[current(found, source)].path if found else source or str(DEMO)


def _list(form: Form, width: float) -> None:
    h = t.px(t.row)
    if not form.networks:
        ui.label("What you add is measured in this order", "faint", height=t.row)
        return
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    if imgui.begin_child("networks", V(width, h * min(_ROWS, len(form.networks)))):
        for index, path in enumerate(form.networks):
            p = imgui.get_cursor_screen_pos()
            room = imgui.get_content_region_avail().x
            name, folder = os.path.basename(path), os.path.basename(os.path.dirname(path))
            x = p.x + ui.draw(ui.icon("cube"), p.x, p.y, "dim", 11, height=h) + t.px(8)
            x += ui.draw(ui.ellipsis(name, room * 0.6), x, p.y, "text", height=h) + t.px(10)
            ui.draw(ui.ellipsis(folder, p.x + room - t.px(30) - x, t.small), x, p.y, "faint", t.small, height=h)
            imgui.set_cursor_screen_pos(V(p.x + room - t.px(22), p.y))
            if ui.button(glyph="x", kind="ghost", width=t.px(20), id_=f"##remove{index}", hint="Not this one"):
                form.networks = form.networks[:index] + form.networks[index + 1 :]
    imgui.end_child()
    imgui.pop_style_var()


def _run(scene: Scene, facts: Facts, form: Form, width: float) -> None:
    """Draw the choice of a run's snapshots: all, or every k-th."""
    choosing = facts.scratch.get(Choosing)
    runs = _runs(facts)
    if not runs:
        return
    if choosing.run not in runs:
        choosing.run, choosing.every = runs[0], 1
    names = [os.path.basename(run) for run in runs]
    if ui.choice("From run", names[runs.index(choosing.run)], width=width - t.px(t.label)):
        imgui.open_popup("runs")
    picked, _ = ui.pick("runs", names, runs.index(choosing.run), width=width - t.px(t.label))
    if picked is not None:
        choosing.run = runs[picked]
    found = snapshots_of(choosing.run)
    hint = "1 takes all snapshots, 2 every second; the newest is always among them"
    every = ui.number("Every", choosing.every, width=t.px(96), default=1, hint=hint)
    choosing.every = min(max(every, 1), max(len(found), 1))
    chosen = every_kth([one.path for one in found], choosing.every)
    imgui.same_line(0, t.px(8))
    span = f"{kimg_text(found[0].kimg)} to {kimg_text(found[-1].kimg)} kimg" if found else ""
    text = f"Take {len(chosen)} of {len(found)}"
    if ui.button(text, "plus", id_="##takeall", hint=f"Instead of those above: {span}", enabled=bool(chosen)):
        form.networks = chosen


def _runs(facts: Facts) -> list[str]:
    """Return folders with snapshots: that of the shown network, then all known runs."""
    own = [os.path.dirname(facts.snapshots[0].path)] if facts.snapshots else []
    others = [run.folder for run in facts.runs if run.kind == "train" and run.folder not in own]
    return own + [folder for folder in others if snapshots_of(folder)]


def metrics(form: Form, problem: str, width: float) -> None:
    """Draw the typed names, and the available metrics with their detector and number of images."""
    chosen = _chosen(form.draft)
    ui.heading("Metrics", cost(chosen, len(form.networks)) if chosen else "none yet")
    form.put(rows.row(form.draft, METRICS, problem, width).draft)
    draft = form.draft
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(4), 0))
    for one in MEASURES:
        p, h = imgui.get_cursor_screen_pos(), t.px(t.row)
        on = one.name in chosen
        imgui.push_id(one.name)
        if ui.switch("", on) != on:
            form.put(draft.put("metrics", ",".join(toggled(chosen, one.name)) or "none"))
        needs = f"\nNeeds {one.needs}." if one.needs else ""
        look = f"\nLooks with {one.looks_with}." if one.looks_with else ""
        ui.tip(f"{one.title}.{look}{needs}\nDraws {pictures(one.name):,} pictures of each network.")
        imgui.pop_id()
        x = p.x + t.px(36)
        x += ui.draw(one.name, x, p.y, "text" if on else "dim", height=h) + t.px(10)
        end = p.x + width
        end -= ui.draw(one.looks_with or "—", end, p.y, "faint", t.small, align=1, height=h) + t.px(8)
        ui.draw(ui.ellipsis(one.title, end - x, t.small), x, p.y, "faint", t.small, height=h)
    imgui.pop_style_var()
    ui.space(6)


def toggled(chosen: Sequence[str], name: str) -> tuple[str, ...]:
    """Return the names with one toggled; explicit names replace "auto", and vice versa."""
    if name in chosen:
        return tuple(one for one in chosen if one != name)
    return (name,) if name == "auto" else (*(one for one in chosen if one != "auto"), name)


def _chosen(draft: Draft) -> tuple[str, ...]:
    """Return the names in the field."""
    text = draft.entries.get("metrics", "")
    return read_names(text) if isinstance(text, str) and text.strip() else ("auto",)
