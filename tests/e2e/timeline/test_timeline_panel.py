"""Window "Timeline": keys by hand and by keyboard, dragging them, scrubbing, playing, constant speed."""

from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.document.parts import Latent, WBlend
from renderer.document.timeline import Key as TimeKey
from renderer.document.timeline import Timeline, Track, key_at
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.left import Clock
from viz.state.keyframes import under
from viz.state.params import put
from viz.state.playback import scrubbed
from viz.timeline import lanes

pytestmark = pytest.mark.window
LANES = "//Timeline/##lanes"
PSI = Track("truncation.psi", (TimeKey(0.0, 1.0), TimeKey(4.0, 0.2)), "linear")
WALK = Track("latent", (TimeKey(0.0, Latent(1)), TimeKey(4.0, Latent(7)), TimeKey(8.0, Latent(30))))


def timeline(d: Driver) -> Timeline:
    return d.scene.document.timeline


def keyed(*tracks: Track, **changes: object):
    """A first scene with these tracks."""
    made = Timeline(tracks, seconds=12.0, fps=10.0)
    return lambda scene: put(scene, "document.timeline", replace(made, **changes))


def spot(d: Driver, path: str, at: float) -> tuple[float, float]:
    """Return the window position of a time on a track."""
    x0, y0, x1, _ = d.rect(LANES)
    left = x0 - lanes.t.px(lanes.NAMES)
    scale = lanes.scale_of(d.facts.scratch.get(lanes.LaneView), timeline(d), left, x1 - left)
    track, top = next((track, y) for track, y in lanes.tops(timeline(d), y0) if track.path == path)
    return scale.x(at), top + lanes.t.px(lanes.height_of(track) - 2) / 2


def ruler(d: Driver, at: float) -> tuple[float, float]:
    x, _ = spot(d, timeline(d).tracks[0].path, at)
    return x, d.rect(LANES)[1] + 6


def asked(d: Driver):
    """Return the newest request, whose picture may have been kept."""
    return d.app.link.newest_request


def test_the_first_keys_are_set_by_the_button_then_by_changing_what_is_keyed():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Timeline/##Key the present state")
        assert [track.path for track in timeline(d).tracks] == ["latent"]
        d.drag([ruler(d, 4.0)])
        assert d.scene.view.playback.at == pytest.approx(4.0, abs=0.1)
        d.type_into("//Generator/Seed/##value", "305")
        at = d.scene.view.playback.at
        assert [key.value for key in timeline(d).tracks[0].keys] == [Latent(), Latent(305)]
        assert timeline(d).tracks[0].keys[1].at == at
        assert d.scene.document.latent == Latent(), "the document itself stays as it was"
        d.wait_frame()
        assert asked(d).image.latent == Latent(305)
        d.press(Key.mod_ctrl, Key.z)
        assert len(timeline(d).tracks[0].keys) == 1

    drive(steps)


def test_k_keys_the_row_under_the_mouse_and_else_the_latent():
    def steps(d: Driver):
        d.wait_frame()
        d.drag_slider("//Generator/ψ/##track", 0.5)
        psi = d.scene.document.truncation.psi
        d.press(Key.k)
        assert timeline(d).tracks == (Track("truncation.psi", (TimeKey(0.0, psi),)),)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 300))
        d.press(Key.k)
        assert [track.path for track in timeline(d).tracks] == ["truncation.psi", "latent"]
        d.press(Key.k)
        assert [track.path for track in timeline(d).tracks] == ["truncation.psi"], "once more takes it away"

    drive(steps)


def test_the_diamond_of_a_row_keys_it_and_shows_where_keys_are():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Generator/##keyψ")
        assert key_at(timeline(d), "truncation.psi", 0.0) is not None
        d.click("//Generator/##keyψ")
        assert timeline(d).tracks == ()

    drive(steps)


def test_the_diamond_of_the_cutoff_keys_it_and_it_is_held():
    def steps(d: Driver):
        d.wait_frame()
        d.type_into("//Generator/Layers/##number", "3")
        d.click("//Generator/##keyLayers")
        assert key_at(timeline(d), "truncation.cutoff", 0.0).value == 3
        d.change(lambda scene: scrubbed(scene, 2.0))
        d.type_into("//Generator/Layers/##number", "99")
        assert key_at(timeline(d), "truncation.cutoff", 2.0).value is None
        for at, cutoff in ((1.9, 3), (2.0, None)):
            d.change(lambda scene, at=at: scrubbed(scene, at))
            d.wait_frame()
            assert asked(d).image.truncation.cutoff == cutoff
        d.click("//Generator/##keyLayers")
        assert [key.at for key in timeline(d).track("truncation.cutoff").keys] == [0.0]

    drive(steps)


def test_scrubbing_shows_the_timeline_and_records_nothing():
    def steps(d: Driver):
        d.wait_frame()
        before, undo = d.scene.document, d.facts.undo
        d.drag([ruler(d, 0.0), ruler(d, 1.0), ruler(d, 2.0)])
        d.wait_frame()
        assert d.scene.view.playback.at == 2.0
        assert asked(d).image.truncation.psi == pytest.approx(0.6)
        assert isinstance(asked(d).image.latent, WBlend)
        assert d.scene.document == before
        assert d.facts.undo == undo

    drive(steps, scene=keyed(WALK, PSI))


