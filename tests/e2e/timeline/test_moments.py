"""Small pictures at the moment that the canvas shows, keys that are said, durations, and films of small networks."""

import numpy as np
import pytest
from PIL import Image

from renderer.document.animate import requested
from renderer.document.document import request_for
from renderer.document.parts import Display, Latent
from renderer.document.timeline import Key as TimeKey
from renderer.document.timeline import Timeline, Track
from tests.e2e.driver import Driver, Key, drive
from viz.files.capture_section import saved_size
from viz.generate.psi_strip import PSIS, _Strip
from viz.history.panel import _View
from viz.state.params import put
from viz.state.playback import scrubbed, with_playback
from viz.state.settings import Settings
from viz.timeline.export_dialog import Form
from viz.timeline.menus import DURATIONS

pytestmark = pytest.mark.window
WALK = Track("latent", (TimeKey(0.0, Latent(1)), TimeKey(4.0, Latent(7)), TimeKey(8.0, Latent(30))))


def walk(scene):
    return put(scene, "document.timeline", Timeline((WALK,), seconds=12.0, fps=10.0))


def test_the_strip_and_the_history_show_the_moment_of_the_canvas():
    def steps(d: Driver):
        d.wait_frame()
        d.change(lambda scene: scrubbed(scene, 3.5))
        d.wait_frame()
        shown = d.renderer.submitted[-1].image.latent
        assert shown != Latent(1), "a blend of two keys"
        d.click("//Generator/**/##psi strip")
        d.frames(4)
        strip = d.facts.scratch.get(_Strip)
        assert [request.image.latent for request in strip.requests] == [shown] * len(PSIS)
        assert [request.image.truncation.psi for request in strip.requests] == list(PSIS)
        d.press(Key.mod_ctrl, Key._2)
        for _ in range(3):
            d.press(Key.r)
        d.wait_frame()
        d.frames(4)
        view = d.facts.scratch.get(_View)
        at = d.scene.view.playback.at
        for (_, document), request in zip(view.states.states, view.requests, strict=True):
            alone = request_for(document, Display(), d.scene.settings.device, 0)
            assert request == requested(alone, document.timeline, at)
        assert len({request.image.latent for request in view.requests}) == len(view.requests), "none looks like another"
        d.change(lambda scene: with_playback(scene, on=False))
        d.frames(4)
        assert len({request.image.latent for request in view.requests}) == 1, "off the timeline the document itself"

    drive(steps, scene=walk)


def test_a_key_that_is_set_by_a_change_is_said_once():
    def steps(d: Driver):
        d.wait_frame()
        d.change(lambda scene: scrubbed(scene, 3.5))
        d.wait_frame()
        for _ in range(3):
            d.press(Key.r)
        said = [one.text for one in d.app.messages if "a key at" in one.text]
        assert said == ["Latent: a key at 3.50 s"]

    drive(steps, scene=walk)


@pytest.mark.parametrize("typed", [True, False])
def test_typing_and_choosing_a_duration_stretch_alike(typed):
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Timeline/##seconds")
        d.click("//**/###stretch")
        d.frames(3)
        if not d.exists("//**/##duration"):
            d.click("//Timeline/##seconds")
            d.frames(3)
        if typed:
            d.type_into("//**/##duration", "6")
        else:
            d.click("//**/###seconds-6")
        d.frames(3)
        timeline = d.scene.document.timeline
        assert timeline.seconds == 6.0
        assert [key.at for key in timeline.tracks[0].keys] == [0.0, 2.0, 4.0]

    drive(steps, scene=walk)


def test_five_and_ten_seconds_can_be_chosen():
    assert {5.0, 10.0} <= set(DURATIONS)
    assert list(DURATIONS) == sorted(DURATIONS)


@pytest.mark.parametrize(("resolution", "height"), [(32, 512), (128, 512), (256, 0), (1024, 0)])
def test_films_of_small_networks_are_proposed_large_enough_and_can_be_cancelled(resolution, height):
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.e)
        d.frames(4)
        form = d.facts.scratch.get(Form)
        assert form.options.size == height
        d.click("//**/##size/##0" if d.exists("//**/##size/##0") else "//**/size/##0")
        assert form.options.size == 0
        d.click("//**/##cancel")
        d.frames(3)
        assert not d.scene.interaction.dialog.name
        d.press(Key.mod_ctrl, Key.e)
        d.frames(4)
        assert form.options.size == 0, "one's own choice stays"

    drive(steps, scene=walk, resolution=resolution)


@pytest.mark.parametrize(("resolution", "side"), [(32, 32), (32, 256), (512, 512)])
def test_the_size_of_a_saved_picture_is_stated_before_and_after(tmp_path, resolution, side):
    def steps(d: Driver):
        d.wait_frame()
        assert saved_size(d.scene, d.facts) == f"{resolution} × {resolution}"
        if side != resolution:
            d.click(f"//Mix/capture/scale/##{(side // resolution).bit_length() - 1}")
            d.frames(2)
        assert saved_size(d.scene, d.facts) == f"{side} × {side}"
        d.press(Key.mod_ctrl, Key.s)
        d.wait_for(lambda: (tmp_path / "00000.png").is_file(), what="the picture")
        with Image.open(tmp_path / "00000.png") as image:
            assert image.size == (side, side)
            pixels = np.asarray(image)
        assert pixels.std() > 0
        if side == resolution:
            assert np.array_equal(pixels[..., :3], d.picture()[..., :3]), "the network's own pixels"
        d.wait_for(lambda: d.app.messages, what="the message")
        assert d.app.messages[-1].text == f"Saved 00000.png, {side} × {side} pixels"

    drive(steps, resolution=resolution, size=(1600, 1000), settings=Settings(capture_dir=str(tmp_path), drafts=False))
