"""Dialog for a new dataset: the form at the left, the pictures as they will be at the right, then the run that fits."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imgui_bundle import ImVec2 as V
from imgui_bundle import hello_imgui, imgui

from foundation.datasets.survey import Survey
from foundation.runs import PROGRESS_FILE, tail
from training_launcher.presets import Fitting, fitting
from training_launcher.run import Run
from viz.files.browse_purposes import PICTURES
from viz.runs.actions import StartRun, StopRun
from viz.runs.new_dataset import words
from viz.runs.new_dataset.state import (
    MAKING,
    SIZES,
    Form,
    MakeDataset,
    Making,
    dest_of,
    problem,
    run_of,
    size_of,
    spec_of,
    too_many,
)
from viz.runs.new_dataset.survey import CELL, COLUMNS, ROWS, Cut
from viz.runs.new_run.dialog import started
from viz.runs.new_run.form import Form as RunForm
from viz.runs.new_run.form import judge
from viz.runs.text import progress_text, share
from viz.state.facts import Facts
from viz.state.scene import Scene, ShowDialog
from viz.state.snapshots import run_folders
from viz.ui import widgets as ui
from viz.ui.theme import current as t

_LABEL, _NAME = 104, 118
"""Widths of the labels and of the options' names, in design lengths."""
_FOOT = 76
"""Height below the form, in design lengths."""
_COLOURS: tuple[tuple[str, int | None], ...] = (("As found", None), ("Grey", 1), ("Colour", 3), ("With alpha", 4))


def start(scene: Scene, facts: Facts) -> None:
    """Open the dialog in its last state; a finished one begins anew with the same pictures."""
    making = facts.services[MAKING]
    making.form.browsing = False
    made = run_of(making.form, facts)
    if made is not None and not made.live:
        making.form.making = ""


