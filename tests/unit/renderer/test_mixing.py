"""Which layers take whose style."""

from renderer.mixing import blend, clear, free, layer, put, style_of, take
from renderer.parts import ArrayRef, Latent, LayerStyle, Mixing, WBlend

A, B = Latent(3.0), Latent(7.0, label=2)


def test_layers_are_taken_and_given_back():
    mixing = take(Mixing(), (4, 1), B)
    assert mixing.ws == (1, 4)
    assert layer(mixing, 4) == LayerStyle(4, B)
    assert layer(mixing, 2) is None
    assert clear(mixing, (1,)).ws == (4,)


def test_locked_layers_stay_as_they_are():
    mixing = put(take(Mixing(), (0, 1, 2), A), LayerStyle(1, A, locked=True))
    assert free(mixing, range(4)) == (0, 2, 3)
    assert [one.source for one in take(mixing, range(3), B).layers] == [B, A, B]
    assert clear(mixing, range(3)).ws == (1,)
    assert [one.amount for one in blend(mixing, range(3), 0.5).layers] == [0.5, 1, 0.5]


def test_solo_and_nothing_do_not_act():
    mixing = put(Mixing(solo=(1, 2)), LayerStyle(0, A), LayerStyle(1, B), LayerStyle(2, B, 0.0))
    assert mixing.acting == (LayerStyle(1, B),)


def test_a_layers_style_can_be_given_to_others():
    mixing = put(Mixing(x=9.0), LayerStyle(0, B), LayerStyle(1, B, 0.25), LayerStyle(2))
    assert style_of(A, mixing, 0) == B
    assert style_of(A, mixing, 1) == WBlend(((A, 0.75), (B, 0.25)))
    assert style_of(A, mixing, 2) == Latent(9.0)
    assert style_of(A, mixing, 3) == A
    stored = Latent(array=ArrayRef("0"), label=4)
    assert style_of(stored, mixing, 2) == Latent(9.0, label=4)
