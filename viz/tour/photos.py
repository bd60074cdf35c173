"""Tour of the tab Photos: three faces are dropped, one is turned, and all are fitted, the first for some steps."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from imgui_bundle import imgui
from PIL import Image

from foundation.inputs import open_picture
from viz.photos.fits import FITS, Wish
from viz.photos.pictures import PHOTO_PICTURES
from viz.shell.app import App
from viz.tour.left_panel import Shot
from viz.tour.pictures import pictures
from viz.tour.pointer import Hand

TAB = "Photos"
_STEPS = 40
"""Steps of the fit that the tour waits for."""


class Photos:
    """Steps in the tab Photos."""

    def __init__(
        self, app: App, hand: Hand, shot: Shot, until: Callable[[Callable[[], bool], str], Iterator[None]]
    ) -> None:
        self._app, self._hand, self._shot, self._until = app, hand, shot, until

    def fit(self) -> Iterator[None]:
        """Drop photos, crop one, fit them for some steps, and stop; the results stay in the queue."""
        app, hand = self._app, self._hand
        with tempfile.TemporaryDirectory() as folder:
            path, *others = _photos(Path(folder))
            app.drop([path, *others])
            yield from self._until(lambda: app.scene.view.photos.row is not None, "the photo")
            pictures_of = app.facts.services[PHOTO_PICTURES]
            yield from self._until(lambda: all(pictures_of.get(one) for one in (path, *others)), "the photos")
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
            fits = app.facts.services[FITS]
            for row in app.scene.view.photos.rows[1:]:  # those that wait
                fits.do(Wish("stop", row.path, row.run))
            yield from self._until(lambda: not self._live(), "the end of the fits")
            yield from hand.keys(imgui.Key.escape)
            imgui.set_window_focus("Timeline")
            yield from hand.wait(0.3)

    def _live(self) -> bool:
        fits, rows = self._app.facts.services[FITS], self._app.scene.view.photos.rows
        return any((now := fits.get(row.run)) is not None and now.live for row in rows if row.run)

    def _step(self) -> int:
        row = self._app.scene.view.photos.row
        now = self._app.facts.services[FITS].get(row.run) if row is not None and row.run else None
        return 0 if now is None or now.ws is None else now.fit.step


def _photos(folder: Path) -> list[str]:
    """Write square faces of the data set into a new folder, the first on a wider background; returns their paths."""
    faces = sorted(pictures(folder / "faces").iterdir())
    paths = [folder / name for name in ("jon.jpg", "ada.png", "lin.webp")]
    for face, path in zip((faces[0], faces[3], faces[4]), paths, strict=True):
        with open_picture(face) as image:
            large = image.convert("RGB").resize((360, 360), Image.Resampling.BICUBIC)
        if path is paths[0]:
            wide = Image.new("RGB", (720, 480), (70, 84, 96))
            wide.paste(large, (180, 80))
            large = wide
        large.save(path)
    return [str(path) for path in paths]
