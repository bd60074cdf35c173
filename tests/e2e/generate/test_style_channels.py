"""Section "Style channels"."""

import shlex
from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import imgui

from renderer.document.parts import Latent, StyleOffset
from tests.e2e.driver import Driver, drive
from tests.e2e.generate.commanded import commanded
from viz.commands.command_line import command_for
from viz.generate.style_channels import added, summary, unable
from viz.state.params import put

pytestmark = pytest.mark.window
Key = imgui.Key
OWN = "//Generator/style channels"


def styles(d: Driver):
    return d.scene.document.styles


def test_a_style_channel_is_the_same_picture_from_its_recipe_and_on_the_command_line(lent, avatars, tmp_path):
    seen, words = [], []

    def steps(d: Driver):
        d.wait_frame()
        before = d.picture().copy()
        d.change(lambda scene: added(scene, "b16.conv1", 5, sigma=0.25, strength=6.0))
        d.wait_frame()
        seen.append(d.picture().copy())
        assert not np.array_equal(seen[0], before)
        words.append(command_for(d.scene.document))
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert not styles(d)
        assert np.array_equal(d.picture(), before)
        d.press(Key.mod_ctrl, Key.y)
        d.wait_frame()
        assert np.array_equal(d.picture(), seen[0])

    drive(steps, network=avatars, renderer=lent, scene=lambda scene: put(scene, "document.latent", Latent(3.0)))
    assert "--style-offset=b16.conv1:5:1.5" in words[0]
    np.testing.assert_array_equal(commanded(shlex.split(words[0]), tmp_path), seen[0][..., :3])


def test_a_channel_is_added_moved_keyed_and_taken_away_by_hand():
    def steps(d: Driver):
        d.wait_frame()
        before = d.picture().copy()
        model = d.facts.model
        d.click("//Generator/##sectionStyle channels")
        first = model.style_layers[0][0]
        d.type_into(f"{OWN}/style channel/##value", "3")
        d.click(f"{OWN}/##add style")
        assert styles(d) == (StyleOffset(first, 3),)
        assert summary(styles(d), model) == "0 of 1 active"
        row = f"{OWN}/$$0"
        d.type_into(f"{row}/{first} 3/##number", "-12.5")
        assert styles(d)[0].strength == -12.5, "more than the slider's range is typed"
        d.wait_frame()
        assert not np.array_equal(d.picture(), before)
        d.click("//Generator/##resetStyle channels")
        assert styles(d)[0].strength == 0
        d.press(Key.mod_ctrl, Key.z)
        assert styles(d)[0].strength == -12.5
        d.click(f"{row}/##key{first} 3")
        assert [track.path for track in d.scene.document.timeline.tracks] == [f"styles.{first}.3"]
        d.click(f"{row}/##remove")
        assert not styles(d)
        d.press(Key.mod_ctrl, Key.z)
        assert styles(d)[0].strength == -12.5

    drive(steps, size=(1280, 1300))


def test_a_channel_that_another_network_lacks_stays_and_says_why():
    def steps(d: Driver):
        d.wait_frame()
        before = d.picture().copy()
        given = (StyleOffset("b1024.conv0", 1, 3.0), StyleOffset("L0_36_512", 4096, 3.0))
        d.change(lambda scene: put(scene, "document.styles", given))
        d.wait_frame()
        assert np.array_equal(d.picture(), before)
        assert unable(given[0], d.facts.model) == (
            "b1024.conv0 channel 1 is left out: this network has no layer b1024.conv0"
        )
        named = replace(given[1], layer=d.facts.model.style_layers[0][0])
        assert "channels here" in unable(named, d.facts.model)

    drive(steps, size=(1280, 1060))
