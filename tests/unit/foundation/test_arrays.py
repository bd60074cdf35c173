"""Arrays in files: numbers read back, everything else is refused without reading beyond the file's size."""

import contextlib
import io
import os
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.arrays import (
    LATENT_KEY,
    array_of_npy,
    direction_of,
    latents_of,
    npy_of,
    read_array,
    read_arrays,
    read_floats,
    save_latents,
)


@pytest.mark.parametrize("array", [np.float64(3.0), np.arange(6, dtype=">f4").reshape(2, 3).T, np.zeros((0, 4), bool)])
def test_every_array_of_numbers_survives_its_file(tmp_path, array):
    path = tmp_path / "a.npy"
    path.write_bytes(npy_of(np.asarray(array)))
    np.savez(tmp_path / "a.npz", x=array, y=1)
    for back in (read_array(path, "x"), read_array(tmp_path / "a.npz", "x"), read_arrays(tmp_path / "a.npz")["x"]):
        assert (back.dtype, back.shape) == (np.asarray(array).dtype, np.asarray(array).shape)
        assert (back == array).all()


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_damage_raises_anything_but_a_value_error(tail, cut):
    whole = npy_of(np.arange(12.0))
    for data in (tail, whole[:cut] + tail, whole + tail):
        with contextlib.suppress(ValueError):
            assert array_of_npy(data).nbytes < len(data)


@pytest.mark.parametrize("compressed", [False, True])
def test_an_archive_that_claims_too_much_is_not_unpacked(tmp_path, compressed):
    path = tmp_path / "bomb.npz"
    (np.savez_compressed if compressed else np.savez)(path, w=np.zeros(1 << 18))
    with pytest.raises(ValueError, match=r"claims an array of 2 MiB|is larger than 1 MiB"):
        read_array(path, "w", 1 << 20)
    assert read_array(path, "w", 1 << 22).shape == (1 << 18,)


def test_a_file_beyond_the_limit_or_no_file_at_all_is_not_read(tmp_path):
    np.save(tmp_path / "large.npy", np.zeros(1 << 18))
    os.mkfifo(tmp_path / "pipe.npy")
    for name, says in (("large", "is larger than 1 MiB"), ("pipe", "no ordinary file")):
        with pytest.raises(ValueError, match=says):
            read_array(tmp_path / f"{name}.npy", "w", 1 << 20)
    with pytest.raises(ValueError, match="no ordinary file"):
        read_array(tmp_path, "w")
    with pytest.raises(FileNotFoundError):
        read_array(tmp_path / "absent.npy", "w")


def test_only_what_the_header_claims_is_read(tmp_path):
    data = npy_of(np.zeros(10)).replace(b"(10,)", b"(99,)")
    with pytest.raises(ValueError, match="cut short"):
        array_of_npy(data)
    with pytest.raises(ValueError, match="holds more than"):
        array_of_npy(npy_of(np.zeros(3)) + b"\0")


@pytest.mark.parametrize(
    ("array", "says"),
    [(np.array(["a"]), "made of numbers"), (np.ones(3, bool), "made of numbers"), (np.array([np.inf]), "infinite")],
)
def test_values_that_are_no_finite_numbers_are_refused(tmp_path, array, says):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(ValueError, match=says):
        read_floats(tmp_path / "a.npy", "x")


def test_whole_numbers_are_numbers_too(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(3))
    assert read_floats(tmp_path / "a.npy", "x").dtype == np.float32


def test_pickles_are_refused_also_in_archives(tmp_path):
    inside = io.BytesIO()
    np.save(inside, np.array([print], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("w.npy", inside.getvalue())
    for read in (lambda path: read_array(path, "w"), read_arrays):
        with pytest.raises(ValueError, match="Python objects"):
            read(tmp_path / "a.npz")


@pytest.mark.parametrize("ending", ["npz", "npy", "NPZ"])
def test_latents_are_found_under_the_published_name(tmp_path, ending):
    ws = np.random.RandomState(0).randn(5, 4)
    path = tmp_path / f"w.{ending}"
    save_latents(path, ws)
    assert (read_floats(path, LATENT_KEY) == ws.astype(np.float32)[None]).all()


def test_shapes_of_latents_and_directions():
    shapes = {(4,): (1, 1, 4), (1, 4): (1, 1, 4), (5, 4): (1, 5, 4), (3, 5, 4): (3, 5, 4), (3, 1, 4): (3, 1, 4)}
    for shape, wanted in shapes.items():
        found = latents_of(np.zeros(shape, np.float32))
        assert found is not None
        assert found.shape == wanted
    assert all(latents_of(np.zeros(shape, np.float32)) is None for shape in [(), (0, 5, 4), (1, 1, 1, 4)])
    shapes = {(4,): (4,), (1, 4): (4,), (1, 1, 5, 4): (5, 4), (5, 4): (5, 4)}
    for shape, wanted in shapes.items():
        found = direction_of(np.zeros(shape, np.float32))
        assert found is not None
        assert found.shape == wanted
    assert all(direction_of(np.zeros(shape, np.float32)) is None for shape in [(), (0,), (2, 3, 4)])
