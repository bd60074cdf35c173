"""Comparison of networks: filled, zoomed together, subtracted, flipped, saved; every reason that greys a cell."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import hello_imgui, imgui
from PIL import Image

from renderer.document.arrays import ArrayStore
from renderer.document.session import load
from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import LayerWeights, Network, RenderRequest, Still, Weights
from tests.e2e.driver import Driver, Key, drive
from tests.fixtures_path import fixtures
from viz.files.actions import SaveSession
from viz.networks.beside import known_of
from viz.networks.compare import COMPARED
from viz.networks.compare_state import blocked, cells
from viz.networks.weights import layers_in
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings

pytestmark = pytest.mark.window
SIZE = (1600, 900)
EXACT = Settings(smooth=False)
OWN = Weights()


def cell(index: int) -> str:
    return f"//Canvas/cell{index}/##picture"


def settle(d: Driver) -> None:
    """Wait until every cell shows the present state and all distances are there."""
    pictures = d.app.services[COMPARED]

    def done() -> bool:
        found = cells(d.scene, d.facts)
        rest = [one for one in found if one.kind == "other"]
        reading = [one for one in rest if known_of(d.facts, one.network).state in ("waiting", "reading")]
        jobs = d.app.link.jobs._entries.values()
        return d.app.up_to_date and not reading and all(entry.status.over for entry in jobs)

    for _ in range(4):
        d.frames(12)
        d.wait_for(done, what="all cells")
    assert pictures is d.app.services[COMPARED]


def shown(d: Driver, index: int) -> np.ndarray:
    """The picture of a cell."""
    pixels = d.app.services[COMPARED].of(cells(d.scene, d.facts)[index]).pixels
    assert pixels is not None
    return np.asarray(pixels)


def alone(d: Driver, network: str, weights: Weights = OWN) -> np.ndarray:
    """The picture of the present state by another network, asked for by itself."""
    image = replace(d.scene.document.image, network=Network(network), weights=weights)
    found: list[np.ndarray] = []
    work = Still(RenderRequest(0, image, d.scene.settings.device))
    d.facts.jobs.once(work, lambda status: found.append(status.result))
    d.wait_for(lambda: found)
    return np.asarray(found[0])


def seen(d: Driver, index: int) -> np.ndarray:
    """The middle of a cell as the window shows it, without the plates."""
    x0, y0, x1, y1 = map(round, d.rect(cell(index)))
    high = (y1 - y0) // 4
    return d.window()[y0 + high : y1 - high, x0 + high : x1 - high]


def test_dropped_networks_fill_cells_that_draw_the_same_seed(lent, avatars, relative, stylegan3, tmp_path):
    def steps(d: Driver):
        d.wait_whole()
        d.app.drop([relative, stylegan3])
        d.wait_for(lambda: d.scene.view.networks.on, what="the comparison")
        settle(d)
        assert [one.letter for one in cells(d.scene, d.facts)] == ["A", "B", "C"]
        assert d.facts.undo == "Add 2 networks"
        assert np.array_equal(shown(d, 1), alone(d, relative))
        assert np.array_equal(shown(d, 2), alone(d, stylegan3))
        known = known_of(d.facts, Network(stylegan3)).facts
        assert known is not None
        assert known.misfit == "another kind: StyleGAN3-T, A is StyleGAN2"
        assert d.app.services[COMPARED].of(cells(d.scene, d.facts)[1]).measured.value > 0
        d.change(lambda scene: put(scene, "document.latent.x", 5.0))
        settle(d)
        assert np.array_equal(shown(d, 1), alone(d, relative)), "the cells follow the document"
        saved = tmp_path / "compared.stylescope"
        d.change(lambda scene: scene.request(SaveSession(str(saved))))
        d.wait_for(saved.exists)
        opened = load(saved, ArrayStore(), [])
        assert opened.document.networks == (Network(relative), Network(stylegan3))
        assert opened.view.networks.on
        d.frames(3)
        d.app.dismiss_messages()  # one that stays is the front level
        d.frames(2)
        d.press(Key.escape)
        assert not d.scene.view.networks.on
        assert len(d.scene.document.networks) == 2
        d.press(Key.c)
        assert d.scene.view.networks.on
        d.press(Key.mod_ctrl, Key.z)  # the seed
        d.press(Key.mod_ctrl, Key.z)
        assert d.scene.document.networks == ()
        d.frames(3)
        assert d.exists("//Canvas/**/##Add network")

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT)


def both(relative: str):
    def change(scene: Scene) -> Scene:
        scene = put(scene, "document.networks", (Network(relative),))
        return put(scene, "view.networks.on", True)

    return change


def test_zoom_and_pan_are_linked_until_they_are_not(lent, avatars, relative):
    def steps(d: Driver):
        d.wait_whole()
        settle(d)
        a, b = seen(d, 0), seen(d, 1)
        d.ctx.mouse_move(cell(0))
        d.ctx.mouse_wheel_y(3)
        d.frames(3)
        d.ctx.mouse_move_to_pos(imgui.ImVec2(800, 4))
        d.frames(2)
        cameras = d.scene.interaction.compared.cameras
        assert cameras[0].zoom is not None
        closer = seen(d, 0), seen(d, 1)
        assert not np.array_equal(closer[0], a)
        assert not np.array_equal(closer[1], b), "the other one follows"
        x0, y0, x1, y1 = d.rect(cell(1))
        middle = (x0 + x1) / 2, (y0 + y1) / 2
        d.drag([middle, (middle[0] - 20, middle[1]), (middle[0] - 40, middle[1])])
        panned = d.scene.interaction.compared.cameras
        assert panned[0].x > cameras[0].x
        d.click("//Canvas/compare/##linked")
        assert not d.scene.view.networks.linked
        d.ctx.mouse_move(cell(1))
        d.ctx.mouse_wheel_y(2)
        d.frames(3)
        after = d.scene.interaction.compared.cameras
        assert after[0] == panned[0]
        assert after[1] != panned[1]

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(relative))


def test_differences_are_those_of_the_pictures_and_are_switched_by_the_cell(lent, avatars, relative):
    def steps(d: Driver):
        d.wait_whole()
        settle(d)
        plain = seen(d, 1)
        d.click("//Canvas/cell1/##difference")
        settle(d)
        a, b = alone(d, avatars), alone(d, relative)
        sums = b[..., :3].sum(axis=2, dtype=np.int16) - a[..., :3].sum(axis=2, dtype=np.int16)
        assert np.array_equal(shown(d, 1), sums)
        assert not np.array_equal(seen(d, 1), plain)
        d.click("//Canvas/compare/mode/##2")
        d.click("//Canvas/cell1/##difference")
        settle(d)
        assert d.scene.view.networks.mode == "side"
        assert np.array_equal(shown(d, 1), b)

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(relative))


def test_the_same_w_and_why_it_may_not_fit(lent, avatars, relative, stylegan3):
    def steps(d: Driver):
        d.wait_whole()
        d.change(lambda scene: put(scene, "document.networks", (Network(relative), Network(stylegan3))))
        d.change(lambda scene: put(scene, "view.networks.on", True))
        settle(d)
        by_seed = shown(d, 1).copy()
        d.click("//Canvas/compare/match/##1")
        assert d.scene.view.networks.match == "w"
        settle(d)
        by_w = alone(d, relative, Weights(mapping=Network(avatars)))
        assert np.array_equal(shown(d, 1), by_w)
        assert not np.array_equal(by_w, by_seed)
        known = known_of(d.facts, Network(stylegan3)).facts
        assert "A has" in known.w_misfit
        found = cells(d.scene, d.facts)
        assert blocked(d.scene, d.facts, found[2], False) == ("Does not fit", known.w_misfit)

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT)


def test_flip_shows_one_at_a_time_by_keys(lent, avatars, relative):
    def steps(d: Driver):
        d.wait_whole()
        settle(d)
        d.click("//Canvas/compare/mode/##1")
        d.frames(3)
        assert d.exists(cell(0))
        assert not d.exists(cell(1))
        first = seen(d, 0)
        d.press(Key.right_arrow)
        settle(d)
        assert d.exists(cell(1))
        assert not d.exists(cell(0))
        second = seen(d, 1)
        assert not np.array_equal(first, second)
        assert not imgui.get_io().nav_visible, "the arrows flip, and leave the choice that was clicked"
        d.press(Key.x)
        d.frames(2)
        assert np.array_equal(seen(d, 0), first)
        d.press(Key.x)
        d.frames(2)
        assert np.array_equal(seen(d, 1), second)

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(relative))


def test_double_click_makes_a_network_the_base_in_one_step(lent, avatars, relative):
    def steps(d: Driver):
        d.wait_whole()
        settle(d)
        pictures = d.picture(), shown(d, 1).copy()
        d.double_click(cell(1))
        d.wait_whole()
        settle(d)
        assert d.scene.document.network == Network(relative)
        assert d.scene.document.networks == (Network(avatars),)
        assert d.facts.undo == "Base: relative"
        assert np.array_equal(d.picture(), pictures[1])
        assert np.array_equal(shown(d, 1), pictures[0])
        d.press(Key.mod_ctrl, Key.z)
        d.wait_whole()
        assert d.scene.document.network == Network(avatars)
        assert np.array_equal(d.picture(), pictures[0])

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(relative))


def test_a_blend_has_a_cell_of_its_own_beside_its_parents(lent, avatars, relative):
    def steps(d: Driver):
        d.wait_whole()
        before = d.picture()
        names = layers_in(d.facts.model, range(4, 8))
        layers = tuple(LayerWeights(one, Network(relative)) for one in names)
        d.change(lambda scene: put(scene, "document.weights", Weights(layers)))
        d.wait_whole()
        settle(d)
        found = cells(d.scene, d.facts)
        assert [(one.kind, one.letter) for one in found] == [("base", "A"), ("other", "B"), ("blend", "C")]
        assert np.array_equal(shown(d, 0), before), "A shows what it draws alone"
        assert np.array_equal(shown(d, 1), alone(d, relative))
        assert d.app.services[COMPARED].of(found[2]).measured.value > 0

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(relative))


def test_a_file_that_cannot_be_read_says_so_and_is_tried_again(lent, avatars, relative, tmp_path):
    missing = tmp_path / "later.safetensors"

    def steps(d: Driver):
        d.wait_whole()
        d.change(lambda scene: put(scene, "document.networks", (Network(str(missing)),)))
        d.change(lambda scene: put(scene, "view.networks.on", True))
        settle(d)
        assert "could not be opened" in known_of(d.facts, Network(str(missing))).failure.message
        missing.write_bytes(Path(relative).read_bytes())
        d.click("//Canvas/cell1/##Try again")
        settle(d)
        assert np.array_equal(shown(d, 1), alone(d, relative))

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT)


def test_the_comparison_is_saved_as_one_sheet(lent, avatars, relative, tmp_path):
    def steps(d: Driver):
        d.wait_whole()
        settle(d)
        d.click("//Canvas/compare/##sheet")
        d.wait_for(lambda: [*tmp_path.glob("*.png")], what="the sheet")
        d.wait_for(lambda: d.facts.saved.endswith(".png"))
        sheet = np.asarray(Image.open(d.facts.saved))
        b = alone(d, relative)
        large = b.repeat(4, 0).repeat(4, 1)
        side, gap, caption = 128, 8, 16
        x, y = gap + side + gap, gap + caption
        assert np.array_equal(sheet[y : y + side, x : x + side, :3], large[..., :3])
        assert (sheet[gap:y, x : x + side, :3] < 128).any(), "its name is above it"

    settings = Settings(smooth=False, capture_dir=str(tmp_path))
    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=settings, scene=both(relative))


def test_networks_without_room_in_memory_wait_until_they_are_looked_at(avatars):
    """The renderer says that there is no room; the window loads such a network when its cell is clicked."""

    def steps(d: Driver):
        d.renderer._engine.read_ahead = lambda request, watch: False  # memory is full
        d.wait_frame()
        d.change(lambda scene: put(scene, "document.networks", (Network(avatars),)))
        d.change(lambda scene: put(scene, "view.networks.on", True))
        settle(d)
        pictures = d.app.services[COMPARED]
        assert known_of(d.facts, Network(avatars)).state == "no room"
        assert pictures.of(cells(d.scene, d.facts)[1]).pixels is None
        assert d.exists("//Canvas/**/##errorKeep 1 loaded")
        d.click("//Canvas/**/##errorKeep 1 loaded")
        d.frames(3)
        assert not d.exists("//Canvas/**/##errorKeep 1 loaded")
        d.click(cell(1))
        settle(d)
        assert pictures.of(cells(d.scene, d.facts)[1]).pixels is not None

    drive(steps, renderer=FakeRenderer(hello_imgui.request_refresh, "StyleGAN3-T", 64), size=SIZE)


def test_snapshots_of_the_run_fill_the_comparison_by_the_menu(lent):
    run = fixtures().parent / "networks" / "avatars-64-toon"
    first, last = (run / f"network-snapshot-{kimg}.safetensors" for kimg in ("000008", "000017"))
    if not last.is_file():
        pytest.skip(f"the run {run} is absent")

    def steps(d: Driver):
        d.wait_whole()
        d.menu("Network/###compare-snapshots-1")
        settle(d)
        assert d.scene.document.networks == (Network(str(first)),)
        found = cells(d.scene, d.facts)
        assert [(one.name, one.note) for one in found] == [
            ("avatars-64-toon", "kimg 17"),
            ("avatars-64-toon", "kimg 8"),
        ]
        assert np.array_equal(shown(d, 1), alone(d, str(first)))
        d.change(lambda scene: put(scene, "view.workspace", "mix"))
        d.frames(5)
        d.click("//Mix/compare/##networks")
        assert not d.scene.view.networks.on
        d.click("//Mix/compare/##networks")
        assert d.scene.view.networks.on

    drive(steps, network=str(last), renderer=lent, size=(1600, 1000), settings=EXACT)
