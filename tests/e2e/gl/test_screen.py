"""Partial redraws: the window has the pixels of a frame drawn whole, and nothing is drawn where nothing changes."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import viz
from tests.e2e.driver import Driver, Key, drive, imgui
from viz.gl.damage import Rect
from viz.gl.screen import Screen
from viz.shell.layout import STATUS_BAR
from viz.state.params import put
from viz.state.settings import Settings
from viz.ui import theme

SIZE = (1280, 800)


def watched(d: Driver) -> None:
    """Draw every frame with all its pixels, in part."""
    d.looking = True
    d.app.screen.partial = True  # the framebuffer of tests keeps its pixels whatever draws them
    d.frames(3)


def seen(d: Driver) -> np.ndarray:
    """The window as it looks now, without the status bar, which has measured times."""
    taken: list[np.ndarray] = []
    d.app.photograph(taken.append)
    d.wait_for(lambda: taken)
    return taken[0][: -round(theme.current.px(STATUS_BAR))]


class Twice:
    """Draws frames in part and then whole, and keeps both: two frames may differ, as when a tooltip comes up."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.draw = screen, screen.draw
        self.asked = False
        self.pictures: list[np.ndarray] = []
        screen.draw = self.drawn  # type: ignore[method-assign]

    def drawn(self) -> None:
        """Draw a frame, as the window does after each."""
        if not self.asked:
            self.draw()
            return
        self.asked = False
        commands = [command for lines in imgui.get_draw_data().cmd_lists for command in every(lines.cmd_buffer)]
        clips = [(c.clip_rect.x, c.clip_rect.y, c.clip_rect.z, c.clip_rect.w) for c in commands]
        self.draw()
        partly = self.screen._read(Rect(0, 0, *SIZE))
        for command, clip in zip(commands, clips, strict=True):
            command.clip_rect = imgui.ImVec4(*clip)
        self.screen.forget()
        self.draw()
        self.pictures = [partly[::-1], self.screen._read(Rect(0, 0, *SIZE))[::-1]]


def every(buffer) -> list[imgui.ImDrawCmd]:
    """The elements of a buffer, not their copies."""
    return [buffer[k] for k in range(buffer.size())]


def same_as_whole(d: Driver, twice: Twice, what: str) -> None:
    """Compare a frame drawn in part with the same one drawn whole."""
    twice.pictures, twice.asked = [], True
    d.wait_for(lambda: twice.pictures)
    assert d.app.screen.partial, "whole frames are drawn"
    partly, whole = twice.pictures
    different = np.argwhere((partly != whole).any(2))
    assert not len(different), f"{what}: {len(different)} pixels differ, from {different[0]} to {different[-1]}"


@pytest.mark.parametrize(("smooth", "scale"), [(True, 1.25), (False, 1.0)])
def test_partial_frames_have_the_pixels_of_whole_ones(smooth, scale):
    def steps(d: Driver):
        d.wait_whole()
        watched(d)
        before, twice = d.app.screen.pixels, Twice(d.app.screen)
        d.drag_slider("//Generator/ψ/##track", 0.2)
        d.wait_whole()
        same_as_whole(d, twice, "a slider dragged")
        d.change(lambda scene: put(scene, "document.latent.x", 77.0))
        d.wait_whole()
        same_as_whole(d, twice, "another seed")
        d.change(lambda scene: replace(scene, view=replace(scene.view, workspace="mix")))
        d.frames(20)
        same_as_whole(d, twice, "another workspace")
        d.press(Key.mod_ctrl, Key.k)
        d.frames(3)
        d.ctx.key_chars("seed")
        d.frames(3)
        d.press(Key.escape)
        same_as_whole(d, twice, "a dialog opened and closed")
        d.change(lambda scene: replace(scene, settings=replace(scene.settings, scheme="light")))
        d.frames(3)
        same_as_whole(d, twice, "another scheme")
        d.ctx.mouse_wheel_y(1)
        d.frames(3)
        same_as_whole(d, twice, "a turned wheel")
        assert d.app.screen.pixels > before
        assert d.app.screen.covered > 0, "panels below the image were drawn"

    drive(steps, size=SIZE, settings=Settings(smooth=smooth, scale=scale))


def test_a_window_at_rest_draws_next_to_nothing():
    def steps(d: Driver):
        d.wait_whole()
        watched(d)
        d.frames(30)
        before = d.app.screen.pixels
        d.frames(10)
        assert d.app.screen.pixels - before < 0.01 * SIZE[0] * SIZE[1], "more than a number of the status bar"

    drive(steps, size=SIZE)


def test_a_pointer_over_controls_draws_little_of_the_window():
    def steps(d: Driver):
        d.wait_whole()
        watched(d)
        x0, y0, x1, y1 = d.rect("//Generator/ψ/##track")
        d.frames(10)
        before = d.app.screen.pixels
        for k in range(5):
            d.ctx.mouse_move_to_pos(imgui.ImVec2(x0 + (x1 - x0) * k / 5, (y0 + y1) / 2))
            d.frames(1)
        assert d.app.screen.pixels - before < 0.5 * SIZE[0] * SIZE[1], "half a window in five frames"

    drive(steps, size=SIZE)


def test_a_framebuffer_that_loses_its_pixels_is_drawn_whole_from_then_on():
    def steps(d: Driver):
        d.wait_whole()
        watched(d)
        d.change(lambda scene: put(scene, "document.latent.x", 5.0))
        d.wait_whole()
        d.frames(10)
        screen, picture = d.app.screen, seen(d)
        assert screen._row is not None
        screen._row = screen._row[0], screen._row[1] ^ 255
        d.frames(2)
        assert not screen.partial
        assert np.array_equal(seen(d), picture)

    drive(steps, size=SIZE)


def test_everything_that_writes_a_texture_says_so():
    """A texture whose new pixels are not noted would be shown with its old ones."""
    writes = {"glTexSubImage2D", "glTexImage2D", "glBlitFramebuffer", "glCopyTexSubImage2D", "glCopyTexImage2D"}
    silent = []
    for path in Path(viz.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                calls = {getattr(one, "attr", getattr(one, "id", "")) for one in ast.walk(function)}
                if calls & writes and "written" not in calls:
                    silent.append(f"{path.name}: {function.name}")
    assert silent == []
