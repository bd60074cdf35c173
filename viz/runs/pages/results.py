"""Page of a metric run: the table of networks by figures, and a figure's curve over training time."""

from imgui_bundle import imgui

from foundation.words import counted
from training_launcher.run import Run
from viz.runs.results_dialog import Results, draw_results
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui


class _Page(Results):
    """Results of the focused metric run."""


def draw(scene: Scene, facts: Facts, run: Run) -> Scene:
    """Draw the page in the available space."""
    shown = facts.scratch.get(_Page)
    shown.look(run.folder)
    if not shown.table.networks:
        networks = run.spec.get("networks")
        count = len(networks) if isinstance(networks, list | tuple) else 0
        text = "Each result appears here as soon as it is measured" if run.live else "It ended before the first result"
        title = f"{counted(count, 'network')} to measure" if count else "No results yet"
        ui.empty_state("gauge", title, text)
        return scene
    room = imgui.get_content_region_avail()
    if room.x > 2 and room.y > 2:
        draw_results(shown, room.x, room.y)
    return scene
