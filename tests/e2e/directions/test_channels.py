"""Style channels among the found directions: searched, looked at, used, kept and written."""

import json
from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import imgui

import gan
from foundation.directions import read_directions
from gan.edits.stylespace import stylespace
from renderer.document.parts import Latent, StyleOffset
from tests.e2e.directions.found import groups, item, opened, point_at, rows, search
from tests.e2e.driver import Driver, drive
from viz.state.params import put

pytestmark = pytest.mark.window
Key = imgui.Key
SIZE = (1920, 1080)


def found(d: Driver, **changes: object) -> None:
    """Search style channels."""
    opened(d)
    d.click("//Directions/**/##way StyleSpace")
    finder = d.scene.interaction.finder
    d.change(lambda scene: scene.interacting(finder=replace(finder, channels=replace(finder.channels, **changes))))
    search(d)


def test_a_channel_is_found_looked_at_used_renamed_and_taken_back():
    def steps(d: Driver):
        found(d, channels=6)
        assert groups(d)[0].way == "stylespace"
        one = rows(d)[1]
        layers = d.facts.model.style_layers
        assert (one.style, one.channel) == (layers[1][0], 0)
        assert one.name == f"{one.style.partition('_')[0]} channel 0"
        before = d.picture()
        point_at(d, one, 2)
        d.wait_for(lambda: d.scene.preview_name, what="a preview")
        assert d.scene.preview_name == f"{one.name} +2 σ"
        assert not d.scene.document.styles
        d.ctx.mouse_click(0)
        d.wait_frame()
        assert d.scene.document.styles == (StyleOffset(one.style, 0, 2.0, one.sigma, one.name),)
        assert not np.array_equal(d.picture(), before)
        assert d.exists(item(one, "added"))
        d.click(item(one, "name"))
        d.frames(2)
        d.ctx.key_chars_replace_enter("Smile")
        d.frames(2)
        assert d.scene.document.styles[0].name == "Smile"
        assert rows(d)[1].name == "Smile"
        d.press(Key.mod_ctrl, Key.z)
        d.press(Key.mod_ctrl, Key.z)
        assert not d.scene.document.styles
        d.wait_frame()
        assert np.array_equal(d.picture(), before)
        d.click(item(rows(d)[2], "add"))
        assert [style.place for style in d.scene.document.styles] == [f"{layers[2][0]}.0"]
        assert d.scene.document.styles[0].strength == 0

    drive(steps, size=SIZE)


def test_one_layer_alone_is_searched():
    def steps(d: Driver):
        opened(d)
        d.click("//Directions/**/##way StyleSpace")
        layer = d.facts.model.style_layers[2][0]
        d.click("//Directions/**/##Layer")
        d.frames(2)
        d.ctx.key_chars(layer)
        d.frames(2)
        d.press(Key.enter)
        d.frames(2)
        assert d.scene.interaction.finder.channels.layer == layer
        search(d)
        assert {row.style for row in rows(d)} == {layer}

    drive(steps, size=SIZE)


def test_channels_stay_in_the_library_and_in_files(tmp_path):
    path = tmp_path / "found.npz"

    def find(d: Driver):
        found(d, channels=4)
        d.click(item(rows(d)[3], "star"))
        d.click("//Directions/**/##save all")
        d.frames(3)
        d.ctx.key_chars_replace_enter(str(path))
        d.wait_for(path.exists, what="the file")
        d.app.drop([str(path)])
        d.wait_for(lambda: len(groups(d)) == 2, what="the file's channels")
        ours = [replace(row, starred=False, effects=None) for row in rows(d, 1)]  # effects are measured meanwhile
        assert [replace(row, starred=False, effects=None) for row in rows(d, 0)] == ours
        kept.append(rows(d)[3])

    def again(d: Driver):
        d.wait_frame()
        d.wait_for(lambda: groups(d), what="the library")
        (row,) = rows(d)
        assert (row.style, row.channel, row.sigma) == (kept[0].style, kept[0].channel, kept[0].sigma)
        assert row.array == kept[0].array

    kept: list = []
    drive(find, size=SIZE, config_dir=tmp_path / "config")
    written = read_directions(path)
    assert [(one.style, one.channel) for one in written][3] == (kept[0].style, kept[0].channel)
    about = json.loads(np.load(path)["about"].tobytes())
    assert about["styles"][3] == [kept[0].style, kept[0].channel]
    for session in (tmp_path / "config" / "sessions").glob("*"):
        session.unlink()
    drive(again, size=SIZE, config_dir=tmp_path / "config")


def test_channels_of_a_real_network_are_the_librarys(lent, avatars):
    def steps(d: Driver):
        layer = "b4.conv1"
        found(d, channels=2, layer=layer)
        wanted = stylespace(gan.load(avatars).G_ema, 2, [layer])
        assert [(row.style, row.channel) for row in rows(d)] == [*zip(wanted.layers, wanted.channels, strict=True)]
        np.testing.assert_allclose([row.sigma for row in rows(d)], wanted.sigma, rtol=1e-3)
        assert [row.first for row in rows(d)] == [*wanted.indices]
        one = rows(d)[0]
        d.wait_for(lambda: not d.facts.thumbnails.waiting, what="the strips")
        point_at(d, one, -2)
        d.ctx.mouse_click(0)
        d.wait_whole()
        by_click = d.picture()
        d.ctx.mouse_move_to_pos(imgui.ImVec2(900, 200))
        d.change(lambda scene: put(scene, "document.styles", ()))
        d.wait_whole()
        assert not np.array_equal(d.picture(), by_click)
        d.change(lambda scene: put(scene, "document.styles", (StyleOffset(layer, one.channel, -2.0, one.sigma),)))
        d.wait_whole()
        assert np.array_equal(d.picture(), by_click)

    drive(
        steps,
        network=avatars,
        renderer=lent,
        size=SIZE,
        scene=lambda scene: put(scene, "document.latent", Latent(3.0)),
    )
