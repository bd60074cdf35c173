"""Assignment of styles to layers."""

from renderer.document.mixing import blend, clear, free, layer, lock, mixed, put, rebased, solo, style_of, swap, take
from renderer.document.parts import ArrayRef, Latent, LayerStyle, Mixing, WBlend

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


def test_a_layer_of_the_documents_own_style_is_locked_and_unlocked_without_a_trace():
    locked = lock(Mixing(), (2, 3), True)
    assert mixed(locked) == ()
    assert take(locked, range(5), B).ws == (0, 1, 2, 3, 4)
    assert mixed(take(locked, range(5), B)) == (0, 1, 4)
    assert lock(locked, (2, 3), False) == Mixing()
    half = take(Mixing(), (2,), A, 0.5)
    assert lock(lock(half, (2,), True), (2,), False) == half


def test_solo_is_set_taken_back_and_goes_with_its_layer():
    mixing = take(Mixing(), (0, 1, 2), A)
    one = solo(mixing, (1, 7))
    assert one.solo == (1,), "a layer of its own style has nothing to let through"
    assert solo(one, (1,)) == mixing
    assert solo(one, ()) == mixing
    assert clear(one, (1,)).solo == ()


def test_base_and_source_are_exchanged_wherever_the_source_is_taken():
    mixing = put(take(Mixing(), (0, 1), B), LayerStyle(1, B, 0.25), LayerStyle(2, Latent(99.0)))
    latent, after = swap(A, mixing, 0)
    assert latent == B
    assert after.layers == (LayerStyle(0, A), LayerStyle(1, A, 0.25), LayerStyle(2, Latent(99.0)))
    assert swap(latent, after, 1) == (A, mixing)
    assert swap(A, mixing, 5) is None
    assert swap(A, take(mixing, (6,), WBlend(((A, 0.5), (B, 0.5)))), 6) is None


def test_the_second_style_stays_the_second_style_when_exchanged():
    mixing = take(Mixing(x=9.0), (4,), None)
    assert swap(Latent(3.0, label=1), mixing, 4) == (Latent(9.0, label=1), take(Mixing(x=3.0), (4,), None))
    stored = Latent(array=ArrayRef("0"))
    assert swap(stored, mixing, 4) == (Latent(9.0), take(Mixing(x=9.0), (4,), stored))


def test_locked_layers_keep_their_style_when_the_base_changes():
    mixing = lock(take(Mixing(x=9.0), (0, 1), None), (1, 2), True)
    latent, after = swap(A, mixing, 0)
    assert [style_of(latent, after, i) for i in (0, 1, 2, 3)] == [A, Latent(9.0), A, Latent(9.0)]
    assert [one.locked for one in after.layers] == [False, True, True]
    assert rebased((A, mixing), (B, Mixing(x=5.0))).layers == (
        LayerStyle(1, Latent(9.0), locked=True),
        LayerStyle(2, A, locked=True),
    )
