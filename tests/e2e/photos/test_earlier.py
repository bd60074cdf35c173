"""Fits of earlier sessions: offered in the tab, their page among the runs; and encoders that ask to be trusted."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from imgui_bundle import imgui

from foundation.photos.crop import Crop
from foundation.specs.editing.fits import ABOUT, PROJECTION, TARGET
from tests.e2e.driver import Driver, drive
from tests.e2e.photos.faked import STEPS, dropped, faked, photo, rows
from viz.files import browse_dialog
from viz.photos.actions import UseEncoder
from viz.photos.earlier import TakeUpFit
from viz.photos.fits import FITS
from viz.runs.selection import chosen_alone
from viz.state.params import put
from viz.state.settings import Settings

pytestmark = pytest.mark.window
BIG = (1920, 1080)


def scrolled(d: Driver) -> None:
    """Scroll to the end of the settings."""
    d.wait_for(lambda: d.exists("//Photos/**/##fit"), what="the settings of a fit")
    x0, y0, x1, _ = d.rect("//Photos/**/##fit")
    d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, y0 - 40))
    d.ctx.mouse_wheel_y(-30)
    d.frames(4)


def unfolded(d: Driver) -> None:
    """Unfold the section Advanced, and scroll to its end."""
    scrolled(d)
    d.click("//Photos/**/##sectionAdvanced")
    d.frames(3)
    scrolled(d)


def stopped_before(tmp_path: Path, state: str = "stopped") -> dict:
    """A window in which a photo was fitted, and its fit ended; returns the runs, the folder and the ws."""
    held: dict = {}

    def steps(d: Driver):
        runs = held["runs"] = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg", (120, 90)))
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: rows(d)[0].run, what="the run")
        held["folder"] = rows(d)[0].run
        runs.advance(held["folder"], 21)
        held["ws"] = runs.end(held["folder"], state)
        photo(Path(held["folder"]) / TARGET, (64, 64))
        photo(Path(held["folder"]) / PROJECTION, (64, 64), (40, 60, 220))

    drive(steps, size=BIG, settings=Settings(run_dirs=str(tmp_path / "runs")))
    return held


def test_an_earlier_fit_of_a_face_comes_with_its_square(tmp_path):
    held = stopped_before(tmp_path)
    file = Path(held["folder"]) / ABOUT
    told = json.loads(file.read_text())

    def steps(d: Driver):
        d.wait_frame()
        dropped(d, str(tmp_path / "jon.jpg"))
        d.facts.services[FITS].runs = held["runs"]
        run = next(one for one in d.facts.runs if one.folder == held["folder"])
        for face, crop in (
            ([60.0, 45.0, 45.0, -10.0], Crop(0.5, 0.5, 0.5, 10.0, "blurred")),
            ([60.0, 45.0, -1.0, 0.0], Crop()),
            ([1e300, 45.0, 1e300, 1e300], Crop(1.0, 0.5, 100.0, -160.0, "blurred")),
        ):
            file.write_text(json.dumps({**told, "face": face}))
            d.change(lambda scene: put(scene, "view.photos.rows", ()))
            d.change(lambda scene: scene.request(TakeUpFit(run)))
            d.wait_for(lambda: rows(d), what="the fit")
            assert rows(d)[0].crop.border == crop.border
            if face[0] < 100:
                assert rows(d)[0].crop == crop
            assert 0 <= rows(d)[0].x <= 1
            assert rows(d)[0].size <= 100

    drive(steps, size=BIG, settings=Settings(run_dirs=str(tmp_path / "runs")))


def test_a_fresh_session_offers_a_fit_that_was_stopped(tmp_path):
    held = stopped_before(tmp_path)

    def steps(d: Driver):
        d.wait_frame()
        d.facts.services[FITS].runs = held["runs"]
        d.press(imgui.Key.mod_ctrl, imgui.Key.k)
        d.press(imgui.Key.escape)
        from viz.state.fitting.table import shown

        d.change(shown)
        d.wait_for(lambda: d.exists("//Photos/**/##earlier fits"), what="the offer")
        assert not rows(d), "it is offered, not forced on the session"
        d.click("//Photos/**/##earlier fits")
        d.click("//$FOCUSED/##earlier 0")
        d.wait_for(lambda: rows(d), what="the fit in the queue")
        row = rows(d)[0]
        assert (row.run, row.name) == (held["folder"], "jon.jpg")
        fits = d.facts.services[FITS]
        d.wait_for(lambda: fits.get(row.run) is not None, what="its files")
        d.frames(4)
        assert d.scene.interaction.photos.viewing == row.path
        assert not d.exists("//Photos/**/##earlier fits"), "it is in the queue"
        assert not d.scene.document.shelf, "an old result comes on the shelf on request alone"
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: held["runs"].resumed, what="the fit going on")
        assert held["runs"].resumed == [held["folder"]]

    drive(steps, size=BIG, settings=Settings(run_dirs=str(tmp_path / "runs")))


def test_a_fit_has_a_page_among_the_runs(tmp_path):
    held = stopped_before(tmp_path, "finished")

    def steps(d: Driver):
        d.wait_frame()
        d.wait_for(lambda: any(run.folder == held["folder"] for run in d.facts.runs), what="the run")
        d.click("//Runs/**/kinds/##4")
        d.change(lambda scene: chosen_alone(scene, held["folder"]))
        fits = d.facts.services[FITS]
        d.wait_for(lambda: fits.get(held["folder"]) is not None, what="its files")
        assert fits.get(held["folder"]).fit.step == STEPS
        d.wait_for(lambda: (d.window() == (40, 60, 220)).all(axis=2).any(), what="the result")
        window = d.window()
        assert (abs(window.astype(int) - (200, 60, 40)) < 3).all(axis=2).any(), "the photo is beside it"
        d.click("//Run/**/##fit Put on the shelf")
        d.wait_for(lambda: d.scene.document.shelf, what="the swatch")
        swatch = d.scene.document.shelf[0]
        assert swatch.name == "jon.jpg"
        assert (d.facts.arrays.get(swatch.latent.array) == held["ws"]).all()
        d.click("//Run/**/##fit Show")
        d.wait_for(lambda: d.facts.undo == "Photo jon.jpg", what="the step")
        assert d.scene.view.workspace == "explore"
        assert (d.facts.arrays.get(d.scene.document.latent.array) == held["ws"]).all()

    runs = Settings(run_dirs=str(tmp_path / "runs"))
    drive(steps, size=BIG, settings=runs, scene=lambda scene: put(scene, "view.workspace", "train"))


def test_an_encoder_runs_once_it_is_trusted(tmp_path):
    encoder = tmp_path / "encoder.pt"
    encoder.write_bytes(b"a program")

    def steps(d: Driver):
        runs = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg", (90, 90)))
        unfolded(d)
        d.click("//Photos/**/##encoder")
        assert browse_dialog.is_open(d.facts)
        d.press(imgui.Key.escape)
        d.change(lambda scene: scene.request(UseEncoder(rows(d)[0].path, str(encoder))))
        d.frames(3)
        assert rows(d)[0].settings.encoder == str(encoder)
        scrolled(d)
        d.click("//Photos/**/##fit")
        d.frames(4)
        assert not runs.specs, "it is not trusted yet"
        d.click("//Photos/**/##I trust this program")
        d.frames(3)
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: runs.specs, what="the run")
        assert (runs.specs[0].encoder, runs.specs[0].trust_encoder) == (str(encoder), True)
        row = replace(rows(d)[0], run="")
        d.change(lambda scene: replace(scene, view=replace(scene.view, photos=scene.view.photos.put(row))))
        d.frames(3)
        scrolled(d)
        d.click("//Photos/**/##encoder", 1)
        d.frames(3)
        assert not rows(d)[0].settings.encoder

    drive(steps, size=BIG, settings=Settings(run_dirs=str(tmp_path / "runs")))
