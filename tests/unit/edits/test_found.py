"""Found directions: their file, their samples, and directions between classes."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from foundation.arrays import read_arrays
from foundation.directions import read_directions
from gan.edits.classes import class_direction
from gan.edits.found import Found, checked_layers, mapped, positive, sampled_w
from gan.edits.styles import style_layers
from gan.images import load_generator
from tests.unit.renderer import tiny


def found(count=3):
    vectors = np.eye(count, 8, dtype=np.float32)
    numbers = np.arange(1, count + 1, dtype=np.float32)
    return Found("pca", vectors, numbers, numbers[::-1].copy(), "share", tuple("abc"[:count]), (0, 2), (("seen", 9.0),))


def test_the_file_holds_all_of_it(tmp_path):
    found().write(tmp_path / "found.npz", network="demo")
    read = read_arrays(tmp_path / "found.npz")
    np.testing.assert_array_equal(read["directions"], np.eye(3, 8) * [[1], [2], [3]])
    np.testing.assert_array_equal(read["layers"], [0, 2])
    about = json.loads(bytes(read["about"]))
    assert about == {"method": "pca", "meaning": "share", "names": ["a", "b", "c"], "seen": 9.0, "network": "demo"}
    assert [path.name for path in tmp_path.iterdir()] == ["found.npz"]


def test_the_best_come_first():
    assert found().first(2).names == ("a", "b")
    assert len(found().first(9)) == 3
    with pytest.raises(ValueError, match="equal number"):
        Found("pca", np.zeros((2, 4), np.float32), np.ones(1), np.ones(2), "", ("a", "b"), ())


def test_signs_follow_the_largest_entry():
    np.testing.assert_array_equal(positive(np.array([[1.0, -3.0], [2.0, 1.0]])), [[-1, 3], [2, 1]])


@pytest.mark.parametrize("layers", [(), (5,), (-1, 0)])
def test_layers_are_checked(layers):
    with pytest.raises(ValueError, match="this network's are 0-4"):
        checked_layers(layers, 5)


def test_layers_come_in_order():
    assert checked_layers((3, 1, 3), 5) == (1, 3)
    assert checked_layers(None, 3) == (0, 1, 2)


@pytest.fixture(scope="module")
def conditional(tmp_path_factory):
    return load_generator(tiny.save(tmp_path_factory.mktemp("nets"), "cond"), "cpu")


def test_samples_do_not_depend_on_their_number(conditional):
    few, many = sampled_w(conditional, 3), sampled_w(conditional, 7)
    np.testing.assert_allclose(few, many[:3], rtol=0, atol=1e-6)
    assert not torch.equal(few, sampled_w(conditional, 3, first_seed=1))


def test_a_class_direction_leads_from_mean_to_mean(conditional):
    way = class_direction(conditional, 0, 1, 200)
    back = class_direction(conditional, 1, 0, 200)
    np.testing.assert_allclose(way.vectors, -back.vectors, atol=1e-5)
    z = torch.randn(100, conditional.z_dim, generator=torch.Generator().manual_seed(0))
    side = [float((mapped(conditional, z, one).numpy() @ way.vectors[0]).mean()) for one in (0, 1)]
    assert side[1] > side[0]
    assert class_direction(conditional, None, 1, 50).names == ("Class any to 1",)
    with pytest.raises(ValueError, match="choose two"):
        class_direction(conditional, 1, 1)
    with pytest.raises(ValueError, match=r"no class 99"):
        class_direction(conditional, 0, 99)


def test_styles_are_named_by_layer(conditional):
    layers = style_layers(conditional.synthesis)
    assert [layer.name for layer in layers][:4] == ["b4.conv1", "b4.torgb", "b8.conv0", "b8.conv1"]
    assert [layer.index for layer in layers][:4] == [0, 1, 1, 2]


def test_measured_layers_are_written_for_each_and_read_again(tmp_path):
    measured = replace(found(), ranges=((0, 1), (2, 2), (0, 3)))
    measured.write(tmp_path / "found.npz")
    assert [one.layers for one in read_directions(tmp_path / "found.npz")] == [(0, 1), (2,), (0, 1, 2, 3)]
    assert measured.first(2).layers_of(1) == (2,)
    assert found().layers_of(1) == (0, 2)
