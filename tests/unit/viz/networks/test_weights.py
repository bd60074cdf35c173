"""Edits of the networks of layers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.document.document import Document
from renderer.fake.engine import model_info
from renderer.ipc.protocol import LayerWeights, Network, OtherNetwork, Weights
from viz.networks.weights import (
    amount_of,
    cut_after,
    known,
    laid,
    layers_in,
    letter,
    misfit,
    places,
    ramp_around,
    without,
)
from viz.state.step_names import step_name

B, C = Network("/runs/b.pkl"), Network("/runs/c.pkl")
SG2, SG3 = model_info(Network("a.pkl"), "StyleGAN2", 64), model_info(Network("a.pkl"), "StyleGAN3-T", 64)
MODELS = {"StyleGAN2": SG2, "StyleGAN3": SG3}


def test_letters_follow_the_order_of_arrival():
    document = Document(Network("a.pkl"), networks=(B,), weights=Weights((LayerWeights("b8.conv0", C),)))
    assert known(document) == (B, C)
    assert [letter(document, one) for one in (document.network, B, C)] == ["A", "B", "C"]
    assert known(replace(document, network=B)) == (C,)
    many = Document(networks=tuple(Network(str(i)) for i in range(40)))
    assert [letter(many, Network(str(i))) for i in (24, 25, 39)] == ["Z", "27", "41"]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@given(
    st.lists(st.tuples(st.sets(st.integers(0, 20)), st.sampled_from([B, C]), st.floats(0, 1)), max_size=4),
)
def test_each_layer_has_one_network_and_the_last_word_counts(model, strokes):
    weights = Weights()
    for rows, network, amount in strokes:
        weights = laid(weights, model, rows, network, amount)
    names = [one.layer for one in weights.layers]
    assert len(names) == len(set(names))
    assert names == sorted(names)
    assert all(0 < one.amount <= 1 for one in weights.layers)
    if strokes:
        rows, network, amount = strokes[-1]
        inside = [row for row in rows if row < model.num_ws]
        assert amount_of(weights, model, inside, network) == pytest.approx(amount if inside else 0.0)


def test_rows_of_a_stylegan2_have_their_torgb():
    assert layers_in(SG2, [0, 1, 2]) == ["b4.conv1", "b4.torgb", "b8.conv0", "b8.conv1", "b8.torgb"]
    assert layers_in(SG2, [SG2.num_ws - 1]) == ["b64.torgb"]
    assert places(SG2) == ("4", "8", "16", "32", "64")
    assert places(SG3)[0] == "input"


def test_cuts_and_ramps():
    cut = cut_after(Weights(), SG2, B, "16")
    assert {one.layer for one in cut.layers} == {
        name for name in layers_in(SG2, range(20)) if name[:3] in ("b32", "b64")
    }
    assert {one.amount for one in cut.layers} == {1.0}
    ramp = {one.layer: one.amount for one in ramp_around(cut, SG2, B, "16").layers}
    assert ramp["b16.conv0"] == 0.5
    assert ramp["b4.torgb"] < ramp["b8.torgb"] < ramp["b64.torgb"] < 1
    assert "b4.conv1" not in ramp


def test_a_network_that_is_removed_gives_its_layers_back():
    weights = laid(laid(Weights(mapping=B), SG2, [1], B), SG2, [2], C)
    document = without(Document(networks=(B, C), weights=weights), B)
    assert document.networks == (C,)
    assert {one.network for one in document.weights.layers} == {C}
    assert document.weights.mapping is None


def test_the_reason_of_a_misfit_is_what_the_renderer_says():
    model = replace(SG2, others=(OtherNetwork(B, "b.pkl", misfit="its w has 512 numbers"),))
    assert [misfit(model, one) for one in (B, C)] == ["its w has 512 numbers", ""]
    assert misfit(None, B) == ""


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ({}, {"networks": (B,)}, "Add network"),
        ({"networks": (B,)}, {}, "Remove network"),
        ({}, {"weights": laid(Weights(), SG2, [1, 2], B)}, "b on 3 layers"),
        ({"weights": laid(Weights(), SG2, [1], B)}, {"weights": laid(Weights(), SG2, [1], B, 0.6)}, "b8.conv0 b 60 %"),
        ({"weights": laid(Weights(), SG2, [1], B)}, {"weights": laid(Weights(), SG2, [1], C)}, "c on b8.conv0"),
        ({"weights": laid(Weights(), SG2, [1], B)}, {}, "One network again"),
        ({}, {"weights": Weights(mapping=B)}, "Mapping of b"),
        ({}, {"weights": Weights(mapping_blended=True)}, "Mapping blended"),
    ],
)
def test_names_of_steps(before, after, name):
    assert step_name(Document(**before), Document(**after)) == name
