"""Cells of the comparison of networks, the actions that fill it, and its sheet."""

from dataclasses import replace

import numpy as np
import pytest

from renderer.document.document import Document
from renderer.document.parts import Latent
from renderer.ipc.protocol import LayerWeights, Network, Weights
from viz.networks.actions import based_on, every_nth, with_networks
from viz.networks.cells import MOST, cells_of, grid, titled
from viz.networks.compare_export import sheet

A, B, C = (Network(f"/networks/{name}.pkl") for name in "abc")
DOCUMENT = Document(A, Latent(7.0), networks=(B, C))


def test_every_network_draws_the_state_of_the_document():
    base, b, c = cells_of(DOCUMENT, "seed")
    assert [(one.kind, one.letter, one.network, one.name) for one in (base, b, c)] == [
        ("base", "A", A, "a"), ("other", "B", B, "b"), ("other", "C", C, "c"),
    ]  # fmt: skip
    assert base.document is DOCUMENT
    assert b.document == replace(DOCUMENT, network=B)
    assert cells_of(DOCUMENT, "w")[1].document.weights == Weights(mapping=A)


@pytest.mark.parametrize("weights", [Weights((LayerWeights("b8.conv0", B, 0.5),)), Weights(mapping=C)])
def test_a_blend_has_the_last_cell_and_a_draws_alone(weights):
    document = replace(DOCUMENT, weights=weights)
    found = cells_of(document, "seed")
    assert [one.kind for one in found] == ["base", "other", "other", "blend"]
    assert found[0].document.weights.others == ()
    assert found[1].document.weights == Weights()
    assert found[3].document is document
    assert found[3].letter == "D"


def test_there_are_six_cells_at_most_and_the_blend_is_among_them():
    many = replace(DOCUMENT, networks=tuple(Network(f"/n/{i}.pkl") for i in range(30)))
    assert len(cells_of(many, "seed")) == MOST
    blended = replace(many, weights=Weights((LayerWeights("b8.conv0", many.networks[9], 0.5),)))
    found = cells_of(blended, "seed")
    assert len(found) == MOST
    assert found[-1].kind == "blend"
    assert [grid(count) for count in range(1, 7)] == [(1, 1), (2, 1), (2, 2), (2, 2), (3, 2), (3, 2)]


def test_names_of_snapshots_are_those_of_their_runs():
    assert titled(Network("/runs/00003-avatars-t/network-snapshot-000400.pkl")) == ("avatars-t", "kimg 400")
    assert titled(Network("/some/faces.safetensors")) == ("faces", "")
    assert titled(Network("")) == ("demo", "")


def test_a_network_becomes_the_base_and_the_one_before_takes_its_place():
    document = replace(DOCUMENT, weights=Weights((LayerWeights("b8.conv0", B, 0.5),)))
    after = based_on(document, C)
    assert (after.network, after.networks, after.weights) == (C, (B, A), Weights())
    assert based_on(Document(A), B).networks == (A,)
    assert with_networks(DOCUMENT, (A, B)) is DOCUMENT
    assert with_networks(DOCUMENT, (A, Network("d"), Network("d"))).networks == (B, C, Network("d"))


def test_every_so_many_snapshots_are_counted_from_the_newest():
    paths = [f"/run/network-snapshot-{kimg:06d}.pkl" for kimg in range(0, 100, 10)]
    assert [path[-10:-4] for path in every_nth(paths, 4, paths[-1])] == ["000010", "000050"]
    assert len(every_nth(paths, 1, paths[3])) == MOST - 1
    assert every_nth([], 2, "/a.pkl") == ()


def test_a_sheet_has_the_pictures_exactly_where_they_can_be_enlarged_by_whole_pixels():
    small, large = (np.random.default_rng(0).integers(0, 256, (side, side, 4), np.uint8) for side in (32, 128))
    small[..., 3] = large[..., 3] = 255
    whole = sheet(("A  one", "B  two"), (small, large))
    gap, caption = 8, 16
    y, x = gap + caption, gap + 128 + gap
    assert np.array_equal(whole[y : y + 128, gap : gap + 128], small.repeat(4, 0).repeat(4, 1))
    assert np.array_equal(whole[y : y + 128, x : x + 128], large)
    assert (whole[gap:y, gap : gap + 128, 0] < 128).any()
