"""Section "Layer bending"."""

import shlex

import numpy as np
import pytest
from imgui_bundle import imgui

from foundation.specs.formats import UNBENT
from renderer.document.parts import Latent, LayerBend
from tests.e2e.driver import Driver, drive
from tests.e2e.generate.commanded import commanded
from viz.commands.command_line import command_for
from viz.generate.layer_bending import channels_of, names_of, summary, unable
from viz.state.params import put

pytestmark = pytest.mark.window
Key = imgui.Key
OWN = "//Generator/layer bending"


def bends(d: Driver):
    return d.scene.document.bends


def test_a_bent_layer_is_the_same_picture_on_the_command_line(lent, avatars, tmp_path):
    seen, words = [], []

    def steps(d: Driver):
        d.wait_frame()
        before = d.picture().copy()
        d.change(lambda scene: put(scene, "document.bends", (LayerBend("b16.conv1", "turn", 30.0, (0, 1, 2, 5)),)))
        d.wait_whole()
        seen.append(d.picture().copy())
        assert not np.array_equal(seen[0], before)
        words.append(command_for(d.scene.document))
        d.press(Key.mod_ctrl, Key.z)
        d.wait_whole()
        assert np.array_equal(d.picture(), before)

    drive(steps, network=avatars, renderer=lent, scene=lambda scene: put(scene, "document.latent", Latent(3.0)))
    assert "--bend=b16.conv1:turn:30.0:0,1,2,5" in words[0]
    np.testing.assert_array_equal(commanded(shlex.split(words[0]), tmp_path), seen[0][..., :3])


def test_an_operation_is_added_moved_keyed_and_taken_away_by_hand():
    def steps(d: Driver):
        d.wait_frame()
        first = names_of(d.facts.model)[0]
        d.click("//Generator/##sectionLayer bending")
        d.click(f"{OWN}/##add bend")
        assert bends(d) == (LayerBend(first, "multiply", 1.5),)
        assert summary(bends(d), d.facts.model) == "1 of 1 active"
        row = f"{OWN}/$$0"
        d.type_into(f"{row}/{first} multiply/##number", "-3")
        assert bends(d)[0].strength == -3, "more than the slider's range is typed"
        d.type_into(f"{row}/##channels", "0-2,7")
        assert bends(d)[0].channels == (0, 1, 2, 7)
        d.click("//Generator/##resetLayer bending")
        assert bends(d)[0].strength == UNBENT["multiply"]
        d.press(Key.mod_ctrl, Key.z)
        d.click(f"{row}/##key{first} multiply")
        assert [track.path for track in d.scene.document.timeline.tracks] == [f"bends.{first}.multiply"]
        d.click(f"{row}/##remove")
        assert not bends(d)

    drive(steps, size=(1280, 1300))


def test_an_operation_on_a_layer_that_is_not_there_says_so():
    def steps(d: Driver):
        d.wait_frame()
        before = d.picture().copy()
        one = LayerBend("b1024.conv0", "turn", 30.0)
        d.change(lambda scene: put(scene, "document.bends", (one,)))
        d.wait_frame()
        assert np.array_equal(d.picture(), before)
        assert "no layer b1024.conv0" in unable(one, d.facts.model)

    drive(steps, size=(1280, 1060))


def test_channels_as_they_are_typed():
    assert channels_of("", (1,)) == ()
    assert channels_of("0-2, 7", ()) == (0, 1, 2, 7)
    assert channels_of("3,", ()) == (3,)
    assert channels_of("x", (1, 2)) == (1, 2), "what cannot be read changes nothing"
    assert channels_of("9999", ()) == ()
    assert channels_of("0-99999999999", (1,)) == (1,), "a range is not written out before it is looked at"
