"""Networks of layers in the window: added, dragged onto a band, changed by amount, undone, saved and opened."""

import itertools

import numpy as np
import pytest
from imgui_bundle import imgui

import gan
from renderer.document.arrays import ArrayStore
from renderer.document.session import load
from renderer.ipc.protocol import Latent, LayerWeights, Network, Weights
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.mixing.test_drag_mix import carry
from viz.files.actions import SaveSession
from viz.mixing.shelf import NETWORKS
from viz.networks.actions import AddNetwork
from viz.networks.beside import known_of
from viz.networks.tiles import reason
from viz.networks.weights import layers_in
from viz.state.interaction import MixingSelection
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings

pytestmark = pytest.mark.window
TILE, MIDDLE = "//Mix/shelf/networks/##network1", "//Mix/mixing/##bandMiddle"
TOOLS, TAB = "//Mix/mixing/networks", f"//Mix/shelf/kinds/##{NETWORKS}"


def mix(scene: Scene) -> Scene:
    return put(scene, "view.workspace", "mix")


def test_a_network_is_dragged_onto_the_middle_band_and_back(lent, avatars, relative, tmp_path):
    def steps(d: Driver):
        d.wait_whole()
        before = d.picture()
        d.change(lambda scene: scene.request(AddNetwork(relative)))
        d.wait_for(lambda: d.scene.document.networks == (Network(relative),))
        assert d.facts.undo == "Add network"
        d.frames(3)
        d.click(TAB)
        d.wait_for(lambda: known_of(d.facts, Network(relative)).facts is not None, what="what is known of it")
        carry(d, TILE, MIDDLE, release=False)
        d.wait_frame()
        assert d.scene.document.weights == Weights(), "nothing is changed before the button is let go"
        assert d.scene.preview is not None
        d.ctx.mouse_up(0)
        d.wait_whole()
        model = d.facts.model
        middle = layers_in(model, range(4, 8))
        weights = d.scene.document.weights
        assert weights == Weights(tuple(LayerWeights(one, Network(relative)) for one in sorted(middle)))
        laid = d.picture()
        assert not np.array_equal(laid, before)
        assert [one.misfit for one in d.facts.model.others] == [""]
        rows = [d.facts.model.ws_names[i] for i in range(4, 8)]
        d.change(lambda scene: scene.interacting(selection=MixingSelection(layers=(4, 5, 6, 7))))
        x0, y0, x1, y1 = d.rect(f"//Mix/mixing/##weight{rows[1]}")
        at = (x0 + x1) / 2, (y0 + y1) / 2
        d.drag([at, (at[0] - 25, at[1]), (at[0] - 55, at[1])])
        d.wait_whole()
        half = d.picture()
        amounts = {one.amount for one in d.scene.document.weights.layers}
        assert len(amounts) == 1, "all picked layers follow"
        assert 0.3 < amounts.pop() < 0.7
        assert not np.array_equal(half, laid)
        assert "relative" in d.facts.undo
        saved = tmp_path / "blend.stylescope"
        d.change(lambda scene: scene.request(SaveSession(str(saved))))
        d.wait_for(saved.exists)
        assert load(saved, ArrayStore(), []).document.weights == d.scene.document.weights
        d.press(Key.mod_ctrl, Key.z)
        d.wait_whole()
        assert np.array_equal(d.picture(), laid)
        d.press(Key.mod_ctrl, Key.z)
        d.wait_whole()
        assert np.array_equal(d.picture(), before)

    drive(steps, network=avatars, renderer=lent, scene=mix)


def test_pictures_of_a_dragged_amount_arrive_during_the_drag_and_the_last_is_exact(lent, avatars, relative):
    def steps(d: Driver):
        d.wait_whole()
        names = layers_in(d.facts.model, range(4, 8))
        whole = Weights(tuple(LayerWeights(one, Network(relative)) for one in sorted(names)))
        d.change(lambda scene: put(put(scene, "document.networks", (Network(relative),)), "document.weights", whole))
        d.wait_whole()
        end = d.picture()
        d.change(lambda scene: scene.interacting(selection=MixingSelection(layers=(4, 5, 6, 7))))
        d.frames(3)
        x0, y0, x1, y1 = d.rect(f"//Mix/mixing/##weight{d.facts.model.ws_names[5]}")
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        arrived: dict[float, np.ndarray] = {}

        def amount(weights: Weights) -> float:
            [found] = {one.amount for one in weights.layers} or {0.0}
            return found

        def look() -> None:
            """Note the picture that is shown, by the amount of the document that it answers."""
            shown = d.app.link.shown
            if shown is not None and amount(shown[0].weights) < 1:
                arrived.setdefault(amount(shown[0].weights), d.picture())

        d.drag([(x, y), (x - 8, y)], release=False)
        moved = itertools.cycle([*range(10, 60, 2), *range(60, 10, -2)])

        def enough() -> bool:
            """Move on in every frame, without rest, until pictures of several amounts were seen."""
            d.ctx.mouse_move_to_pos(imgui.ImVec2(x - next(moved), y))
            look()
            return len(arrived) >= 4

        d.wait_for(enough, what="pictures of amounts in between")
        assert imgui.is_mouse_down(0)
        assert d.facts.undo != "relative", "no step before the button is let go"
        assert len({one.tobytes() for one in arrived.values()}) >= 3, "each shows its own amount"
        d.ctx.mouse_move_to_pos(imgui.ImVec2(x - 37, y))
        d.frames(2)
        d.ctx.mouse_up(0)
        d.wait_whole()
        document, last = d.scene.document, d.picture()
        assert 0 < amount(document.weights) < 1
        assert d.app.link.shown[0] == document
        d.change(lambda scene: put(put(scene, "document.weights", Weights()), "document.latent", Latent(41.0)))
        d.wait_whole()
        assert not np.array_equal(d.picture(), last)
        d.change(lambda scene: put(scene, "document", document))
        d.wait_whole()
        assert np.array_equal(d.picture(), last), "drawn anew, it is the same to the byte"
        assert not np.array_equal(last, end)

    drive(steps, network=avatars, renderer=lent, scene=mix)


