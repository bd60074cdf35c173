"""Window "Mix": the second style, painting layers, noise of layers, saving."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.ipc.protocol import Latent, Mixing
from tests.e2e.driver import Driver, Key, drive
from viz.files import browse_dialog
from viz.state.bands import bands_of
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings

pytestmark = pytest.mark.window
ROW = "//Mix/mixing/##style"
NOISE = "//Mix/mixing/##noise"


def seeds(scene: Scene) -> Scene:
    """First style 3, second style 711."""
    return put(put(scene, "document.latent", Latent(3.0)), "document.mixing", Mixing(711.0))


def row_centres(d: Driver, names: list[str]) -> list[tuple[float, float]]:
    """Return the point at which to press each row."""
    rects = [d.rect(ROW + name) for name in names]
    return [(x0 + 10, (y0 + y1) / 2) for x0, y0, _, y1 in rects]


def test_all_layers_mixed_is_the_second_style_alone(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        first = d.picture()
        d.click("//Mix/mixing/##All")
        d.wait_frame()
        mixed = d.picture()
        assert d.scene.document.mixing.ws == tuple(range(8))
        d.change(lambda scene: put(put(scene, "document.mixing.layers", ()), "document.latent.x", 711.0))
        d.wait_frame()
        assert np.array_equal(mixed, d.picture())
        assert not np.array_equal(mixed, first)

    drive(steps, network=avatars, renderer=lent, scene=seeds)


def test_a_band_header_switches_its_layers_and_undo_brings_the_bytes_back(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        before = d.picture()
        d.click("//Mix/mixing/##bandMiddle")
        d.wait_frame()
        mixed = d.picture()
        assert d.scene.document.mixing.ws == (4, 5, 6, 7)
        assert not np.array_equal(before, mixed)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert np.array_equal(before, d.picture())
        d.press(Key.mod_ctrl, Key.mod_shift, Key.z)
        d.wait_frame()
        assert np.array_equal(mixed, d.picture())
        d.click("//Mix/mixing/##bandMiddle")
        assert d.scene.document.mixing.ws == ()

    drive(steps, network=avatars, renderer=lent, scene=seeds)


def test_an_empty_band_cannot_be_switched(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        assert [len(band.ws) for band in bands_of(d.facts.model)] == [4, 4, 0]
        x0, y0, x1, y1 = d.rect("//Mix/mixing/##bandFine")
        d.drag([((x0 + x1) / 2, (y0 + y1) / 2)])
        assert d.scene.document.mixing.ws == ()

    drive(steps, network=avatars, renderer=lent, scene=seeds)


def test_painting_across_rows_is_one_step_of_undo(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        before, last_step = d.picture(), d.facts.undo
        points = row_centres(d, ["b8.conv0", "b8.conv1", "b16.conv0"])
        d.drag(points, release=False)
        assert d.scene.document.mixing.ws == (1, 2, 3), "the picture follows while the button is held"
        d.ctx.mouse_up(0)
        d.wait_frame()
        painted = d.picture()
        assert not np.array_equal(before, painted)
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document.mixing.ws == ()
        assert d.facts.undo == last_step
        d.wait_frame()
        assert np.array_equal(before, d.picture())

    drive(steps, network=avatars, renderer=lent, scene=seeds)


def test_a_fast_stroke_leaves_no_row_out_and_takes_away_where_it_began_on_a_mixed_row():
    def steps(d: Driver):
        d.wait_frame()
        names = d.facts.model.ws_names
        ends = row_centres(d, [names[1], names[9]])
        d.drag(ends)
        assert d.scene.document.mixing.ws == tuple(range(1, 10))
        d.drag(ends[::-1])
        assert d.scene.document.mixing.ws == ()

    drive(steps, scene=seeds)


def test_rows_answer_clicks_right_clicks_and_the_keyboard():
    def steps(d: Driver):
        d.wait_frame()
        names = d.facts.model.ws_names
        d.click(ROW + names[2])
        d.click(ROW + names[4])
        assert d.scene.document.mixing.ws == (2, 4)
        assert "L3" in d.facts.undo
        d.click(ROW + names[2], 1)
        assert d.scene.document.mixing.ws == (4,)
        d.ctx.nav_move_to(ROW + names[6])
        d.ctx.nav_activate()
        d.frames(2)
        assert d.scene.document.mixing.ws == (4, 6)
        d.click("//Mix/mixing/##Invert")
        assert d.scene.document.mixing.ws == tuple(i for i in range(16) if i not in (4, 6))
        d.click("//Mix/mixing/##None")
        assert d.scene.document.mixing.ws == ()

    drive(steps, scene=seeds)


def test_noise_of_a_layer_can_be_switched_off_and_painted(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        noisy = d.picture()
        d.click(NOISE + "b32.conv1")
        d.wait_frame()
        assert d.scene.document.noise.off == ("b32.conv1",)
        assert not np.array_equal(noisy, d.picture())
        d.click(NOISE + "b32.conv1")
        d.wait_frame()
        assert np.array_equal(noisy, d.picture())
        rects = [d.rect(NOISE + name) for name in ("b4.conv1", "b8.conv1")]
        d.drag([((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in rects])
        assert d.scene.document.noise.off == ("b4.conv1", "b8.conv0", "b8.conv1")
        d.click("//Mix/##resetLayers")
        assert d.scene.document.noise.off == ()
        assert not d.exists(NOISE + "b32.torgb")
        d.change(lambda scene: put(scene, "document.noise.mode", "none"))
        d.frames(2)
        x0, y0, x1, y1 = d.rect(NOISE + "b32.conv1")
        d.drag([((x0 + x1) / 2, (y0 + y1) / 2)])
        assert d.scene.document.noise.off == (), "without noise there is nothing to switch"

    drive(steps, network=avatars, renderer=lent, scene=seeds)


def test_the_second_seed_is_typed_thrown_kept_and_walks():
    def steps(d: Driver):
        d.wait_frame()
        d.type_into("//Mix/style/Seed/##value", "42")
        assert d.scene.document.mixing.x == 42
        d.click("//Mix/style/##random")
        thrown = d.scene.document.mixing.x
        assert thrown != 42
        assert thrown == round(thrown)
        d.click("//Mix/style/##keep")
        assert d.scene.document.mixing.x == 3
        d.click("//Mix/style/##playStyle")
        d.wait_for(lambda: d.scene.document.mixing.x > 3.01, what="the walk")
        d.click("//Mix/style/##playStyle")
        assert not d.scene.view.motion.mixing
        d.click("//Mix/style/Seed/##value", 1)
        assert d.scene.document.mixing.x == Mixing().x

    drive(steps, scene=seeds)


def test_saving_writes_the_pixels_shown_under_the_next_number(lent, avatars, tmp_path):
    (tmp_path / "00041.png").touch()

    def steps(d: Driver):
        d.wait_frame()
        d.click("//Mix/capture/##picture")
        d.wait_for(lambda: d.facts.saved, what="the file")
        assert Path(d.facts.saved) == tmp_path / "00042.png"
        with Image.open(d.facts.saved) as saved:
            assert np.array_equal(np.asarray(saved), d.picture()[..., :3])
        d.click("//Mix/capture/##window")
        d.wait_for(lambda: d.facts.saved.endswith("00043.png"), what="the second file")
        with Image.open(d.facts.saved) as saved:
            assert saved.size == (1600, 900)

    drive(steps, network=avatars, renderer=lent, size=(1600, 900), settings=Settings(capture_dir=str(tmp_path)))


def test_the_capture_folder_is_typed_or_set_back(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        d.type_into("//Mix/capture/##folder", str(tmp_path / "mine"))
        assert d.scene.settings.capture_dir == str(tmp_path / "mine")
        d.click("//Mix/capture/##picture")
        d.wait_for(lambda: d.facts.saved, what="the file")
        assert Path(d.facts.saved) == tmp_path / "mine" / "00000.png"
        d.click("//Mix/capture/##folder", 1)
        assert d.scene.settings.capture_dir == ""
        d.click("//Mix/capture/##browse")
        d.frames(2)
        assert browse_dialog.is_open(d.facts)
        d.change(lambda scene: replace(scene, settings=replace(scene.settings, capture_dir=str(tmp_path))))

    drive(steps, size=(1600, 900), settings=Settings(capture_dir=str(tmp_path)))
