"""Export of the mixing grid at full size: cells are rendered one by one, then combined and saved in the background."""

from dataclasses import dataclass, field
from functools import partial

from renderer.ipc.protocol import Network, Still
from viz.files.actions import SavePixels
from viz.mixing import actions
from viz.mixing.grid import RGBA, Cell, composed, current_table
from viz.state.facts import Facts, ServiceKey
from viz.state.interaction import Message
from viz.state.scene import Scene
from viz.ui.notifications import with_message


@dataclass(eq=False)
class GridExport:
    """A running export of the grid at full size."""

    cells: list[list[Cell | None]] = field(default_factory=list)
    """Empty while no export runs."""
    done: list[RGBA] = field(default_factory=list)
    network: Network = Network()

    @property
    def on(self) -> bool:
        """Return True while an export runs."""
        return bool(self.cells)

    @property
    def waiting(self) -> list[Cell]:
        """Return the remaining cells in render order."""
        return [cell for row in self.cells for cell in row if cell is not None]

    def stop(self) -> bool:
        """Cancel the export and drop its images. Returns False if none was running."""
        was, self.cells, self.done = self.on, [], []
        return was


GRID_EXPORT: ServiceKey[GridExport] = ServiceKey("grid export")


def start(scene: Scene, facts: Facts) -> Scene:
    """Start the export of the current grid; `look` continues it."""
    export = facts.services[GRID_EXPORT]
    if facts.model is not None and not export.on:
        table, _ = current_table(scene, facts, actions.picked(scene, facts), scene.view.motion.playing)
        export.cells, export.done, export.network = table.pictures(), [], scene.document.network
    return scene


def look(scene: Scene, facts: Facts) -> Scene:
    """Request the next image, or save the grid once all are rendered. Call once a frame, outside cached parts."""
    export = facts.services[GRID_EXPORT]
    if not export.on:
        return scene
    waiting = export.waiting
    while len(export.done) < len(waiting):
        status = facts.jobs.ask(Still(waiting[len(export.done)].request))
        if export.network != scene.document.network or status.failure is not None:
            why = status.failure.message if status.failure is not None else "another network was opened"
            export.stop()
            return with_message(scene, Message("The mixing grid was not saved", why, bad=True, at=facts.now))
        if not status.over or status.result is None:
            return scene
        export.done.append(status.result)
    images = iter(tuple(export.done))
    rows: list[list[RGBA | None]] = [[None if cell is None else next(images) for cell in row] for row in export.cells]
    export.stop()
    return scene.request(SavePixels(partial(composed, rows)))
