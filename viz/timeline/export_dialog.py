"""Dialog for film export: kind, size, rate, grid, range, file."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.film import CLEAR_FILMS, GIF_RATE
from foundation.specs.formats import ALPHA_CHANNELS, CHECKERBOARD, color_of
from foundation.words import counted
from viz.files.capture import folder_of
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.timeline.actions import ExportFilm
from viz.timeline.export import EXPORTER, FilmOptions
from viz.ui import widgets as ui
from viz.ui.theme import current as t

KINDS = {"MP4": ".mp4", "WebM": ".webm", "GIF": ".gif", "PNGs": ""}
"""File suffix of each kind of film."""
_KIND_HINTS = ("H.264, for every player", "VP9: transparency is kept", "At most 50 fps, 256 colours", "A folder")
SIZES = (0, 256, 512, 1024, 2048)
_SMALL_HEIGHT = 512
"""Proposed height of films of small networks, in pixels."""
BACKGROUNDS = {"Squares": CHECKERBOARD, "Black": "#000000", "White": "#ffffff"}
"""Backgrounds of transparent images by name."""


@dataclass
class Form:
    """Options as they stand in the dialog."""

    options: FilmOptions = FilmOptions("", 60.0, 0.0, 1.0)
    proposed_for: int = 0
    """Resolution of the network that the height was proposed for; 0 before the first."""
    color: str = "#808080"
    """Background that is neither squares nor a usual colour."""
    typed: str = ""
    """Its text while it is being typed."""


def start(scene: Scene, facts: Facts) -> None:
    """Initialise the dialog with the whole timeline and an unused file name."""
    form, timeline = facts.scratch.get(Form), scene.document.timeline
    kind = Path(form.options.path).suffix if form.options.path else ".mp4"
    path = free_path(folder_of(scene.settings), kind)
    form.options = replace(form.options, path=str(path), fps=timeline.fps, start=0.0, end=timeline.seconds)
    own = facts.model.resolution if facts.model else 0
    if own != form.proposed_for:
        form.options, form.proposed_for = replace(form.options, size=proposed_size(own)), own


def proposed_size(resolution: int) -> int:
    """Return the height to propose for a network's images; 0: as rendered, unless they are too small to be watched."""
    return _SMALL_HEIGHT if 0 < resolution < SIZES[1] else 0


def free_path(folder: Path, ending: str) -> Path:
    """Return an unused path `film.mp4`, `film-2.mp4`, ... in a folder."""
    number, path = 1, folder / f"film{ending}"
    while os.path.exists(path):
        number += 1
        path = folder / f"film-{number}{ending}"
    return path


def problem_of(options: FilmOptions) -> str:
    """Return the problem with the options in one sentence, or an empty string."""
    path = Path(options.path).expanduser()
    if not options.path.strip() or not path.name:
        return "The film needs a name."
    if path.suffix.lower() not in KINDS.values():
        return "A film's name ends in .mp4, .webm or .gif; a folder of PNGs has no ending."
    if not path.suffix and os.path.exists(path) and (not os.path.isdir(path) or any(path.iterdir())):
        return "There is something of this name already; PNGs need a new folder."
    try:
        color_of(options.background)
    except ValueError:
        return "A colour has six hexadecimal digits, as in #ff8000."
    if options.start >= options.end:
        return "The film would end before it starts."
    if path.suffix.lower() == ".gif" and options.fps > GIF_RATE:
        return f"A GIF has at most {GIF_RATE:g} frames a second."
    return ""


def draw(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    """Draw the dialog. Returns the scene, and True if the dialog should close."""
    form, timeline = facts.scratch.get(Form), scene.document.timeline
    ui.label("Export film", "text", 15, "bold", height=30)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, imgui.ImVec2(t.px(8), t.px(4)))
    width = imgui.get_content_region_avail().x - t.px(t.label)
    options = _kind(form.options, width)
    options = _size(options, width, facts)
    options = _background(options, width, facts)
    fps = ui.slider("Rate", options.fps, 1, 60, timeline.fps, "fps", "%.0f", hint="Frames a second")
    start = ui.slider("From", options.start, 0, timeline.seconds, 0, "s", hint="Where the film begins")
    end = ui.slider("To", options.end, 0, timeline.seconds, timeline.seconds, "s", hint="Where the film ends")
    columns = ui.number("Columns", options.columns, default=1, hint="Side by side, each one seed further on")
    rows = ui.number("Rows", options.rows, default=1, hint="One below the other, each 100 seeds further on")
    options = replace(
        options, fps=fps, start=start, end=end, columns=min(max(columns, 1), 16), rows=min(max(rows, 1), 16)
    )
    ui.row_label("File")
    imgui.set_next_item_width(width)
    changed, path = ui.input_text("##file", options.path)
    form.options = replace(options, path=path) if changed else options
    imgui.pop_style_var()
    ui.space(6)
    return _foot(scene, facts, form.options)


