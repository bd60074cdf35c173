"""Cached parts of panels: same pixels as drawn ones, updated on every change, responsive to pointer and keyboard.

All other tests of the window draw every part where something has changed, and in every eighth frame beyond, and compare
it with the cache (`Options.strict`). Here parts are replayed as they are outside of tests, so controls are pointed at
by places that were found before.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.e2e.driver import Driver, Key, drive  # first: it selects PyOpenGL's headless platform

# isort: split
from imgui_bundle import imgui

from renderer.document.mixing import take
from renderer.ipc.protocol import Mixing
from viz.generate import panel
from viz.state import recording
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings
from viz.ui import draw_cache, record
from viz.ui.draw_cache import StaleError, cached

pytestmark = pytest.mark.window
STILL = {"clock": lambda: 7.0}
"""Figures of the status bar that stand still, so that two images of the window can be compared."""


def rest(d: Driver) -> None:
    """Move the mouse to an empty place, and wait until all parts have settled and are cached."""
    if d.exists("//Canvas/##picture"):
        x0, _, x1, y1 = d.rect("//Canvas/##picture")
    else:  # a run lies over it: the middle of the status bar
        x0, x1, y1 = 0.0, *imgui.get_io().display_size
    d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, y1 - 4))
    d.wait_frame()
    d.frames(12)


def replayed(d: Driver, frames: int = 3) -> int:
    """Return the number of parts replayed in so many frames."""
    draw_cache.current.checks = False
    before = draw_cache.current.replayed
    d.frames(frames)
    return draw_cache.current.replayed - before


def same_window(d: Driver) -> None:
    """Assert that the window looks the same with and without the cache. Needs a clock that stands still."""
    draw_cache.current.checks = False
    from_cache = d.window()
    draw_cache.current.checks = True
    assert np.array_equal(from_cache, d.window())
    draw_cache.current.checks = False


@pytest.mark.parametrize("workspace", ["explore", "mix", "analyse", "train"])
@pytest.mark.parametrize("settings", [Settings(), Settings(scheme="light", scale=1.5)])
def test_replayed_parts_look_as_if_drawn(workspace, settings):
    def steps(d: Driver):
        rest(d)
        assert replayed(d) >= 3 * 3
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


def test_a_press_on_a_cached_part_acts():
    def steps(d: Driver):
        rest(d)
        model = d.facts.model
        x0, y0, _, y1 = d.rect(f"//Mix/mixing/##style{model.ws_names[0]}")
        assert replayed(d)
        d.drag([(x0 + 30, (y0 + y1) / 2)] * 2)
        assert d.scene.document.mixing.ws == (0,)

    drive(steps)


def test_a_cached_slider_can_be_dragged_and_the_rest_stays_cached():
    def steps(d: Driver):
        rest(d)
        x0, y0, x1, y1 = d.rect("//Generator/ψ/##track")
        y = (y0 + y1) / 2
        assert replayed(d)
        points = [(x0 + (x1 - x0) * share, y) for share in (0.8, 0.6, 0.4, 0.2)]
        d.drag(points, release=False)
        pixel = 3 / (x1 - x0)
        assert d.scene.document.truncation.psi == pytest.approx(-1 + 3 * 0.2, abs=0.02 + pixel)
        assert replayed(d) >= 3 * 5, "all that the drag does not change"
        d.ctx.mouse_up(0)
        d.frames(2)
        assert d.app.store.history.undo_name.startswith("ψ")

    drive(steps)


def test_the_keyboard_reaches_cached_parts():
    def steps(d: Driver):
        rest(d)
        assert replayed(d)
        d.ctx.window_focus("//Mix")
        d.frames(3)
        assert replayed(d)
        reached = []
        for _ in range(3):
            d.press(Key.down_arrow)
            context = imgui.get_current_context()
            assert context.nav_window.name == "Mix"
            reached.append(context.nav_id)
            assert replayed(d) == 0, "the keyboard is on the move"
        assert len(set(reached)) == 3
        assert 0 not in reached

    drive(steps)


class Probe:
    """A part that replaces the lower sections of the Generator and counts how often it is drawn."""

    def __init__(self, monkeypatch, read, windows=0, flags=0):
        self.drawn, self.shown = 0, None

        def draw(scene: Scene, facts):
            self.drawn += 1
            self.shown = read(scene, facts)
            imgui.text(str(self.shown))
            for i in range(windows):
                imgui.begin_child(f"own {i}", imgui.ImVec2(50, 20), 0, flags)
                imgui.text("more than fits")
                imgui.end_child()
            imgui.button("press")
            return scene

        monkeypatch.setattr(panel, "_lower", cached(draw))

    def frames(self, d: Driver, frames: int = 5) -> int:
        """Return how often it is drawn in so many frames."""
        draw_cache.current.checks = False
        before = self.drawn
        d.frames(frames)
        return self.drawn - before


class Fold:
    """State of one file, as panels hold in scratch."""

    def __init__(self):
        self.open = False


def set_at(d: Driver, path: str, value: object) -> None:
    """Change the scene and wait until it is shown."""
    draw_cache.current.checks = False
    d.change(lambda scene: put(scene, path, value))
    d.wait_frame()
    d.frames(6)


@pytest.mark.parametrize(
    ("read", "change"),
    [
        (lambda scene, facts: scene.document.noise.seed, lambda d: set_at(d, "document.noise.seed", 7)),
        (lambda scene, facts: scene.document.truncation, lambda d: set_at(d, "document.truncation.psi", 0.25)),
        (lambda scene, facts: scene.view.motion.latent_speed, lambda d: set_at(d, "view.motion.latent_speed", 1.0)),
        (lambda scene, facts: hash(scene.document), lambda d: set_at(d, "document.latent.x", 3.0)),
        (lambda scene, facts: facts.undo, lambda d: set_at(d, "document.latent.x", 3.0)),
        (lambda scene, facts: facts.scratch.get(Fold).open, lambda d: setattr(d.facts.scratch.get(Fold), "open", True)),
    ],
)
def test_a_part_is_drawn_when_what_it_reads_changes_and_only_then(monkeypatch, read, change):
    probe = Probe(monkeypatch, read)

    def steps(d: Driver):
        rest(d)
        assert probe.frames(d) == 0
        before = probe.drawn
        set_at(d, "settings.frame_limit", 50)  # nothing that it reads
        assert probe.drawn == before
        change(d)
        d.frames(6)
        assert probe.drawn > before
        assert probe.shown == read(d.scene, d.facts)
        assert probe.frames(d) == 0
        same_window(d)

    drive(steps, options=STILL)


def test_a_part_that_reads_the_clock_is_drawn_in_every_frame(monkeypatch):
    probe = Probe(monkeypatch, lambda scene, facts: facts.now)

    def steps(d: Driver):
        rest(d)
        assert probe.frames(d, 5) == 5

    drive(steps)


def test_a_part_is_drawn_while_the_pointer_is_over_it_or_holds_it_or_a_popup_is_open(monkeypatch):
    probe = Probe(monkeypatch, lambda scene, facts: "")

    def steps(d: Driver):
        rest(d)
        (left, top, right, bottom), (x0, y0, x1, y1) = d.rect("//**/File"), d.rect("//Generator/press")
        rest(d)
        assert probe.frames(d) == 0
        d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, (y0 + y1) / 2))
        d.frames(2)
        assert probe.frames(d) == 5
        d.ctx.mouse_down(0)
        d.frames(2)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(x1 + 400, y1))
        assert probe.frames(d) == 5, "its button is held"
        d.ctx.mouse_up(0)
        rest(d)
        assert probe.frames(d) == 0
        d.drag([((left + right) / 2, (top + bottom) / 2)] * 2)
        d.frames(2)
        assert imgui.get_current_context().open_popup_stack.size() == 1
        assert probe.frames(d) == 5

    drive(steps)


@pytest.mark.parametrize("waits", [False, True])
def test_a_part_that_reads_what_cannot_be_recorded_is_found(monkeypatch, waits):
    elsewhere = ["before"]
    probe = Probe(monkeypatch, lambda scene, facts: elsewhere[0])

    def changes() -> bool:
        elsewhere[0] = "after" if probe.drawn > settled else "before"
        return probe.drawn > settled + 1

    def steps(d: Driver):
        nonlocal settled
        rest(d)
        if waits:
            settled = probe.drawn + 4  # of which a test has waited for a while
            d.wait_for(changes)
        else:
            elsewhere[0] = "after"
            d.frames(8)

    settled = 0
    app = drive(steps, broken=True)
    assert any(isinstance(error, StaleError) and "Probe" in str(error) for error in app.guard.errors)


def test_parts_are_drawn_where_something_has_changed_and_seldom_beyond(monkeypatch):
    probe = Probe(monkeypatch, lambda scene, facts: "")

    def drawn(d: Driver, frames: int) -> int:
        before = probe.drawn
        d.frames(frames)
        return probe.drawn - before

    def steps(d: Driver):
        rest(d)
        assert drawn(d, 8) == 1
        assert 96 / 16 <= drawn(d, 96) <= 96 / 16 + 2, "its first frames are of an action"
        before = probe.drawn
        d.change(lambda scene: put(scene, "settings.frame_limit", 50))
        assert probe.drawn == before + 1, "compared in the frame that follows the change"
        record.start()
        assert drawn(d, 8) == 8, "texts that are noted are drawn"
        record.stop()
        d.rect("//Generator/press")  # is found, so it is drawn where it is looked for

    drive(steps, options=STILL)


def test_parts_are_compared_after_a_press_and_after_its_release(monkeypatch):
    probe = Probe(monkeypatch, lambda scene, facts: "")

    def steps(d: Driver):
        x0, y0, x1, y1 = d.rect("//Canvas/##picture")
        rest(d)
        for act in (d.ctx.mouse_down, d.ctx.mouse_up):
            d.frames(8)
            d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, (y0 + y1) / 2))
            before = probe.drawn
            act(0)
            d.frames(3)
            assert probe.drawn > before

    drive(steps, options=STILL)


def test_a_value_that_another_thread_changes_within_a_frame_is_no_fault(monkeypatch):
    elsewhere, coming = ["before"], list[str]()

    @recording.derived
    def value(scene: Scene) -> str:
        return elsewhere[0]

    def read(scene: Scene, facts: object) -> str:
        if coming:  # after the cache has looked whether its entry is still valid
            elsewhere[0] = coming.pop()
        return value(scene)

    probe = Probe(monkeypatch, read)

    def steps(d: Driver):
        rest(d)
        coming.append("quite another text")
        d.frames(8)
        assert probe.shown == "quite another text"
        same_window(d)

    drive(steps, options=STILL)


def test_a_ring_of_the_keyboard_that_appears_within_a_frame_is_no_fault(monkeypatch):
    coming = list[bool]()

    def read(scene: Scene, facts: object) -> str:
        if coming:  # as when a dialog closes while panels are drawn
            context = imgui.get_current_context()
            context.nav_id, context.nav_cursor_visible = imgui.get_id("press"), coming.pop()
        return ""

    Probe(monkeypatch, read)

    def steps(d: Driver):
        rest(d)
        assert not imgui.get_current_context().nav_cursor_visible
        coming.append(True)
        d.frames(8)
        assert not coming
        d.press(Key.escape)

    drive(steps)


def test_cached_menus_open():
    def steps(d: Driver):
        rest(d)
        x0, y0, x1, y1 = d.rect("//**/File")
        rest(d)
        assert replayed(d)
        windows = imgui.get_current_context().windows
        (menus,) = [w for w in (windows[i] for i in range(windows.size())) if "/menus_" in w.name]
        assert not menus.was_active, "they are only drawn"
        d.drag([((x0 + x1) / 2, (y0 + y1) / 2)] * 2)
        d.frames(3)
        assert imgui.get_current_context().open_popup_stack.size() == 1
        same_window(d)

    drive(steps, options=STILL)


FIXED = imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse


@pytest.mark.parametrize(
    ("windows", "flags", "again"), [(0, 0, True), (1, 0, False), (1, FIXED, True), (2, FIXED, False)]
)
def test_a_part_with_a_child_window_is_cached_where_that_cannot_scroll(monkeypatch, windows, flags, again):
    probe = Probe(monkeypatch, lambda scene, facts: "", windows, flags)

    def steps(d: Driver):
        rest(d)
        assert (probe.frames(d) == 0) == again
        same_window(d)

    drive(steps, options=STILL)
