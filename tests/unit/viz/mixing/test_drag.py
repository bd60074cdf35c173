"""Drag and drop of swatches: targets, and the document after a drop."""

from dataclasses import replace

import pytest

from renderer.document.document import Document, Swatch
from renderer.document.mixing import lock, take
from renderer.fake.engine import model_info
from renderer.ipc.protocol import Latent, LayerStyle, Mixing, Network
from viz.mixing.drag import lifted, name_of, preview_text, released, rows, target, tried
from viz.state.interaction import Slot, SwatchDrag

MODEL = model_info(Network(), "StyleGAN3-T", 256)
A, B, C = (Swatch(str(seed), Latent(float(seed))) for seed in (1, 88, 3))
DOCUMENT = Document(latent=Latent(5.0), mixing=Mixing(711.0), shelf=(A, B, C))


def dragged(swatch=B, at=1, over=None):
    return replace(lifted(swatch, at), over=over)


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
    assert released(dragged(over=nothing), locked) is locked


def test_a_drop_lays_the_swatch_and_nothing_else():
    drag = dragged(over=target(MODEL, (2, 3), DOCUMENT))
    after = released(drag, DOCUMENT)
    assert after.mixing == Mixing(711.0, (LayerStyle(2, B.latent), LayerStyle(3, B.latent)))
    assert tried(drag, DOCUMENT) is tried(drag, DOCUMENT), "made once"
    assert preview_text(drag, DOCUMENT) == "Preview: 88 on L1–L2"


def test_the_second_style_stays_the_second_style():
    after = released(dragged(None, None, target(MODEL, (2,), DOCUMENT)), DOCUMENT)
    assert after.mixing == take(Mixing(711.0), (2,), None)
    assert name_of(dragged(None, None), DOCUMENT) == "711"


def test_let_go_elsewhere_or_dropped_changes_nothing():
    assert released(dragged(), DOCUMENT) is DOCUMENT
    drag = SwatchDrag(swatch=B, over=target(MODEL, (2,), DOCUMENT))
    assert released(drag, DOCUMENT) is DOCUMENT
    assert preview_text(drag, DOCUMENT) == ""


def test_a_swatch_is_moved_on_the_shelf():
    assert released(dragged(over=Slot(0)), DOCUMENT).shelf == (B, A, C)
    assert released(dragged(over=Slot(3)), DOCUMENT).shelf == (A, C, B)
    assert released(dragged(over=Slot(1)), DOCUMENT) is DOCUMENT
    assert released(dragged(over=Slot(2)), DOCUMENT) is DOCUMENT


def test_rows_that_a_hover_means():
    drag = dragged()
    for index, picked, through, means in (
        (4, (), False, (4,)),
        (4, (2, 4), False, (2, 4)),
        (5, (), True, (5,)),
        (2, (), True, (2, 3, 4, 5)),
        (7, (), False, (7,)),
        (7, (), True, (7,)),
    ):
        drag, found = rows(drag, index, picked, through)
        assert found == means
