"""Textures are filled by a thread of their own: what is shown is what came, whoever filled it."""

from dataclasses import replace

import numpy as np
import pytest

from tests.e2e.driver import Driver, drive
from viz.gl import upload
from viz.state.scene import Scene


def test_a_thread_fills_the_textures_and_the_window_shows_them():
    def steps(d: Driver):
        d.wait_frame()
        assert upload.current.threaded
        x0, y0, x1, y1 = (round(edge) for edge in d.rect("//Canvas/##picture"))
        middle = d.window()[(y0 + y1) // 2 - 20 : (y0 + y1) // 2 + 20, (x0 + x1) // 2 - 20 : (x0 + x1) // 2 + 20]
        d.change(lambda scene: _seed(scene, 7))
        d.wait_frame()
        after = d.window()[(y0 + y1) // 2 - 20 : (y0 + y1) // 2 + 20, (x0 + x1) // 2 - 20 : (x0 + x1) // 2 + 20]
        assert not np.array_equal(middle, after)

    drive(steps)
    assert not upload.current.threaded


def test_without_a_thread_works_are_done_and_raise_at_once():
    alone, done = upload.Filler(), []
    alone.do(lambda: done.append(1))
    assert done == [1]

    def wrong() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        alone.do(wrong)
    alone.settle()


def _seed(scene: Scene, seed: int) -> Scene:
    latent = replace(scene.document.latent, x=float(seed))
    return replace(scene, document=replace(scene.document, latent=latent))
