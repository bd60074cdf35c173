"""Parts that are shown again instead of drawn anew: they look the same, follow every change, and obey every hand.

All other tests of the window draw everything anew and compare it with what is kept (`Options.strict`). Here parts are
shown again as they are outside of tests, so controls are pointed at by places that were found before.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.e2e.driver import Driver, Key, drive  # first: it tells PyOpenGL how to draw without a display

# isort: split
from imgui_bundle import imgui

from renderer.document.mixing import take
from renderer.ipc.protocol import Mixing
from viz.generate import noise, truncation
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings
from viz.ui import draw_cache
from viz.ui.draw_cache import StaleError

pytestmark = pytest.mark.window
STILL = {"clock": lambda: 7.0}
"""Figures of the status bar that stand still, so that two pictures of the window can be compared."""


def rest(d: Driver) -> None:
    """Put the mouse where nothing is, and wait until all has settled and is kept."""
    if d.exists("//Canvas/##picture"):
        x0, _, x1, y1 = d.rect("//Canvas/##picture")
    else:  # a run lies over it: the middle of the status bar
        x0, x1, y1 = 0.0, *imgui.get_io().display_size
    d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, y1 - 4))
    d.wait_frame()
    d.frames(12)


def shown_again(d: Driver, frames: int = 3) -> int:
    """How many parts are shown again in so many frames."""
    draw_cache.current.checks = False
    before = draw_cache.current.shown
    d.frames(frames)
    return draw_cache.current.shown - before


def same_window(d: Driver) -> None:
    """With parts shown again, the window looks as with everything drawn anew. Needs a clock that stands still."""
    draw_cache.current.checks = False
    again = d.window()
    draw_cache.current.checks = True
    assert np.array_equal(again, d.window())
    draw_cache.current.checks = False


@pytest.mark.parametrize("workspace", ["explore", "mix", "analyse", "train"])
@pytest.mark.parametrize("settings", [Settings(), Settings(scheme="light", scale=1.5)])
def test_parts_shown_again_look_as_if_drawn_anew(workspace, settings):
    def steps(d: Driver):
        rest(d)
        assert shown_again(d) >= 3 * 3
        same_window(d)

    size = (1920, 1080) if settings.scale > 1 else (1280, 720)
    drive(steps, settings=settings, size=size, scene=lambda s: put(s, "view.workspace", workspace), options=STILL)


def test_a_change_from_elsewhere_is_seen_at_once():
    def steps(d: Driver):
        rest(d)
        draw_cache.current.checks = False
        for path, value in (
            ("document.truncation.psi", 0.3),
            ("document.latent.x", 5.0),
            ("document.mixing", take(Mixing(), (1, 3), None)),
            ("document.noise.mode", "none"),
            ("view.display.scale_db", 6.0),
            ("view.camera", replace(d.scene.view.camera, zoom=2.0)),
            ("settings.scheme", "light"),
            ("settings.scale", 1.25),
        ):
            before = d.window()
            d.change(lambda scene, path=path, value=value: put(scene, path, value))
            d.wait_frame()
            d.frames(8)
            assert not np.array_equal(before, d.window()), path
            same_window(d)

    drive(steps, family="StyleGAN2", options=STILL)


def test_a_press_on_a_part_that_was_shown_again_acts():
    def steps(d: Driver):
        rest(d)
        model = d.facts.model
        x0, y0, _, y1 = d.rect(f"//Mix/mixing/##style{model.ws_names[0]}")
        assert shown_again(d)
        d.drag([(x0 + 30, (y0 + y1) / 2)] * 2)
        assert d.scene.document.mixing.ws == (0,)

    drive(steps)


def test_a_slider_that_was_shown_again_can_be_dragged_and_the_rest_stays():
    def steps(d: Driver):
        rest(d)
        x0, y0, x1, y1 = d.rect("//Generator/ψ/##track")
        y = (y0 + y1) / 2
        assert shown_again(d)
        points = [(x0 + (x1 - x0) * share, y) for share in (0.8, 0.6, 0.4, 0.2)]
        d.drag(points, release=False)
        pixel = 3 / (x1 - x0)
        assert d.scene.document.truncation.psi == pytest.approx(-1 + 3 * 0.2, abs=0.02 + pixel)
        assert shown_again(d) >= 3 * 8, "all that the drag does not change"
        d.ctx.mouse_up(0)
        d.frames(2)
        assert d.app.store.history.undo_name.startswith("ψ")

    drive(steps)


def test_the_keyboard_reaches_parts_that_were_shown_again():
    def steps(d: Driver):
        rest(d)
        assert shown_again(d)
        d.ctx.window_focus("//Mix")
        d.frames(3)
        assert shown_again(d)
        reached = []
        for _ in range(3):
            d.press(Key.down_arrow)
            context = imgui.get_current_context()
            assert context.nav_window.name == "Mix"
            reached.append(context.nav_id)
            assert shown_again(d) == 0, "the keyboard is on the move"
        assert len(set(reached)) == 3
        assert 0 not in reached

    drive(steps)


def test_a_part_that_reads_more_than_it_says_is_found(monkeypatch):
    monkeypatch.setattr(truncation, "reads", lambda scene, facts: ())

    def steps(d: Driver):
        rest(d)
        d.change(lambda scene: put(scene, "document.truncation.psi", 0.2))
        d.frames(4)

    app = drive(steps, broken=True)
    assert any(isinstance(error, StaleError) and "truncation" in str(error) for error in app.guard.errors)


def test_menus_that_were_shown_again_open():
    def steps(d: Driver):
        rest(d)
        x0, y0, x1, y1 = d.rect("//**/File")
        rest(d)
        assert shown_again(d)
        windows = imgui.get_current_context().windows
        (menus,) = [w for w in (windows[i] for i in range(windows.size())) if "/menus_" in w.name]
        assert not menus.was_active, "they are only drawn"
        d.drag([((x0 + x1) / 2, (y0 + y1) / 2)] * 2)
        d.frames(3)
        assert imgui.get_current_context().open_popup_stack.size() == 1
        same_window(d)

    drive(steps, options=STILL)


@pytest.mark.parametrize(("windows", "said", "again"), [(0, 0, True), (1, 0, False), (1, 1, True), (2, 1, False)])
def test_a_part_with_windows_of_its_own_is_kept_where_it_says_so(monkeypatch, windows, said, again):
    drawn = 0

    def draw(scene: Scene, facts):
        nonlocal drawn
        drawn += 1
        for i in range(windows):
            imgui.begin_child(f"own {i}", imgui.ImVec2(50, 20))
            imgui.text("more than fits")
            imgui.end_child()
        return scene

    monkeypatch.setattr(noise, "draw", lambda scene, facts: draw_cache.keep("own", (), draw, scene, facts, said))

    def steps(d: Driver):
        rest(d)
        before = drawn
        assert shown_again(d, 5)
        assert (drawn - before < 5) == again
        same_window(d)

    drive(steps, options=STILL)
