"""Uses of seeds beyond the sheet of the gallery: piles, pictures that cannot be drawn, the zero of a direction."""

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.document.parts import Direction
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.gallery.test_gallery import Hand
from viz.directions import piles
from viz.gallery.known import KNOWN
from viz.state.params import put
from viz.ui import record, theme
from viz.ui.icons import icon

pytestmark = pytest.mark.window


def test_chosen_seeds_become_the_right_pile():
    def steps(d: Driver):
        hand = Hand(d)
        hand.open()
        for place in (2, 5, 7):
            hand.click(place, Key.mod_ctrl)
        undo = d.facts.undo
        d.click("//**/##Piles")
        d.frames(3)
        assert d.scene.view.sorting
        assert not d.scene.view.gallery.on
        own = piles.own(d.scene, d.facts)
        assert own.of("right") == (2, 5, 7)
        assert own.of("left") == ()
        assert d.facts.undo == undo, "piles are no steps of the document"
        d.press(Key.left_arrow)
        assert len(piles.own(d.scene, d.facts).of("left")) == 1, "sorting goes on"

    drive(steps, size=(1600, 900))


def test_a_picture_that_cannot_be_drawn_says_why_and_the_others_come():
    def steps(d: Driver):
        draw = d.renderer._engine.thumbnails

        def failing(wanted, rough, watch):
            if wanted[0].request.image.latent.x == 3:
                raise RuntimeError("no memory for seed 3")
            return draw(wanted, rough, watch)

        d.renderer._engine.thumbnails = failing
        hand = Hand(d)
        hand.open()
        d.wait_for(lambda: not d.facts.thumbnails.waiting, what="all pictures")
        d.ctx.mouse_move_to_pos(hand.at(3))
        drawn = record.start()
        d.frames(3)
        record.stop()
        assert "no memory for seed 3" in " ".join(one.text for one in drawn.texts if "ooltip" in one.window)
        assert any(one.text == icon("warning") for one in drawn.texts)
        assert d.facts.thumbnails.known(hand.state.sheet.request(4), 64) is not None

    drive(steps, size=(1600, 900))


def test_seeds_along_a_direction_have_a_line_at_zero():
    def steps(d: Driver):
        d.wait_frame()
        vector = np.zeros(d.facts.model.w_dim, np.float32)
        vector[0] = 1
        one = Direction("Hair", d.facts.arrays.add(vector), last=d.facts.model.num_ws - 1)
        d.change(lambda scene: put(scene, "document.directions", (one,)))
        hand = Hand(d)
        hand.open()
        hand.sort(sort="along:Hair", count=60)
        known, values = d.facts.services[KNOWN], hand.state.listing.shown.values
        seeds = hand.shown
        w = known.of(0, 60)
        np.testing.assert_allclose(values, (w - known.mean)[seeds, 0], atol=1e-5)
        assert (np.diff(values) <= 0).all()
        place = int((values >= 0).sum())
        assert 0 < place < 60
        d.ctx.mouse_move_to_pos(imgui.ImVec2(5, 5))
        d.frames(2)
        middle = hand.at(place)
        x = round(middle.x - theme.current.px(84) / 2 - theme.current.px(6) / 2)
        row = d.window()[round(middle.y), x - 4 : x + 5].astype(int)
        accent = np.array([round(255 * one) for one in theme.rgb(theme.DARK.accent)])
        assert np.abs(row - accent).sum(axis=1).min() < 12

    drive(steps, size=(1600, 900))