def _kind(options: FilmOptions, width: float) -> FilmOptions:
    names, path = list(KINDS), Path(options.path)
    now = next((i for i, name in enumerate(names) if KINDS[name] == path.suffix.lower()), 0)
    ui.row_label("Kind")
    picked = ui.segmented("kind", names, now, width=width, hints=_KIND_HINTS, default=0)
    if picked == now:
        return options
    ending = KINDS[names[picked]]
    stem = path.stem if path.suffix.lower() in KINDS.values() else path.name
    fps = min(options.fps, GIF_RATE) if ending == ".gif" else options.fps
    return replace(options, path=str(path.with_name(stem + ending)), fps=fps)


def _size(options: FilmOptions, width: float, facts: Facts) -> FilmOptions:
    own = f"{facts.model.height}" if facts.model else "0"
    names = [own if size == 0 else f"{size}" for size in SIZES]
    now = SIZES.index(options.size) if options.size in SIZES else 0
    ui.row_label("Height")
    hints = ["As the network renders it", *("Enlarged or reduced" for _ in SIZES[1:])]
    usual = SIZES.index(proposed_size(facts.model.resolution if facts.model else 0))
    return replace(options, size=SIZES[ui.segmented("size", names, now, width=width, hints=hints, default=usual)])


def no_background(options: FilmOptions, facts: Facts) -> str:
    """Return why nothing lies behind the images; empty if something does."""
    if facts.model is None or facts.model.img_channels != ALPHA_CHANNELS:
        return "This network's pictures are opaque"
    ending = Path(options.path).suffix.lower()
    return f"{'WebM films' if ending else 'PNGs'} keep the transparency" if ending in CLEAR_FILMS else ""


def _background(options: FilmOptions, width: float, facts: Facts) -> FilmOptions:
    """Draw the choice of what lies behind transparent images, and the field of another colour."""
    form, values = facts.scratch.get(Form), list(BACKGROUNDS.values())
    own = options.background not in values
    ui.row_label("Behind")
    with ui.greyed(no_background(options, facts)):
        hints = ("Squares of two greys", "Black", "White", "Another colour")
        now = len(values) if own else values.index(options.background)
        picked = ui.segmented("background", [*BACKGROUNDS, "Colour"], now, width=width, hints=hints, default=0)
        if picked < len(values):
            return replace(options, background=values[picked])
        if not own:
            return replace(options, background=form.color)
        ui.row_label("Colour")
        imgui.set_next_item_width(width)
        _, typed = ui.input_text("##color", form.typed or options.background, "#ff8000")
        ui.tip("Red, green and blue in hexadecimal digits, as #ff8000")
        form.typed = typed if imgui.is_item_active() else ""
        if imgui.is_item_deactivated_after_edit():
            form.color = typed.strip()
            return replace(options, background=form.color)
    return options


def _foot(scene: Scene, facts: Facts, options: FilmOptions) -> tuple[Scene, bool]:
    problem = problem_of(options)
    if not problem and facts.services[EXPORTER].running:
        problem = "Another film is being exported."
    frames = max(1, round((options.end - options.start) * options.fps))
    exists = os.path.isfile(Path(options.path).expanduser())
    note = problem or counted(frames, "frame") + ("; the older film is replaced" if exists else "")
    width, cancel = ui.measure("Export", weight="bold") + t.px(24), ui.measure("Cancel") + t.px(16)
    p, right = imgui.get_cursor_screen_pos(), imgui.get_window_width() - t.px(16 + 8) - width - cancel
    room = imgui.get_window_pos().x + right - p.x - t.px(12)
    imgui.dummy(V(1.0, ui.sentence(note, p.x, p.y, room, "warn" if problem or exists else "dim")))
    imgui.same_line(right)
    if ui.button("Cancel", id_="##cancel", width=cancel, keys="Esc", hint="No film is made"):
        return scene, True
    imgui.same_line(0, t.px(8))
    if ui.button("Export", kind="primary", width=width, id_="##doexport", enabled=not problem):
        path = str(Path(options.path).expanduser().absolute())
        return scene.request(ExportFilm(replace(options, path=path))), True
    return scene, False
