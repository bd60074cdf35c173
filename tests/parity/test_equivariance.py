"""The equivariance operators and metrics give the published numbers."""

import json

import numpy as np
import pytest
import torch

from gan import equivariance as eq
from gan.transforms import affine, inverse, rotation_filter
from tests.fixtures_path import fixtures

OPERATORS = {
    "apply_integer_translation": eq.translate_integer,
    "apply_fractional_translation": eq.translate_fractional,
    "apply_fractional_rotation": eq.rotate,
    "apply_fractional_pseudo_rotation": eq.pseudo_rotate,
}


@pytest.fixture(scope="module")
def recorded():
    folder = fixtures() / "metrics_parity"
    return json.loads((folder / "values.json").read_text()), dict(np.load(folder / "expected.npz"))


def test_operators_and_masks(recorded):
    values, arrays = recorded
    assert len(values["equivariance"]) == 23
    for case in values["equivariance"]:
        img = torch.from_numpy(arrays[case["input"]])
        moved, mask = OPERATORS[case["fn"]](img, *case["args"], **case["kwargs"])
        wanted, wanted_mask = arrays[f"{case['id']}_z"], arrays[f"{case['id']}_m"]
        np.testing.assert_array_equal(mask.numpy(), wanted_mask, err_msg=case["id"])
        error = np.abs(moved.numpy() - wanted).max() / max(np.abs(wanted).max(), 1e-9)
        assert error < 2e-5, (case, error)


@pytest.mark.parametrize("radians", [0.3, -1.1])
def test_rotation_filter(recorded, radians):
    wanted = recorded[1][f"bandlimit_{radians}"]
    assert np.abs(rotation_filter(radians, 4) - wanted).max() < 1e-5 * wanted.max()


def test_matrix_convention(recorded):
    np.testing.assert_allclose(affine(degrees=np.degrees(0.3)), recorded[1]["rotation_matrix_0.3"], atol=1e-7)
    for case in ("sg3t_64", "sg3r_64"):
        expected = np.load(fixtures() / case / "expected.npz")
        matrix = affine((0.13, -0.21), 27.0)
        np.testing.assert_allclose(matrix, expected["transform"], atol=1e-6)
        np.testing.assert_allclose(inverse(matrix), expected["transform_inv"], atol=1e-6)
