"""Tour steps for the Generator panel: images at other psi, noise by layer and its map, directions, style channels."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from imgui_bundle import imgui

from viz.generate.noise_map import NOISE_MAP
from viz.shell.app import App
from viz.tour.pointer import Hand

Shot = Callable[[str], Iterator[None]]
PANEL = "Generator"


class Left:
    """Steps of the tour. `shot(name)` saves a screenshot, `until(true, what)` waits for a condition."""

    def __init__(
        self, app: App, hand: Hand, shot: Shot, until: Callable[[Callable[[], bool], str], Iterator[None]]
    ) -> None:
        self._app, self._hand, self._shot, self._until = app, hand, shot, until

    def psi_strip(self) -> Iterator[None]:
        """Show the image from full psi through the mean to its opposite."""
        yield from self._click("psi strip")
        yield from self._hand.wait(1.2)  # its thumbnails arrive
        yield from self._bring("psi -1")
        yield from self._aside()
        yield from self._shot("psi-strip")
        yield from self._click("psi strip")

    def noise(self) -> Iterator[None]:
        """Show a row per layer with the last one off, and the map of the noise's standard deviation per pixel."""
        yield from self._click("noise layers", "on", "seed")
        yield from self._bring("deviation")
        yield from self._aside()
        yield from self._shot("noise-layers")
        yield from self._click("noise layers", "resetNoise", "deviation")
        heat = self._app.services[NOISE_MAP]
        yield from self._until(lambda: heat.status.over, "a map of the noise")
        yield from self._bring("save deviation")
        yield from self._hand.move(self._hand.at(f"{PANEL}/deviation", 0.8, 5.0))
        yield from self._hand.wait(0.8)  # a tooltip appears
        yield from self._shot("noise-map")
        yield from self._click("deviation")

    def directions(self) -> Iterator[None]:
        """Drop a random direction on the window and move its slider."""
        model, folder = self._app.facts.model, Path(self._app.scene.settings.capture_dir)
        assert model is not None
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "chance.npy"
        np.save(path, np.random.RandomState(3).randn(model.w_dim).astype(np.float32) * 0.25)
        self._app.drop([str(path)])
        yield from self._until(lambda: bool(self._app.scene.document.directions), "a direction")
        yield from self._hand.wait(0.3)
        yield from self._bring("Find directions…compass")
        yield from self._hand.slide(f"{PANEL}/chance", 0.5, 0.85, 0.8)
        yield from self._until(lambda: self._app.up_to_date, "a picture")
        yield from self._shot("directions")
        yield from self._click("remove")
        yield from self._hand.wheel(30)

    def style_channels(self) -> Iterator[None]:
        """Add a style channel and move its slider."""
        model = self._app.facts.model
        assert model is not None
        layer = model.style_layers[0][0]
        yield from self._click("sectionStyle channels", "add style")
        yield from self._bring(f"{layer} 0")
        yield from self._hand.slide(f"{PANEL}/{layer} 0", 0.5, 0.9, 0.8)
        yield from self._until(lambda: self._app.up_to_date, "a picture")
        yield from self._shot("style-channels")
        yield from self._click("remove", "sectionStyle channels")
        yield from self._hand.wheel(30)

    def bending(self) -> Iterator[None]:
        """Bend the first layer of the network."""
        yield from self._click("sectionLayer bending", "add bend")
        yield from self._bring("add bend")
        yield from self._aside()
        yield from self._shot("layer-bending")
        yield from self._click("remove", "sectionLayer bending")
        yield from self._hand.wheel(30)

    def _click(self, *names: str) -> Iterator[None]:
        for name in names:
            yield from self._bring(name)
            yield from self._hand.click(f"{PANEL}/{name}")
            yield
            yield from self._until(lambda: self._app.up_to_date, "a picture")

    def _aside(self) -> Iterator[None]:
        """Move the pointer away from controls, so that no tooltip covers anything."""
        yield from self._hand.move(self._hand.at("Canvas/picture", 0.5, 0.9))
        yield from self._hand.wait(0.3)

    def _bring(self, name: str) -> Iterator[None]:
        """Scroll until a control is visible."""
        window = imgui.internal.find_window_by_name(PANEL)
        top, end = window.inner_rect.min.y, window.inner_rect.max.y
        middle = ((window.inner_rect.min.x + window.inner_rect.max.x) / 2, (top + end) / 2)
        for _ in range(60):
            _, y = self._hand.at(f"{PANEL}/{name}", 0.5, 0.5)
            if top + 16 < y < end - 16:
                return
            yield from self._hand.move(middle, 0.1)
            yield from self._hand.wheel(1 if y < middle[1] else -1)
