"""Dialog for a new run: the form at the left, a summary at the right, and Start."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from imgui_bundle import ImVec2 as V
from imgui_bundle import hello_imgui, imgui

from foundation.specs.options import Field, fields
from training_launcher import presets
from viz.files.browse_purposes import MEASURED, OUTDIR
from viz.runs.actions import StartRun
from viz.runs.labels import worded
from viz.runs.new_dataset.state import MakeDataset
from viz.runs.new_run import fields as rows
from viz.runs.new_run import measurements
from viz.runs.new_run.fields import executor, waits_for
from viz.runs.new_run.form import ELSEWHERE, SPECS, Form, Kind, Verdict, at_home, judge, words
from viz.state.facts import Facts
from viz.state.scene import Action, Scene, ShowDialog, Window
from viz.state.snapshots import run_folders
from viz.ui import widgets as ui
from viz.ui.theme import current as t

_MAKE = "Pictures of any size, of a folder, a zip file or a film, cropped to squares of one size"
_SIDE = 330
"""Width of the right side, in design lengths."""
_KINDS: tuple[tuple[str, str], ...] = (
    ("Train", "A network on a dataset"),
    ("Metrics", "How good the pictures of networks are"),
    ("Video", "A film of the timeline, as it is now"),
)
_KIND: tuple[Kind, ...] = ("train", "metrics")


@dataclass
class _Dialog:
    """Form state of one window."""

    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class TakePath(Action):
    """Enter a browsed path into a field of the form."""

    path: str
    field: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene that opens the form again."""
        started(scene, window.facts).take_path(self.field, self.path)
        return scene.request(ShowDialog("new-run"))


def form_of(facts: Facts) -> Form:
    """Return the form."""
    return facts.scratch.get(_Dialog).form


def started(scene: Scene, facts: Facts) -> Form:
    """Return the form, with its first values where it was not shown before."""
    start(scene, facts)
    return form_of(facts)


def start(scene: Scene, facts: Facts) -> None:
    """Open the dialog in its last state; initially with the smallest recommended configuration."""
    form = form_of(facts)
    form.looker.forget()
    form.browsing = ""
    form.begin = not _given(form, "data")
    if not form.shown:
        form.shown = True
        form.outdir = form.outdir or run_folders(scene.settings, "")[0]
        for kind in _KIND:
            offered = [one for one in presets.load() if one.kind == kind]
            if offered:  # prefers one for any computer over one that needs a GPU
                form.take(next((one for one in offered if one.values.get("device") == "cpu"), offered[-1]))


def draw(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    """Draw the dialog. Returns the scene, and True once the dialog is done."""
    form = form_of(facts)
    scene, other = _title(scene, form)
    if other:
        return scene, True
    verdict = _judged(form)
    view = imgui.get_main_viewport().size
    height = min(view.y - t.px(72 + 40 + 28 + 40 + 42), t.px(620))
    side = min(t.px(_SIDE), imgui.get_content_region_avail().x * 0.42)
    browse = ""
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(8), t.px(4)))
    if imgui.begin_child("form", V(imgui.get_content_region_avail().x - side - t.px(20), height)):
        browse = _form(scene, facts, form, verdict)
    imgui.end_child()
    imgui.same_line(0, t.px(20))
    if imgui.begin_child("side", V(side, height)):
        scene, more = _side(scene, facts, form, verdict)
        browse = more or browse
    imgui.end_child()
    imgui.pop_style_var()
    if browse:
        return scene.request(ShowDialog(browse, partial(TakePath, field=form.browsing))), True
    return _foot(scene, facts, form, verdict)


def _judged(form: Form) -> Verdict:
    """Return the verdict on the form, recomputed on a change."""
    data = form.draft.entries.get("data", "")
    dataset = form.looker.ask(data if isinstance(data, str) else "", hello_imgui.request_refresh)
    reads = (form.kind, form.draft, form.outdir, form.networks, form.executor, form.slurm, dataset)
    if form.judged != reads:
        verdict = judge(form, dataset)
        command = shlex.join(words(form, verdict)) if verdict.spec is not None else ""
        form.judged, form.verdict = reads, replace(verdict, command=command)
    return form.verdict


