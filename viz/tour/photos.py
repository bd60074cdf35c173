"""Tour of the tab Photos: a face is dropped, turned, and fitted for some steps."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from imgui_bundle import imgui
from PIL import Image

from foundation.inputs import open_picture
from viz.photos.fits import FITS
from viz.photos.pictures import PHOTO_PICTURES
from viz.shell.app import App
from viz.tour.left_panel import Shot
from viz.tour.pictures import pictures
from viz.tour.pointer import Hand

TAB = "Photos"
_STEPS = 6
"""Steps of the fit that the tour waits for."""


class Photos:
    """Steps in the tab Photos."""

    def __init__(
        self, app: App, hand: Hand, shot: Shot, until: Callable[[Callable[[], bool], str], Iterator[None]]
    ) -> None:
        self._app, self._hand, self._shot, self._until = app, hand, shot, until

    def fit(self) -> Iterator[None]:
        """Drop a photo, crop it, fit it for some steps, and stop; the result stays in the queue."""
        app, hand = self._app, self._hand
        with tempfile.TemporaryDirectory() as folder:
            path = _photo(Path(folder))
            app.drop([path])
            yield from self._until(lambda: app.scene.view.photos.row is not None, "the photo")
            yield from self._until(lambda: app.facts.services[PHOTO_PICTURES].get(path) is not None, "the photo")
            yield from hand.wait(0.8)
            start = hand.at(f"{TAB}/crop", 0.97, 0.3)
            yield from hand.drag(start, (-6, -30))
            yield from hand.wait(0.3)
            yield from self._shot("photos-crop")
            yield from hand.click(f"{TAB}/fit time Quick")
            yield from hand.click(f"{TAB}/fit")
            yield from self._until(lambda: self._step() >= _STEPS, "some steps of the fit")
            yield from hand.wait(0.8)
            yield from self._shot("photos-fit")
            yield from hand.click("Canvas/stop fit")
            yield from self._until(lambda: not app.facts.services[FITS].running, "the end of the fit")
            yield from hand.keys(imgui.Key.escape)
            imgui.set_window_focus("Timeline")
            yield from hand.wait(0.3)

    def _step(self) -> int:
        row = self._app.scene.view.photos.row
        now = self._app.facts.services[FITS].get(row.run) if row is not None and row.run else None
        return 0 if now is None or now.ws is None else now.fit.step


def _photo(folder: Path) -> str:
    """Write a face of the data set into a new folder, larger and on a wider background, and return its path."""
    first = sorted(pictures(folder / "faces").iterdir())[0]
    with open_picture(first) as face:
        wide = Image.new("RGB", (720, 480), (70, 84, 96))
        wide.paste(face.convert("RGB").resize((360, 360), Image.Resampling.BICUBIC), (180, 80))
    path = folder / "jon.jpg"
    wide.save(path)
    return str(path)
