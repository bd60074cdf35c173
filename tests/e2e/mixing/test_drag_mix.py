"""Drag and drop of swatches from the shelf onto layers, bands and the image."""

import numpy as np
import pytest

from renderer.document.document import Swatch
from renderer.document.mixing import take
from renderer.ipc.protocol import Latent, LayerStyle, Mixing
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.left import centre
from tests.e2e.mixing.mixed import mixed
from viz.mixing.drag import preview_text
from viz.state.params import put
from viz.state.scene import Scene

pytestmark = pytest.mark.window
FIRST, SECOND = "//Mix/shelf/##swatch0", "//Mix/shelf/##swatch1"
LAYER, STYLE, AMOUNT = "//Mix/mixing/##layer", "//Mix/mixing/##style", "//Mix/mixing/##amount"
COARSE = "//Mix/mixing/##bandCoarse"


def shelf(scene: Scene) -> Scene:
    """First style 3, second style 711, and two swatches."""
    swatches = (Swatch("88", Latent(88.0)), Swatch("51", Latent(51.0)))
    scene = put(put(scene, "document.latent", Latent(3.0)), "document.mixing", Mixing(711.0))
    return put(scene, "document.shelf", swatches)


def carry(d: Driver, swatch: str, *targets: str, release: bool = True) -> None:
    """Drag a swatch over controls, one after the other."""
    x, y = centre(d, swatch)
    d.drag([(x, y), (x + 8, y + 8), *(centre(d, one) for one in targets)], release=release)
    d.frames(2)


def test_dropped_on_coarse_it_equals_the_librarys_own_mixing(lent, avatars, tmp_path):
    expected = mixed(avatars, 3, 88, (0, 1, 2, 3))

    def steps(d: Driver):
        d.wait_frame()
        before, last = d.picture(), d.facts.undo
        carry(d, FIRST, COARSE, release=False)
        d.wait_frame()
        assert d.scene.document.mixing == Mixing(711.0), "nothing is changed before the button is let go"
        assert d.facts.undo == last
        assert d.scene.preview is not None
        assert np.array_equal(d.picture(), expected), "the canvas shows what would be"
        d.ctx.mouse_up(0)
        d.wait_frame()
        assert d.scene.document.mixing == take(Mixing(711.0), range(4), Latent(88.0))
        assert np.array_equal(d.picture(), expected)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert (d.scene.document.mixing, d.facts.undo) == (Mixing(711.0), last)
        assert np.array_equal(d.picture(), before)

    drive(steps, network=avatars, renderer=lent, scene=shelf)


def test_half_of_it_is_the_average_in_w(lent, avatars, tmp_path):
    expected = mixed(avatars, 3, 88, (0, 1, 2, 3), 0.5)

    def steps(d: Driver):
        d.wait_frame()
        carry(d, FIRST, COARSE)
        names = d.facts.model.ws_names
        d.ctx.key_down(int(Key.mod_shift))
        d.click(COARSE)
        d.ctx.key_up(int(Key.mod_shift))
        assert d.scene.interaction.selection.layers == (0, 1, 2, 3)
        d.type_into(AMOUNT + names[1], "50")
        assert [one.amount for one in d.scene.document.mixing.layers] == [0.5] * 4, "all that are picked follow"
        d.wait_frame()
        assert np.array_equal(d.picture(), expected)
        x, y = centre(d, AMOUNT + names[2])
        steps = len(d.app.store.history.done)
        d.drag([(x, y), (x + 10, y), (x + 500, y)])
        assert [one.amount for one in d.scene.document.mixing.layers] == [1.0] * 4
        assert len(d.app.store.history.done) == steps + 1
        d.drag([(x, y), (x - 10, y), (x - 30, y)])
        assert 0 < d.scene.document.mixing.layers[0].amount < 1
        d.click(AMOUNT + names[0], 1)
        assert [one.amount for one in d.scene.document.mixing.layers] == [1.0] * 4

    drive(steps, network=avatars, renderer=lent, scene=shelf)


def test_dropped_on_the_picture_every_layer_takes_it(lent, avatars, tmp_path):
    expected = mixed(avatars, 88, 88, ())

    def steps(d: Driver):
        d.wait_frame()
        carry(d, FIRST, "//Canvas/##picture")
        d.wait_frame()
        assert d.scene.document.mixing.ws == tuple(range(8))
        assert np.array_equal(d.picture(), expected)

    drive(steps, network=avatars, renderer=lent, scene=shelf)


