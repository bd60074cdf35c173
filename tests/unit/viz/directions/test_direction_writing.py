"""Files of directions that are written are read again."""

import numpy as np
import pytest

from foundation.directions import NamedDirection, read_directions, written
from viz.directions import library


def same(a: NamedDirection, b: NamedDirection) -> bool:
    rest = [(one.name, one.sigma, one.layers, one.strength, one.starred) for one in (a, b)]
    return rest[0] == rest[1] and np.array_equal(a.vector, b.vector)


def test_names_scale_layers_and_stars_come_back(tmp_path):
    random = np.random.RandomState(0)
    one = NamedDirection("Smile", random.randn(8).astype(np.float32), 1.5, (2, 3, 4), 0.25, True)
    two = NamedDirection("PC 2", random.randn(8).astype(np.float32), None, (0, 1), 0.0, False)
    (tmp_path / "a.npz").write_bytes(written((one, two), network="net"))
    assert all(map(same, read_directions(tmp_path / "a.npz"), (one, two)))


def test_directions_that_differ_by_layer_come_back_beside_plain_ones(tmp_path):
    random = np.random.RandomState(0)
    plain = NamedDirection("plain", random.randn(8).astype(np.float32), 1.0, (0,))
    layered = NamedDirection("layered", random.randn(4, 8).astype(np.float32), 1.0, (0, 1, 2, 3))
    (tmp_path / "a.npz").write_bytes(written((plain, layered)))
    assert all(map(same, read_directions(tmp_path / "a.npz"), (plain, layered)))


def test_nothing_and_directions_of_two_networks_are_refused():
    with pytest.raises(ValueError, match="no direction"):
        written(())
    two = tuple(NamedDirection("a", np.zeros(n, np.float32)) for n in (4, 5))
    with pytest.raises(ValueError, match="a file each"):
        written(two)


def test_ranges_that_are_no_positions_are_passed_over(tmp_path):
    np.savez(tmp_path / "a.npz", directions=np.ones((2, 4), np.float32), ranges=np.array([[3, 1], [0, 1]], np.int32))
    assert [one.layers for one in read_directions(tmp_path / "a.npz")] == [(), ()]


def test_a_library_that_cannot_be_read_is_not_written_over(tmp_path):
    path = tmp_path / "kept.npz"
    path.write_bytes(b"damaged, or half of it on a server that is away")
    before = path.read_bytes()
    named = NamedDirection("Smile", np.ones(4, np.float32))
    assert "cannot be read" in library._written("key", path, (named,), frozenset()).problem
    assert path.read_bytes() == before
