"""The shelf: putting swatches on it, naming, ordering, opening and removing them."""

import numpy as np
import pytest
from imgui_bundle import imgui

from foundation.png import write_png
from renderer.document import recipe, session
from renderer.document.arrays import ArrayStore
from renderer.document.document import Swatch
from renderer.document.mixing import take
from renderer.document.recipe import Recipe
from renderer.ipc.protocol import Latent, Mixing, Network
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.left import centre
from tests.e2e.mixing.test_drag_mix import LAYER, carry, shelf
from viz.state.params import put
from viz.state.scene import Scene

pytestmark = pytest.mark.window
SWATCH = "//Mix/shelf/##swatch"


def mixed(scene: Scene) -> Scene:
    """Style 3 with two layers of style 711."""
    return put(put(scene, "document.latent", Latent(3.0)), "document.mixing", take(Mixing(711.0), (2, 5), None))


def names(d: Driver) -> list[str]:
    return [one.name for one in d.scene.document.shelf]


def test_an_empty_shelf_offers_the_next_step_and_b_puts_the_picture_on_it(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        shown = d.picture()
        d.click("//Mix/shelf/##present")
        assert d.scene.document.shelf == (Swatch("3 mix", Latent(3.0), take(Mixing(711.0), (2, 5), None)),)
        assert d.facts.shelf_undo == "Shelve 3 mix"
        d.press(Key.b)
        assert len(d.scene.document.shelf) == 1, "the same style lies there once"
        d.press(Key.r)
        d.press(Key.b)
        assert len(d.scene.document.shelf) == 2
        d.wait_frame()
        assert not np.array_equal(d.picture(), shown)
        d.click("//Mix/mixing/##None")
        d.double_click(SWATCH + "0")
        d.wait_frame()
        assert np.array_equal(d.picture(), shown), "it is opened as it was, though it was mixed"
        assert d.scene.interaction.selection.swatch == d.scene.document.shelf[0]

    drive(steps, network=avatars, renderer=lent, scene=mixed)


def test_a_mixed_swatch_gives_each_layer_its_own_style(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        shown = d.picture()
        d.press(Key.b)
        d.change(lambda scene: put(put(scene, "document.latent", Latent(50.0)), "document.mixing", Mixing(8.0)))
        d.frames(2)
        carry(d, SWATCH + "0", "//Canvas/##picture")
        d.wait_frame()
        assert np.array_equal(d.picture(), shown)

    drive(steps, network=avatars, renderer=lent, scene=mixed)


def test_a_stored_latent_is_a_swatch_like_any_other(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        before = d.picture()
        stored = np.random.RandomState(1).randn(d.facts.model.num_ws, d.facts.model.w_dim).astype(np.float32)
        latent = Latent(array=d.facts.arrays.add(stored))
        d.change(lambda scene: put(scene, "document.shelf", (Swatch("Ada", latent),)))
        carry(d, SWATCH + "0", "//Canvas/##picture")
        d.wait_frame()
        dropped = d.picture()
        assert d.scene.document.mixing.layers[3].source == latent
        assert d.facts.undo.endswith("← Ada")
        assert not np.array_equal(dropped, before)
        d.press(Key.mod_ctrl, Key.z)
        d.double_click(SWATCH + "0")
        d.wait_frame()
        assert (d.scene.document.latent, d.scene.document.mixing.layers) == (latent, ())
        assert np.array_equal(d.picture(), dropped)

    drive(steps, network=avatars, renderer=lent, scene=mixed)


def test_seeds_are_typed_and_what_is_no_seed_is_said():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Mix/shelf/##seeds")
        d.frames(3)
        d.ctx.key_chars_replace_enter("seven")
        d.frames(3)
        assert d.scene.document.shelf == ()
        assert d.exists("//**/##seed"), "the field stays open for another try"
        d.ctx.key_chars_replace_enter("88, 5-6")
        d.frames(3)
        assert names(d) == ["88", "5", "6"]
        assert len(d.app.store.history.done) == 1, "the scene of this test alone"
        assert d.scene.interaction.selection.swatch == Swatch("6", Latent(6.0))
        d.press(Key.mod_ctrl, Key.mod_alt, Key.z)
        assert d.scene.document.shelf == (), "all three are one change"
        d.press(Key.mod_ctrl, Key.mod_alt, Key.mod_shift, Key.z)
        assert names(d) == ["88", "5", "6"]

    drive(steps, scene=mixed)


def test_renamed_moved_and_removed_each_in_one_step():
    def steps(d: Driver):
        d.wait_frame()
        d.click(SWATCH + "0", 1)
        d.frames(3)
        d.ctx.item_input("//**/##name")
        d.ctx.key_chars_replace_enter("Ada")
        d.frames(3)
        assert names(d) == ["Ada", "51"]
        x, y = centre(d, SWATCH + "0")
        x2 = d.rect(SWATCH + "1")[2]
        d.drag([(x, y), (x + 10, y), (x2 - 5, y)])
        assert names(d) == ["51", "Ada"]
        d.click("//Mix/shelf/##undoShelf")
        assert names(d) == ["Ada", "51"]
        d.click(SWATCH + "0")
        carry(d, SWATCH + "0", LAYER + d.facts.model.ws_names[1])
        d.click(SWATCH + "0", 1)
        d.frames(3)
        d.click("//**/##remove")
        d.frames(3)
        assert names(d) == ["51"]
        assert d.scene.document.mixing == take(Mixing(711.0), (1,), Latent(88.0)), "what took it keeps it"
        assert d.scene.interaction.selection.swatch is None
        assert [one.text for one in d.app.messages] == ["Removed Ada from the shelf"]
        d.press(Key.mod_ctrl, Key.z)
        assert names(d) == ["51"], "going back in the picture leaves the shelf alone"
        assert d.scene.document.mixing != take(Mixing(711.0), (1,), Latent(88.0))
        d.click("//**/##errorUndo")
        d.frames(2)
        assert names(d) == ["Ada", "51"]
        assert d.app.messages == ()

    drive(steps, scene=shelf)


def test_tabs_show_seeds_or_what_was_made():
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.b)
        assert names(d) == ["88", "51", "3 mix"]
        d.click("//Mix/shelf/kinds/##2")
        d.frames(2)
        assert [d.exists(f"{SWATCH}{i}") for i in range(3)] == [False, False, True]
        d.click("//Mix/shelf/kinds/##1")
        d.frames(2)
        assert [d.exists(f"{SWATCH}{i}") for i in range(3)] == [True, True, False]

    drive(steps, scene=lambda scene: put(mixed(scene), "document.shelf", shelf(scene).document.shelf))


def test_what_is_dropped_on_the_shelf_joins_it_and_changes_nothing_else(tmp_path):
    arrays = ArrayStore()
    made = put(put(Scene(), "document.latent", Latent(7.0)), "document.shelf", (Swatch("other", Latent(8.0)),)).document
    write_png(tmp_path / "face.png", np.zeros((8, 8, 3), np.uint8), {recipe.KEY: recipe.write(Recipe(made), arrays)})
    session.save(tmp_path / "work.stylescope", session.Session(made), arrays)

    def steps(d: Driver):
        d.wait_frame()
        before = d.scene.document
        d.ctx.mouse_move_to_pos(imgui.ImVec2(*centre(d, SWATCH + "0")))
        d.app.drop([str(tmp_path / "face.png")])
        d.wait_for(lambda: names(d) == ["88", "51", "face"], what="the style of the picture")
        assert d.scene.document.shelf[-1].latent == Latent(7.0)
        d.app.drop([str(tmp_path / "work.stylescope")])
        d.wait_for(lambda: names(d) == ["88", "51", "face", "other"], what="the shelf of the session")
        assert put(d.scene, "document.shelf", before.shelf).document == before
        assert d.facts.session == ""
        d.app.dismiss_messages()
        d.app.drop([str(tmp_path / "face.png")])
        d.wait_for(lambda: any("already" in one.text for one in d.app.messages), what="the message")
        d.ctx.mouse_move_to_pos(imgui.ImVec2(600, 300))
        d.app.drop([str(tmp_path / "face.png")])
        d.wait_for(lambda: d.scene.document.latent == Latent(7.0), what="the picture")
        assert names(d) == ["88", "51", "face", "other"], "opening it adds to the shelf too"

    drive(steps, scene=shelf)


def test_a_swatch_of_a_photo_with_its_own_network_opens_as_a_step_of_that_name():
    def steps(d: Driver):
        d.wait_frame()
        model = d.facts.model
        ws = d.facts.arrays.add(np.ones((model.num_ws, model.w_dim), np.float32))
        tuned = Swatch("jon.jpg", Latent(array=ws), photo="jon.jpg, Tuned, distance 0.17", network=Network("tuned.pkl"))
        d.change(lambda scene: put(scene, "document.shelf", (tuned,)))
        d.wait_frame()
        d.double_click("//Mix/**/##swatch0")
        d.wait_for(lambda: d.scene.document.network == tuned.network, what="the network of the photo")
        assert d.facts.undo == "Photo jon.jpg"

    drive(steps, size=(1920, 1080))