def test_let_go_elsewhere_or_escaped_it_leaves_everything_as_it_was(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        before, document, last = d.picture(), d.scene.document, d.facts.undo
        for away in ("//Generator/##sectionNoise", "//Mix/##sectionCapture", "//Mix/mixing/##bandFine"):
            carry(d, FIRST, COARSE, away)
            assert (d.scene.document, d.facts.undo) == (document, last), away
            d.wait_frame()
            assert np.array_equal(d.picture(), before)
        carry(d, FIRST, COARSE, release=False)
        d.wait_frame()
        assert not np.array_equal(d.picture(), before)
        d.press(Key.escape)
        d.wait_frame()
        assert not d.scene.interaction.drag.on
        assert np.array_equal(d.picture(), before)
        d.ctx.mouse_up(0)
        d.frames(2)
        assert (d.scene.document, d.facts.undo) == (document, last)

    drive(steps, network=avatars, renderer=lent, scene=shelf, size=(1600, 900))


def test_with_shift_it_is_laid_into_every_row_passed_over_and_locked_ones_stay(lent, avatars, tmp_path):
    expected = mixed(avatars, 3, 88, (2, 4, 5))

    def steps(d: Driver):
        d.wait_frame()
        names = d.facts.model.ws_names
        d.click("//Mix/mixing/##lock" + names[3])
        assert d.scene.document.mixing.layers == (LayerStyle(3, amount=0.0, locked=True),)
        d.ctx.key_down(int(Key.mod_shift))
        carry(d, FIRST, LAYER + names[2], LAYER + names[5], release=False)
        d.wait_frame()
        assert preview_text(d.scene.interaction.drag, d.scene.document) == "Preview: 88 on 3 layers"
        d.ctx.mouse_up(0)
        d.ctx.key_up(int(Key.mod_shift))
        d.wait_frame()
        assert np.array_equal(d.picture(), expected)
        d.click("//Mix/mixing/##None")
        assert d.scene.document.mixing.layers == (LayerStyle(3, amount=0.0, locked=True),)
        d.click(FIRST)
        d.click(COARSE)
        assert [one.ws for one in d.scene.document.mixing.acting] == [0, 1, 2]
        d.click(COARSE)
        assert d.scene.document.mixing.acting == (), "the header gives back what it gave, around the lock"
        d.click("//Mix/mixing/##lock" + names[3])
        assert d.scene.document.mixing.layers == ()

    drive(steps, network=avatars, renderer=lent, scene=shelf)


def test_rows_are_painted_with_the_chosen_swatch(lent, avatars, tmp_path):
    expected = mixed(avatars, 3, 51, (1, 2, 3))

    def steps(d: Driver):
        d.wait_frame()
        before, last = d.picture(), d.facts.undo
        d.click(SECOND)
        names = d.facts.model.ws_names
        d.drag([centre(d, STYLE + names[i]) for i in (1, 2, 3)], release=False)
        assert d.scene.document.mixing == take(Mixing(711.0), (1, 2, 3), Latent(51.0))
        d.ctx.mouse_up(0)
        d.wait_frame()
        assert np.array_equal(d.picture(), expected)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert d.facts.undo == last
        assert np.array_equal(d.picture(), before)

    drive(steps, network=avatars, renderer=lent, scene=shelf)


def test_several_rows_are_picked_and_take_a_swatch_together():
    def steps(d: Driver):
        d.wait_frame()
        names = d.facts.model.ws_names
        d.click(LAYER + names[1])
        d.ctx.key_down(int(Key.mod_shift))
        d.click(LAYER + names[4])
        d.ctx.key_up(int(Key.mod_shift))
        d.ctx.key_down(int(Key.mod_ctrl))
        d.click(LAYER + names[2])
        d.ctx.key_up(int(Key.mod_ctrl))
        assert d.scene.interaction.selection.layers == (1, 3, 4)
        carry(d, FIRST, LAYER + names[3])
        assert d.scene.document.mixing.ws == (1, 3, 4)
        d.press(Key.delete)
        assert d.scene.document.mixing.ws == ()
        d.click(SECOND)
        d.press(Key.enter)
        assert d.scene.document.mixing == take(Mixing(711.0), (1, 3, 4), Latent(51.0))
        d.click(STYLE + names[3], 1)
        assert d.scene.document.mixing.ws == ()
        d.press(Key.escape)
        assert d.scene.interaction.selection.layers == ()
        d.drag([centre(d, LAYER + names[i]) for i in (6, 7, 9)])
        assert d.scene.interaction.selection.layers == (6, 7, 8, 9)

    drive(steps, scene=shelf)


def test_by_keyboard_a_swatch_is_chosen_and_laid():
    def steps(d: Driver):
        d.wait_frame()
        names = d.facts.model.ws_names
        d.ctx.nav_move_to(SECOND)
        d.ctx.nav_activate()
        d.ctx.nav_move_to(STYLE + names[5])
        d.press(Key.enter)
        d.frames(2)
        assert d.scene.document.mixing == take(Mixing(711.0), (5,), Latent(51.0))

    drive(steps, scene=shelf)


def test_solo_swap_and_clear_act_on_the_picked_layers(lent, avatars, tmp_path):
    solo, swapped = mixed(avatars, 3, 88, (1,)), mixed(avatars, 88, 3, (0, 1, 2, 3))

    def steps(d: Driver):
        d.wait_frame()
        before = d.picture()
        names = d.facts.model.ws_names
        carry(d, FIRST, COARSE)
        d.wait_frame()
        mixed_ = d.picture()
        d.click(LAYER + names[1])
        d.click("//Mix/mixing/##solo")
        d.wait_frame()
        assert d.scene.document.mixing.solo == (1,)
        assert np.array_equal(d.picture(), solo)
        d.click("//Mix/mixing/##solo")
        d.wait_frame()
        assert np.array_equal(d.picture(), mixed_)
        d.click("//Mix/mixing/##swap")
        d.wait_frame()
        assert d.scene.document.latent == Latent(88.0)
        assert np.array_equal(d.picture(), swapped)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert np.array_equal(d.picture(), mixed_)
        d.click(LAYER + names[0])
        d.ctx.key_down(int(Key.mod_shift))
        d.click(LAYER + names[3])
        d.ctx.key_up(int(Key.mod_shift))
        d.click("//Mix/mixing/##lock")
        d.click("//Mix/mixing/##clear")
        assert d.scene.document.mixing.ws == (0, 1, 2, 3), "locked layers stay as they are"
        d.click("//Mix/mixing/##lock")
        d.click("//Mix/mixing/##clear")
        d.wait_frame()
        assert d.scene.document.mixing == Mixing(711.0)
        assert np.array_equal(d.picture(), before)

    drive(steps, network=avatars, renderer=lent, scene=shelf)


def test_the_second_style_is_dragged_too_and_goes_on_changing():
    def steps(d: Driver):
        d.wait_frame()
        carry(d, "//Mix/style/##second", COARSE)
        assert d.scene.document.mixing == take(Mixing(711.0), range(6), None)

    drive(steps, scene=shelf)
