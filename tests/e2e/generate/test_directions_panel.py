"""Section "Directions"."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.document.parts import Direction, Latent
from tests.e2e.directions.found import groups, item, rows
from tests.e2e.driver import Driver, drive
from tests.e2e.generate.commanded import commanded
from tests.e2e.generate.directed import directed
from tests.fixtures_path import fixtures
from viz.files.actions import OpenNetwork
from viz.files.browse_dialog import browser_of
from viz.files.browse_purposes import DIRECTION
from viz.generate.directions import summary, unable
from viz.state.params import put
from viz.state.scene import ShowDialog
from viz.state.settings import Settings

pytestmark = pytest.mark.window
Key = imgui.Key


def smile(folder: Path, w_dim: int) -> Path:
    path = folder / "smile.npy"
    np.save(path, np.random.RandomState(3).randn(w_dim).astype(np.float32))
    return path


def directions(d: Driver):
    return d.scene.document.directions


def ranged(d: Driver, index: int = 0) -> tuple[int, int]:
    return directions(d)[index].first, directions(d)[index].last


def drag_layers(d: Driver, item: str, start: float, end: float) -> None:
    """Drag on a range of layers, in layers from its left edge."""
    x0, y0, x1, y1 = d.rect(item)
    side = (x1 - x0 + 2) / d.facts.model.num_ws
    points = [min(x0 + layer * side, x1 - 2) for layer in (start, (start + end) / 2, end)]
    d.drag([(x, (y0 + y1) / 2) for x in (points if start != end else points[:1])])


def from_the_command_line(network: str, argument: str, folder: Path) -> np.ndarray:
    words = ["python", "-m", "gan", "images", f"--network={network}", "--seeds=3", f"--direction={argument}"]
    return commanded(words, folder)


def test_a_direction_is_the_same_in_the_window_on_the_command_line_and_by_hand(lent, avatars, tmp_path):
    seen: dict[str, np.ndarray] = {}

    def moved(d: Driver, **changes: object) -> np.ndarray:
        d.change(lambda scene: put(scene, "document.directions", (replace(directions(d)[0], **changes),)))
        d.wait_frame()
        return d.picture().copy()

    def steps(d: Driver):
        d.wait_frame()
        before = d.picture().copy()
        file = smile(tmp_path, d.facts.model.w_dim)
        d.app.drop([str(file)])
        d.wait_for(lambda: directions(d), what="the direction")
        d.wait_frame()
        assert [one.name for one in directions(d)] == ["smile"]
        assert np.array_equal(d.picture(), before), "at rest it moves nothing"
        seen["0-7"] = moved(d, strength=0.4)
        seen["2-4"] = moved(d, first=2, last=4)
        d.app.drop([str(file)])
        d.wait_for(lambda: len(directions(d)) == 2, what="the second direction")
        assert directions(d)[1].name == "smile 2"
        for _ in range(4):
            d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert not directions(d)
        assert np.array_equal(d.picture(), before)
        assert not np.array_equal(seen["0-7"], before)

    drive(steps, network=avatars, renderer=lent, scene=lambda scene: put(scene, "document.latent", Latent(3.0)))
    for layers, picture in seen.items():
        first, last = map(int, layers.split("-"))
        np.testing.assert_array_equal(
            picture, directed(avatars, tmp_path / "smile.npy", 3, 0.4, first, last), err_msg="by hand"
        )
        argument = f"{tmp_path / 'smile.npy'}:0.4:{layers}"
        np.testing.assert_array_equal(
            picture[..., :3], from_the_command_line(avatars, argument, tmp_path / layers), err_msg="command line"
        )


def test_the_components_of_ganspace_are_sliders_in_standard_deviations(lent, avatars, tmp_path):
    stored = np.load(fixtures() / "ganspace_parity" / "expected.npz")
    names = ("lat_comp", "lat_stdev", "lat_mean", "act_comp", "var_ratio")
    np.savez(tmp_path / "pca.npz", **{name: stored[f"avatars-32_pca/{name}"] for name in names})
    seen: list[np.ndarray] = []

    def steps(d: Driver):
        d.wait_frame()
        d.app.drop([str(tmp_path / "pca.npz")])
        d.wait_for(lambda: groups(d), what="the directions")
        assert [row.name for row in rows(d)] == [f"PC {number}" for number in range(1, len(rows(d)) + 1)]
        assert not directions(d), "a file of many is a list to choose from"
        second = rows(d)[1]
        d.wait_for(lambda: d.exists(item(second, "add")), what="the tab Directions")
        d.frames(14)
        d.click(item(second, "add"))
        d.frames(3)
        d.type_into("//Generator/directions/$$0/PC 2/##number", "2")
        d.wait_frame()
        seen.append(d.picture().copy())

    drive(
        steps, network=avatars, renderer=lent, scene=lambda s: put(s, "document.latent", Latent(3.0)), size=(1280, 1060)
    )
    argument = f"{tmp_path / 'pca.npz'}@PC 2:2"
    np.testing.assert_array_equal(seen[0][..., :3], from_the_command_line(avatars, argument, tmp_path / "drawn"))


def test_strength_and_layers_are_set_by_hand_and_taken_away(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        d.app.drop([str(smile(tmp_path, d.facts.model.w_dim))])
        d.wait_for(lambda: directions(d), what="the direction")
        d.frames(3)
        own = "//Generator/directions/$$0"
        d.type_into(f"{own}/smile/##number", "1.5")
        assert directions(d)[0].strength == 1.5
        layers = f"{own}/##on layers"
        drag_layers(d, layers, 0, 3.5)
        drag_layers(d, layers, 8, 99)
        assert ranged(d) == (3, d.facts.model.num_ws - 1)
        drag_layers(d, layers, 9.5, 7.5)
        assert ranged(d) == (1, d.facts.model.num_ws - 3), "inside it is moved"
        d.click(layers, 1)
        assert ranged(d) == (0, 7), "a right click brings the usual range back"
        drag_layers(d, layers, 5.5, 5.5)
        assert ranged(d) == (5, 5), "a click chooses one layer"
        d.press(Key.mod_ctrl, Key.z)
        assert ranged(d) == (0, 7)
        d.type_into(f"{own}/smile/##number", "-12.5")
        assert directions(d)[0].strength == -12.5, "more than the slider's range is typed"
        d.click(f"{own}/##keysmile")
        assert [track.path for track in d.scene.document.timeline.tracks] == ["directions.smile"]
        d.ctx.mouse_move(f"{own}/##name")
        d.double_click()
        d.frames(3)
        d.ctx.key_chars_replace_enter("grin")
        d.frames(3)
        assert directions(d)[0].name == "grin"
        assert [track.path for track in d.scene.document.timeline.tracks] == ["directions.grin"], "its keys follow"
        d.press(Key.mod_ctrl, Key.z)
        assert directions(d)[0].name == "smile"
        d.click(f"{own}/##remove")
        assert not directions(d)

    drive(steps, size=(1280, 1060))


def test_layers_that_a_smaller_network_lacks_are_kept():
    def steps(d: Driver):
        d.wait_frame()
        num_ws = d.facts.model.num_ws
        ref = d.facts.arrays.add(np.ones(d.facts.model.w_dim, np.float32))
        given = (
            Direction("partly", ref, 1.0, first=num_ws - 1, last=num_ws + 5),
            Direction("wholly", ref, 1.0, first=num_ws + 2, last=num_ws + 5),
        )
        d.change(lambda scene: put(scene, "document.directions", given))
        d.wait_frame()
        d.frames(5)
        assert directions(d) == given, "showing them changes nothing"
        drag_layers(d, "//Generator/directions/$$1/##on layers", 3.5, 3.5)
        assert directions(d) == (given[0], replace(given[1], first=3, last=3))

    drive(steps, size=(1280, 1060))


def test_a_direction_for_each_layer_is_added_by_the_file_browser(lent, avatars, tmp_path):
    seen: list[np.ndarray] = []

    def steps(d: Driver):
        d.wait_frame()
        model = d.facts.model
        np.save(tmp_path / "age.npy", np.random.RandomState(4).randn(model.num_ws, model.w_dim).astype(np.float32))
        d.change(lambda scene: scene.request(ShowDialog(DIRECTION)))
        browser = browser_of(d.facts)
        d.wait_for(lambda: [one.name for one in browser.shown] == ["age.npy"], what="the file")
        d.double_click("//Browse/**/##age.npy")
        d.wait_for(lambda: directions(d), what="the direction")
        one = replace(directions(d)[0], strength=0.4, first=2, last=4)
        d.change(lambda scene: put(scene, "document.directions", (one,)))
        d.wait_frame()
        seen.append(d.picture().copy())

    drive(
        steps,
        network=avatars,
        renderer=lent,
        settings=Settings(browse_dir=str(tmp_path)),
        scene=lambda scene: put(scene, "document.latent", Latent(3.0)),
    )
    by_hand = directed(avatars, tmp_path / "age.npy", 3, 0.4, 2, 4)
    np.testing.assert_array_equal(seen[0], by_hand)
    typed = from_the_command_line(avatars, f"{tmp_path / 'age.npy'}:0.4:2-4", tmp_path / "out")
    np.testing.assert_array_equal(seen[0][..., :3], typed)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not numpy", "holds no direction"),
        (np.zeros((), np.float32), "holds no direction"),
        (np.full(512, np.nan, np.float32), "holds no direction"),
        (np.zeros(100, np.float32), "cannot be added"),
    ],
)
def test_what_is_no_direction_gets_a_sentence(tmp_path, content, says):
    path = tmp_path / "bad.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.save(path, content)

    def steps(d: Driver):
        d.wait_frame()
        d.app.drop([str(path)])
        d.wait_for(lambda: d.app.messages, what="a message")
        assert says in d.app.messages[-1].text
        assert not directions(d)

    drive(steps)


def test_a_direction_of_another_network_is_left_out_greyed_and_comes_back(lent, avatars, stylegan3, tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        title = d.facts.model.title
        d.app.drop([str(smile(tmp_path, d.facts.model.w_dim))])
        d.wait_for(lambda: directions(d), what="the direction")
        d.change(lambda scene: put(scene, "document.directions", (replace(directions(d)[0], strength=0.7),)))
        d.wait_frame()
        moved, own = d.picture().copy(), d.facts.model.w_dim
        d.change(lambda scene: scene.request(OpenNetwork(stylegan3)))
        d.wait_frame()
        d.frames(4)
        assert d.app.link.failure is None, "the picture goes on"
        assert d.facts.model.w_dim != own
        reason = unable(directions(d)[0], d.facts)
        assert reason == f"found with {title}; its w has {own} numbers, this network's {d.facts.model.w_dim}"
        assert summary(directions(d), d.facts) == "0 of 1 active"
        left_out = d.picture().copy()
        d.change(lambda scene: put(scene, "document.directions", ()))
        d.wait_frame()
        assert np.array_equal(d.picture(), left_out)
        d.press(Key.mod_ctrl, Key.z)
        d.change(lambda scene: scene.request(OpenNetwork(avatars)))
        d.wait_frame()
        d.frames(4)
        assert unable(directions(d)[0], d.facts) == ""
        assert np.array_equal(d.picture(), moved), "it is back"

    drive(steps, network=avatars, renderer=lent)
