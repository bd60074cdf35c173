"""The preview that plays in time: what was drawn once is kept, and idle time draws the rest."""

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.document.parts import Latent
from renderer.document.timeline import Key as TimeKey
from renderer.document.timeline import Timeline, Track
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.left import Clock
from viz.link.film_store import FilmStore
from viz.state.params import put
from viz.state.settings import Settings
from viz.timeline import lanes, preview
from viz.timeline.preview import IDLE_S, kept_spans
from viz.ui.theme import current as t

pytestmark = pytest.mark.window
LANES = "//Timeline/##lanes"
PSI = Track("truncation.psi", (TimeKey(0.0, 1.0), TimeKey(1.9, 0.24)), "linear")
FPS, FRAMES = 10.0, 20
QUIET = Settings(preview_fill=False)


def film(scene):
    """A first scene with a film of two seconds."""
    return put(scene, "document.timeline", Timeline((PSI,), seconds=2.0, fps=FPS))


def store(d: Driver) -> FilmStore:
    return d.app.link.film


def play_through(d: Driver, clock: Clock, rounds: int = 1) -> list[float]:
    """Play the whole film, a frame of the window for each half of a film frame; the moments that were shown."""
    shown = []
    for _ in range(rounds * 2 * FRAMES):
        clock.now += 0.5 / FPS
        d.frames(1)
        d.wait_for(lambda: d.app.up_to_date, what="the picture")
        shown.append(d.app.link.shown[2])
    return shown


def test_the_second_time_it_plays_whole_without_the_renderer():
    clock = Clock()

    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.space)
        assert d.scene.view.playback.playing
        play_through(d, clock)
        before, first = len(d.renderer.submitted), {}
        assert store(d).spans == ((0, FRAMES),)
        moments = play_through(d, clock)
        assert len(d.renderer.submitted) == before, "nothing is drawn again"
        assert {round(at * FPS) for at in moments} == set(range(FRAMES)), "and no frame is left out"
        d.press(Key.space)
        d.wait_frame()
        for index in (3, 11):
            first[index] = store(d).get(store(d)._film.keys[index].request).images["picture"]
            d.change(lambda scene, index=index: replace_at(scene, index / FPS))
            d.wait_frame()
            np.testing.assert_array_equal(d.picture(), first[index])
            assert d.facts.frame.statistics is not None
        assert not np.array_equal(first[3], first[11])

    drive(steps, scene=film, settings=QUIET, options={"clock": clock})


def replace_at(scene, at: float):
    return put(put(scene, "view.playback.at", at), "view.playback.on", True)


def test_a_change_drops_what_it_affects_and_undo_brings_it_back():
    clock = Clock()

    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.space)
        play_through(d, clock)
        d.press(Key.space)
        d.wait_frame()
        assert store(d).done == FRAMES
        d.change(lambda scene: put(scene, "document.latent", Latent(5.0)))
        d.wait_frame()
        d.frames(3)
        assert store(d).done <= 1, "only the frame that is shown is drawn anew"
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        d.frames(3)
        assert store(d).done == FRAMES

    drive(steps, scene=film, settings=QUIET, options={"clock": clock})


def test_idle_time_draws_the_rest_from_the_playhead_on_and_any_input_stops_it():
    clock = Clock()

    def steps(d: Driver):
        d.wait_frame()
        d.change(lambda scene: replace_at(scene, 1.5))
        d.wait_frame()
        d.frames(4)
        assert store(d).done <= 1
        clock.now += IDLE_S + 0.1
        d.wait_for(lambda: store(d).done >= 4, what="the film ahead")
        assert d.facts.scratch.get(preview.Filling).on
        assert any(a <= 15 < b for a, b in store(d).spans)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 300))
        d.frames(2)
        done = store(d).done
        d.frames(6)
        assert store(d).done == done
        assert d.renderer.jobs == {}, "and what was under way is given up"
        clock.now += IDLE_S + 0.1
        d.wait_for(lambda: store(d).done == FRAMES, what="the whole film")
        d.frames(2)
        assert not d.facts.scratch.get(preview.Filling).on
        before = len(d.renderer.submitted)
        d.press(Key.space)
        play_through(d, clock)
        assert len(d.renderer.submitted) == before

    drive(steps, scene=film, options={"clock": clock})


def test_it_can_be_turned_off():
    clock = Clock()

    def steps(d: Driver):
        d.wait_frame()
        d.change(lambda scene: replace_at(scene, 1.0))
        d.wait_frame()
        clock.now += 10 * IDLE_S
        d.frames(10)
        assert store(d).done <= 1
        d.change(lambda scene: put(scene, "settings.preview_gb", 0.0))
        d.press(Key.space)
        play_through(d, clock)
        assert store(d).size == 0

    drive(steps, scene=film, settings=QUIET, options={"clock": clock})


def test_a_bar_along_the_ruler_shows_what_is_kept():
    clock = Clock()

    def bar(d: Driver) -> np.ndarray:
        """Return the pixels [W, 3] of the line below the ruler."""
        x0, y0, x1, _ = d.rect(LANES)
        y = round(y0 + t.px(lanes.RULER + 1))
        return d.window()[y, round(x0) : round(x1), :3].astype(int)

    def steps(d: Driver):
        d.wait_frame()
        d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 4))
        d.frames(2)
        empty = bar(d)
        d.press(Key.space)
        for _ in range(FRAMES):
            clock.now += 0.5 / FPS
            d.frames(1)
            d.wait_for(lambda: d.app.up_to_date, what="the picture")
        d.press(Key.space)
        d.wait_frame()
        d.frames(3)
        ((first, last),) = kept_spans(d.scene, d.facts)
        assert first <= 0.11
        assert 0.9 < last < 1.3
        changed = np.abs(bar(d) - empty).sum(axis=1) > 30
        assert 0.35 < changed.mean() < 0.65, "a half of the film"

    drive(steps, scene=film, settings=QUIET, options={"clock": clock})


def test_the_real_renderer_gives_the_same_pictures_again():
    clock = Clock()

    def steps(d: Driver):
        d.wait_frame()
        d.change(lambda scene: replace_at(scene, 0.5))
        d.wait_frame()
        whole = d.picture().copy()
        clock.now += IDLE_S + 0.1
        d.wait_for(lambda: store(d).done == FRAMES, what="the whole film")
        d.change(lambda scene: replace_at(scene, 1.0))
        d.wait_frame()
        assert not np.array_equal(d.picture(), whole)
        version = d.facts.image_version
        d.press(Key.space)
        play_through(d, clock, 1)
        assert d.facts.image_version > version
        d.press(Key.space)
        d.change(lambda scene: replace_at(scene, 0.5))
        d.wait_frame()
        np.testing.assert_array_equal(d.picture(), whole)

    drive(steps, renderer="real", scene=film, options={"clock": clock})
