"""Every reason that greys a network, a cell or a button: it is drawn or in the tooltip, and nothing can be done."""

from collections.abc import Callable

import pytest
from imgui_bundle import hello_imgui, imgui

from renderer.fake.client import FakeRenderer
from renderer.ipc.network_facts import NetworkFacts
from renderer.ipc.protocol import ClosestW, Network, Progress, ReadAhead, Still, Weights
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.mixing.test_drag_mix import carry
from tests.e2e.networks.test_compare_networks import settle
from viz.mixing.shelf import NETWORKS
from viz.networks.beside import known_of
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import record

pytestmark = pytest.mark.window
OTHER = Network("/nets/other.safetensors")
SIZE = (1600, 900)
SHELF, TOOLS = "//Mix/shelf/networks", "//Mix/mixing/networks"
MISFITS = (
    "another kind: StyleGAN2, A is StyleGAN3-T",
    "its w has 256 numbers, that of A has 512",
    "12 layers, A has 16",
    "other channels from 32² on",
)
W_MISFITS = ("its w has 256 numbers, that of A has 512", "it takes 12 w vectors, A has 16")


def told(d: Driver) -> str:
    """All texts of a frame, whole where they were shortened, and after a bar those of tooltips."""
    drawn = record.start()
    d.frames(2)
    record.stop()
    tips = [one.text for one in drawn.texts if "ooltip" in one.window]
    texts = [one.text for one in drawn.texts] + list(drawn.shortened.values())
    return f"{' '.join(texts)} | {' '.join(tips)}"


def tip(d: Driver, item: str, text: str) -> None:
    """Rest on an item until its tooltip says something."""
    d.ctx.mouse_move_to_pos(imgui.ImVec2(5, 5))
    d.frames(2)
    x0, y0, x1, y1 = d.rect(item)
    d.ctx.mouse_move_to_pos(imgui.ImVec2((x0 + x1) / 2, (y0 + y1) / 2))
    d.wait_for(lambda: text in told(d).partition(" | ")[2], what=f"{text!r} in the tooltip of {item}")


def beside(match: str = "seed", workspace: str = "explore") -> Callable[[Scene], Scene]:
    def change(scene: Scene) -> Scene:
        scene = put(put(scene, "document.networks", (OTHER,)), "view.workspace", workspace)
        return put(put(scene, "view.networks.match", match), "view.networks.on", workspace == "explore")

    return change


def renderer(**facts: str) -> FakeRenderer:
    """Return a renderer that says this of the network beside the open one."""
    made = FakeRenderer(hello_imgui.request_refresh, "StyleGAN3-T", 64)
    made._engine.describe = lambda request, other, watch: NetworkFacts("other", "StyleGAN2", 64, 512, 512, **facts)
    return made


def greyed(d: Driver, why: str) -> None:
    """Check that the second network cannot be blended, for this reason, by any button of the Mix panel."""
    tip(d, f"{SHELF}/##network1", f"Cannot be blended: {why}")
    for button in ("Hard cut at…", "Ramp around…", "All 50 %"):
        tip(d, f"{TOOLS}/##{button}", f"B cannot be blended: {why}")
        d.ctx.mouse_click(0)
        d.frames(2)
        assert not d.popup_open()


@pytest.mark.parametrize("why", MISFITS)
def test_a_network_that_cannot_be_blended_says_why_wherever_it_is_greyed(why):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.click(f"//Mix/shelf/kinds/##{NETWORKS}")
        d.wait_for(lambda: known_of(d.facts, OTHER).facts is not None, what="what is known of it")
        d.frames(2)
        done = d.app.store.history.done
        greyed(d, why)
        tip(d, f"{TOOLS}/mapping/##2", f"B cannot be blended: {why}")
        d.ctx.mouse_click(0)
        carry(d, f"{SHELF}/##network1", "//Mix/mixing/##bandMiddle")
        assert d.scene.document.weights == Weights()
        assert d.app.store.history.done == done

    drive(steps, size=SIZE, renderer=renderer(misfit=why), scene=beside(workspace="mix"))


def test_a_blend_is_saved_only_once_there_is_one():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.wait_for(lambda: d.exists(f"{TOOLS}/##save"), what="the tools")
        d.ctx.item_click(f"{TOOLS}/##save")
        d.frames(2)
        assert not d.popup_open()
        d.click(f"{TOOLS}/##All 50 %")
        d.frames(2)
        d.click(f"{TOOLS}/##save")
        d.frames(3)
        assert d.popup_open()
        d.press(Key.escape)

    drive(steps, size=SIZE, renderer=renderer(), scene=beside(workspace="mix"))


