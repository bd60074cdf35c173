"""The equivariance operators and metrics give the published numbers."""

import json

import numpy as np
import pytest
import torch

import gan
from gan.analysis import equivariance as eq
from gan.transforms import affine, inverse, rotation_filter
from tests.fixtures_path import fixtures

TOLERANCE = 1e-4

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


@pytest.mark.parametrize("case", ["sg3t_64", "sg3r_64"])
def test_metrics_of_a_network(recorded, case):
    """EQ-T with whole and fractional pixels and EQ-R of four samples, with the recorded draws."""
    wanted = recorded[0][f"{case}_eq_metrics"]
    draws = [torch.from_numpy(recorded[1][f"{case}_eqdraw{i:02d}"]) for i in range(len(wanted["draws"]))]
    network = gan.load(fixtures() / case / "net.pkl").G_ema
    sums = np.zeros((3, 2))
    for z, t_whole, t_fraction, angle in zip(draws[0::4], draws[1::4], draws[2::4], draws[3::4], strict=True):
        ws = network.mapping(z, torch.zeros(len(z), network.c_dim))

        def render(matrix, ws=ws):
            with torch.no_grad():
                return network.synthesis(ws, input_transform=matrix)

        still = render(np.eye(3))
        translations = ((t * 2 - 1).mul(0.125).tolist() for t in (t_whole, t_fraction))
        sums[0] += eq.translation_error(render, still, *next(translations), whole=True)
        sums[1] += eq.translation_error(render, still, *next(translations), whole=False)
        sums[2] += eq.rotation_error(render, still, float((angle * 2 - 1) * np.pi))
    found = {name: eq.equivariance_db(*row) for name, row in zip(("eqt_int", "eqt_frac", "eqr"), sums, strict=True)}
    assert found == {name: pytest.approx(wanted[name], rel=TOLERANCE) for name in found}
