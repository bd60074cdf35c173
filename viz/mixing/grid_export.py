"""Saving the mixing grid at full size: rendered cell after cell, put together and written off the window's thread."""

from dataclasses import dataclass, field
from functools import partial

from renderer.ipc.protocol import Network, Still
from viz.mixing import actions
from viz.mixing.grid import RGBA, Cell, Grid, composed
from viz.state.facts import Facts
from viz.state.scene import SavePixels, Scene
from viz.ui.notifications import Board, Message


@dataclass
class Export:
    """The grid that is being saved; kept in `Facts.scratch`."""

    cells: list[list[Cell | None]] = field(default_factory=list)
    """Empty while none is."""
    done: list[RGBA] = field(default_factory=list)
    network: Network = Network()

    @property
    def on(self) -> bool:
        """Whether a grid is being saved."""
        return bool(self.cells)

    @property
    def waiting(self) -> list[Cell]:
        """The cells in the order in which they are rendered."""
        return [cell for row in self.cells for cell in row if cell is not None]

    def stop(self) -> bool:
        """Save no grid; what was rendered is forgotten. False when none was being saved."""
        was, self.cells, self.done = self.on, [], []
        return was


def start(scene: Scene, facts: Facts) -> Scene:
    """Begin to save the grid as it is now; `look` goes on with it."""
    export, model = facts.scratch.get(Export), facts.model
    if model is not None and not export.on:
        device, document = scene.settings.device, scene.document
        held = scene.view.motion.playing
        table = facts.scratch.get(Grid).table(document, model, actions.picked(facts), device, held)
        export.cells, export.done, export.network = table.pictures(), [], scene.document.network
    return scene


def look(scene: Scene, facts: Facts) -> Scene:
    """Call once a frame, outside kept parts: asks for the next picture, and hands the whole on when all are there."""
    export = facts.scratch.get(Export)
    if not export.on:
        return scene
    waiting = export.waiting
    while len(export.done) < len(waiting):
        told = facts.works.ask(Still(waiting[len(export.done)].request))
        if export.network != scene.document.network or told.failure is not None:
            why = told.failure.message if told.failure is not None else "another network was opened"
            facts.scratch.get(Board).say(Message("The mixing grid was not saved", why, bad=True, at=facts.now))
            export.stop()
            return scene
        if not told.over or told.result is None:
            return scene
        export.done.append(told.result)
    pictures = iter(tuple(export.done))
    rows: list[list[RGBA | None]] = [[None if cell is None else next(pictures) for cell in row] for row in export.cells]
    export.stop()
    return scene.ask(SavePixels(partial(composed, rows)))