def _title(scene: Scene, form: Form) -> tuple[Scene, bool]:
    """Draw the title and the kinds of runs. Returns True if another dialog is requested."""
    p = imgui.get_cursor_screen_pos()
    ui.label("New run", "text", 15, "bold", height=28)
    imgui.set_cursor_screen_pos(V(p.x + t.px(110), p.y + t.px(2)))
    now = _KIND.index(form.kind)
    picked = ui.segmented("kind", [name for name, _ in _KINDS], now, t.px(260), hints=[hint for _, hint in _KINDS])
    ui.space(8)
    if picked >= len(_KIND):
        return scene.request(ShowDialog("export")), True
    form.kind = _KIND[picked]
    return scene, False


def _form(scene: Scene, facts: Facts, form: Form, verdict: Verdict) -> str:
    """Draw the left side. Returns the requested browse mode."""
    width, browse = imgui.get_content_region_avail().x - t.px(4), ""
    _presets(form, width)
    if form.kind == "metrics":
        if measurements.networks(scene, facts, form, width):
            form.browsing, browse = "networks", MEASURED
        measurements.metrics(form, verdict.problems.get("metrics", ""), width)
    above = ("metrics",) if form.kind == "metrics" else ()
    parts = [part for part in fields(SPECS[form.kind]) if part.name not in (*ELSEWHERE, *above)]
    parts.sort(key=lambda part: bool(part.option.group))
    for group, members in groupby(sorted(parts, key=lambda part: part.option.group), lambda part: part.option.group):
        browse = _group(scene, form, group, list(members), verdict.problems, width) or browse
    return browse


def _presets(form: Form, width: float) -> None:
    offered = [one for one in presets.load() if one.kind == form.kind]
    if not offered:
        return
    names = [one.title for one in offered]
    index = next((i for i, one in enumerate(offered) if one is form.taken.get(form.kind)), -1)
    hint = "Recommended configurations; dataset, folder, devices and notes stay as you typed them"
    p = imgui.get_cursor_screen_pos()
    ui.draw("Preset", p.x, p.y, "dim", height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + t.px(rows.LABEL), p.y))
    room = width - t.px(rows.LABEL)
    shown = names[index] if index >= 0 else "None"
    if ui.choice("preset", shown, "sliders-horizontal", width=room, show_label=False, hint=hint):
        imgui.open_popup("presets")
    picked, _ = ui.pick("presets", names, index, width=room)
    if picked is not None:
        form.take(offered[picked])
    if index >= 0 and offered[index].note:
        imgui.set_cursor_screen_pos(V(p.x + t.px(rows.LABEL), imgui.get_cursor_screen_pos().y - t.px(2)))
        ui.wrapped(offered[index].note, "faint", t.small)
    ui.space(4)


def _group(scene: Scene, form: Form, group: str, parts: list[Field], problems: Mapping[str, str], width: float) -> str:
    """Draw one group of fields, folded unless it is the basic one. Returns the requested browse mode."""
    if group:
        changed = sum(form.draft.changed(part) for part in parts)
        wrong = sum(part.name in problems for part in parts)
        summary = f"{wrong} to correct" if wrong else f"{changed} changed" if changed else "defaults"
        imgui.push_id("group")
        unfolded = ui.section(group, summary=summary, open_=False)
        imgui.pop_id()
        if not unfolded:
            return ""
    browse = ""
    for part in parts:
        given = _given(form, part.name)
        problem = problems.get(part.name, "") if given or not part.required else ""
        begin = form.begin and part.name == "data" and form.kind == "train"
        touched = rows.cached_row(scene, form.draft, part, problem, width, begin)
        form.put(touched.draft)
        form.begin = form.begin and not begin
        if part.name == "data":
            form.unwritten = touched.typing and not given
        if touched.browse:
            form.browsing, browse = part.name, touched.browse
    ui.space(6)
    return browse


def _side(scene: Scene, facts: Facts, form: Form, verdict: Verdict) -> tuple[Scene, str]:
    """Draw the right side: executor, dataset summary, command. Returns the scene and the requested browse mode."""
    browse, width = "", imgui.get_content_region_avail().x - t.px(4)
    ui.heading("Folder for runs")
    imgui.set_next_item_width(width - t.px(t.row + 4))
    _, form.outdir = ui.input_text("##outdir", form.outdir)
    ui.tip("The run makes a folder of its own in it")
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="folder-open", id_="##browse-outdir", hint="Browse"):
        form.browsing, browse = "outdir", OUTDIR
    if "outdir" in verdict.problems:
        ui.wrapped(verdict.problems["outdir"], "bad", t.small)
    ui.space(8)
    executor(form, width)
    scene = _dataset(scene, form)
    _command(form, verdict, width)
    return scene, browse