def test_a_saved_blend_draws_the_picture_of_the_live_one(lent, avatars, relative, tmp_path):
    folder = tmp_path / "saved"

    def steps(d: Driver):
        d.wait_whole()
        names = layers_in(d.facts.model, range(3, 7))
        layers = tuple(LayerWeights(one, Network(relative), 0.3 + 0.1 * i) for i, one in enumerate(names))
        d.change(lambda scene: put(scene, "document.weights", Weights(layers, mapping_blended=True)))
        d.wait_whole()
        live = d.picture()
        d.click(f"{TOOLS}/##save")
        d.frames(3)
        d.click("**/##write")
        path = folder / "network.safetensors"
        d.wait_for(path.exists, what="the file")
        messages = lambda: [one.text for one in d.scene.interaction.notifications.messages]  # noqa: E731
        d.wait_for(lambda: any("Saved network" in text for text in messages()), what="the message")
        assert [one.name for one in gan.contents(path).info.parents] == ["avatars-32.pkl", "relative.safetensors"]
        whole = Weights()
        d.change(lambda scene: put(put(scene, "document.weights", whole), "document.network", Network(str(path))))
        d.wait_whole()
        assert np.array_equal(d.picture(), live)

    drive(steps, network=avatars, renderer=lent, scene=mix, settings=Settings(smooth=False, capture_dir=str(folder)))


def test_buttons_of_the_section(lent, avatars, relative):
    def steps(d: Driver):
        d.wait_whole()
        before = d.picture()
        d.change(lambda scene: put(scene, "document.networks", (Network(relative),)))
        d.frames(3)
        d.click(f"{TOOLS}/##All 50 %")
        d.wait_whole()
        assert {one.amount for one in d.scene.document.weights.layers} == {0.5}
        d.click(f"{TOOLS}/##Hard cut at…")
        d.frames(2)
        d.click("**/##16")
        d.wait_whole()
        assert {one.layer.partition(".")[0] for one in d.scene.document.weights.layers} == {"b32"}
        d.click(f"{TOOLS}/mapping/##2")
        assert d.scene.document.weights.mapping_blended
        d.change(lambda scene: put(scene, "document.weights.mapping_blended", False))
        d.click(TAB)
        d.click(TILE, button=1)
        d.frames(3)
        d.click("**/##Remove")
        d.wait_whole()
        assert d.scene.document.networks == ()
        assert d.scene.document.weights.layers == ()
        assert np.array_equal(d.picture(), before)

    drive(steps, network=avatars, renderer=lent, scene=mix)


def test_a_network_that_does_not_fit_is_greyed_with_the_reason(lent, avatars, stylegan3):
    def steps(d: Driver):
        d.wait_whole()
        before = d.picture()
        network = Network(stylegan3)
        d.change(lambda scene: put(scene, "document.networks", (network,)))
        d.wait_for(lambda: known_of(d.facts, network).facts is not None, what="what is known of it")
        why = "another kind: StyleGAN3-T, A is StyleGAN2"
        assert reason(d.facts.model, network, known_of(d.facts, network)) == why
        d.frames(3)
        d.ctx.item_click(f"{TOOLS}/##All 50 %")
        d.click(TAB)
        carry(d, TILE, MIDDLE)
        assert d.scene.document.weights == Weights(), "greyed: neither buttons nor a drag do anything"
        layers = tuple(LayerWeights(one, network) for one in layers_in(d.facts.model, range(4, 8)))
        d.change(lambda scene: put(scene, "document.weights", Weights(layers)))  # as a session may have it
        d.wait_whole()
        assert d.facts.model.others[0].misfit == why
        assert np.array_equal(d.picture(), before), "it is left out"

    drive(steps, network=avatars, renderer=lent, scene=mix)


def test_a_row_gives_its_network_back_and_files_dropped_on_the_shelf_are_added(lent, avatars, relative):
    def steps(d: Driver):
        d.wait_whole()
        before = d.picture()
        d.click(TAB)
        x0, y0, x1, y1 = d.rect("//Mix/shelf/networks/##addnetwork")
        d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, (y0 + y1) / 2))
        d.app.drop([relative])
        d.wait_for(lambda: d.scene.document.networks == (Network(relative),), what="the network on the shelf")
        assert d.scene.document.network == Network(avatars), "it is added, not opened"
        d.wait_for(lambda: known_of(d.facts, Network(relative)).facts is not None)
        carry(d, TILE, "//Mix/mixing/##layerb16.conv1")
        d.wait_whole()
        assert {one.layer.partition(".")[0] for one in d.scene.document.weights.layers} == {"b16"}
        assert not np.array_equal(d.picture(), before)
        d.click("//Mix/mixing/##networkb16.conv1", button=1)
        d.wait_whole()
        assert d.scene.document.weights == Weights()
        assert np.array_equal(d.picture(), before)
        carry(d, TILE, "//Canvas/##picture")
        d.wait_whole()
        everything = {name for row in d.facts.model.blend_rows for name in row}
        assert {one.layer for one in d.scene.document.weights.layers} == everything

    drive(steps, network=avatars, renderer=lent, scene=mix)
