"""`directions`: layers that are measured as the window measures them."""

import numpy as np
import pytest
from click.testing import CliRunner

from foundation.directions import acting_layers, read_directions
from gan.cli.main import main
from gan.edits.effects import effects
from gan.edits.measures import drawing
from gan.images import load_generator
from tests.unit.renderer import tiny


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return str(tiny.save(tmp_path_factory.mktemp("networks"), "sg2"))


def found(network, file, *words):
    base = ["directions", "pca", f"--network={network}", f"--output={file}", "--samples=40", "--components=2"]
    done = CliRunner().invoke(main, [*base, "--device=cpu", *words])
    assert done.exit_code == 0, done.output
    return read_directions(file), done.output


def test_measured_layers_are_those_of_the_window(network, tmp_path):
    rows, output = found(network, tmp_path / "a.npz", "--measure-layers=1")
    G = load_generator(network, "cpu")
    for row in rows:
        first, last = acting_layers(effects(G, row.vector, drawing(G)).by_layer)
        assert row.layers == tuple(range(first, last + 1))
        assert f"layers {first}-{last}" in output
    within, _ = found(network, tmp_path / "b.npz", "--measure-layers=1", "--layers=2-4")
    assert all(set(row.layers) <= {2, 3, 4} for row in within)


def test_without_them_all_layers_are_written(network, tmp_path):
    rows, output = found(network, tmp_path / "a.npz")
    assert [row.layers for row in rows] == [tuple(range(8))] * 2
    assert ", layers" not in output


@pytest.mark.parametrize(
    ("by_layer", "ends"),
    [([0, 0, 0], None), ([0, 5, 0], (1, 1)), ([1, 8, 1], (0, 1)), ([1, 1, 1], (0, 2)), ([9.1, 0, 0.9], (0, 0))],
)
def test_the_fewest_layers_in_a_row_with_most_of_the_change(by_layer, ends):
    assert acting_layers(np.array(by_layer, np.float32)) == ends
