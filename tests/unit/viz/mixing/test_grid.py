"""The mixing grid: its headers, its cells, and the combined image."""

from dataclasses import replace

import numpy as np
import pytest

from renderer.document.document import Document, Swatch
from renderer.document.mixing import lock
from renderer.fake.engine import model_info
from renderer.ipc.protocol import Latent, LayerStyle, Mixing, Network, Truncation
from tests.unit.viz.facts import new_facts
from viz.mixing.grid import MOST, ROWS, axis, composed, current_table, problem, table, taken_ws
from viz.state.interaction import GridSettings
from viz.state.scene import Scene

MODEL = model_info(Network(), "StyleGAN2", 64)
A, B = Swatch("1", Latent(1.0)), Swatch("mix", Latent(2.0), Mixing(9.0, (LayerStyle(4, Latent(7.0)),)))


def test_a_side_is_what_was_typed_else_the_shelf_else_the_usual_seeds():
    document = Document(latent=Latent(0.0, label=4))
    assert [one.name for one in axis("", document, ROWS)] == ROWS.split(",")
    assert axis("3", document, ROWS) == (Swatch("3", Latent(3.0, label=4)),)
    shelf = Document(shelf=(A, B))
    assert axis(" ", shelf, ROWS) == (A, B)
    assert [one.name for one in axis("5-6", shelf, ROWS)] == ["5", "6"]
    assert axis("no seed", shelf, ROWS) == (A, B)
    assert len(axis("0-30", document, ROWS)) == MOST


def test_what_is_wrong_with_a_side_is_said():
    assert problem("") == problem("1-4") == ""
    assert "no seed" in problem("a")
    assert f"{MOST}" in problem("0-30")


def test_layers_that_cells_take():
    assert taken_ws(MODEL, 0, (7,)) == (0, 1, 2, 3)
    assert taken_ws(MODEL, 1, (7,)) == (4, 5, 6, 7)
    assert taken_ws(MODEL, 3, (7,)) == tuple(range(MODEL.num_ws))
    assert taken_ws(MODEL, 4, (7,)) == (7,)


def test_a_cell_is_a_with_the_layers_of_b():
    document = Document(truncation=Truncation(0.5), mixing=Mixing(5.0))
    made = table(document, MODEL.num_ws, (A, B), (B, A), (0, 4), "cpu")
    cell = made.cells[0][0]
    assert cell.document == Document(
        truncation=Truncation(0.5),
        latent=Latent(1.0),
        mixing=Mixing(5.0, (LayerStyle(0, Latent(2.0)), LayerStyle(4, Latent(7.0)))),
    )
    assert (cell.request.image.mixing, cell.request.device) == (cell.document.mixing, "cpu")
    assert made.a[1].document.mixing == B.mixing
    below = made.cells[1][1].document.mixing
    assert below == Mixing(9.0, (LayerStyle(0, Latent(1.0)), LayerStyle(4, Latent(1.0))))
    assert [[one and one.name for one in row] for row in made.pictures()] == [
        [None, "mix", "1"],
        ["1", "1 with mix", "1 with 1"],
        ["mix", "mix with mix", "mix with 1"],
    ]


def test_cells_keep_what_is_locked():
    document = Document(latent=Latent(3.0), mixing=lock(Mixing(), (0,), True))
    cell = table(document, MODEL.num_ws, (A,), (B,), (0, 1), "cpu").cells[0][0]
    assert cell.document.mixing.layers == (LayerStyle(0, Latent(3.0), locked=True), LayerStyle(1, Latent(2.0)))


def test_the_grid_waits_while_something_moves_but_not_for_another_network():
    facts, other = new_facts(model=MODEL), model_info(Network("other"), "StyleGAN2", 32)
    first, stamp = current_table(Scene(), facts, (), held=False)
    assert current_table(Scene(), facts, (), held=False)[0] is first
    assert current_table(Scene(Document(truncation=Truncation(0.1))), facts, (), held=True) == (first, stamp)
    assert current_table(Scene(), replace(facts, model=other), (), held=True)[0] is not first


def test_the_picture_of_all_is_edge_to_edge_with_a_white_corner():
    def plain(value):
        return np.full((2, 3, 4), value, np.uint8)

    whole = composed([[None, plain(1)], [plain(2), plain(3)]])
    assert whole.shape == (4, 6, 4)
    assert (whole[:2, :3] == 255).all()
    assert [whole[0, 3, 0], whole[2, 0, 0], whole[3, 5, 0]] == [1, 2, 3]


@pytest.mark.parametrize("wrong", ["x", "9-1"])
def test_a_typing_error_leaves_a_whole_grid(wrong):
    scene = Scene().interacting(grid=GridSettings(rows=wrong))
    assert len(current_table(scene, new_facts(model=MODEL), (), held=False)[0].cells) == len(ROWS.split(","))