@pytest.mark.parametrize("why", W_MISFITS)
def test_a_cell_that_cannot_draw_the_same_w_says_why(why):
    def steps(d: Driver) -> None:
        d.wait_frame()
        settle(d)
        assert "Does not fit" not in told(d), "by seed every network draws"
        d.change(lambda scene: put(scene, "view.networks.match", "w"))
        settle(d)
        texts = told(d)
        assert "Does not fit" in texts
        assert why in texts
        tip(d, "//Canvas/cell1/##picture", why)

    drive(steps, size=SIZE, renderer=renderer(w_misfit=why), scene=beside())


def test_a_cell_without_a_picture_says_what_it_waits_for():
    second, slow = Network("/nets/second.safetensors"), renderer()
    held: list[type] = [ReadAhead, Still]
    work_on = slow._work_on

    def look(key: str) -> Progress:
        return Progress(key, 0, 10) if isinstance(slow.jobs[key].work, tuple(held)) else work_on(key)

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: put(scene, "view.networks.on", True))
        d.frames(14)
        texts = told(d)
        assert "Loading other" in texts
        assert "Waits to be loaded, after B" in texts
        held.remove(ReadAhead)
        d.wait_for(lambda: known_of(d.facts, second).facts is not None, what="both networks")
        d.frames(14)
        texts = told(d)
        assert "Drawing" in texts
        assert "Waits to be drawn, after B" in texts
        held.remove(Still)
        settle(d)
        assert "Waits" not in told(d)

    def two(scene: Scene) -> Scene:
        return put(scene, "document.networks", (OTHER, second))

    slow._work_on = look
    drive(steps, size=SIZE, renderer=slow, scene=two)


def test_a_cell_without_room_in_memory_says_how_it_is_loaded(tmp_path):
    there = Network(str(tmp_path / "there.safetensors"))
    (tmp_path / "there.safetensors").touch()

    def steps(d: Driver) -> None:
        d.wait_frame()
        settle(d)
        texts = told(d)
        assert "Not loaded" in texts
        assert "There is no memory for it beside the others. Click: load it in the place of another" in texts
        assert "The others load when they are clicked" in texts
        d.click("//Canvas/cell1/##picture")
        settle(d)
        assert "Not loaded" not in told(d)

    full = renderer()
    full._engine.read_ahead = lambda request, watch: False
    drive(steps, size=SIZE, renderer=full, scene=lambda scene: put(beside()(scene), "document.networks", (there,)))


def test_a_cell_that_cannot_be_read_has_the_loaders_sentence_and_a_button():
    def steps(d: Driver) -> None:
        d.wait_frame()
        settle(d)
        texts = told(d)
        assert "Could not be read" in texts
        assert "the file ends in the middle" in texts
        assert d.exists("//Canvas/cell1/##Try again")
        d.change(lambda scene: put(put(scene, "view.networks.on", False), "view.workspace", "mix"))
        d.frames(12)
        d.click(f"//Mix/shelf/kinds/##{NETWORKS}")
        d.frames(3)
        tip(d, f"{SHELF}/##network1", "the file ends in the middle")

    failing = renderer()

    def describe(request, other, watch):
        raise ValueError("the file ends in the middle")

    failing._engine.describe = describe
    drive(steps, size=SIZE, renderer=failing, scene=beside())


def test_a_cell_whose_closest_w_cannot_be_found_says_why_until_another_picture():
    fails = [True]

    def steps(d: Driver) -> None:
        d.wait_frame()
        settle(d)
        texts = told(d)
        assert "No closest w" in texts
        assert "this network takes no z" in texts
        fails[0] = False
        d.change(lambda scene: put(scene, "document.latent.x", 7.0))
        settle(d)
        assert "No closest w" not in told(d), "another picture of A may have one"

    failing = renderer()
    search = failing._engine.search

    def searched(work, watch):
        if isinstance(work, ClosestW) and fails[0]:
            raise ValueError("this network takes no z")
        return search(work, watch)

    failing._engine.search = searched
    drive(steps, size=SIZE, renderer=failing, scene=beside("closest"))


def test_one_network_alone_says_what_to_add():
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: put(scene, "view.networks.on", True))
        texts = told(d)
        assert "One network so far" in texts
        assert "Add a second one to compare it, or to blend layers." in texts
        d.ctx.item_click("//Canvas/compare/##sheet")
        d.frames(3)
        assert not d.app.messages, "there is nothing to save"

    drive(steps, size=SIZE, renderer=renderer())
