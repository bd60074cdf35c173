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
    with pytest.raises(ValueError, match=r"claims arrays of 2 MiB|is larger than 1 MiB"):
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


def npy_with(header: bytes, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    ("header", "shape"),
    [
        (b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", (2, 3)),
        (b"{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }\n", (2, 3)),
        (b'{"shape": (6,), "fortran_order": False, "descr": "<f4"}', (6,)),
    ],
)
def test_headers_of_other_writers(header, shape):
    assert array_of_npy(npy_with(header, bytes(24))).shape == shape


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (" + b"9" * 5000 + b",), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (" + b"1, " * 2000 + b"), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': [2], }",
        b"{'descr': '\\x\xff', 'fortran_order': False, 'shape': (2,), }",
        b"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
        b"(" * 9000,
        b"",
    ],
    ids=["huge side", "many sides", "negative", "list", "odd type", "fields", "deep", "empty"],
)
def test_headers_that_make_no_sense(header):
    with pytest.raises(ValueError, match=r"damaged|made of numbers") as caught:
        array_of_npy(npy_with(header, bytes(24)))
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


def test_one_limit_for_all_arrays_of_an_archive(tmp_path):
    path = tmp_path / "many.npz"
    np.savez_compressed(path, **{f"a{i}": np.zeros(1 << 16) for i in range(5)})
    assert len(read_arrays(path, 5 << 19)) == 5
    with pytest.raises(ValueError, match="claims arrays of 3 MiB"):
        read_arrays(path, 2 << 20)


def test_an_array_larger_than_its_member_claims(tmp_path):
    """The list of members says 1000 bytes, the array and the packed data hold a megabyte."""
    path = tmp_path / "lies.npz"
    np.savez_compressed(path, w=np.zeros(1 << 17))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"cut short|damaged"):
        read_array(path, "w")


def test_thousands_of_arrays_are_refused_before_they_are_listed(tmp_path):
    path = tmp_path / "many.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(1100):
            archive.writestr(f"{i}.npy", b"")
    for read in (lambda path: read_array(path, "w"), read_arrays):
        with pytest.raises(ValueError, match="far more arrays"):
            read(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_numpy_does_not_write_are_refused(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", method) as archive:
        archive.writestr("w.npy", npy_of(np.zeros(3)))
    with pytest.raises(ValueError, match="packed or encrypted"):
        read_array(tmp_path / "a.npz", "w")


@pytest.mark.parametrize("shape", [(70_000,), (5000, 4), (1,) * 9 + (4,)])
def test_shapes_of_no_latent_are_refused(tmp_path, shape):
    np.save(tmp_path / "a.npy", np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match="no latents and no direction"):
        read_floats(tmp_path / "a.npy", "w")


def test_values_beyond_float32_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.array([1e300]))
    with pytest.raises(ValueError, match="far too large"):
        read_floats(tmp_path / "a.npy", "w")


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
