"""Files of directions: what each program writes gives names, vectors, standard deviations and layers."""

import io
import zipfile

import numpy as np
import pytest
import torch

from foundation.directions import MOST_DIRECTIONS, holds_directions, read_directions
from gan.edits.found import Found
from tests.fixtures_path import fixtures

WIDE = 6


def rows(count, *sides):
    found = np.random.RandomState(7).randn(count, *(sides or (WIDE,))).astype(np.float32)
    return found / np.linalg.norm(found.reshape(count, -1), axis=1).reshape(-1, *[1] * (found.ndim - 1))


def saved(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_what_the_searches_write(tmp_path):
    vectors, sigma = rows(3), np.array([3, 2, 0.5], np.float32)
    strength = np.array([0.5, 0.2, 0.1], np.float32)
    found = Found("pca", vectors, sigma, strength, "share", ("Smile", "Age", "PC 3"), (0, 1, 4))
    found.write(tmp_path / "found.npz", network="demo")
    read = read_directions(tmp_path / "found.npz")
    assert [one.name for one in read] == ["Smile", "Age", "PC 3"]
    assert [one.layers for one in read] == [(0, 1, 4)] * 3
    for one, vector, length in zip(read, vectors, sigma, strict=True):
        np.testing.assert_allclose(one.vector, vector * length, rtol=1e-6)
        assert one.sigma == pytest.approx(length)
        assert np.linalg.norm(one.vector) == pytest.approx(length, rel=1e-5)


@pytest.mark.parametrize("run", ["sg2_64_ipca", "avatars-32_pca"])
def test_the_files_of_ganspace(tmp_path, run):
    stored = np.load(fixtures() / "ganspace_parity" / "expected.npz")
    names = ("act_comp", "act_mean", "act_stdev", "lat_comp", "lat_mean", "lat_stdev", "var_ratio", "random_stdevs")
    held = {name: stored[f"{run}/{name}"] for name in names}
    read = read_directions(saved(tmp_path / "a.npz", **held))
    assert [one.name for one in read[:2]] == ["PC 1", "PC 2"]
    assert len(read) == len(held["lat_comp"])
    for one, unit, sigma in zip(read, held["lat_comp"][:, 0], held["lat_stdev"], strict=True):
        np.testing.assert_allclose(one.vector, unit * sigma, atol=1e-6)
        assert one.sigma == pytest.approx(sigma)
        assert one.layers == ()


def test_an_edit_of_ganspace_is_one_sigma_a_unit(tmp_path):
    stored = np.load(fixtures() / "ganspace_parity" / "expected.npz")
    held = {name: stored[f"sg2_64_ipca/{name}"] for name in ("lat_comp", "lat_stdev")}
    first = read_directions(saved(tmp_path / "a.npz", **held))[0]
    ws = stored["sg2_64_ipca/edit0/ws"]  # component 0 on every layer at -2, -1, 0, 1 and 2 sigma
    np.testing.assert_allclose(ws[4] - ws[2], np.broadcast_to(2 * first.vector, ws[2].shape), atol=1e-4)


def test_boundaries_with_and_without_a_scale(tmp_path):
    [normal] = rows(1)
    [bare] = read_directions(saved(tmp_path / "smile.npz", boundary=normal[None], intercept=np.float32(0.3)))
    assert (bare.name, bare.sigma, bare.layers) == ("smile", None, ())
    np.testing.assert_array_equal(bare.vector, normal)
    [scaled] = read_directions(
        saved(tmp_path / "age.npz", boundary=3 * normal[None], scale=np.float64(2.5), manipulate_layers=[5, 4])
    )
    assert (scaled.name, scaled.sigma, scaled.layers) == ("age", 2.5, (4, 5))
    np.testing.assert_allclose(scaled.vector, 2.5 * normal, rtol=1e-5)


def test_directions_by_name_and_the_layers_of_all(tmp_path):
    path = saved(tmp_path / "a.npz", age=rows(1)[0], pose=rows(1, 1, 4, WIDE)[0], mean=rows(1), layers=[3, 1])
    assert [(one.name, one.vector.shape, one.layers) for one in read_directions(path)] == [
        ("age", (WIDE,), (1, 3)),
        ("pose", (4, WIDE), (1, 3)),
    ]
    np.savez(tmp_path / "smile.npz", rows(1))
    assert [one.name for one in read_directions(tmp_path / "smile.npz")] == ["smile"]


def test_all_eigenvectors_of_a_factorisation(tmp_path):
    eigvec = torch.randn(WIDE, 4)
    torch.save({"eigvec": eigvec, "ckpt": "a.pt"}, tmp_path / "factor.pt")
    read = read_directions(tmp_path / "factor.pt")
    assert [one.name for one in read] == [f"Direction {number}" for number in range(1, 5)]
    for one, column in zip(read, eigvec.T.numpy(), strict=True):
        np.testing.assert_array_equal(one.vector, column)


@pytest.mark.parametrize("name", ["age.npy", "age.pt", "pose.pt"])
def test_published_files_of_one(name):
    [one] = read_directions(fixtures() / "formats/directions_pt" / name)
    assert one.name == name.partition(".")[0]
    assert one.sigma is None
    assert one.vector.ndim in (1, 2)
    assert np.linalg.norm(one.vector) > 0


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"w": rows(1, 4, WIDE)}, "holds latents, called 'w', not directions"),
        ({"z": rows(2)}, "holds latents, called 'z'"),
        ({"mean": rows(1)[0]}, "holds no direction"),
        ({"boundary": rows(2, 3, WIDE)}, "holds 2 latents, not a direction"),
        ({"a": np.array(["text"])}, "arrays are made of numbers"),
        ({"directions": np.zeros((0, WIDE))}, "where directions have"),
        ({"directions": np.zeros(WIDE)}, "where directions have"),
        ({"directions": np.zeros((MOST_DIRECTIONS + 1, 2))}, "from 1 to 4096"),
        ({"directions": rows(2) * np.nan}, "infinite or not a number"),
        ({"lat_comp": rows(3, 1, WIDE), "lat_stdev": np.ones(2)}, "3 directions but 2 deviations"),
        ({"lat_comp": rows(3, 1, WIDE), "lat_stdev": np.ones((2, 2))}, "list of numbers"),
    ],
)
def test_other_content_is_refused_in_a_sentence(tmp_path, arrays, says):
    with pytest.raises(ValueError, match=says):
        read_directions(saved(tmp_path / "a.npz", **arrays))


