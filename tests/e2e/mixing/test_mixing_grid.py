"""The mixing grid in the centre: its cells are what the library mixes, they open in the editor, and all are saved."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.document.mixing import take
from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import Latent, Mixing
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.mixing.mixed import mixed
from tests.e2e.mixing.test_drag_mix import shelf
from viz.mixing.grid_export import GRID_EXPORT
from viz.state.settings import Settings

from imgui_bundle import hello_imgui  # isort: skip

pytestmark = pytest.mark.window
CELL = "//Canvas/##cell"


class Stuck(FakeRenderer):
    """Its jobs never end."""

    def poll(self):
        self._begun.clear()
        return super().poll()


def test_a_cell_is_the_librarys_mixing_and_opens_in_the_editor(lent, avatars, tmp_path):
    expected = mixed(avatars, 51, 88, (4, 5, 6, 7))

    def steps(d: Driver):
        d.wait_frame()
        before = d.picture()
        d.press(Key.g)
        assert d.scene.view.grid
        d.frames(3)
        assert d.exists(CELL + "2-2")
        assert not d.exists(CELL + "3-1"), "as many as the shelf holds"
        d.click("//Canvas/taken/##1")
        d.frames(2)
        d.click(CELL + "2-1")
        d.wait_frame()
        assert not d.scene.view.grid
        assert d.scene.document.latent == Latent(51.0)
        assert d.scene.document.mixing == take(Mixing(711.0), (4, 5, 6, 7), Latent(88.0))
        assert np.array_equal(d.picture(), expected)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert np.array_equal(d.picture(), before)

    drive(steps, network=avatars, renderer=lent, scene=shelf)


def test_sides_are_typed():
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.g)
        d.type_into("//Canvas/##sideA", "1-3")
        d.type_into("//Canvas/##sideB", "9")
        d.frames(3)
        assert d.exists(CELL + "3-1")
        assert not d.exists(CELL + "1-2")
        assert not d.exists(CELL + "4-1")
        d.click("//Canvas/##back")
        d.frames(2)
        assert not d.scene.view.grid

    drive(steps, scene=shelf)


def test_the_whole_grid_is_saved_at_full_size(lent, avatars, tmp_path):
    cell, side = mixed(avatars, 51, 88, (0, 1, 2, 3)), mixed(avatars, 51, 51, ())

    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.g)
        d.click("//Canvas/##save")
        d.wait_for(lambda: d.facts.saved, what="the file")
        assert Path(d.facts.saved) == tmp_path / "captures" / "00000.png"
        with Image.open(d.facts.saved) as saved:
            whole = np.asarray(saved)
        assert whole.shape == (96, 96, 3)
        assert np.array_equal(whole[64:, 32:64], cell[..., :3])
        assert np.array_equal(whole[64:, :32], side[..., :3])
        assert np.array_equal(whole[:32, 64:], side[..., :3])
        assert (whole[:32, :32] == 255).all()

    drive(
        steps,
        network=avatars,
        renderer=lent,
        scene=shelf,
        settings=Settings(capture_dir=str(tmp_path / "captures")),
    )


def test_saving_can_be_cancelled_and_ends_with_another_network(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.g)
        export = d.app.services[GRID_EXPORT]
        for cancel in (lambda: d.press(Key.escape), lambda: d.click("//Canvas/##cancel")):
            d.click("//Canvas/##save")
            d.frames(2)
            assert export.on
            cancel()
            d.frames(3)
            assert not export.on
            assert not d.renderer.jobs, "what nobody wants is not rendered"
        d.click("//Canvas/##save")
        assert export.on
        d.change(
            lambda scene: replace(
                scene, document=replace(scene.document, network=replace(scene.document.network, reload=1))
            )
        )
        d.frames(3)
        assert not export.on
        assert any("not saved" in message.text for message in d.app.messages)
        assert not (tmp_path / "captures").exists()

    slow = Stuck(hello_imgui.request_refresh, "StyleGAN3-T", 64)
    drive(steps, scene=shelf, renderer=slow, settings=Settings(capture_dir=str(tmp_path / "captures")))
