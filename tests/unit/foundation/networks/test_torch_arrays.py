"""Latents and directions as tensors that torch saved."""

import os
from collections import OrderedDict

import numpy as np
import pytest
import torch

from foundation.arrays import are_latents, direction_of, latents_of, read_floats, shape_in
from gan.edits.directions import load_direction
from gan.io.latents import load_latents
from tests.fixtures_path import fixtures

VALUES = np.arange(48, dtype=np.float32).reshape(3, 4, 4)


class Evil:
    """Pickles as a call."""

    def __reduce__(self):
        return (os.system, ("true",))


@pytest.fixture(params=[True, False], ids=["zip", "legacy"])
def saved(request, tmp_path):
    def write(value):
        path = tmp_path / "vectors.pt"
        torch.save(value, path, _use_new_zipfile_serialization=request.param)
        return path

    return write


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64], ids=str)
def test_types(saved, dtype):
    path = saved(torch.from_numpy(VALUES).to(dtype))
    np.testing.assert_array_equal(read_floats(path, "w"), VALUES)
    assert shape_in(path) == (3, 4, 4)


def test_views_and_parameters(saved):
    base = torch.from_numpy(VALUES)
    np.testing.assert_array_equal(
        read_floats(saved(base[1:, ::2].transpose(1, 2)), "w"), VALUES[1:, ::2].swapaxes(1, 2)
    )
    np.testing.assert_array_equal(read_floats(saved(torch.nn.Parameter(base)), "w"), VALUES)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: {"w": value},
        lambda value: {"other": torch.zeros(2), "w": value},
        lambda value: {"picture.png": {"latent": value, "noise": [torch.zeros(1)]}},
        lambda value: [value],
        lambda value: OrderedDict(anything=value),
    ],
)
def test_containers(saved, wrap):
    np.testing.assert_array_equal(read_floats(saved(wrap(torch.from_numpy(VALUES))), "w"), VALUES)


def test_eigenvectors_are_columns(saved):
    path = saved({"ckpt": "net.pt", "eigvec": torch.arange(16.0).reshape(4, 4)})
    np.testing.assert_array_equal(load_direction(path), [0, 4, 8, 12])


def test_several_latents_are_no_direction(tmp_path, saved):
    for path in (saved(torch.zeros(5, 4, 8)), tmp_path / "w.npy"):
        np.save(tmp_path / "w.npy", np.zeros((5, 4, 8), np.float32))
        assert are_latents(shape_in(path))
        assert load_latents(path, 4, 8).shape == (5, 4, 8)
        with pytest.raises(ValueError, match="5 latents, not a direction"):
            load_direction(path)
    for shape in ((8,), (1, 8), (4, 8), (1, 4, 8), (1, 1, 4, 8)):
        assert not are_latents(shape)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": torch.zeros(3), "b": torch.zeros(3)}, "it holds a, b"),
        ({"a": 1}, "no tensor"),
        ("text", "no tensor"),
        (torch.tensor([1.0, float("nan")]), "not a number"),
        (torch.zeros(2, 4, 1 << 17), "which no latents"),
        ({"w": Evil()}, r"posix\.system"),
    ],
)
def test_what_is_refused(saved, value, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_floats(saved(value), "w")
    assert len(str(caught.value)) < 250


def test_cut_files(saved):
    path = saved(torch.from_numpy(VALUES))
    content = path.read_bytes()
    for length in (10, len(content) // 2, len(content) - 10):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"again|no numpy|damaged"):
            read_floats(path, "w")
        assert shape_in(path) is None


def test_published_directions():
    folder = fixtures() / "formats" / "directions_pt"
    for name, shape in (("age.pt", (512,)), ("pose.pt", (18, 512)), ("age.npy", (18, 512))):
        found = direction_of(read_floats(folder / name, "direction"))
        assert found is not None
        assert found.shape == shape
    assert latents_of(read_floats(fixtures() / "formats" / "pti" / "0.pt", "w")).shape == (1, 8, 16)
