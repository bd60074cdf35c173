"""Form rows of spec fields, generated from the field declarations."""

from collections.abc import Iterable
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.draft import Draft, shown
from foundation.specs.options import Field, fields
from foundation.specs.slurm import SlurmOptions
from training_launcher.run import Run
from viz.files.browse_purposes import DATASET, OUTDIR, PROGRAM, START
from viz.runs.labels import in_words, placeholder, worded
from viz.runs.new_run.form import Executor, Form
from viz.state.scene import Scene
from viz.ui import draw_cache
from viz.ui import widgets as ui
from viz.ui.theme import current as t

LABEL, NAME = 116, 88
"""Widths of the columns of labels and of the options' names, in design lengths."""
_SEGMENTS = 4
"""Maximum number of choices shown side by side; more become a list."""
_BROWSED = {"data": DATASET, "resume": START, "outdir": OUTDIR, "detector": PROGRAM, "classifiers": PROGRAM}
"""Path fields and their browse mode."""


@dataclass(frozen=True)
class Touched:
    """Interaction with a row in this frame."""

    draft: Draft
    browse: str = ""
    """Requested browse mode, as in `ShowDialog`; empty for none."""
    typing: bool = False
    """True while the field is typed in."""


def cached_row(scene: Scene, draft: Draft, part: Field, problem: str, width: float, begin: bool = False) -> Touched:
    """Draw one field as `row` does, or replay it."""
    touched = Touched(draft)

    def drawn() -> Scene:
        nonlocal touched
        touched = row(draft, part, problem, width, begin)
        return scene

    draw_cache.cached_row(part.name, (draft.spec, draft.entry(part), problem, width, begin), drawn, scene)
    return touched


def row(draft: Draft, part: Field, problem: str, width: float, begin: bool = False) -> Touched:
    """Draw one field: its label, its control, its name on the command line, and its error below.

    A right click on the control restores the default.

    Args:
        draft: Values so far.
        part: The field.
        problem: Error message of the field; empty if valid.
        width: Width of the whole row, in pixels.
        begin: Give its control the keyboard.
    """
    p = imgui.get_cursor_screen_pos()
    token = "bad" if problem else "text" if draft.changed(part) else "dim"
    name = ui.ellipsis(in_words(part), t.px(LABEL - 6))
    ui.draw(name, p.x, p.y, token, weight="bold" if draft.changed(part) else "regular", height=t.px(t.row))
    imgui.dummy(V(t.px(LABEL - 6), t.px(t.row)))
    ui.tip(hint(part))
    option = ui.ellipsis(part.flag.lstrip("-"), t.px(NAME - 8), t.small)
    ui.draw(option, p.x + width, p.y, "faint", t.small, align=1, height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + t.px(LABEL), p.y))
    browse = _BROWSED.get(part.name, "")
    room = width - t.px(LABEL + NAME) - (t.px(t.row + 4) if browse else 0)
    imgui.push_id(part.name)
    if begin:
        imgui.set_keyboard_focus_here()
    imgui.begin_group()
    fresh = _control(draft, part, room)
    imgui.end_group()
    typing = imgui.is_item_active()
    reset = imgui.is_item_hovered() and imgui.is_mouse_clicked(imgui.MouseButton_.right)
    reset = reset and not _offers(draft, part)  # a choice resets itself, when the button is let go
    ui.tip(hint(part))
    asked = ""
    if browse:
        imgui.same_line(0, t.px(4))
        if ui.button(glyph="folder-open", id_="##browse", hint="Browse"):
            asked = browse
    imgui.pop_id()
    if problem:
        _sentence(worded(problem, (part,)), p.x + t.px(LABEL))
    return Touched(draft.without(part.name) if reset else fresh, asked, typing)


def hint(part: Field) -> str:
    """Return the tooltip of a field: meaning, range and default."""
    low, high = part.option.low, part.option.high
    lines = [part.option.help]
    if low is not None and high is not None:
        lines.append(f"From {low:g} to {high:g}.")
    elif low is not None:
        lines.append(f"At least {low:g}.")
    usual = usual_text(part)
    lines.append(f"Default: {usual}. Right click: back to it." if usual else "Right click: empty it.")
    return "\n".join(lines)


