"""The canvas, checked by its pixels: zoom, pan, exact pixels, read-out, walking, moving and turning."""

from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.document.document import Camera
from tests.e2e.driver import Driver, Key, drive
from viz.canvas.canvas import WALK
from viz.canvas.handles import RING
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.state.settings import Settings

pytestmark = pytest.mark.window

PICTURE = "//Canvas/##picture"
PIXELS = Settings(smooth=False)


def place(d: Driver) -> Place:
    """Return the image's rectangle on the screen."""
    found = d.scene.interaction.pointer.place
    assert found is not None
    return found


def on_screen(d: Driver, column: float, row: float) -> tuple[float, float]:
    """The middle of a pixel of the image on the screen."""
    now = place(d)
    return now.x + (column + 0.5) * now.scale, now.y + (row + 0.5) * now.scale


def look(camera: Camera):
    return lambda scene: replace(scene, view=replace(scene.view, camera=camera))


def tool(name: str):
    return lambda scene: replace(scene, view=replace(scene.view, tool=name))


def point(d: Driver, x: float, y: float) -> None:
    d.ctx.mouse_move_to_pos(imgui.ImVec2(x, y))
    d.frames(2)


def test_the_wheel_zooms_and_the_pixel_under_the_pointer_stays():
    def steps(d: Driver) -> None:
        d.wait_frame()
        at = on_screen(d, 20, 41)
        point(d, *at)
        for notch in (1, 1, 1, 1, 1, -1, 1, 1):
            d.ctx.mouse_wheel_y(notch)
            d.frames(1)
        d.frames(1)
        now = place(d)
        assert now.scale > 15
        assert now.pixel(*at) == (20, 41)
        d.press(Key.f)
        assert d.scene.view.camera == Camera()

    drive(steps)


def test_pixels_are_exact_above_one_to_one():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(look(Camera(5.0, 0.5, 0.5)))
        d.frames(2)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(5, 5))
        now, picture, window = place(d), d.picture(), d.window()
        for column, row in ((30, 30), (33, 28), (25, 40)):
            x, y = round(now.x + column * 5), round(now.y + row * 5)
            block = window[y : y + 5, x : x + 5].reshape(-1, 3)
            assert (block == picture[row, column, :3]).all()

    drive(steps, settings=PIXELS)


def test_a_large_picture_is_smooth_and_the_inspector_shows_its_pixels():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(look(Camera(8.0, 0.5, 0.5)))
        d.frames(2)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(5, 5))
        now, picture = place(d), d.picture()
        x, y = round(now.x + 30 * 8), round(now.y + 30 * 8)
        known = {tuple(color) for color in picture[..., :3].reshape(-1, 3).tolist()}
        smooth = {tuple(color) for color in d.window()[y : y + 64, x : x + 64].reshape(-1, 3).tolist()}
        assert len(smooth - known) > len(smooth) / 2  # between the picture's own colours
        corner = d.window()[round(now.y) + 1, round(now.x) + 1].astype(int)
        assert abs(corner - picture[0, 0, :3]).max() <= 12  # the opposite edges do not shine through
        d.change(tool("inspect"))
        d.frames(2)
        exact = {tuple(color) for color in d.window()[y : y + 64, x : x + 64].reshape(-1, 3).tolist()}
        assert exact <= known

    drive(steps)


def test_pixels_are_exact_at_a_crooked_zoom():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(look(Camera(7.3, 0.5, 0.5)))
        d.frames(2)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(5, 5))
        now, picture, window = place(d), d.picture(), d.window()
        colors = {tuple(color) for color in picture[..., :3].reshape(-1, 3).tolist()}
        x, y = int(now.x + now.width * 3.65), int(now.y + now.height * 3.65)
        seen = window[y - 60 : y + 60, x - 60 : x + 60].reshape(-1, 3)
        assert {tuple(color) for color in seen.tolist()} <= colors  # nothing is blended
        for column, row in ((32, 32), (34, 33), (29, 36)):
            at_x, at_y = on_screen(d, column, row)
            assert (window[int(at_y), int(at_x)] == picture[row, column, :3]).all()

    drive(steps, settings=PIXELS)


def test_a_smaller_picture_is_smooth_and_keeps_its_mean():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(look(Camera(0.25, 0.5, 0.5)))
        d.frames(2)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(5, 5))
        now, picture, window = place(d), d.picture(), d.window()
        x0, y0 = round(now.x), round(now.y)
        small = window[y0 : round(now.bottom), x0 : round(now.right)].astype(float)
        boxes = picture[..., :3].astype(float).reshape(small.shape[0], 4, small.shape[1], 4, 3).mean((1, 3))
        assert np.abs(small[2:-2, 2:-2] - boxes[2:-2, 2:-2]).max() < 4

    drive(steps, resolution=512)


def test_middle_drag_and_space_drag_pan_without_walking_or_playing():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(look(Camera(4.0, 0.5, 0.5)))
        before = place(d)
        x, y = on_screen(d, 32, 32)
        d.drag([(x, y), (x + 20, y + 10), (x + 50, y + 30)], button=2)
        after = place(d)
        assert (after.x - before.x, after.y - before.y) == (50, 30)
        d.ctx.key_down(int(Key.space))
        d.drag([(x, y), (x - 20, y), (x - 50, y - 30)])
        d.ctx.key_up(int(Key.space))
        d.frames(2)
        back = place(d)
        assert (back.x, back.y) == (before.x, before.y)
        assert not d.scene.view.motion.playing
        assert d.scene.document == Scene().document
        d.press(Key.space)
        assert d.scene.view.motion.playing

    drive(steps)


