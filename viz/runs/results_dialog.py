"""Dialog of metric results: of a metric run, or of a training's own measurements."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot

from foundation.files import write_text
from foundation.specs.measures import better
from training_launcher.records.results import Result, Table, as_csv, read, table
from training_launcher.run import Run
from viz.files import save_dialog
from viz.state.facts import Facts
from viz.state.followed_run import run_folder
from viz.state.scene import Action, Scene, ShowDialog, Window
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.numbers import kimg_text
from viz.ui.theme import current as t

_NAME, _CELL = 150, 118
"""Widths of the columns for networks and values, in design lengths."""


@dataclass
class Results:
    """Results of the displayed run."""

    folder: str = ""
    stamp: tuple[object, ...] = ()
    results: tuple[Result, ...] = ()
    table: Table = field(default_factory=Table)
    figure: str = ""
    """Metric value whose curve is shown."""

    def look(self, folder: str) -> None:
        """Read a folder's results if they have changed; otherwise costs a few `stat` calls."""
        stamp = (folder, _stamp(folder))
        if stamp == self.stamp:
            return
        self.folder, self.stamp = folder, stamp
        self.results = read(folder)
        self.table = table(self.results)
        if self.figure not in self.table.figures:
            self.figure = next(iter(self.table.figures), "")


def _stamp(folder: str) -> tuple[tuple[str, int, int], ...]:
    found = []
    try:
        with os.scandir(folder) as listing:
            for entry in listing:
                if entry.name.startswith("metric-") and entry.name.endswith(".jsonl"):
                    facts = entry.stat()
                    found.append((entry.name, facts.st_mtime_ns, facts.st_size))
    except OSError:
        return ()
    return tuple(sorted(found))


def draw_results(shown: Results, width: float, height: float) -> None:
    """Draw the table and the curve of `shown`; sizes in pixels."""
    found = shown.table
    if not found.networks:
        ui.label("No results yet: each appears as soon as it is there", "faint", height=t.row)
        return
    rows = min(len(found.networks), 12) + 1
    row = t.px(t.row) + 2 * imgui.get_style().cell_padding.y
    tall = min(row * rows + t.px(4), height * (0.5 if _has_curve(found, shown.figure) else 1.0))
    _table(shown, width, tall)
    if _has_curve(found, shown.figure):
        ui.space(8)
        _curve(shown, width, max(height - tall - t.px(40), t.px(120)))


def _has_curve(found: Table, figure: str) -> bool:
    return len(found.curve(figure)[0]) > 1


def _table(shown: Results, width: float, height: float) -> None:
    found = shown.table
    flags = imgui.TableFlags_.scroll_x | imgui.TableFlags_.scroll_y | imgui.TableFlags_.row_bg
    imgui.push_style_color(imgui.Col_.table_row_bg_alt, t.vec4("hover", 0.25))
    if imgui.begin_table("results", 1 + len(found.figures), flags, V(width, height)):
        imgui.table_setup_scroll_freeze(1, 1)
        imgui.table_setup_column("Network", imgui.TableColumnFlags_.width_fixed, t.px(_NAME))
        for figure in found.figures:
            room = max(t.px(_CELL), ui.measure(figure, t.small, "bold") + t.px(12))
            imgui.table_setup_column(ui.drawable(figure), imgui.TableColumnFlags_.width_fixed, room)
        imgui.table_next_row(0, t.px(t.row))
        imgui.table_next_column()
        ui.label("Network", "dim", t.small, "bold", height=t.row)
        for figure in found.figures:
            imgui.table_next_column()
            if _header(figure, figure == shown.figure):
                shown.figure = figure
        for network in found.networks:
            imgui.table_next_row(0, t.px(t.row))
            imgui.table_next_column()
            _network(found, network)
            for figure in found.figures:
                imgui.table_next_column()
                _cell(found.cells.get((network, figure)), found.best.get(figure) == network)
        imgui.end_table()
    imgui.pop_style_color()


def _header(figure: str, on: bool) -> bool:
    p, h = imgui.get_cursor_screen_pos(), t.px(t.row)
    clicked = ui.hit(f"##figure {figure}", V(imgui.get_content_region_avail().x, h))
    ui.draw(figure, p.x, p.y, "accent" if on else "dim", t.small, "bold", height=h)
    ui.tip(f"{better(figure).capitalize()} is better. Click: its curve")
    return clicked


def _network(found: Table, network: str) -> None:
    one = next(cell for (name, _), cell in found.cells.items() if name == network)
    text = os.path.basename(network) if one.kimg is None else f"{kimg_text(one.kimg)} kimg"
    ui.label(ui.ellipsis(text, t.px(_NAME - 8)), "text", height=t.row)
    ui.tip(network)


def _cell(one: Result | None, best: bool) -> None:
    """Draw a value; the best of its column is bold with a star."""
    p, h = imgui.get_cursor_screen_pos(), t.px(t.row)
    imgui.dummy(V(t.px(_CELL - 12), h))
    if one is None:
        ui.draw("—", p.x, p.y, "faint", height=h)
        return
    text = "not finite" if one.value is None else value_text(one.value)
    token = "bad" if one.value is None else "accent" if best else "text"
    x = p.x + ui.draw(text, p.x, p.y, token, weight="bold" if best else "regular", height=h) + t.px(6)
    if best:
        ui.draw(ui.filled("star"), x, p.y, "accent", 10, height=h)
    ui.tip(details(one))


def value_text(value: float) -> str:
    """Format with four digits: `18.41`, `0.003912`, `−0.0001`."""
    return f"{value:.4g}".replace("-", "−")


