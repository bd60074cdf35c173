"""Comparison of the present state with a stored one, and taking parts of it, checked by the window's pixels."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.document.parts import Latent, LayerStyle, Mixing, Noise, Truncation
from tests.e2e.driver import Driver, Key, drive
from viz.gl.camera import Camera
from viz.state.scene import Scene
from viz.state.settings import Settings
from viz.ui import record

pytestmark = pytest.mark.window
SIZE = (1280, 860)


def seed(x: float, **changes: Any):
    return lambda scene: replace(scene, document=replace(scene.document, latent=Latent(x), **changes))


def comparing(**changes: Any):
    return lambda scene: replace(scene, view=replace(scene.view, compare=replace(scene.view.compare, **changes)))


def one_to_one(scene: Scene) -> Scene:
    """An image pixel on each pixel of the screen."""
    return replace(scene, view=replace(scene.view, camera=Camera(zoom=4.0)))


def seen(d: Driver) -> np.ndarray:
    """Return the image as shown on the screen, [H, W, 3], at one screen pixel per image pixel, without tools."""
    d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 4))
    d.wait_frame()
    jobs = d.app.link.jobs
    d.wait_for(lambda: all(entry.status.over for entry in jobs._entries.values()), what="the other picture")
    d.frames(4)
    place = d.scene.interaction.pointer.place
    x, y, scale = round(place.x), round(place.y), round(place.scale)
    shown = d.window()[y : y + place.height * scale, x : x + place.width * scale]
    return shown[scale // 2 :: scale, scale // 2 :: scale]


def two(d: Driver) -> tuple[np.ndarray, np.ndarray]:
    """Keep seed 1 as B and show seed 2: their images A, B."""
    d.wait_frame()
    d.change(one_to_one)
    d.change(seed(1.0))
    d.wait_frame()
    b = d.picture()[..., :3]
    d.press(Key.c)
    assert d.scene.view.compare.mode == "split"
    d.change(seed(2.0))
    d.wait_frame()
    return d.picture()[..., :3], b


def test_split_shows_a_at_the_left_and_b_at_the_right_of_a_line_that_can_be_dragged():
    def steps(d: Driver) -> None:
        a, b = two(d)
        shown = seen(d)
        assert (shown[10:24, 4:28] == a[10:24, 4:28]).all()
        assert (shown[10:24, 36:60] == b[10:24, 36:60]).all()
        x0, y0, x1, _ = d.rect("//Canvas/##divider")
        x, y = (x0 + x1) / 2, y0 + 60
        document = d.scene.document
        d.drag([(x, y), (x - 30, y), (x - 64, y)])
        assert d.scene.view.compare.divider == pytest.approx(0.25, abs=0.02)
        assert d.scene.document == document, "the tool below the line was used"
        shown = seen(d)
        assert (shown[10:24, 24:60] == b[10:24, 24:60]).all()
        assert (shown[10:24, 2:10] == a[10:24, 2:10]).all()

    drive(steps, size=SIZE, settings=Settings(smooth=False))


def test_flip_shows_one_or_the_other():
    def steps(d: Driver) -> None:
        a, b = two(d)
        d.press(Key.x)
        assert (seen(d)[10:24, 10:60] == b[10:24, 10:60]).all()
        d.press(Key.x)
        assert (seen(d)[10:24, 10:60] == a[10:24, 10:60]).all()
        d.click("//Mix/**/##flip")
        assert d.scene.view.compare.flipped
        assert (seen(d)[10:24, 10:60] == b[10:24, 10:60]).all()
        d.press(Key.c)
        assert d.scene.view.compare.mode == "off"
        assert (seen(d)[10:24, 10:60] == a[10:24, 10:60]).all()

    drive(steps, size=SIZE, settings=Settings(smooth=False))


def test_the_difference_of_equal_states_is_white_and_of_others_orange_where_a_is_brighter():
    def steps(d: Driver) -> None:
        a, b = two(d)
        d.change(comparing(mode="difference", gain=2.0))
        shown = seen(d)[10:24, 10:60].astype(int)
        d_ = (a.astype(int).sum(axis=2) - b.astype(int).sum(axis=2))[10:24, 10:60]
        assert (shown[d_ > 60][:, 0] > shown[d_ > 60][:, 2]).all()
        assert (shown[d_ < -60][:, 0] < shown[d_ < -60][:, 2]).all()
        d.change(seed(1.0))
        assert (seen(d)[10:24, 10:60] == 255).all()

    drive(steps, size=SIZE, settings=Settings(smooth=False))


def read_at(d: Driver, column: int, row: int) -> str:
    """Point at a pixel of the picture, and return all texts of the canvas."""
    place = d.scene.interaction.pointer.place
    x = place.x + (column + 0.5) * place.scale
    y = place.y + (row + 0.5) * place.scale
    d.ctx.mouse_move_to_pos(imgui.ImVec2(x, y))
    d.frames(3)
    drawn = record.start()
    d.frames(2)
    record.stop()
    return "   ".join(one.text for one in drawn.texts if one.window == "Canvas")


def test_the_difference_tells_its_figures_its_scale_and_the_pixel_under_the_pointer():
    def steps(d: Driver) -> None:
        a, b = (picture.astype(int) for picture in two(d))
        d.change(comparing(mode="difference", gain=5.0))
        seen(d)
        sums = (a - b).sum(axis=2)
        texts = read_at(d, 20, 30)
        mean, largest = np.abs(sums).mean() / 3, round(np.abs(sums).max() / 3)
        assert f"A − B: mean {mean:.1f}, largest {largest} of 255" in texts
        assert "−51" in texts
        assert "+51" in texts
        value = f"{sums[30, 20] / 3:+.1f}".replace("-", "−")
        assert f"A − B   x 20   y 30   {value}" in texts
        assert f"{a[30, 20, 0]}  {a[30, 20, 1]}  {a[30, 20, 2]}" not in texts
        d.change(comparing(mode="split", divider=0.5))
        seen(d)
        red, green, blue = a[30, 20]
        assert f"A   x 20   y 30   {red}  {green}  {blue}" in read_at(d, 20, 30)
        red, green, blue = b[30, 44]
        assert f"B   x 44   y 30   {red}  {green}  {blue}" in read_at(d, 44, 30)
        d.change(comparing(mode="off"))
        red, green, blue = a[30, 44]
        assert f"x 44   y 30   {red}  {green}  {blue}" in read_at(d, 44, 30)

    drive(steps, size=SIZE, settings=Settings(smooth=False))


def test_layers_taken_from_b_are_previewed_and_make_one_step():
    def steps(d: Driver) -> None:
        two(d)
        d.change(comparing(mode="off"))
        before, picture = d.scene.document, d.picture()
        d.click("//Mix/**/##choose0")
        x0, y0, x1, y1 = d.rect("//Mix/**/##take")
        d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, (y0 + y1) / 2))
        d.wait_for(lambda: d.scene.preview is not None, what="the preview")
        d.wait_frame()
        previewed = d.picture()
        assert (previewed != picture).any()
        assert d.scene.document == before
        d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 4))
        d.frames(3)
        d.wait_frame()
        assert (d.picture() == picture).all()
        done = len(d.app.store.history.done)
        d.click("//Mix/**/##take")
        d.wait_frame()
        assert (d.picture() == previewed).all()
        coarse = tuple(range(d.facts.model.bands[0]))
        assert d.scene.document.mixing == Mixing(layers=tuple(LayerStyle(i, Latent(1.0)) for i in coarse))
        assert len(d.app.store.history.done) == done + 1
        d.press(Key.mod_ctrl, Key.z)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 4))  # off the button, which would show it once more
        d.frames(3)
        d.wait_frame()
        assert (d.picture() == picture).all()

    drive(steps, size=SIZE, settings=Settings(smooth=False))


def test_everything_taken_from_b_is_b_to_the_last_byte(lent, avatars):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(seed(3.0, truncation=Truncation(0.5), noise=Noise("random", 4), mixing=Mixing(8.0, (LayerStyle(2),))))
        d.wait_frame()
        b = d.picture()
        d.press(Key.c)
        d.change(lambda scene: replace(scene, document=replace(Scene().document, network=scene.document.network)))
        d.wait_frame()
        assert (d.picture() != b).any()
        for band in range(3):
            if d.facts.model.bands[band - 1] < d.facts.model.num_ws or band == 0:
                d.click(f"//Mix/**/##choose{band}")
        d.click("//Mix/**/##take")
        d.click("//Mix/**/##part0")
        d.click("//Mix/**/##part1")
        d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 4))
        d.frames(3)
        d.wait_frame()
        assert (d.picture() == b).all()

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=Settings(device="cpu"))


def test_a_right_click_in_the_history_makes_a_state_b():
    def steps(d: Driver) -> None:
        d.wait_frame()
        for x in (1.0, 2.0, 3.0):
            d.change(seed(x))
        d.click("//History/##state1", 1)
        assert d.scene.view.compare.b == replace(d.scene.document, latent=Latent(1.0))
        assert d.scene.view.compare.mode == "split"

    drive(steps, size=(1600, 900))
