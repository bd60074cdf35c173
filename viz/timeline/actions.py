"""Actions of the timeline: export a film, or cancel that."""

from dataclasses import dataclass

from imgui_bundle import hello_imgui

from renderer.document.session import Session
from viz.state.scene import Action, Scene, Window
from viz.state.snapshots import run_folders
from viz.timeline.export import EXPORTER, FilmOptions


@dataclass(frozen=True)
class ExportFilm(Action):
    """Make a film of the timeline in the background."""

    options: FilmOptions

    def run(self, scene: Scene, window: Window) -> None:
        """Start its run."""
        session = Session(scene.document, scene.view)
        device, outdir = scene.settings.device, run_folders(scene.settings, "")[0]
        exporter, arrays = window.facts.services[EXPORTER], window.facts.arrays
        try:
            exporter.start(self.options, session, arrays, device, outdir, hello_imgui.request_refresh)
        except (OSError, ValueError) as error:
            window.say("The film could not be exported.", str(error), bad=True, about="film")


@dataclass(frozen=True)
class CancelExport(Action):
    """Give up the film that is being made."""

    def run(self, scene: Scene, window: Window) -> None:
        """Stop its run."""
        window.facts.services[EXPORTER].cancel()


def report(window: Window) -> None:
    """Report a film that has been exported since the last call. Call once a frame."""
    if (state := window.facts.services[EXPORTER].news()) is None or state.cancelled:
        return
    if state.problem:
        window.say("The film could not be exported.", state.problem, bad=True, about="film")
    else:
        window.saved(state.path, about="film")
