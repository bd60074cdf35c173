"""What lies in the hand of who mixes: laying, switching, inverting, picking."""

from renderer.document.document import Swatch
from renderer.document.mixing import lock, solo, take
from renderer.ipc.protocol import Latent, LayerStyle, Mixing, WBlend
from viz.mixing.selection import Brush, Picked, inverted, lay, source_of, switched, takes

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


def test_the_brush_falls_back_to_the_second_style():
    brush = Brush(PLAIN)
    assert brush.among((MIXED, PLAIN)) == PLAIN
    assert brush.among((MIXED,)) is None


class TestPicked:
    def test_one_alone_and_not_any_more(self):
        picked = Picked()
        picked.pick(3, more=False, through=False)
        assert picked.ws == (3,)
        picked.pick(5, more=False, through=False)
        assert picked.ws == (5,)
        picked.pick(5, more=False, through=False)
        assert picked.ws == ()

    def test_more_and_through(self):
        picked = Picked()
        picked.pick(6, more=False, through=False)
        picked.pick(2, more=True, through=False)
        assert picked.ws == (2, 6)
        picked.pick(4, more=True, through=True)
        assert picked.ws == (2, 3, 4, 6)
        picked.pick(0, more=False, through=True)
        assert picked.ws == (0, 1, 2)
        picked.add(5)
        assert picked.ws == (0, 1, 2, 5)

    def test_a_gesture_on_one_of_them_acts_on_all(self):
        picked = Picked((1, 4))
        assert picked.around(4) == (1, 4)
        assert picked.around(3) == (3,)

    def test_a_smaller_network_has_fewer(self):
        assert Picked((1, 4, 9)).within(4) == (1,)