def details(one: Result) -> str:
    """Return all details of a value, one per line."""
    lines = [one.figure, f"{one.samples:,} pictures".replace(",", "\u00a0") if one.samples else ""]
    lines += [f"looked at with {one.detector}" if one.detector else "no feature network", one.device]
    lines.append(f"{one.seconds:.1f} s" if one.seconds else "")
    lines.append(datetime.fromtimestamp(one.when).strftime("%d %b %Y, %H:%M") if one.when else "")
    return "\n".join(line for line in lines if line)


def _curve(shown: Results, width: float, height: float) -> None:
    ui.heading(shown.figure, f"{better(shown.figure)} is better")
    kimg, values = shown.table.curve(shown.figure)
    implot.push_style_var(implot.StyleVar_.fit_padding, V(0.03, 0.1))
    with plots.plot("curve", width, height, implot.Flags_.no_legend) as seen:
        if seen:
            fit = implot.AxisFlags_.auto_fit
            implot.setup_axes("kimg", "", fit, fit)
            plots.line(shown.figure, np.array(kimg), np.array(values), plots.color(0))
            _points(kimg, values, shown)
    implot.pop_style_var()


def _points(kimg: Sequence[float], values: Sequence[float], shown: Results) -> None:
    """Draw a mark at each measured snapshot; the best one is bright."""
    lines = implot.get_plot_draw_list()
    best = shown.table.cells.get((shown.table.best.get(shown.figure, ""), shown.figure))
    implot.push_plot_clip_rect()
    for x, y in zip(kimg, values, strict=True):
        at = implot.plot_to_pixels(implot.Point(x, y))
        on = best is not None and best.kimg == x
        lines.add_circle_filled(at, t.px(5 if on else 3), t.u32("accent" if on else "text"))
    implot.pop_plot_clip_rect()


WIDTH = 860


@dataclass
class Looking:
    """Selected run and its results."""

    folder: str = ""
    """Empty: the newest run with results."""
    shown: Results = field(default_factory=Results)


@dataclass(frozen=True)
class ShowResults(Action):
    """Show the metric results of a run's folder."""

    folder: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene that opens the dialog for it."""
        window.facts.scratch.get(Looking).folder = self.folder
        return scene.request(ShowDialog("results"))


@dataclass(frozen=True)
class SaveResults(Action):
    """Save the displayed metric results to a CSV file."""

    path: str

    def run(self, scene: Scene, window: Window) -> None:
        """Write it immediately."""
        try:
            write_text(Path(self.path), as_csv(window.facts.scratch.get(Looking).shown.results))
        except OSError as error:
            window.say(f"The results cannot be saved as {self.path}: {error.strerror or error}.", bad=True)
            return
        window.saved(self.path)


def start(scene: Scene, facts: Facts) -> None:
    """Show the run selected before, if it still exists."""
    looking = facts.scratch.get(Looking)
    if not os.path.isdir(looking.folder):
        looking.folder = ""


def offered(scene: Scene, facts: Facts) -> tuple[str, ...]:
    """Return folders that may hold results: metric runs first, then the shown network's run, then other trainings."""
    metrics = [run.folder for run in facts.runs if run.kind == "metrics"]
    own = run_folder(scene.document.network.source)
    trainings = [run.folder for run in facts.runs if run.kind == "train" and run.metric is not None]
    return tuple(dict.fromkeys([*metrics, *([own] if own else []), *trainings]))


def draw(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    """Draw the dialog. Returns the scene, and True once it is done."""
    looking = facts.scratch.get(Looking)
    shown = looking.shown
    width, folders = imgui.get_content_region_avail().x, offered(scene, facts)
    p = imgui.get_cursor_screen_pos()
    ui.label("Metric results", "text", 15, "bold", height=30)
    if not folders:
        ui.wrapped("Nothing has been measured yet: start a metric run, and its results appear here.", "dim")
        return scene, False
    if looking.folder not in folders:
        looking.folder = folders[0]
    shown.look(looking.folder)
    run = next((one for one in facts.runs if one.folder == looking.folder), None)
    imgui.set_cursor_screen_pos(V(p.x + t.px(150), p.y + t.px(3)))
    _choose(looking, folders, width - t.px(150))
    ui.space(6)
    if run is not None and run.live:
        _progress(run, width)
    height = min(imgui.get_main_viewport().size.y - t.px(260), t.px(520))
    draw_results(shown, width, height)
    ui.space(8)
    if ui.button("Export CSV…", "export", id_="##exportcsv", hint="A row for each figure", enabled=bool(shown.results)):
        scene = scene.request(ShowDialog(save_dialog.RESULTS, SaveResults))
    imgui.same_line(0, t.px(8))
    if ui.button("Measure more…", "plus", id_="##more", hint="A new metric run"):
        scene = scene.request(ShowDialog("new-run"))
    return scene, False


def _choose(looking: Looking, folders: tuple[str, ...], width: float) -> None:
    names = [os.path.basename(folder) for folder in folders]
    index = folders.index(looking.folder)
    if ui.choice("run", names[index], "gauge", width=width, show_label=False, hint=looking.folder):
        imgui.open_popup("runs")
    picked, _ = ui.pick("runs", names, index, width=width)
    if picked is not None:
        looking.folder = folders[picked]


def _progress(run: Run, width: float) -> None:
    """Draw the progress of a running run."""
    ui.progress(run.done / run.total if run.total else 0.0, width)
    ui.label(f"{run.state}: {run.done:g} of {run.total:g} {run.unit}   {run.last_line}"[:120], "dim", t.small)
