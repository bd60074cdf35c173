"""Script of the tour; every step is a mouse or keyboard action of a user."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from imgui_bundle import imgui

from viz.runs.new_dataset.state import MAKING
from viz.shell.app import App
from viz.shell.layout import ANALYSIS
from viz.timeline.lanes import FILM, RULER
from viz.tour.directions import Directions
from viz.tour.dragging import Dragging
from viz.tour.left_panel import Left, Shot
from viz.tour.networks import Networks
from viz.tour.newcomer import Newcomer
from viz.tour.photos import Photos
from viz.tour.pictures import pictures
from viz.tour.pointer import Hand
from viz.ui.theme import current as t

Key = imgui.Key
PATIENCE_S = 240.0


class Script:
    """Steps of the tour. `shot(name)` saves a screenshot."""

    def __init__(self, app: App, hand: Hand, shot: Shot, clock: Callable[[], float]) -> None:
        self._app, self._hand, self._shot, self._clock = app, hand, shot, clock

    def play(self) -> Iterator[None]:
        """Play all steps."""
        yield from self._settled()
        yield from self._hand.wait(1.5)  # the pad's thumbnails arrive
        yield from self._shot("explore")
        newcomer = Newcomer(self._app, self._hand, self._shot, self._until)
        left = Left(self._app, self._hand, self._shot, self._until)
        first = (self._walk, self._timeline, self._truncation, left.psi_strip, self._noise, left.noise)
        for part in (*first, newcomer.gallery):
            yield from part()
        found = Directions(self._app, self._hand, self._shot, self._until)
        others = Networks(self._app, self._hand, self._shot, self._until)
        photos = Photos(self._app, self._hand, self._shot, self._until)
        pulled = Dragging(self._app, self._hand, self._shot, self._until)
        after = (photos.fit, pulled.pull, self._mixing, others.blend, self._layers)
        for part in (left.directions, left.style_channels, left.bending, found.find, *after):
            yield from part()
        yield from self._pattern()
        for part in (self._transform, self._zoom, self._memory, self._performance, self._help, self._runs):
            yield from part()
        yield from newcomer.start()
        yield from self._look()

    def _settled(self) -> Iterator[None]:
        """Wait for the image of the present document.

        Raises TimeoutError if it does not arrive, RuntimeError if rendering failed.
        """
        yield
        yield
        yield from self._until(lambda: self._app.up_to_date, "a picture")
        if self._app.link.failure is not None:
            raise RuntimeError(f"The tour met a failure: {self._app.link.failure.message}")
        yield

    def _until(self, true: Callable[[], bool], what: str) -> Iterator[None]:
        """Wait until a condition holds; `what` names it in the error.

        Raises TimeoutError if it does not within `PATIENCE_S`.
        """
        end = self._clock() + PATIENCE_S
        while not true():
            if self._clock() > end:
                raise TimeoutError(f"The tour waited {PATIENCE_S:.0f} s for {what} that did not come.")
            yield

    def _click(self, *names: str) -> Iterator[None]:
        for name in names:
            yield from self._hand.click(name)
            yield from self._settled()

    def _keys(self, *chord: Any) -> Iterator[None]:
        yield from self._hand.keys(*chord)
        yield from self._settled()

    def _walk(self) -> Iterator[None]:
        hand = self._hand
        yield from hand.drag(hand.at("Generator/pad", 0.6, 0.55), (-40, 25), 0.8)
        yield from hand.click("Generator/playWalk")  # from here on a newer image is always pending
        yield from hand.wait(1.5)
        yield from self._shot("walk")
        yield from self._click("Generator/playWalk", "Generator/snap")
        yield from hand.drag(hand.at("Canvas/picture", 0.5, 0.5), (60, -30), 0.8)
        yield from self._keys(Key.r)

    def _timeline(self) -> Iterator[None]:
        """Fill the timeline with a walk, play it, and open the export dialog."""
        hand = self._hand
        yield from self._click("Timeline/walks")
        yield from hand.keys(Key.escape)
        yield from hand.keys(Key.mod_ctrl, Key.k)
        yield from hand.wait(0.3)
        yield from hand.write("random walk")
        yield from hand.wait(0.3)
        yield from hand.keys(Key.enter)
        yield from self._settled()
        yield from hand.wait(3.0)  # the thumbnails of the path arrive
        yield from hand.click("Timeline/playtimeline")
        yield from hand.wait(1.5)
        yield from hand.click("Timeline/playtimeline")
        yield from self._settled()
        yield from self._shot("timeline")
        x, top = hand.at("Timeline/lanes", 0.3, 0.0)
        yield from hand.drag((x, top + t.px(RULER + FILM / 2)), (0, 0), 0.0, imgui.MouseButton_.right)
        yield from hand.wait(0.3)
        yield from self._shot("paths")
        yield from hand.keys(Key.escape)
        yield from self._keys(Key.mod_ctrl, Key.e)
        yield from hand.wait(0.4)
        yield from self._shot("export")
        yield from hand.keys(Key.escape)
        yield from hand.wait(0.2)
        yield from self._keys(Key.mod_ctrl, Key.z)

    def _truncation(self) -> Iterator[None]:
        yield from self._hand.slide("Generator/ψ", 0.66, 0.5, 0.8)
        yield from self._hand.slide("Generator/Layers", 0.98, 0.5, 0.6)
        yield from self._settled()
        yield from self._shot("truncation")
        yield from self._click("Generator/resetTruncation")

    def _noise(self) -> Iterator[None]:
        if "Generator/mode Random" not in self._hand.places:
            yield from self._click("Generator/sectionNoise")  # folded in a low window
            yield from self._hand.wait(0.3)
        yield from self._click("Generator/mode Random")
        yield from self._hand.slide("Generator/Strength", 0.5, 0.95, 0.5)
        yield from self._hand.click("Generator/playAnimate")
        yield from self._hand.wait(0.8)
        yield from self._shot("noise")
        yield from self._click("Generator/playAnimate", "Generator/resetNoise")

    def _mixing(self) -> Iterator[None]:
        hand = self._hand
        yield from self._keys(Key.mod_ctrl, Key._2)
        yield from hand.wait(0.4)
        yield from self._click("Mix/random", "Mix/bandMiddle")
        rows = sorted((place[1], name) for name, place in hand.places.items() if name.startswith("Mix/style"))
        yield from self._click(rows[0][1])
        yield from self._shot("mixing")
        yield from self._click("Mix/None")
        yield from self._shelf()

    def _shelf(self) -> Iterator[None]:
        """Put styles on the shelf, drag one onto a band, and open the mixing grid."""
        hand = self._hand
        for _ in range(4):
            yield from self._keys(Key.b)
            yield from self._keys(Key.r)
        yield from hand.wait(1.0)
        start, end = hand.at("Mix/swatch1"), hand.at("Mix/bandCoarse", 0.4)
        yield from hand.move(start)
        yield from hand.press()
        yield from hand.move(end, 0.8)
        yield from self._settled()
        yield from self._shot("drag-to-mix")
        yield from hand.release()
        yield from self._settled()
        yield from self._keys(Key.g)
        yield from hand.wait(3.0)
        yield from self._shot("mixing-grid")
        yield from self._keys(Key.g)
        yield from self._click("Mix/None")

    def _layers(self) -> Iterator[None]:
        hand, panel = self._hand, ANALYSIS
        yield from self._keys(Key.mod_ctrl, Key._3)
        imgui.set_window_focus(panel)
        yield from hand.wait(0.6)
        yield from self._settled()
        yield from self._shot("layers")
        rows = sorted(
            (place[1], name) for name, place in hand.places.items() if name.startswith(f"{panel}/b") and "conv" in name
        )
        yield from self._click(rows[min(3, len(rows) - 1)][1])
        yield from self._shot("captured-layer")
        yield from self._click(f"{panel}/Picture")
        if f"{panel}/pages Spectrum" in hand.places:
            yield from self._click(f"{panel}/pages Spectrum")
        yield from hand.wait(0.2)
        yield from self._click(f"{panel}/Measure")
        yield from hand.wait(0.3)
        yield from self._shot("spectrum")
        yield from self._keys(Key.mod_ctrl, Key._1)

    def _pattern(self) -> Iterator[None]:
        """Open the bundled StyleGAN3 through the command palette."""
        hand = self._hand
        yield from hand.keys(Key.mod_ctrl, Key.k)
        yield from hand.wait(0.4)
        yield from hand.write("pattern")
        yield from hand.wait(0.3)
        yield from self._shot("commands")
        yield from hand.keys(Key.enter)
        yield from hand.wait(0.3)
        yield from self._settled()
        yield from hand.wait(0.5)

    def _transform(self) -> Iterator[None]:
        hand = self._hand
        yield from hand.move(hand.at("Canvas/picture"))
        yield from self._keys(Key._2)
        x, y = hand.at("Canvas/turn")
        cx, cy = hand.at("Canvas/move")
        yield from hand.drag((x, y), ((cy - y) * 0.6, (cy - y) * 0.2), 1.0)
        yield from hand.drag((cx, cy), (40, 24), 0.8)
        yield from self._settled()
        yield from self._shot("transform")
        yield from self._keys(Key.l)
        yield from hand.wait(3.0)
        yield from self._shot("lens")
        yield from self._keys(Key.l)
        yield from self._keys(Key.mod_ctrl, Key.z)
        yield from self._keys(Key.mod_ctrl, Key.z)

    def _zoom(self) -> Iterator[None]:
        hand = self._hand
        yield from self._keys(Key._3)
        yield from hand.move(hand.at("Canvas/picture", 0.55, 0.45))
        yield from hand.wheel(8)
        yield from hand.wait(0.2)
        yield from self._shot("pixels")
        yield from self._keys(Key.f)
        yield from self._keys(Key._1)

    def _memory(self) -> Iterator[None]:
        for _ in range(3):
            yield from self._keys(Key.mod_ctrl, Key.z)
        yield from self._shot("undo")
        yield from self._history()
        yield from self._keys(Key.mod_ctrl, Key.s)
        yield from self._hand.wait(0.5)
        yield from self._shot("saved")

    def _history(self) -> Iterator[None]:
        """Return to an earlier state, compare it with the present one, and take its coarse layers."""
        hand = self._hand
        yield from hand.keys(Key.c)
        yield from self._keys(Key.mod_ctrl, Key._2)
        yield from hand.wait(1.0)
        yield from self._click(f"History/state{max(0, self._app.facts.states.now - 3)}")
        yield from hand.wait(0.8)
        yield from self._shot("compare-split")
        yield from self._click("Mix/modes Difference")
        yield from hand.wait(1.0)
        yield from self._shot("compare-difference")
        yield from self._click("Mix/modes Off", "Mix/choose1")
        yield from hand.move(hand.at("Mix/take"))
        yield from hand.wait(0.6)
        yield from self._shot("take-from-b")
        yield from self._keys(Key.mod_ctrl, Key._1)

    def _performance(self) -> Iterator[None]:
        imgui.set_window_focus("Performance")
        yield from self._hand.wait(0.8)
        yield from self._shot("performance")

    def _help(self) -> Iterator[None]:
        yield from self._hand.keys(Key.mod_ctrl, Key.slash)
        yield from self._hand.wait(0.4)
        yield from self._shot("shortcuts")
        yield from self._hand.keys(Key.escape)

    def _runs(self) -> Iterator[None]:
        """Show a recorded run: curves, less smoothing, earlier sample images, and a log search."""
        hand = self._hand
        yield from self._keys(Key.mod_ctrl, Key._4)
        self._app.dismiss_messages()
        yield from hand.wait(2.0)
        yield from self._shot("train")
        yield from hand.slide("Run/Smoothing", 0.9, 0.3, 0.8)
        yield from hand.slide("Fakes/time", 0.97, 0.05, 1.5)
        yield from hand.click("Runs/log search")
        yield from hand.write("kimg 4")
        yield from hand.wait(0.6)
        yield from self._shot("train-earlier")
        yield from hand.keys(Key.escape)
        yield from self._new_run()
        yield from self._new_dataset()
        yield from self._keys(Key.mod_ctrl, Key._1)

    def _new_run(self) -> Iterator[None]:
        """Open the forms for a training run and for a measurement without starting them."""
        hand = self._hand
        yield from hand.click("Runs/new")
        yield from hand.wait(0.6)
        yield from self._shot("new-run")
        yield from hand.click(next(name for name in hand.places if name.endswith("kind Metrics")))
        yield from hand.wait(0.6)
        yield from self._shot("new-metrics")
        yield from hand.keys(Key.escape)

    def _new_dataset(self) -> Iterator[None]:
        """Drop a folder of pictures, and look at what would be made of it."""
        with tempfile.TemporaryDirectory() as folder:
            self._app.drop([str(pictures(Path(folder) / "faces"))])
            surveyor = self._app.services[MAKING]
            yield from self._until(lambda: surveyor.picture.texture is not None and surveyor.survey.done, "the preview")
            yield from self._hand.wait(0.6)
            yield from self._shot("new-dataset")
            yield from self._hand.keys(Key.escape)

    def _look(self) -> Iterator[None]:
        yield from self._hand.keys(Key.mod_ctrl, Key.k)
        yield from self._hand.wait(0.3)
        yield from self._hand.write("light")
        yield from self._hand.wait(0.2)
        yield from self._hand.keys(Key.enter)
        yield from self._hand.wait(0.4)
        yield from self._shot("light")