def usual_text(part: Field) -> str:
    """Return the default as text; empty if there is none."""
    usual = shown(part, part.default)
    return ("on" if usual else "off") if isinstance(usual, bool) else usual


def _control(draft: Draft, part: Field, width: float) -> Draft:
    given = draft.entry(part)
    if isinstance(given, bool):
        value = ui.switch("", given)
        return draft if value == given else draft.put(part.name, value)
    if _offers(draft, part):
        return _choice(draft, part, str(given), width)
    imgui.set_next_item_width(width)
    changed, text = ui.input_text("##field", given, usual_text(part) or placeholder(part))
    return draft.put(part.name, text) if changed else draft


def _offers(draft: Draft, part: Field) -> bool:
    """Return True if a field is drawn as a choice."""
    return not isinstance(draft.entry(part), bool) and (bool(part.option.choices) or part.kind is bool)


def _choice(draft: Draft, part: Field, given: str, width: float) -> Draft:
    """Draw all choices side by side if they fit, else a list; without a choice the default applies."""
    entries = part.option.choices or ("1", "0")
    names = part.option.choices or ("on", "off")
    usual = usual_text(part)
    if part.optional:
        entries, names, usual = ("", *entries), ("as found", *names), ""
    now = given or usual
    index = entries.index(now) if now in entries else -1
    fits = sum(ui.measure(name) + t.px(12) for name in names) <= width
    picked: int | None = index
    default = entries.index(usual) if usual in entries else None
    if len(names) <= _SEGMENTS and fits:
        picked = ui.segmented("choices", names, index, width=width, default=default)
    else:
        if ui.choice("choices", names[index] if index >= 0 else given, width=width, show_label=False):
            imgui.open_popup("list")
        picked, _ = ui.pick("list", names, index, width=width, default=default)
    return draft if picked is None or picked == index else draft.put(part.name, entries[picked])


def _sentence(text: str, x: float) -> None:
    """Draw a sentence below a row."""
    imgui.set_cursor_screen_pos(V(x, imgui.get_cursor_screen_pos().y - t.px(2)))
    ui.wrapped(text, "bad", t.small)


_EXECUTORS: tuple[tuple[Executor, str, str], ...] = (
    ("local", "This computer", "In a process of its own, which outlives the window; it waits for its devices"),
    ("slurm", "Slurm", "A job of the cluster, whose nodes must see the folder for runs and the dataset"),
)


def executor(form: Form, width: float) -> None:
    """Draw the executor, and the options of a cluster job."""
    ui.heading("Runs on")
    now = [name for name, _, _ in _EXECUTORS].index(form.executor)
    names, hints = [name for _, name, _ in _EXECUTORS], [hint for _, _, hint in _EXECUTORS]
    form.executor = _EXECUTORS[ui.segmented("executor", names, now, width=width, hints=hints)][0]
    ui.space(6)
    if form.executor == "slurm":
        problems = form.slurm.problems
        for part in fields(SlurmOptions):
            form.slurm = row(form.slurm, part, problems.get(part.name, ""), width).draft
        ui.space(6)


def waits_for(form: Form, runs: Iterable[Run]) -> str:
    """Return what a run would wait for on this computer, in a sentence; empty if nothing.

    Trainings and measurements use their devices exclusively; the devices are known once a run has started.
    """
    if form.executor != "local":
        return ""
    ahead = sorted((run for run in runs if run.kind in ("train", "metrics") and run.live and run.executor == "local"),
                   key=lambda run: (run.state == "queued", run.name))  # fmt: skip
    wanted = str(form.draft.entries.get("device", "")).strip() or "auto"
    kind = wanted.partition(":")[0]
    in_the_way = [run for run in ahead if _may_share(kind, run)]
    if not in_the_way:
        return ""
    names = ", ".join(run.name.partition("-")[0] for run in in_the_way[:3])
    more = f" and {len(in_the_way) - 3} more" if len(in_the_way) > 3 else ""
    return f"Will wait for {names}{more} if no other device is free."


def _may_share(kind: str, run: Run) -> bool:
    """Return True if a run uses, or will use, devices of a kind."""
    theirs = run.device.partition(":")[0]
    return kind == "auto" or not theirs or theirs == kind
