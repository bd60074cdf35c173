"""A swatch on its way from the shelf: where it would go, and what would come of it."""

import pytest

from renderer.document.document import Document, Swatch
from renderer.document.mixing import lock, take
from renderer.fake.engine import model_info
from renderer.ipc.protocol import Latent, LayerStyle, Mixing, Network
from viz.mixing.drag import Carry, Slot, target

MODEL = model_info(Network(), "StyleGAN3-T", 256)
A, B, C = (Swatch(str(seed), Latent(float(seed))) for seed in (1, 88, 3))
DOCUMENT = Document(latent=Latent(5.0), mixing=Mixing(711.0), shelf=(A, B, C))


def carried(hand=B, at=1, over=None):
    carry = Carry()
    carry.lift(hand, at)
    carry.over = over
    return carry


@pytest.mark.parametrize(
    ("ws", "where", "span", "token"),
    [
        (range(16), "every layer", "", "accent"),
        (range(11, 16), "Fine", "L10–L14", "fine"),
        (range(12, 15), "L11–L13", "", "fine"),
        ((3,), "L2", "", "coarse"),
        ((1, 3), "2 layers", "", "coarse"),
        ((5, 6), "L4–L5", "", "accent"),
    ],
)
def test_targets_in_words_and_in_the_colour_of_their_band(ws, where, span, token):
    found = target(MODEL, ws, DOCUMENT)
    assert (found.where, found.span, found.token, found.ws) == (where, span, token, tuple(ws))


def test_locked_layers_are_no_target():
    locked = Document(mixing=lock(Mixing(), (3, 4), True))
    assert target(MODEL, range(2, 6), locked).ws == (2, 5)
    nothing = target(MODEL, (3, 4), locked)
    assert nothing.ws == ()
    assert carried(over=nothing).released(locked) is locked


def test_a_drop_lays_the_swatch_and_nothing_else():
    carry = carried(over=target(MODEL, (2, 3), DOCUMENT))
    after = carry.released(DOCUMENT)
    assert after.mixing == Mixing(711.0, (LayerStyle(2, B.latent), LayerStyle(3, B.latent)))
    assert carry.tried(DOCUMENT) is carry.tried(DOCUMENT), "made once"
    assert carry.preview_text(DOCUMENT) == "Preview: 88 on L1–L2"


def test_the_second_style_stays_the_second_style():
    after = carried(None, None, target(MODEL, (2,), DOCUMENT)).released(DOCUMENT)
    assert after.mixing == take(Mixing(711.0), (2,), None)
    assert carried(None, None).name(DOCUMENT) == "711"


def test_let_go_elsewhere_or_dropped_changes_nothing():
    assert carried().released(DOCUMENT) is DOCUMENT
    carry = carried(over=target(MODEL, (2,), DOCUMENT))
    carry.drop()
    assert carry.released(DOCUMENT) is DOCUMENT
    assert carry.preview_text(DOCUMENT) == ""


def test_a_swatch_is_moved_on_the_shelf():
    assert carried(over=Slot(0)).released(DOCUMENT).shelf == (B, A, C)
    assert carried(over=Slot(3)).released(DOCUMENT).shelf == (A, C, B)
    assert carried(over=Slot(1)).released(DOCUMENT) is DOCUMENT
    assert carried(over=Slot(2)).released(DOCUMENT) is DOCUMENT


def test_rows_that_a_hover_means():
    carry = carried()
    assert carry.rows(4, (), through=False) == (4,)
    assert carry.rows(4, (2, 4), through=False) == (2, 4)
    assert carry.rows(5, (), through=True) == (5,)
    assert carry.rows(2, (), through=True) == (2, 3, 4, 5)
    assert carry.rows(7, (), through=False) == (7,)
    assert carry.rows(7, (), through=True) == (7,)