def test_double_click_fits_and_buttons_zoom():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(look(Camera(4.0, 0.4, 0.5)))
        point(d, *on_screen(d, 10, 10))
        d.double_click()
        d.frames(2)
        assert d.scene.view.camera == Camera()
        fitted = place(d).scale
        d.click("//Canvas/##zoom-in")
        assert place(d).scale == pytest.approx(fitted * 1.25)
        d.click("//Canvas/##zoom-out")
        assert place(d).scale == pytest.approx(fitted)
        d.click("//Canvas/##one-to-one")
        assert place(d).scale == 1
        d.click("//Canvas/##fit")
        assert d.scene.view.camera == Camera()

    drive(steps)


def test_dragging_the_picture_walks_and_alt_walks_finer_and_it_is_one_step():
    def steps(d: Driver) -> None:
        d.wait_frame()
        first = d.picture()
        x, y = on_screen(d, 32, 32)
        d.drag([(x, y), (x + 30, y), (x + 90, y + 60)])
        latent = d.scene.document.latent
        assert latent.x == pytest.approx(90 / WALK)
        assert latent.y == pytest.approx(60 / WALK)
        assert len(d.app.store.history.done) == 1
        d.wait_frame()
        assert (d.picture() != first).any()
        d.ctx.key_down(int(Key.mod_alt))
        d.drag([(x, y), (x + 30, y), (x + 90, y)])
        d.ctx.key_up(int(Key.mod_alt))
        assert d.scene.document.latent.x == pytest.approx(90 / WALK + 9 / WALK)
        d.press(Key.mod_ctrl, Key.z)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert (d.picture() == first).all()

    drive(steps)


def test_the_centre_moves_the_arrows_move_along_one_axis():
    def steps(d: Driver) -> None:
        d.change(tool("transform"))
        d.wait_frame()
        side = place(d).width * place(d).scale
        x, y = centre(d)
        d.drag([(x, y), (x + 20, y + 10), (x + 41, y + 23)])
        moved = d.scene.document.transform
        assert (moved.x, moved.y) == (pytest.approx(41 / side), pytest.approx(23 / side))
        x, y = centre(d)
        d.drag([(x + 54, y), (x + 70, y + 20), (x + 84, y + 50)])
        along_x = d.scene.document.transform
        assert (along_x.x, along_x.y) == (pytest.approx(71 / side), moved.y)
        x, y = centre(d)
        d.drag([(x, y - 54), (x + 20, y - 60), (x + 40, y - 74)])
        along_y = d.scene.document.transform
        assert (along_y.x, along_y.y) == (along_x.x, pytest.approx(3 / side))
        assert len(d.app.store.history.done) == 3
        d.ctx.mouse_move_to_pos(imgui.ImVec2(*centre(d)))
        d.ctx.mouse_click(1)
        d.frames(2)
        assert (d.scene.document.transform.x, d.scene.document.transform.y) == (0, 0)

    drive(steps)


def test_the_ring_turns_and_shift_goes_in_steps():
    def steps(d: Driver) -> None:
        d.change(tool("transform"))
        d.wait_frame()
        before = d.picture()
        x, y = centre(d)
        radius = RING * place(d).width * place(d).scale

        def at(degrees: float) -> tuple[float, float]:
            turn = np.radians(degrees)
            return x + radius * np.sin(turn), y - radius * np.cos(turn)

        d.drag([at(0), at(10), at(25), at(40)])
        assert d.scene.document.transform.angle == pytest.approx(40, abs=0.5)
        d.wait_frame()
        assert (d.picture() != before).any()
        d.ctx.key_down(int(Key.mod_shift))
        d.drag([at(40), at(60), at(100), at(170), at(200)])
        d.ctx.key_up(int(Key.mod_shift))
        assert d.scene.document.transform.angle == -165  # 195 degrees, in steps of 15
        assert len(d.app.store.history.done) == 2

    drive(steps)


def centre(d: Driver) -> tuple[float, float]:
    """The middle handle on the screen."""
    now, transform = place(d), d.scene.document.transform
    return (
        now.x + now.width * now.scale * (0.5 + transform.x),
        now.y + now.height * now.scale * (0.5 + transform.y),
    )


def test_networks_without_an_input_transform_have_no_transform_tool():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.press(Key._2)
        assert d.scene.view.tool == "walk"
        d.ctx.mouse_move("//Canvas/##tool-transform", imgui.test_engine.TestOpFlags_.no_check_hovered_id)
        d.ctx.mouse_click(0)
        d.frames(2)
        assert d.scene.view.tool == "walk"
        assert not d.exists("//Canvas/##turn")
        d.change(tool("transform"))  # as left by another network: dragging walks
        x, y = on_screen(d, 32, 32)
        d.drag([(x, y), (x + 30, y), (x + 60, y)])
        assert d.scene.document.latent.x == pytest.approx(60 / WALK)
        assert d.scene.document.transform == Scene().document.transform

    drive(steps, family="StyleGAN2")


def test_the_inspector_magnifies_the_pixel_under_the_pointer():
    def steps(d: Driver) -> None:
        d.change(tool("inspect"))
        d.wait_frame()
        d.change(look(Camera(2.0, 0.5, 0.5)))
        d.frames(2)
        point(d, *on_screen(d, 40, 22))
        window, picture = d.window(), d.picture()
        x, y = on_screen(d, 40, 22)
        # The loupe's middle cell, beside and above the pointer (see loupe.draw).
        mid_x, mid_y = int(x + 18 + 5.5 * 8), int(y - 88 - 38 + 5.5 * 8)
        assert (window[mid_y, mid_x] == picture[22, 40, :3]).all()
        assert (window[mid_y + 16, mid_x + 24] == picture[24, 43, :3]).all()

    drive(steps, size=(1280, 720))