@pytest.mark.parametrize("about", [b"", b"[1]", b"{", b'{"names": 3}', b'{"names": ["one"]}', b"[" * 10_000])
def test_a_damaged_description_costs_only_the_names(tmp_path, about):
    held = {"directions": rows(2), "sigma": np.ones(3), "about": np.frombuffer(about, np.uint8)}
    read = read_directions(saved(tmp_path / "a.npz", **held))
    assert [(one.name, one.sigma) for one in read] == [("Direction 1", None), ("Direction 2", None)]


def test_foreign_names_are_cleaned(tmp_path):
    about = np.frombuffer(b'{"names": ["a\\nb\\ud800", "' + b"x" * 9999 + b'", 7, null]}', np.uint8)
    read = read_directions(saved(tmp_path / "a.npz", directions=rows(4), about=about))
    assert read[0].name == "a b\N{REPLACEMENT CHARACTER}"
    assert max(len(one.name) for one in read) <= 60
    assert all(one.name for one in read)


def test_no_object_is_read(tmp_path):
    np.savez(tmp_path / "a.npz", boundary=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="holds Python objects"):
        read_directions(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("directions", "sigma"), True),
        (("lat_comp", "lat_mean", "lat_stdev"), True),
        (("boundary", "w"), True),
        (("age", "smile"), True),
        (("arr_0",), True),
        (("w",), False),
        (("w", "noise"), False),
        (("z",), False),
        (("scores",), False),
        ((), False),
    ],
)
def test_kinds_are_told_by_the_names_of_arrays(tmp_path, names, expected):
    assert holds_directions(saved(tmp_path / "a.npz", **dict.fromkeys(names, rows(1)))) is expected


def test_telling_kinds_never_raises(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04")
    assert not holds_directions(tmp_path / "a.npz")
    assert not holds_directions(tmp_path / "none.npz")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("boundary.npy", "no array")
    (tmp_path / "b.npz").write_bytes(held.getvalue())
    assert holds_directions(tmp_path / "b.npz")
    with pytest.raises(ValueError, match="damaged"):
        read_directions(tmp_path / "b.npz")
