"""Directions of a real network, by the real renderer: those of the library, and the picture that they promise."""

import numpy as np
import pytest
from imgui_bundle import imgui

import gan
from gan.edits.weights import sefa
from renderer.document.parts import Direction, Latent
from tests.e2e.directions.found import groups, opened, point_at, rows, search
from tests.e2e.driver import Driver, drive
from viz.state.params import put

pytestmark = pytest.mark.window


def test_sefa_of_a_real_network_moves_the_picture_as_it_is_shown(lent, avatars):
    def steps(d: Driver):
        opened(d)
        d.click("//Directions/**/##way SeFa")
        search(d)
        wanted = sefa(gan.load(avatars).G_ema, 20)
        assert len(rows(d)) == len(wanted)
        for row, vector, sigma in zip(rows(d), wanted.vectors, wanted.sigma, strict=True):
            np.testing.assert_allclose(d.facts.arrays.get(row.array), vector * sigma, rtol=1e-4, atol=1e-6)
        d.wait_for(lambda: not d.facts.thumbnails.waiting, what="the strips")
        first = rows(d)[0]
        point_at(d, first, -2)
        d.ctx.mouse_click(0)
        d.wait_whole()
        by_click = d.picture()
        d.ctx.mouse_move_to_pos(imgui.ImVec2(900, 200))
        acting = d.scene.document.directions[0]  # on the layers that were measured by then
        assert (acting.first, acting.last) in ((0, d.facts.model.num_ws - 1), tuple(rows(d)[0].usual))
        one = Direction("by hand", first.array, -2.0, acting.first, acting.last)
        d.change(lambda scene: put(scene, "document.directions", (one,)))
        d.wait_whole()
        assert np.array_equal(d.picture(), by_click)
        assert groups(d)[0].seconds > 0
        d.change(lambda scene: put(scene, "document.directions", ()))
        d.wait_whole()
        assert not np.array_equal(d.picture(), by_click)

    drive(
        steps,
        network=avatars,
        renderer=lent,
        size=(1920, 1080),
        scene=lambda scene: put(scene, "document.latent", Latent(3.0)),
    )
