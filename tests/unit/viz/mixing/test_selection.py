"""Mixing selection: assigning, switching, inverting, selecting layers."""

from renderer.document.document import Document, Swatch
from renderer.document.mixing import lock, solo, take
from renderer.ipc.protocol import Latent, LayerStyle, Mixing, WBlend
from tests.unit.viz.facts import new_facts
from viz.mixing.selection import (
    around,
    extended,
    inverted,
    lay,
    picked,
    selecting,
    source_of,
    swatch_of,
    switched,
    takes,
    tidied,
    within,
)
from viz.state.interaction import MixingSelection
from viz.state.scene import Scene

PLAIN = Swatch("88", Latent(88.0))
MIXED = Swatch("mix", Latent(5.0), Mixing(9.0, (LayerStyle(0, Latent(7.0), 0.5), LayerStyle(1))))


def second(*ws):
    return take(Mixing(), ws, None)


def test_a_mixed_swatch_gives_each_layer_its_own_style():
    assert source_of(MIXED, 0) == WBlend(((Latent(5.0), 0.5), (Latent(7.0), 0.5)))
    assert source_of(MIXED, 1) == Latent(9.0), "its second style, not that of the document"
    assert source_of(MIXED, 2) == Latent(5.0)
    assert source_of(None, 2) is None


def test_laying_replaces_what_was_there_but_not_what_is_locked():
    before = lock(take(Mixing(), (1, 2), Latent(3.0), 0.5), (2,), True)
    after = lay(before, range(4), PLAIN)
    assert [one.source for one in after.layers] == [Latent(88.0), Latent(88.0), Latent(3.0), Latent(88.0)]
    assert [one.amount for one in after.layers] == [1, 1, 0.5, 1]
    assert [takes(after, i, PLAIN) for i in range(5)] == [True, True, False, True, False]


def test_solo_lets_through_what_is_laid():
    before = solo(take(Mixing(), (1, 2), Latent(3.0)), (1,))
    assert lay(before, (4,), PLAIN).solo == (1, 4)
    assert lay(second(1), (4,), PLAIN).solo == ()


def test_switching_keeps_the_indices_ascending_and_once():
    assert switched(second(5, 1), (3, 1), None, True).ws == (1, 3, 5)
    assert switched(second(1, 3, 5), (3, 4), None, False).ws == (1, 5)
    assert switched(second(), range(3), None, True).ws == (0, 1, 2)


def test_inverting_twice_gives_back_what_the_network_has():
    assert inverted(second(0, 2), 4, None).ws == (1, 3)
    assert inverted(inverted(second(0, 2, 9), 4, None), 4, None).ws == (0, 2, 9)
    locked = lock(second(0, 2), (0, 1), True)
    assert inverted(locked, 4, PLAIN).layers == (
        LayerStyle(0, locked=True),
        LayerStyle(1, amount=0.0, locked=True),
        LayerStyle(3, Latent(88.0)),
    )


def test_a_swatch_that_left_the_shelf_gives_way_to_the_second_style():
    scene = selecting(Scene(Document(shelf=(MIXED, PLAIN))), swatch=PLAIN)
    assert swatch_of(scene) == PLAIN
    assert tidied(scene, new_facts()) is scene
    gone = Scene(Document(shelf=(MIXED,)), interaction=scene.interaction)
    assert swatch_of(gone) is None
    assert tidied(gone, new_facts()).interaction.selection.swatch is None


class TestLayers:
    def test_one_alone_and_not_any_more(self):
        now = picked(MixingSelection(), 3, more=False, through=False)
        assert now.layers == (3,)
        now = picked(now, 5, more=False, through=False)
        assert now.layers == (5,)
        assert picked(now, 5, more=False, through=False).layers == ()

    def test_more_and_through(self):
        now = picked(MixingSelection(), 6, more=False, through=False)
        now = picked(now, 2, more=True, through=False)
        assert now.layers == (2, 6)
        now = picked(now, 4, more=True, through=True)
        assert now.layers == (2, 3, 4, 6)
        now = picked(now, 0, more=False, through=True)
        assert now.layers == (0, 1, 2)
        assert extended(now, 5).layers == (0, 1, 2, 5)

    def test_a_gesture_on_one_of_them_acts_on_all(self):
        assert around((1, 4), 4) == (1, 4)
        assert around((1, 4), 3) == (3,)

    def test_a_smaller_network_has_fewer(self):
        assert within((1, 4, 9), 4) == (1,)
