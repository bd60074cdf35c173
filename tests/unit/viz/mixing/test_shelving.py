"""Swatches on the shelf: making, naming, ordering, opening."""

import pytest

from renderer.document.document import Document, Swatch
from renderer.document.mixing import lock, style_of, take
from renderer.ipc.protocol import ArrayRef, Latent, LayerStyle, Mixing, WBlend
from viz.state.swatches import (
    MOST_SEEDS,
    kind_of,
    known,
    moved,
    of_seed,
    opened,
    present,
    removed,
    renamed,
    seed_text,
    seeds_of,
    shelved,
    source_name,
    uses,
)

A, B, C = (Swatch(str(seed), Latent(float(seed))) for seed in (1, 2, 3))


def test_seeds_have_short_names():
    assert [seed_text(x) for x in (711.0, 42.38, -2.5)] == ["711", "42.38", "−2.50"]
    assert source_name(Latent(42.0, 3.0)) == "342"
    assert source_name(Latent(42.5, 3.25)) == "42.50, 3.25"
    assert source_name(Latent(array=ArrayRef("0"))) == "stored"
    assert source_name(WBlend(((Latent(1.0), 0.5), (Latent(2.0), 0.5)))) == "1 + 2"


def test_the_shelf_says_what_a_style_is_called():
    shelf = (Swatch("Ada", Latent(1.0)), Swatch("Bo", Latent(2.0), Mixing(1.0, (LayerStyle(0),))))
    assert source_name(Latent(1.0), shelf) == "Ada"
    assert source_name(Latent(2.0), shelf) == "2", "mixed, it is another style"
    assert source_name(WBlend(((Latent(1.0), 0.5), (Latent(2.0), 0.5))), shelf) == "Ada + 2"


def test_the_present_style_is_kept_without_locks_and_silent_layers():
    assert present(Document(latent=Latent(7.0), mixing=Mixing(5.0))) == Swatch("7", Latent(7.0))
    mixing = lock(take(take(Mixing(5.0), (0, 1), None), (2,), Latent(9.0), 0.4), (1, 3), True)
    swatch = present(Document(latent=Latent(7.0), mixing=mixing))
    assert swatch == Swatch("7 mix", Latent(7.0), take(take(Mixing(5.0), (0, 1), None), (2,), Latent(9.0), 0.4))
    assert [kind_of(one) for one in (swatch, A, Swatch("x", Latent(array=ArrayRef("0"))))] == ["saved", "seed", "saved"]


def test_the_same_style_lies_on_the_shelf_once():
    shelf = shelved(shelved((), A), B)
    assert shelved(shelf, Swatch("another name", A.latent)) is shelf
    assert known(shelf, Swatch("another name", A.latent)) == A
    assert known(shelf, C) is None


def test_rename_remove_move():
    shelf = (A, B, C)
    assert [one.name for one in renamed(shelf, 1, " Bo ")] == ["1", "Bo", "3"]
    assert renamed(shelf, 1, "  ") is shelf
    assert removed(shelf, 1) == (A, C)
    assert [moved(shelf, 0, slot) for slot in range(4)] == [(A, B, C), (A, B, C), (B, A, C), (B, C, A)]
    assert [moved(shelf, 2, slot) for slot in range(4)] == [(C, A, B), (A, C, B), (A, B, C), (A, B, C)]


def test_opening_a_swatch_keeps_what_is_locked():
    before = Document(latent=Latent(7.0), mixing=lock(take(Mixing(5.0), (0, 1), None), (1, 2), True))
    after = opened(before, B, 8)
    styles = [style_of(after.latent, after.mixing, i) for i in range(4)]
    assert styles == [B.latent, Latent(5.0), Latent(7.0), B.latent]
    assert opened(Document(), B, 8) == Document(latent=B.latent)
    mixed = Swatch("m", Latent(3.0), take(Mixing(9.0), (4,), None))
    assert opened(Document(), mixed, 8).mixing == mixed.mixing


def test_a_blend_is_opened_as_the_style_of_every_layer():
    blend = WBlend(((Latent(1.0), 0.5), (Latent(2.0), 0.5)))
    after = opened(Document(), Swatch("b", blend), 3)
    assert after.latent == Latent(1.0)
    assert [style_of(after.latent, after.mixing, i) for i in range(3)] == [blend] * 3


def test_seeds_are_typed_as_on_the_command_line():
    assert seeds_of("88") == (88,)
    assert seeds_of(" 1, 2,5-7 ") == (1, 2, 5, 6, 7)
    assert seeds_of("-3") == (-3,)
    assert of_seed(4, Latent(1.0, 2.0, label=3, array=ArrayRef("0"))) == Swatch("4", Latent(4.0, label=3))
    for wrong in ("", "a", "1,,2", "1.5"):
        with pytest.raises(ValueError, match="write numbers and ranges"):
            seeds_of(wrong)
    for wrong in ("7-5", f"0-{MOST_SEEDS}"):
        with pytest.raises(ValueError, match="at most"):
            seeds_of(wrong)


def test_how_much_of_each_band_is_taken_from_a_swatch():
    mixing = take(take(Mixing(), (0, 1), A.latent, 0.5), (4, 5), B.latent)
    assert uses(A, mixing, (range(4), range(4, 8))) == (0.25, 0.0)
    assert uses(B, mixing, (range(4), range(4, 8), range(8, 8))) == (0.0, 0.5, 0.0)