def _dataset(scene: Scene, form: Form) -> Scene:
    """Draw what the dataset is, and the way to one of one's own pictures."""
    data = form.draft.entries.get("data", "")
    if not isinstance(data, str) or not data.strip():
        if form.kind == "train":
            ui.heading("Dataset")
            if ui.button("Make one of your pictures…", "images", id_="##makeone", hint=_MAKE):
                scene = scene.request(MakeDataset())
            ui.space(8)
        return scene
    found = form.looker.ask(data, hello_imgui.request_refresh)
    ui.heading("Dataset")
    if found is None:
        ui.label("Looking…", "faint", height=t.row)
    else:
        ui.wrapped(str(found), "bad" if found.problem else "text")
        offered = form.kind == "train" and found.needs_making
        if offered and ui.button("Make a dataset of it…", "images", id_="##makeone", hint=_MAKE):
            scene = scene.request(MakeDataset(at_home(data)))
    ui.space(8)
    return scene


def _command(form: Form, verdict: Verdict, width: float) -> None:
    """Draw the exact command with a copy button."""
    p = imgui.get_cursor_screen_pos()
    ui.heading("Command line")
    if verdict.spec is None:
        ui.wrapped("It appears here once every field is valid.", "faint", t.small)
        return
    text = verdict.command
    after = imgui.get_cursor_screen_pos()
    imgui.set_cursor_screen_pos(V(p.x + width - t.px(66), p.y - t.px(2)))
    if ui.button("Copy", "copy", kind="ghost", height=20, id_="##copycommand", hint="Starts the very same run"):
        ui.copy_text(text)
    imgui.set_cursor_screen_pos(after)
    imgui.push_style_color(imgui.Col_.child_bg, t.vec4("canvas", 0.6))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(8), t.px(6)))
    flags = imgui.ChildFlags_.always_use_window_padding | imgui.ChildFlags_.auto_resize_y
    if imgui.begin_child("command", V(width, 0), flags):
        ui.wrapped(text, "dim", t.small)
    imgui.end_child()
    imgui.pop_style_var()
    imgui.pop_style_color()


def _foot(scene: Scene, facts: Facts, form: Form, verdict: Verdict) -> tuple[Scene, bool]:
    """Draw why the run cannot start or what it waits for, and Follow, Cancel, Start."""
    ui.space(10)
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    buttons = ui.measure("Start", weight="bold") + ui.measure("Close") + t.px(24 + 16 + 8)
    right = p.x + width - buttons
    if form.kind == "train":
        right -= ui.measure("Follow") + t.px(26 + 8 + 16)
    note = worded(verdict.reason, fields(SPECS[form.kind])) or waits_for(form, facts.runs)
    if note:
        warns = bool(verdict.reason) and not _to_begin(form, verdict)
        mark, token = (ui.icon("warning"), "warn") if warns else (ui.icon("info"), "dim")
        x = p.x + ui.draw(mark, p.x, p.y, token, 12, height=t.px(t.row)) + t.px(8)
        imgui.dummy(V(1.0, ui.sentence(note, x, p.y, right - x - t.px(12), token)))
    imgui.set_cursor_screen_pos(V(right, p.y))
    if form.kind == "train":
        form.follow = ui.switch("Follow", form.follow, "Show each snapshot in the explorer as soon as it is there")
        imgui.same_line(0, t.px(16))
    closed = ui.button("Close", id_="##close", hint="What you typed stays until the window closes", keys="Esc")
    imgui.same_line(0, t.px(8))
    wrong = bool(verdict.reason)
    if ui.button("Start", kind="primary", id_="##start", hint=note or "Starts at once", enabled=not wrong):
        follow = form.follow and form.kind == "train"
        return scene.request(StartRun(verdict.spec, form.outdir, form.executor, form.slurm_options(), follow)), True
    return scene, closed


def _given(form: Form, name: str) -> bool:
    return bool(str(form.draft.entries.get(name, "")).strip())


def _to_begin(form: Form, verdict: Verdict) -> bool:
    """Return True while nothing is wrong but fields that are still empty."""
    empty = {part.name for part in fields(SPECS[form.kind]) if not _given(form, part.name)}
    return set(verdict.problems) <= empty


def unwritten(facts: Facts) -> bool:
    """Return True while the field that the form began with has the keyboard, and nothing was typed."""
    return form_of(facts).unwritten


def waits(facts: Facts) -> bool:
    """Return True while the dialog is hidden by the file browser."""
    return bool(form_of(facts).browsing)
