"""Fits in the window: started, watched, kept, stopped, gone on with, edited, filmed; found again by another window."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from foundation.arrays import read_floats
from foundation.specs.editing.fits import LATEST, PAUSE
from renderer.document.fitting.photos import FitSettings
from tests.e2e.driver import Driver, drive
from tests.e2e.photos.faked import STEPS, FakeRuns, dropped, faked, photo, rows
from viz.photos.fits import FITS
from viz.photos.pictures import PHOTO_PICTURES
from viz.state.settings import Settings
from viz.ui import theme

pytestmark = pytest.mark.window
Key = imgui.Key
BIG = (1920, 1080)
RED = (200, 60, 40)


def fitted(d: Driver, runs: FakeRuns, count: int = 1) -> None:
    """Press Fit, and wait for the first run."""
    d.click("//Photos/**/##fit")
    d.wait_for(lambda: len(runs.specs) >= count and all(row.run for row in rows(d)[:count]), what="the run")


def watching(d: Driver) -> None:
    """Wait until the canvas shows the newest ws of the fit that is viewed."""
    d.wait_for(lambda: _viewed(d) is not None, what="ws of the fit")
    d.frames(4)
    d.wait_frame()


def _viewed(d: Driver):
    row = d.scene.view.photos.find(d.scene.interaction.photos.viewing)
    now = d.facts.services[FITS].get(row.run) if row and row.run else None
    return None if now is None else now.ws


def requested(d: Driver):
    """The array that the picture on the canvas was asked with."""
    ref = d.renderer.submitted[-1].image.latent.array
    return None if ref is None else d.facts.arrays.get(ref)


def test_a_photo_is_fitted_watched_and_put_on_the_shelf(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        before = d.scene.document
        path = photo(tmp_path / "jon.jpg", (120, 90))
        dropped(d, path)
        fitted(d, runs)
        spec = runs.specs[0]
        assert spec.targets == (path,)
        assert (spec.space, spec.tune, spec.time, spec.editable, spec.crop) == ("w+", False, "good", 0.6, ())
        assert spec.network.endswith("demo.safetensors")
        watching(d)
        folder = rows(d)[0].run
        assert (requested(d) == read_floats(Path(folder) / LATEST, "w")[0]).all()
        place = d.scene.interaction.pointer.place
        picture = d.facts.services[PHOTO_PICTURES]
        d.wait_for(lambda: picture.square(path, rows(d)[0].crop, 256, 3) is not None, what="the cropped photo")
        d.frames(3)
        look = d.window()
        y, x = round(place.y + 40), round(place.x + 40)
        assert abs(look[y, x].astype(int) - RED).max() < 30, "the photo is at the left"
        assert d.scene.document == before
        assert not d.facts.undo
        runs.advance(folder, 21)
        d.wait_for(lambda: d.facts.services[FITS].get(folder).fit.step == 21, what="the next look")
        d.frames(3)
        d.wait_frame()
        assert (requested(d) == read_floats(Path(folder) / LATEST, "w")[0]).all()
        ws = runs.end(folder)
        d.wait_for(lambda: d.scene.document.shelf, what="the swatch")
        swatch = d.scene.document.shelf[0]
        assert swatch.name == "jon.jpg"
        assert swatch.photo == "jon.jpg, W+, distance 0.17"
        assert (d.facts.arrays.get(swatch.latent.array) == ws).all()
        d.wait_for(lambda: d.facts.shelf_undo == "Shelve jon.jpg", what="the step of the shelf")
        assert rows(d)[0].taken
        d.wait_frame()
        assert replace(d.scene.document, shelf=()) == before

    drive(steps, size=BIG)


def test_the_line_is_dragged_and_x_flips(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg", (90, 90), (250, 250, 250)))
        fitted(d, runs)
        watching(d)
        place = d.scene.interaction.pointer.place
        x0, y0, x1, _ = d.rect("//Canvas/**/##photo line")
        x, y, wide = (x0 + x1) / 2, y0 + 60, place.width * place.scale
        d.drag([(x, y), (x + 8, y), (place.x + wide * 0.75, y)])
        assert d.scene.interaction.photos.divider == pytest.approx(0.75, abs=0.02)
        at = round(place.y + 30), round(place.x + wide * 0.62)
        assert d.window()[at].min() > 235, "the photo reaches to the line"
        d.press(Key.x)
        assert d.scene.interaction.photos.flipped
        assert d.window()[at].min() < 235 or d.window()[at[0] + 9, at[1] - 20].min() < 235, "now the network's side"
        d.click("//Canvas/**/##photo line", 1)
        assert d.scene.interaction.photos.divider == 0.5
        d.press(Key.escape)
        d.wait_for(lambda: runs.stopped, what="Esc stops the fit")

    drive(steps, size=BIG, settings=Settings(smooth=False))


def test_keep_ends_the_fit_and_shows_it_in_one_step(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        before = d.scene.document
        dropped(d, photo(tmp_path / "jon.jpg"))
        fitted(d, runs)
        watching(d)
        d.click("//Canvas/**/##keep fit")
        d.wait_for(lambda: d.facts.undo, what="the step")
        assert d.facts.undo == "Photo jon.jpg"
        assert runs.stopped
        found = d.facts.arrays.get(d.scene.document.latent.array)
        d.wait_frame()
        assert (requested(d) == found).all()
        assert [one.name for one in d.scene.document.shelf] == ["jon.jpg"]
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document.latent == before.latent
        assert d.scene.document.shelf, "the photo survives undo"
        assert rows(d)[0].run

    drive(steps, size=BIG)


def test_a_stopped_fit_goes_on_and_a_changed_crop_begins_anew_from_its_w(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg", (200, 100)))
        fitted(d, runs)
        watching(d)
        first = rows(d)[0].run
        d.click("//Canvas/**/##stop fit")
        d.wait_for(lambda: runs.stopped == [first], what="the end")
        fits = d.facts.services[FITS]
        d.wait_for(lambda: not fits.get(first).live, what="the end in the queue")
        d.frames(3)
        assert not d.scene.document.shelf, "stopping keeps it in the queue"
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: runs.resumed == [first], what="the fit going on")
        d.wait_for(lambda: fits.get(first).live, what="the fit going on")
        d.click("//Photos/**/##crop turn")
        d.wait_for(lambda: len(runs.specs) == 2, what="the fit of the other crop")
        assert runs.specs[1].start == str(Path(first) / LATEST)
        assert runs.specs[1].crop == pytest.approx((100, 50, 100, -90))
        assert runs.stopped == [first, first]
        d.wait_for(lambda: rows(d)[0].run != first, what="the new run")

    drive(steps, size=BIG)


def test_all_cropped_photos_are_fitted_and_become_a_film(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        paths = [photo(tmp_path / f"{name}.png", (60, 60)) for name in "abc"]
        dropped(d, *paths)
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: all(row.run for row in rows(d)), what="three runs")
        assert [spec.targets[0] for spec in runs.specs] == paths
        found = [runs.end(row.run) for row in rows(d)]
        d.wait_for(lambda: len(d.scene.document.shelf) == 3, what="three swatches")
        assert d.app.commands["photo-film"].available(d.scene, d.facts)
        d.frames(3)
        d.click("//Photos/**/##photo film")
        d.wait_for(lambda: d.facts.undo == "Film of 3 photos", what="the film")
        keys = d.scene.document.timeline.tracks[0].keys
        assert all((d.facts.arrays.get(key.value.array) == ws).all() for key, ws in zip(keys, found, strict=True))
        d.wait_frame()
        assert (requested(d) == found[0]).all()
        d.press(Key.mod_ctrl, Key.z)
        assert not d.scene.document.timeline.tracks
        assert len(d.scene.document.shelf) == 3

    drive(steps, size=BIG)


def test_a_fitted_photo_is_opened_from_the_shelf_and_edited_with_a_direction(tmp_path):
    def steps(d: Driver):
        from renderer.document.parts import Direction

        runs = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg", (50, 50)))
        fitted(d, runs)
        ws = runs.end(rows(d)[0].run)
        d.wait_for(lambda: d.scene.document.shelf, what="the swatch")
        d.frames(6)
        d.double_click("//Mix/**/##swatch0")
        d.wait_frame()
        assert (d.facts.arrays.get(d.scene.document.latent.array) == ws).all()
        plain = d.picture()
        along = d.facts.arrays.add(np.ones(ws.shape[1], np.float32))
        smile = (Direction("Smile", along, 2.0, 0, ws.shape[0] - 1),)
        d.change(lambda scene: replace(scene, document=replace(scene.document, directions=smile)))
        d.wait_frame()
        assert (d.picture() != plain).any(), "the edit shows, and not the fit"
        assert not d.scene.interaction.photos.viewing
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert (d.picture() == plain).all()

    drive(steps, size=BIG, settings=Settings(smooth=False, drafts=False))


def test_an_edit_ends_the_view_and_a_click_brings_it_back(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg"))
        fitted(d, runs)
        watching(d)
        d.press(Key.r)
        d.wait_frame()
        assert not d.scene.interaction.photos.viewing
        assert requested(d) is None
        assert d.exists("//Canvas/**/##stop fit"), "the plate stays"
        d.click("//Photos/**/##photo jon.jpg")
        watching(d)
        assert requested(d) is not None

    drive(steps, size=BIG)


def test_settings_are_the_same_for_all_or_each_photos_own(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        dropped(d, photo(tmp_path / "a.png"), photo(tmp_path / "b.png"))
        d.click("//Photos/**/fit space/##0")
        d.click("//Photos/**/fit time/##2")
        assert [(row.settings.space, row.settings.time) for row in rows(d)] == [("w", "best")] * 2
        d.click("//Photos/**/##Same for all photos")
        d.click("//Photos/**/fit space/##2")
        assert [row.settings.space for row in rows(d)] == ["tuned", "w"]
        fitted(d, runs)
        assert (runs.specs[0].space, runs.specs[0].tune, runs.specs[0].time) == ("w", True, "best")

    drive(steps, size=BIG)


def test_a_fit_starts_from_the_present_picture(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        dropped(d, photo(tmp_path / "a.png"))
        row = replace(rows(d)[0], settings=FitSettings("w+", "quick", 0.3, "present"))
        d.change(lambda scene: replace(scene, view=replace(scene.view, photos=scene.view.photos.put(row))))
        fitted(d, runs)
        spec = runs.specs[0]
        assert (spec.time, spec.editable) == ("quick", 0.3)
        assert read_floats(spec.start, "w").shape == (1, *runs.shape)

    drive(steps, size=BIG)


def test_what_is_painted_is_written_for_the_fit(tmp_path):
    def steps(d: Driver):
        from PIL import Image

        runs = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg", (90, 90)))
        d.click("//Photos/**/##paint ignore")
        d.frames(3)
        x0, y0, x1, y1 = d.rect("//Photos/**/##ignore")
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        d.drag([(x, y), (x + 4, y), (x + 12, y)])
        mask = d.facts.arrays.get(rows(d)[0].ignore)
        size = mask.shape[0]
        assert mask[size // 2, size // 2] == 255
        assert 0 < (mask > 0).mean() < 0.2
        d.press(Key.escape)
        assert not d.scene.interaction.photos.painting
        fitted(d, runs)
        with Image.open(runs.specs[0].ignore) as written:
            assert (np.asarray(written) == mask).all()

    drive(steps, size=BIG)


def test_a_drag_lets_the_fit_wait(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg"))
        fitted(d, runs)
        pause = Path(rows(d)[0].run) / PAUSE
        d.wait_for(lambda: d.facts.services[FITS].get(rows(d)[0].run), what="the fit")
        _, y0, x1, y1 = d.rect("//Generator/**/ψ/##track")
        d.drag([(x1 - 20, (y0 + y1) / 2), (x1 - 30, (y0 + y1) / 2)], release=False)
        d.wait_for(pause.exists, what="the pause")
        d.ctx.mouse_up(0)

    drive(steps, size=BIG)


def test_a_failed_start_is_said_and_nothing_is_lost(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        runs.problem = "No space left on device"
        dropped(d, photo(tmp_path / "jon.jpg"))
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: d.app.messages, what="a message")
        assert "cannot be fitted" in d.app.messages[-1].text
        assert d.app.messages[-1].detail == "No space left on device"
        assert not rows(d)[0].run
        runs.problem = ""
        fitted(d, runs)

    drive(steps, size=BIG)


def test_another_window_finds_the_running_fit(tmp_path):
    runs_dir, held = tmp_path / "runs", {}
    settings = Settings(run_dirs=str(runs_dir))

    def first(d: Driver):
        held["runs"] = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg", (120, 90)))
        d.click("//Photos/**/##crop whole")
        fitted(d, held["runs"])
        held["row"] = rows(d)[0]

    def second(d: Driver):
        d.wait_frame()
        d.facts.services[FITS].runs = held["runs"]
        d.wait_for(lambda: rows(d), what="the fit of the other window")
        row = rows(d)[0]
        assert row.run == held["row"].run
        assert row.path == held["row"].path
        d.wait_for(lambda: d.facts.services[FITS].get(row.run) is not None, what="its files")
        held["runs"].end(row.run)
        d.wait_for(lambda: d.scene.document.shelf, what="the swatch")

    drive(first, size=BIG, settings=settings)
    drive(second, size=BIG, settings=settings)


def test_fits_of_another_network_stay_greyed(tmp_path):
    def steps(d: Driver):
        runs = faked(d)
        dropped(d, photo(tmp_path / "jon.jpg"))
        fitted(d, runs)
        row = rows(d)[0]
        from viz.photos.fitting import elsewhere
        from viz.state.finding.belonging import key_of

        assert row.fingerprint == key_of(d.facts.model)
        other = replace(row, fingerprint="another", network="avatars-t-256")
        assert elsewhere(other, d.facts.model) == "found with avatars-t-256"
        d.change(lambda scene: replace(scene, view=replace(scene.view, photos=scene.view.photos.put(other))))
        runs.end(row.run)
        d.frames(10)
        assert not d.scene.document.shelf
        assert not d.scene.interaction.photos.viewing

    drive(steps, size=BIG)


def test_the_tab_fits_a_small_window_in_both_schemes(tmp_path):
    for scheme in ("dark", "light"):

        def steps(d: Driver):
            runs = faked(d)
            dropped(d, photo(tmp_path / "jon.jpg", (90, 120)))
            fitted(d, runs)
            watching(d)
            x0, _, x1, _ = d.rect("//Photos/**/##stop fit")
            assert x1 - x0 > theme.current.px(100)
            for name in ("##crop", "##stop fit", "##add photos", "##paint ignore", "fit space/##2"):
                left, top, right, bottom = d.rect(f"//Photos/**/{name}")
                assert 0 <= left < right <= 1280
                assert top < bottom <= 720

        drive(steps, size=(1280, 720), settings=Settings(scheme=scheme))


assert STEPS > 21
