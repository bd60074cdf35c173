"""A few steps of a real fit: the real launcher, command and renderer, watched and kept in the window."""

import numpy as np
import pytest
from PIL import Image

from foundation.bundled import RECORDED_RUNS
from foundation.inputs import open_picture
from foundation.specs.editing.fits import PROJECTION
from tests.e2e.driver import Driver, drive
from tests.e2e.lent import Lent
from tests.e2e.photos.faked import dropped, rows
from viz.photos.fits import FITS
from viz.state.settings import Settings

pytestmark = pytest.mark.window


def face(path) -> str:
    """A picture of the data set that the demo network was trained with, enlarged, on a wider background."""
    with open_picture(next(RECORDED_RUNS.glob("*/reals.*"))) as grid:
        one = grid.convert("RGB").crop((0, 0, 32, 32)).resize((256, 256), Image.Resampling.BICUBIC)
    wide = Image.new("RGB", (384, 256), (90, 90, 90))
    wide.paste(one, (64, 0))
    wide.save(path)
    return str(path)


def test_a_real_fit_is_watched_and_kept(tmp_path, monkeypatch, lent: Lent):
    monkeypatch.setenv("STYLESCOPE_KERNELS", "off")

    def steps(d: Driver):
        d.wait_frame()
        dropped(d, face(tmp_path / "jon.png"))
        d.click("//Photos/**/fit time/##0")
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: rows(d)[0].run, what="the run")
        fits, folder = d.facts.services[FITS], rows(d)[0].run
        d.wait_for(lambda: (now := fits.get(folder)) and now.ws is not None and now.step > 4, 240, "some steps")
        d.frames(4)
        d.wait_frame()
        shown = d.app.link.shown[0]
        assert shown.latent.array is not None, "the renderer draws the ws of the fit"
        assert fits.get(folder).fit.distance
        first = d.picture()
        d.click("//Canvas/**/##keep fit")
        d.wait_for(lambda: d.facts.undo == "Photo jon.png", 240, "the step")
        d.wait_whole()
        with Image.open(f"{folder}/{PROJECTION}") as written:
            projected = np.asarray(written.convert("RGB")).astype(int)
        assert np.abs(d.picture()[..., :3].astype(int) - projected).mean() < 3, (
            "the window shows what the fit has found"
        )
        assert first.shape == d.picture().shape
        assert d.scene.document.shelf[0].photo.startswith("jon.png, W+, distance ")

    drive(steps, renderer=lent, size=(1920, 1080), settings=Settings(smooth=False, drafts=False, precision="exact"))