def test_a_key_is_dragged_in_one_step_and_removed():
    def steps(d: Driver):
        d.wait_frame()
        start, end = spot(d, "truncation.psi", 4.0), spot(d, "truncation.psi", 7.0)
        d.drag([start, *((start[0] + (end[0] - start[0]) * k / 6, start[1]) for k in range(1, 7))])
        assert [key.at for key in timeline(d).tracks[1].keys] == pytest.approx([0.0, 7.0], abs=0.1)
        assert d.facts.undo == "Move ψ key"
        d.press(Key.delete)
        assert [key.at for key in timeline(d).tracks[1].keys] == [0.0]
        d.press(Key.mod_ctrl, Key.z)
        d.press(Key.mod_ctrl, Key.z)
        assert timeline(d).tracks[1] == PSI

    drive(steps, scene=keyed(WALK, PSI))


def test_a_double_click_types_the_time_of_a_key():
    def steps(d: Driver):
        d.wait_frame()
        x, y = spot(d, "truncation.psi", 4.0)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(x, y))
        d.double_click()
        d.frames(3)
        d.ctx.key_chars_replace_enter("5.5")
        d.frames(3)
        assert [key.at for key in timeline(d).tracks[1].keys] == [0.0, 5.5]

    drive(steps, scene=keyed(WALK, PSI))


def test_the_menu_of_a_key_sets_its_ease_and_the_tracks_interpolation():
    def steps(d: Driver):
        d.wait_frame()
        d.drag([spot(d, "truncation.psi", 4.0)], 1)
        d.click("//**/###ease-both")
        assert timeline(d).tracks[1].keys[1].ease == "both"
        d.drag([spot(d, "truncation.psi", 4.0)], 1)
        d.click("//**/###kind-hold")
        assert timeline(d).tracks[1].interpolation == "hold"
        d.drag([spot(d, "truncation.psi", 4.0)], 1)
        d.click("//**/###remove-track")
        assert [track.path for track in timeline(d).tracks] == ["latent"]

    drive(steps, scene=keyed(WALK, PSI))


def test_playing_goes_by_time_and_space_stops_it_on_a_frame():
    clock = Clock()

    def steps(d: Driver):
        d.wait_frame()
        d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 300))
        d.press(Key.space)
        assert d.scene.view.playback.playing
        start = d.scene.view.playback.at
        clock.run(d, 1.0)
        gone = d.scene.view.playback.at - start
        assert gone == pytest.approx(1.0, abs=0.2)
        d.press(Key.space)
        playback = d.scene.view.playback
        assert not playback.playing
        assert playback.at * 10 == pytest.approx(round(playback.at * 10)), "it stands on a frame"
        assert timeline(d) == keyed(WALK, PSI)(d.scene).document.timeline

    drive(steps, scene=keyed(WALK, PSI), options={"clock": clock})


def test_previous_and_next_keys_by_keyboard():
    def steps(d: Driver):
        d.wait_frame()
        d.ctx.mouse_move_to_pos(imgui.ImVec2(640, 300))
        places = []
        for _ in range(3):
            d.press(Key.mod_shift, Key.right_arrow)
            places.append(d.scene.view.playback.at)
        d.press(Key.mod_shift, Key.left_arrow)
        assert [*places, d.scene.view.playback.at] == [4.0, 8.0, 12.0, 8.0]

    drive(steps, scene=keyed(WALK, PSI))


def test_a_muted_track_does_nothing_and_the_rest_of_the_document_can_be_changed():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Timeline/##mutelatent")
        assert timeline(d).tracks[0].muted
        d.drag([ruler(d, 2.0)])
        d.wait_frame()
        assert asked(d).image.latent == Latent()
        d.type_into("//Generator/Seed/##value", "305")
        d.wait_frame()
        assert d.scene.document.latent == asked(d).image.latent == Latent(305)
        assert d.scene.document.truncation.psi == 1.0, "what is keyed stays under the timeline"
        assert asked(d).image.truncation.psi == pytest.approx(0.6)
        assert len(timeline(d).tracks) == 2

    drive(steps, scene=keyed(WALK, PSI))


def test_constant_speed_is_measured_in_the_background_and_switched_off():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Timeline/##Constant speed")
        d.wait_for(lambda: timeline(d).constant_speed, what="the measurement")
        shares = np.array(timeline(d).retiming.shares)
        assert (np.diff(shares) >= 0).all()
        assert (shares[0], shares[-1]) == (0, 1)
        assert not np.allclose(shares, np.linspace(0, 1, len(shares)), atol=0.01)
        d.click("//Timeline/##Constant speed")
        assert not timeline(d).constant_speed

    drive(steps, scene=keyed(WALK, PSI), size=(1600, 900))


def test_walks_fill_the_timeline():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Timeline/##walks")
        d.click("//**/###walk-random")
        track = timeline(d).tracks[0]
        assert track.path == "latent"
        assert len({key.value for key in track.keys}) == 5
        assert track.keys[0].value == Latent()
        d.wait_frame()
        assert asked(d).image.latent == Latent()

    drive(steps)


def test_k_forgets_the_row_of_a_window_before():
    def over_a_row(d: Driver):
        d.wait_frame()
        d.ctx.mouse_move("//Generator/ψ/##track")
        d.frames(200)
        under._path = "directions.gone.amount"  # as of a row that the next window has not

    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.k)
        assert [track.path for track in timeline(d).tracks] == ["latent"]

    drive(over_a_row)
    drive(steps)