def draw(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    """Draw the dialog. Returns the scene, and True once the dialog is done."""
    making = facts.services[MAKING]
    form = making.form
    ui.label("New dataset", "text", 15, "bold", height=28)
    ui.space(4)
    if not form.source.strip():
        return _empty(scene, form)
    found, gpu = making.survey, making.surveyor.gpu
    size = size_of(form, found, gpu)
    dest = dest_of(form, size, scene)
    _preview(making, found, size)
    whole = imgui.get_content_region_avail().x
    side = min(t.px(390), whole * 0.46)
    top = imgui.get_cursor_screen_pos()
    room = imgui.get_main_viewport().size.y - t.px(72 + 40 + 28 + 28 + _FOOT)
    height = max(t.px(80), min(room, t.px(352)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(8), t.px(4)))
    imgui.begin_child("form", V(whole - side - t.px(20), height))
    imgui.begin_disabled(bool(form.making))
    browse = _form(form, found, size, dest)
    imgui.end_disabled()
    imgui.end_child()
    imgui.set_cursor_screen_pos(V(top.x + whole - side, top.y))
    imgui.begin_child("preview", V(side, height))
    _pictures(making, found, side)
    imgui.end_child()
    imgui.pop_style_var()
    if browse:
        form.browsing = True
        return scene.request(ShowDialog(PICTURES, MakeDataset)), True
    imgui.set_cursor_screen_pos(V(top.x, top.y + height + t.px(4)))
    run = run_of(form, facts)
    if run is not None and run.state == "finished":
        return _made(scene, facts, form, size, run)
    if form.making:
        return _working(scene, form, run)
    return _foot(scene, facts, form, found, size, dest)


def _empty(scene: Scene, form: Form) -> tuple[Scene, bool]:
    """Draw the dialog without pictures."""
    imgui.begin_child("empty", V(0, t.px(220)))
    text = "Drop a folder, a zip file or a film on the window"
    if ui.empty_state("images", "Pictures to learn from", text, "Choose…"):
        form.browsing = True
        imgui.end_child()
        return scene.request(ShowDialog(PICTURES, MakeDataset)), True
    imgui.end_child()
    closed = ui.button("Close", id_="##close", keys="Esc", hint="Nothing is made")
    return scene, closed


def _row(label: str, option: str, hint: str, width: float) -> float:
    """Draw the label of a row and the option's own name. Returns the width for its control, which follows."""
    p, h = imgui.get_cursor_screen_pos(), t.px(t.row)
    imgui.dummy(V(t.px(_LABEL - 8), h))
    ui.tip(hint)
    ui.draw(label, p.x, p.y, "dim", height=h)
    name = ui.ellipsis(option, t.px(_NAME - 8), t.small)
    ui.draw(name, p.x + width, p.y, "faint", t.small, align=1, height=h)
    imgui.set_cursor_screen_pos(V(p.x + t.px(_LABEL), p.y))
    return width - t.px(_LABEL + _NAME)


def _form(form: Form, found: Survey, size: int, dest: str) -> bool:
    """Draw the rows. Returns True if the pictures are to be browsed for."""
    width = imgui.get_content_region_avail().x - t.px(4)
    room = _row("Pictures", "source", "A folder, a zip file or a film; or drop one on the window", width)
    imgui.set_next_item_width(room - t.px(t.row + 4))
    changed, source = ui.input_text("##source", form.source)
    if changed:
        form.source, form.partial = source, False
    imgui.same_line(0, t.px(4))
    browse = ui.button(glyph="folder-open", id_="##browse", hint="Browse")
    room = _row("Save as", "dest", "The dataset, a .zip file", width)
    imgui.set_next_item_width(room)
    changed, text = ui.input_text("##dest", form.dest or dest)
    form.dest = text if changed else form.dest
    hint = "Width and height of every picture, in pixels. More takes far longer to learn"
    room = _row("Size", "resolution", hint, width)
    index = SIZES.index(size) if size in SIZES else 0
    picked = ui.segmented("size", [str(one) for one in SIZES], index, width=room)
    form.size = SIZES[picked] if picked != index else form.size
    hints = ("The largest square from the middle", "The whole picture, squeezed into a square")
    room = _row("Crop", "transform", "Part of each picture to use", width)
    now = int(form.squeeze)
    form.squeeze = ui.segmented("crop", ("Middle", "Squeezed"), now, width=room, hints=hints, default=0) == 1
    room = _row("Colours", "channels", "Transparency that is not kept becomes white", width)
    index = next(k for k, (_, channels) in enumerate(_COLOURS) if channels == form.channels)
    form.channels = _COLOURS[ui.segmented("colours", [name for name, _ in _COLOURS], index, width=room, default=0)][1]
    hint = "Pictures that are nearly the same as an earlier one: a network learns them by heart"
    room = _row("Near-duplicates", "skip-duplicates", hint, width)
    now = int(form.skip_duplicates)
    form.skip_duplicates = ui.segmented("again", ("Keep", "Leave out"), now, width=room, default=1) == 1
    _classes(form, found, width)
    if found.video:
        _rate(form, width)
    ui.space(6)
    ui.heading("Left out", words.share_left_out(form, found))
    for line, token in words.lines(form, found, size):
        ui.wrapped(line, token, t.small)
    return browse


def _classes(form: Form, found: Survey, width: float) -> None:
    if found.classes > 1:
        room = _row("Classes", "folder-classes", "With classes, one can choose what the network draws", width)
        names = ("From dataset.json" if found.labels else "None", f"{found.classes} sub-folders")
        form.by_folder = ui.segmented("classes", names, int(form.by_folder), width=room, default=0) == 1
    elif found.labels:
        room = _row("Classes", "", "Labels as the published tools take them", width)
        ui.label("From dataset.json", "text", height=t.row)


def _rate(form: Form, width: float) -> None:
    rates = (0.2, 0.5, 1.0, 2.0, 5.0)
    room = _row("Frames a second", "frames-per-second", "Frames to take for each second of the film", width)
    index = rates.index(form.rate) if form.rate in rates else -1
    form.rate = rates[
        ui.segmented("rate", [f"{rate:g}" for rate in rates], index, width=room, default=rates.index(1.0))
    ]


def _preview(making: Making, found: Survey, size: int) -> None:
    """Request the preview, and upload it once it is there."""
    form = making.form
    making.surveyor.preview(found, Cut(size, None if form.squeeze else "center-crop", form.channels))
    if (sheet := making.surveyor.sheet()) is not None:
        making.picture.upload(sheet)


def _pictures(making: Making, found: Survey, width: float) -> None:
    """Draw the first pictures as they will be."""
    note = f"{found.looked} of {found.total} looked at" if not found.done else ""
    ui.heading("As it will be", note)
    texture, gap = making.picture.texture, t.px(3)
    side = (width - gap * (COLUMNS - 1)) // COLUMNS
    a = imgui.get_cursor_screen_pos()
    for index in range(COLUMNS * ROWS):
        row, column = divmod(index, COLUMNS)
        p = V(a.x + column * (side + gap), a.y + row * (side + gap))
        if texture is None or index >= len(found.first):
            ui.fill(p, V(p.x + side, p.y + side), "canvas", 0.55, 3)
            continue
        u, v = column / COLUMNS, row / ROWS
        edge = 0.5 / CELL
        uv = (u + edge / COLUMNS, v + edge / ROWS, u + (1 - edge) / COLUMNS, v + (1 - edge) / ROWS)
        ui.picture(texture.id, uv, p, side, 3)
    imgui.dummy(V(width, ROWS * (side + gap)))


def _foot(scene: Scene, facts: Facts, form: Form, found: Survey, size: int, dest: str) -> tuple[Scene, bool]:
    """Draw what is wrong, and Close and Make."""
    wrong = problem(form, found, dest)
    ui.space(8)
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    leave = too_many(found) and not form.partial and not found.problem
    buttons = ui.measure("Make dataset", weight="bold") + ui.measure("Close") + t.px(24 + 16 + 8)
    buttons += ui.measure("Leave them out") + t.px(24) if leave else 0
    right = p.x + width - buttons
    if (wrong and found.total) or found.problem:
        x = p.x + ui.draw(ui.icon("warning"), p.x, p.y, "warn", 12, height=t.px(t.row)) + t.px(8)
        imgui.dummy(V(1.0, ui.sentence(wrong, x, p.y, right - x - t.px(12), "warn")))
    if found.ready and form.rate == 1.0:
        imgui.set_cursor_screen_pos(p)
        hint = "It is a dataset already: every picture is a square of one size"
        if ui.button("Train on it as it is", "play", id_="##asis", hint=hint):
            return _train_on(scene, facts, str(Path(form.source.strip()).expanduser()), found)
    imgui.set_cursor_screen_pos(V(right, p.y))
    if leave:
        if ui.button("Leave them out", id_="##leave", hint=f"Make it of the other {found.good}"):
            form.partial = True
        imgui.same_line(0, t.px(8))
    closed = ui.button("Close", id_="##close", hint="What you chose stays until the window closes", keys="Esc")
    imgui.same_line(0, t.px(8))
    hint = wrong or "It is made in the background"
    if ui.button("Make dataset", kind="primary", id_="##make", hint=hint, enabled=not wrong):
        form.making = dest
        outdir = run_folders(scene.settings, "")[0]
        scene = scene.request(StartRun(spec_of(form, size, dest), outdir))
    return scene, closed


def _working(scene: Scene, form: Form, run: Run | None) -> tuple[Scene, bool]:
    """Draw the progress with Stop, or why it ended."""
    ui.space(8)
    width = imgui.get_content_region_avail().x
    if run is None or run.live:
        hello_imgui.request_refresh()
        ui.progress(0.0 if run is None else share(run), width)
        p = imgui.get_cursor_screen_pos()
        text = "Starting…" if run is None or not run.total else progress_text(run)
        ui.draw(text, p.x, p.y, "dim", height=t.px(t.row))
        imgui.set_cursor_screen_pos(V(p.x + width - ui.measure("Close") - ui.measure("Stop") - t.px(62), p.y))
        if ui.button("Stop", "stop", "danger", id_="##stop", hint="Nothing is kept of it", enabled=run is not None):
            scene = scene.request(StopRun(run)) if run is not None else scene
        imgui.same_line(0, t.px(8))
        return scene, ui.button("Close", id_="##close", hint="It goes on without this dialog", keys="Esc")
    stopped = run.state == "stopped"
    text = "Stopped; nothing was written." if stopped else run.error.removeprefix("Error: ") or "It ended unexpectedly."
    ui.wrapped(text, "dim" if stopped else "bad")
    if ui.button("Back", "caret-left", id_="##back", hint="Change something and try again"):
        form.making, form.proposed = "", ("", "")
    imgui.same_line(0, t.px(8))
    return scene, ui.button("Close", id_="##close", keys="Esc")


def _made(scene: Scene, facts: Facts, form: Form, size: int, run: Run) -> tuple[Scene, bool]:
    """Draw what was made, and the run that fits it."""
    count, gpu = round(run.done), bool(facts.services[MAKING].surveyor.gpu)
    fits = fitting(size, count, gpu)
    ui.space(8)
    p, h = imgui.get_cursor_screen_pos(), t.px(t.row)
    x = p.x + ui.draw(ui.icon("check-circle"), p.x, p.y, "good", 13, height=h) + t.px(8)
    name = os.path.basename(form.making)
    room = imgui.get_content_region_avail().x - t.px(24)
    ui.draw(ui.ellipsis(words.made(name, count, size, _result(run)), room), x, p.y, "text", height=h)
    imgui.dummy(V(1, h))
    ui.label(f"Train with: {fits.preset.title}", "text", weight="bold", height=t.row)
    ui.wrapped(f"{fits.preset.note} {fits.reason}".strip(), "dim", t.small)
    ui.space(6)
    asked = ui.button("Start training", "play", "primary", id_="##train", hint="Starts at once and is followed")
    imgui.same_line(0, t.px(8))
    options = ui.button("More options…", id_="##options", hint="The form of a new run, filled in")
    imgui.same_line(0, t.px(8))
    closed = ui.button("Close", id_="##close", keys="Esc", hint="The dataset is kept")
    if not asked and not options:
        return scene, closed
    new = started(scene, facts)
    _fill(new, form.making, fits, {"cond": True} if form.by_folder else {})
    form.making = ""
    verdict = judge(new, None)
    if options or verdict.spec is None:
        return scene.request(ShowDialog("new-run")), True
    return scene.request(StartRun(verdict.spec, new.outdir, follow=True)), True


def _train_on(scene: Scene, facts: Facts, data: str, found: Survey) -> tuple[Scene, bool]:
    """Open the form of a new run for a dataset that is there already."""
    size, gpu = found.middle_side, bool(facts.services[MAKING].surveyor.gpu)
    _fill(started(scene, facts), data, fitting(size, found.good, gpu), {})
    return scene.request(ShowDialog("new-run")), True


def _fill(new: RunForm, data: str, fits: Fitting, more: Mapping[str, Any]) -> None:
    """Fill the form of a new run in."""
    new.kind = "train"
    new.take(fits.preset)
    for field, value in {"data": data, **fits.changes, **more}.items():
        new.put(new.draft.put(field, value if isinstance(value, bool) else str(value)))


def _result(run: Run) -> int:
    """Return the number of pictures that were left out."""
    from foundation.inputs import read_object

    for line in reversed(tail(Path(run.folder) / PROGRESS_FILE)):
        try:
            found = read_object(line).get("left_out")
        except ValueError:
            continue
        if isinstance(found, int):
            return found
    return 0
