"""The menu of a segment: paths between keys of the latent."""

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.document.parts import WBlend
from renderer.document.timeline import Track, Way, key_at, segment_mark
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.timeline.test_timeline_panel import WALK, keyed, spot, timeline
from viz.state.playback import scrubbed
from viz.timeline import segments

pytestmark = pytest.mark.window
TWO = Track("latent", WALK.keys[:2], "linear")


def way(d: Driver, at: float = 0.0) -> Way:
    return key_at(timeline(d), "latent", at).way


def open_menu(d: Driver, at: float) -> None:
    d.ctx.mouse_move_to_pos(spot(d, "latent", at))
    d.ctx.mouse_click(imgui.MouseButton_.right)
    d.frames(3)


def test_a_path_is_chosen_in_the_menu_and_undone():
    def steps(d: Driver):
        d.change(lambda scene: scrubbed(scene, 1.0))
        d.wait_frame()
        open_menu(d, 2.0)
        d.click("//$FOCUSED/###route-circle")
        assert way(d) == Way("circle")
        d.wait_frame()
        assert d.app.link.newest_request.image.latent == WBlend(
            ((WALK.keys[0].value, 0.75), (WALK.keys[1].value, 0.25)), circle=True
        )
        d.press(Key.mod_ctrl, Key.z)
        assert way(d) == Way()

    drive(steps, scene=keyed(WALK))


def test_a_geodesic_at_an_even_change_is_searched_measured_and_kept():
    def steps(d: Driver):
        d.wait_frame()
        open_menu(d, 2.0)
        d.click("//$FOCUSED/###route-geodesic")
        d.wait_for(lambda: way(d).route == "geodesic", what="the geodesic")
        first, second = (key.value for key in WALK.keys[:2])
        assert way(d).measured == segment_mark(first, second, "geodesic")
        assert d.facts.arrays.get(way(d).through).shape == (7, d.facts.model.w_dim)
        d.change(lambda scene: segments.evened(scene, 0.0, True))
        d.wait_for(lambda: way(d).shares, what="the speed")
        assert way(d).through is not None
        assert (np.diff(way(d).shares) >= 0).all()
        pair = segments.pair_of(timeline(d), 0.0)
        assert not segments.is_outdated(pair)
        d.press(Key.mod_ctrl, Key.z)
        assert not way(d).shares
        assert way(d).route == "geodesic"

    drive(steps, scene=keyed(TWO, loop=False))


def test_the_palette_has_the_paths_of_the_segment_at_the_playhead():
    def steps(d: Driver):
        d.change(lambda scene: scrubbed(scene, 5.0))
        d.wait_frame()
        by_id = {one.id: one for one in segments.segment_commands()}
        assert by_id["path-sphere"].available(d.scene, d.facts)
        assert not by_id["path-even"].available(d.scene, d.facts)
        d.change(lambda scene: by_id["path-sphere"].run(scene, d.facts))
        assert way(d, 4.0) == Way("sphere")
        assert by_id["path-even"].available(d.scene, d.facts)

    drive(steps, scene=keyed(WALK))
