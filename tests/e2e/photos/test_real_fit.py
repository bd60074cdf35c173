"""A few steps of a real fit: the real launcher, command and renderer, watched and kept in the window."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import gan
from foundation.bundled import RECORDED_RUNS
from foundation.inputs import open_picture
from foundation.specs.editing.fits import PROJECTION
from foundation.specs.editing.projection import ProjectSpec
from tests.e2e.driver import Driver, drive
from tests.e2e.lent import Lent
from tests.e2e.photos.faked import dropped, rows
from tests.unit.renderer import tiny
from training_launcher import launcher
from training_launcher.run import Run
from viz.photos.actions import UseEncoder
from viz.photos.fits import FITS, Launcher
from viz.state.fitting.table import table
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


class Short(Launcher):
    """The launcher of this computer, with fits of few steps."""

    def submit(self, spec: ProjectSpec, outdir: str) -> Run:
        return launcher.submit(replace(spec, num_steps=4, tune_steps=3), outdir)


class Encoder(torch.nn.Module):
    def forward(self, photo: torch.Tensor) -> torch.Tensor:
        return photo.mean() + torch.arange(16.0)[None] / 10


def test_a_network_is_tuned_from_the_w_of_an_encoder(tmp_path, monkeypatch, lent: Lent):
    monkeypatch.setenv("STYLESCOPE_KERNELS", "off")
    encoder = tmp_path / "encoder.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(Encoder()).save(str(encoder))

    def steps(d: Driver):
        d.wait_frame()
        d.facts.services[FITS].runs = Short()
        dropped(d, face(tmp_path / "jon.png"))
        d.click("//Photos/**/fit space/##2")
        d.change(lambda scene: scene.request(UseEncoder(rows(d)[0].path, str(encoder))))
        d.change(lambda scene: table(scene, trusted=(str(encoder),)))
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: rows(d)[0].run, 60, "the run")
        fits, folder = d.facts.services[FITS], rows(d)[0].run
        d.wait_for(lambda: (now := fits.get(folder)) and now.run.state == "finished", 300, "its end")
        now = fits.get(folder)
        assert now.fit.steps == 7
        assert now.run.spec["encoder"] == str(encoder)
        assert np.ptp(now.ws[0] - np.arange(16) / 10) < 1.5, "it began at the w of the encoder"
        d.wait_for(lambda: d.scene.document.shelf, what="the swatch")
        swatch = d.scene.document.shelf[0]
        assert swatch.network.source == now.fit.tuned
        assert swatch.photo.startswith("jon.png, Tuned, distance ")
        d.double_click("//Photos/**/##photo jon.png")
        d.wait_for(lambda: "Photo jon.png" in d.facts.undo, 60, f"the step, after {d.facts.undo}")
        d.wait_for(lambda: d.facts.model.network.source == now.fit.tuned, 60, "the tuned network")
        d.wait_whole()
        with Image.open(Path(folder) / PROJECTION) as written:
            projected = np.asarray(written.convert("RGB")).astype(int)
        assert np.abs(d.picture()[..., :3].astype(int) - projected).mean() < 3
        (parent,) = gan.contents(now.fit.tuned).info.parents
        assert (parent.name, parent.share) == ("sg2.safetensors", "tuned to jon.png")

    settings = Settings(smooth=False, drafts=False, precision="exact", run_dirs=str(tmp_path / "runs"))
    network = tiny.save(tmp_path, "sg2")
    drive(steps, renderer=lent, network=network, size=(1920, 1080), settings=settings)


@pytest.mark.parametrize(("kind", "mode"), [("grey", "RGB"), ("rgba", "RGBA")])
def test_networks_of_other_channels_fit_a_photo_of_two_pixels(tmp_path, monkeypatch, lent: Lent, kind, mode):
    monkeypatch.setenv("STYLESCOPE_KERNELS", "off")
    Image.new("RGBA", (2, 1), (200, 60, 40, 120)).save(tmp_path / "two.png")

    def steps(d: Driver):
        d.wait_frame()
        d.facts.services[FITS].runs = Short()
        dropped(d, str(tmp_path / "two.png"))
        d.click("//Photos/**/fit space/##1")
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: rows(d)[0].run, 60, "the run")
        fits, folder = d.facts.services[FITS], rows(d)[0].run
        d.wait_for(lambda: (now := fits.get(folder)) and not now.live, 300, "its end")
        assert fits.get(folder).run.state == "finished", fits.get(folder).run.error
        d.wait_for(lambda: d.scene.document.shelf, what="the swatch")
        d.double_click("//Photos/**/##photo two.png")
        d.wait_for(lambda: d.scene.document.latent.array is not None, 60, f"the result, after {d.facts.undo}")
        d.wait_whole()
        with Image.open(Path(folder) / PROJECTION) as written:
            assert written.mode == mode
            projected = np.asarray(written).astype(int)
        assert np.abs(d.picture()[..., : len(mode)].astype(int) - projected).mean() < 3

    settings = Settings(smooth=False, drafts=False, precision="exact", run_dirs=str(tmp_path / "runs"))
    drive(steps, renderer=lent, network=tiny.save(tmp_path, kind), size=(1920, 1080), settings=settings)
