"""States of the window that random actions seldom reach by themselves: what some commands need."""

import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil

from renderer.document.document import Swatch
from renderer.document.dragging.points import DragPoint
from renderer.document.mixing import take
from renderer.document.parts import Latent, LayerBend, LayerWeights, Mixing, Network, StyleOffset
from renderer.document.timeline import Key, Track
from renderer.fake.engine import model_info
from tests.e2e.driver import Driver
from tests.e2e.photos.faked import FakeRuns, photo
from viz.directions import piles
from viz.dragging.points import with_dragger, with_points
from viz.gallery.actions import with_open
from viz.photos.actions import FitPhotos
from viz.photos.fits import FITS
from viz.runs.selection import chosen_alone
from viz.state.fitting.table import added, chosen
from viz.state.interaction import MixingSelection, SeedChoice
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.snapshots import snapshots_of

NAMES = (
    *("seeds", "points", "tool", "layers", "networks", "comparison", "snapshots", "photos", "sorting", "runs", "path"),
    *("swatch", "walk", "way"),
)
MODEL = model_info(Network(), "StyleGAN3-T", 64)
"""Network of the window."""
FEW = 2
"""Steps of a drag."""
PHOTOS = 3
MOST_SORTED = 12


class Situations:
    """Brings a window into them, as a panel would.

    Args:
        d: The window.
        chance: Of the choices.
        drops: Files to drop, by kind.
    """

    def __init__(self, d: Driver, chance: random.Random, drops: dict[str, Path]) -> None:
        self._d, self._chance, self._drops = d, chance, drops
        self._process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        """Ended by commands that stop a run."""
        self._runs = FakeRuns(MODEL.num_ws, MODEL.w_dim, psutil.Process(self._process.pid))
        d.app.services[FITS].runs = self._runs

    def close(self) -> None:
        """End the process that fits claim to be."""
        self._process.kill()
        self._process.communicate()

    def bring(self, name: str) -> None:
        """Bring the window into one of `NAMES`."""
        getattr(self, name)()

    def _scene(self, change: Callable[[Scene], Scene]) -> None:
        def uncovered(scene: Scene) -> Scene:
            for name in ("grid", "gallery.on", "networks.on", "sorting"):
                scene = put(scene, f"view.{name}", False)
            return change(scene)

        self._d.change(uncovered)

    def seeds(self) -> None:
        """Open the gallery with some seeds chosen."""
        some = tuple(sorted(self._chance.sample(range(40), 3)))
        choice = SeedChoice(some, some[0], some[0])
        self._d.change(lambda scene: with_open(scene, self._d.facts, True).interacting(seeds=choice))

    def points(self) -> None:
        """Take the tool, with two points of which one is chosen."""
        near = [DragPoint(*(self._chance.uniform(4, 58) for _ in range(4))) for _ in range(2)]

        def change(scene: Scene) -> Scene:
            scene = put(put(scene, "view.workspace", "explore"), "view.tool", "drag")
            scene = put(put(scene, "document.noise.mode", "const"), "view.display.layer", "")
            scene = put(put(scene, "view.playback.on", False), "view.motion.latent", False)
            return with_dragger(with_points(scene, tuple(near)), chosen=0)

        self._scene(change)

    def tool(self) -> None:
        """Take the tool, with the points that there are."""
        self._scene(lambda scene: put(put(scene, "view.workspace", "explore"), "view.tool", "drag"))

    def way(self) -> None:
        """Drag points for some steps, and keep what it makes as a direction."""
        d = self._d
        if d.facts.model is None:
            return
        self.points()
        d.change(lambda scene: put(scene, "view.pulled.keep", "direction"))
        run = d.app.commands["drag-run"]
        if not run.available(d.scene, d.facts):
            return
        d.change(lambda scene: run.run(scene, d.facts))
        for _ in range(200):
            dragger = d.scene.interaction.dragger
            if dragger.running is None or dragger.step > FEW:
                break
            d.frames(2)
        if d.scene.interaction.dragger.running is not None:
            d.change(lambda scene: run.run(scene, d.facts))
        d.frames(4)

    def layers(self) -> None:
        """Bend a layer and move a style channel."""
        model = self._d.facts.model
        if model is None:
            return
        layer = self._chance.choice(model.ws_names)
        bends, styles = (LayerBend(layer, "multiply", 1.5),), (StyleOffset(layer, 3, 2.0),)
        self._d.change(lambda scene: put(put(scene, "document.bends", bends), "document.styles", styles))

    def networks(self) -> None:
        """Add a network, and give it a layer."""
        model, other = self._d.facts.model, Network(str(self._drops["pickle"]))
        if model is None:
            return

        def change(scene: Scene) -> Scene:
            weights = replace(scene.document.weights, layers=(LayerWeights(model.ws_names[0], other, 0.5),))
            return put(put(scene, "document.networks", (other,)), "document.weights", weights)

        self._d.change(change)

    def comparison(self) -> None:
        """Compare networks, with the second one in focus."""
        self.networks()

        def change(scene: Scene) -> Scene:
            scene = put(put(scene, "view.gallery.on", False), "view.workspace", "explore")
            return put(scene, "view.networks.on", True).interacting(
                compared=replace(scene.interaction.compared, focus=1)
            )

        self._d.change(change)

    def snapshots(self) -> None:
        """Show a network of a run, which has more."""
        found = [one for folder in self._drops["run"].iterdir() for one in snapshots_of(str(folder))]
        source = self._chance.choice(found).path
        self._d.change(lambda scene: put(scene, "document.network", Network(source)))
        self._d.wait_for(lambda: len(self._d.facts.snapshots) > 1, what="the snapshots")

    def photos(self) -> None:
        """Put photos into the queue, fitted by made-up runs, the first one chosen."""
        d = self._d
        if d.facts.model is None:
            return
        folder = self._drops["run"].parent / "photos"
        folder.mkdir(exist_ok=True)
        paths = [photo(folder / f"{i}.png", (64, 64)) for i in range(PHOTOS)]
        d.change(lambda scene: chosen(added(scene, paths), 0))
        d.frames(4)
        d.change(lambda scene: scene.request(FitPhotos(all=True)))
        d.frames(4)
        for row in d.scene.view.photos.rows:
            if row.run and row.path in paths and self._chance.random() < 0.8 and Path(row.run).is_dir():
                self._runs.end(row.run)
        d.frames(4)

    def sorting(self) -> None:
        """Sort two piles, with pictures on both."""
        d = self._d
        if d.facts.model is None:
            return
        d.change(lambda scene: piles.opened(put(scene, "view.gallery.on", False), d.facts))
        for number in range(MOST_SORTED):
            side = "left" if number % 2 else "right"
            d.change(lambda scene, side=side, number=number: piles.chosen(scene, d.facts, side, 100 + number))
        d.frames(4)

    def runs(self) -> None:
        """Choose one of the runs in the workspace Train."""
        self._scene(lambda scene: put(scene, "view.workspace", "train"))
        self._d.frames(3)
        if self._d.facts.runs:
            folder = self._chance.choice(self._d.facts.runs).folder
            self._d.change(lambda scene: chosen_alone(scene, folder))

    def path(self) -> None:
        """Put two keys of the latent on the timeline, with the playhead between them."""
        keys = (Key(0.0, Latent(self._chance.randrange(99))), Key(2.0, Latent(self._chance.randrange(99))))

        def change(scene: Scene) -> Scene:
            line = replace(scene.document.timeline, tracks=(Track("latent", keys),))
            scene = put(put(scene, "document.timeline", line), "view.playback.at", 1.0)
            return put(scene, "view.playback.on", True)

        self._d.change(change)

    def swatch(self) -> None:
        """Mix another style into some layers, which are chosen, with an active swatch."""
        mixing, own = take(Mixing(3.0), (1, 3), Latent(7)), Swatch("b", Latent(self._chance.randrange(99)))

        def change(scene: Scene) -> Scene:
            scene = put(put(scene, "view.workspace", "mix"), "document.mixing", mixing)
            shelf = (*scene.document.shelf[:20], own)
            return put(scene, "document.shelf", shelf).interacting(selection=MixingSelection(own, (1, 3)))

        self._scene(change)

    def walk(self) -> None:
        """Let the latent walk."""
        self._scene(lambda scene: put(put(scene, "view.motion.latent_speed", 0.5), "view.motion.latent", True))
