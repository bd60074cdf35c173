"""Photos in the queue: ways in, order, crops, what cannot be read."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from foundation.photos.crop import Crop
from foundation.photos.reading import cropped
from tests.e2e.driver import Driver, drive
from tests.e2e.photos.faked import dropped, photo, rows
from viz.photos.pasting import PASTING
from viz.photos.pictures import PHOTO_PICTURES
from viz.state.fitting.table import shown

pytestmark = pytest.mark.window
Key = imgui.Key
BIG = (1920, 1080)


def test_dropped_photos_come_into_the_queue_and_the_first_is_cropped(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        before = d.scene.document
        names = ("jon.jpg", "ada.png", "lin.webp")
        dropped(d, *(photo(tmp_path / name) for name in names), photo(tmp_path / "square.bmp", (64, 64)))
        assert [row.name for row in rows(d)] == [*names, "square.bmp"]
        assert d.scene.view.photos.chosen == 0
        assert d.exists("//Photos/**/##crop"), "the tab is in front"
        assert [row.framed for row in rows(d)] == [True, False, False, True], "those seen, and squares, are cropped"
        assert d.scene.document == before
        assert not d.facts.undo, "photos are no step"
        dropped_again = [str(tmp_path / "ada.png")]
        d.app.drop(dropped_again)
        d.wait_for(lambda: d.scene.view.photos.chosen == 1, what="the known photo")
        assert len(rows(d)) == 4

    drive(steps, size=BIG)


def test_what_cannot_be_read_says_so_and_comes_back(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        bad, gone = tmp_path / "scan.tif", tmp_path / "gone.jpg"
        bad.write_bytes(b"no picture")
        photo(gone)
        dropped(d, str(bad), str(gone))
        pictures = d.facts.services[PHOTO_PICTURES]
        assert pictures.get(str(bad)).error.startswith("scan.tif cannot be read: it is damaged or no picture")
        assert d.ctx.item_info("//Photos/**/##fit").item_flags & int(imgui.ItemFlags_.disabled)
        gone.rename(tmp_path / "found.jpg")
        pictures.again(str(gone))
        d.wait_for(lambda: pictures.get(str(gone)) is not None)
        d.frames(3)
        assert d.exists("//Photos/**/##find it")
        d.click("//Photos/**/##find it")
        d.frames(3)
        assert d.popup_open()
        d.type_into("//**/##path", str(tmp_path / "found.jpg"))
        d.wait_for(lambda: rows(d)[1].name == "found.jpg", what="the photo at its new place")

    drive(steps, size=BIG)


def test_the_queue_is_chosen_from_reordered_and_emptied(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        dropped(d, *(photo(tmp_path / f"{name}.png") for name in "abc"))
        d.click("//Photos/**/##photo b.png")
        assert d.scene.view.photos.row.name == "b.png"
        d.press(Key.down_arrow)
        assert d.scene.view.photos.row.name == "c.png"
        x0, y0, x1, y1 = d.rect("//Photos/**/##photo c.png")
        x, y, high = (x0 + x1) / 2, (y0 + y1) / 2, y1 - y0
        d.drag([(x, y), (x, y - high * 0.6), (x, y - high), (x, y - high)])
        assert [row.name for row in rows(d)] == ["a.png", "c.png", "b.png"]
        assert d.scene.view.photos.row.name == "c.png"
        d.press(Key.delete)
        assert [row.name for row in rows(d)] == ["a.png", "b.png"]
        d.click("//Photos/**/##bring back")
        assert [row.name for row in rows(d)] == ["a.png", "c.png", "b.png"]
        assert not d.facts.undo

    drive(steps, size=BIG)


def test_the_frame_is_moved_sized_and_turned(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        dropped(d, photo(tmp_path / "jon.png", (400, 300)))
        x0, y0, x1, y1 = d.rect("//Photos/**/##crop")
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        assert rows(d)[0].crop == Crop()
        scale = min((x1 - x0 - 8) / 400, (y1 - y0 - 8) / 300)
        half = 150 * scale
        d.drag([(x, y), (x + 10, y), (x + 40 * scale, y)])
        assert rows(d)[0].x == pytest.approx(0.6, abs=0.02)
        assert rows(d)[0].size == 1
        centre = x0 + (x1 - x0) / 2 + 40 * scale
        d.drag([(centre + half, y + half), (centre + half - 3, y + half - 3), (centre + half / 2, y + half / 2)])
        assert rows(d)[0].size == pytest.approx(0.5, abs=0.03)
        assert rows(d)[0].x == pytest.approx(0.6, abs=0.02), "from the middle"
        before = rows(d)[0].size
        d.ctx.mouse_move_to_pos(imgui.ImVec2(centre, y))
        d.ctx.mouse_wheel_y(2)
        d.frames(2)
        assert rows(d)[0].size == pytest.approx(before * 1.06**2)
        far = x0 + 6
        d.ctx.key_down(Key.mod_shift)
        d.drag([(far, y), (far, y + 5), (far + 2, y1 - 10)])
        d.ctx.key_up(Key.mod_shift)
        assert rows(d)[0].angle % 5 == 0
        assert rows(d)[0].angle < 0, "counterclockwise"
        d.press(Key.right_bracket)
        assert rows(d)[0].angle % 5 == 1
        d.click("//Photos/**/##crop turn")
        d.click("//Photos/**/##crop whole")
        assert rows(d)[0].size == pytest.approx(4 / 3)
        d.click("//Photos/**/##crop", 1)
        assert rows(d)[0].crop == Crop(), "right click: the largest square"
        d.ctx.mouse_move_to_pos(imgui.ImVec2(x, y))
        d.click("//Photos/**/##crop")
        d.press(Key.left_arrow)
        assert rows(d)[0].x == pytest.approx(0.49)
        assert not d.facts.undo

    drive(steps, size=BIG)


def test_a_pasted_picture_comes_into_the_queue():
    def steps(d: Driver):
        d.wait_frame()
        pixels = np.zeros((20, 30, 4), np.uint8)
        pixels[..., 0], pixels[..., 3] = 200, 255
        d.facts.services[PASTING].image = lambda: (pixels.tobytes(), 30, 20)
        d.press(Key.mod_ctrl, Key.v)
        d.wait_for(lambda: rows(d), what="the pasted picture")
        path = Path(rows(d)[0].path)
        assert path.parent.name == ".photos"
        assert path.name.startswith("pasted-")
        assert (cropped(path, Crop(), 20, 3) == [200, 0, 0]).all()

    drive(steps, size=BIG)


def test_an_empty_clipboard_is_said():
    def steps(d: Driver):
        import copykitten

        def nothing():
            raise copykitten.CopykittenError("none")

        d.wait_frame()
        d.facts.services[PASTING].image = nothing
        d.press(Key.mod_ctrl, Key.v)
        d.wait_for(lambda: d.app.messages, what="a message")
        assert d.app.messages[-1].text == "There is no picture on the clipboard; copy one first, or drop a file."

    drive(steps)


def test_photos_come_from_the_menu_the_shelf_and_folders(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        for name in ("b.png", "a.jpg"):
            photo(tmp_path / name)
        (tmp_path / "notes.txt").write_text("no photo")
        d.change(shown)
        d.frames(10)
        d.click("//Photos/**/Add photos…") if d.exists("//Photos/**/Add photos…") else d.menu("File/###add-photos")
        d.frames(4)
        d.type_into("//**/##path", str(tmp_path / "b.png"))
        d.wait_for(lambda: len(rows(d)) == 1, what="the photo")
        d.click("//Mix/**/##seeds")
        d.frames(3)
        d.click("//**/##photo")
        d.frames(4)
        d.type_into("//**/##path", str(tmp_path / "a.jpg"))
        d.wait_for(lambda: len(rows(d)) == 2, what="the photo")
        from viz.photos.actions import AddPhotos

        d.change(lambda scene: scene.request(AddPhotos((str(tmp_path),))))
        assert [row.name for row in rows(d)] == ["b.png", "a.jpg"], "those of the folder are known"

    drive(steps, size=BIG)


def test_a_picture_with_a_recipe_opens_and_can_be_fitted_instead(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.s)
        d.wait_for(lambda: d.facts.saved, what="a saved picture")
        saved = d.facts.saved
        d.change(
            lambda scene: replace(scene, document=replace(scene.document, latent=replace(scene.document.latent, x=9.0)))
        )
        d.app.dismiss_messages()
        d.app.drop([saved])
        d.wait_for(lambda: d.scene.document.latent.x == 0.0, what="the recipe")
        d.wait_for(lambda: any(message.photo for message in d.scene.interaction.notifications.messages))
        assert not rows(d)
        d.click("//Canvas/**/##errorFit it as a photo instead")
        d.wait_for(lambda: rows(d), what="the photo")
        assert rows(d)[0].path == saved

    drive(steps, size=BIG)


def test_a_photo_of_two_pixels_and_a_long_one_are_shown(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        Image.new("RGB", (2, 1), (9, 200, 9)).save(tmp_path / "two.png")
        Image.new("RGB", (30_000, 40), (9, 9, 200)).save(tmp_path / "long.jpg")
        dropped(d, str(tmp_path / "two.png"), str(tmp_path / "long.jpg"))
        pictures = d.facts.services[PHOTO_PICTURES]
        assert pictures.get(str(tmp_path / "long.jpg")).width == 30_000
        for name in ("two", "long"):
            ending = ".png" if name == "two" else ".jpg"
            d.click(f"//Photos/**/##photo {name}{ending}")
            d.frames(3)
            d.click("//Photos/**/##crop whole")
            d.frames(3)
        assert os.path.exists(rows(d)[0].path)

    drive(steps, size=BIG)
