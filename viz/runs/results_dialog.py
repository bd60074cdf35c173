"""The dialog of metric results: of a metric run, or of a training's own measurements."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.files import replacing
from training_launcher.results import as_csv
from training_launcher.run import Run
from viz.files import save_dialog
from viz.runs import results_view
from viz.state.facts import Facts
from viz.state.followed_run import run_folder
from viz.state.scene import Action, Scene, ShowDialog, Window
from viz.ui import widgets as ui
from viz.ui.theme import current as t

WIDTH = 860


@dataclass
class Looking:
    """The run whose results are shown, and the results."""

    folder: str = ""
    """Empty: the newest run that measures."""
    shown: results_view.Shown = field(default_factory=results_view.Shown)


@dataclass(frozen=True)
class ShowResults(Action):
    """Show the results of the metrics in a run's folder."""

    folder: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene that opens the dialog for it."""
        window.facts.scratch.get(Looking).folder = self.folder
        return scene.request(ShowDialog("results"))


@dataclass(frozen=True)
class SaveResults(Action):
    """Write the results of metrics that are shown into a CSV file."""

    path: str

    def run(self, scene: Scene, window: Window) -> None:
        """Write it at once."""
        try:
            with replacing(Path(self.path)) as part:
                part.write_text(as_csv(window.facts.scratch.get(Looking).shown.results), encoding="utf-8")
        except OSError as error:
            window.say(f"The results cannot be saved as {self.path}: {error.strerror or error}.", bad=True)
            return
        window.saved(self.path)


def start(scene: Scene, facts: Facts) -> None:
    """Show the run that is chosen already, if it is still there."""
    looking = facts.scratch.get(Looking)
    if not os.path.isdir(looking.folder):
        looking.folder = ""


def offered(scene: Scene, facts: Facts) -> tuple[str, ...]:
    """Folders that may hold results: metric runs first, then the run of the network shown, then other trainings."""
    metrics = [run.folder for run in facts.runs if run.kind == "metrics"]
    own = run_folder(scene.document.network.source)
    trainings = [run.folder for run in facts.runs if run.kind == "train" and run.metric is not None]
    return tuple(dict.fromkeys([*metrics, *([own] if own else []), *trainings]))


def draw(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    """The dialog. Returns the scene, and whether it is done."""
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
    results_view.draw(shown, width, height)
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
    """How far a run that still goes on is."""
    ui.progress(run.done / run.total if run.total else 0.0, width)
    ui.label(f"{run.state}: {run.done:g} of {run.total:g} {run.unit}   {run.last_line}"[:120], "dim", t.small)
