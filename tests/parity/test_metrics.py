"""The metrics give the published numbers for the same features."""

import json

import numpy as np
import pytest
import torch

from gan.metrics.frechet import frechet_distance
from gan.metrics.inception_score import inception_score
from gan.metrics.kernel import kernel_distance
from gan.metrics.moments import Moments
from gan.metrics.precision_recall import precision_recall
from tests.fixtures_path import fixtures

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def recorded():
    folder = fixtures() / "metrics_parity"
    arrays = {name: torch.from_numpy(array) for name, array in np.load(folder / "expected.npz").items()}
    return json.loads((folder / "values.json").read_text()), arrays


def test_moments_and_frechet_distance(recorded):
    values, arrays = recorded
    moments = {}
    for kind in ("real", "gen"):
        moments[kind] = Moments.empty(arrays[kind].shape[1])
        for batch in arrays[kind].split(64):
            moments[kind].add(batch)
        mean, covariance = moments[kind].mean_and_covariance()
        torch.testing.assert_close(mean, arrays[f"f64_mu_{kind}"], rtol=TOLERANCE, atol=1e-9)
        torch.testing.assert_close(covariance, arrays[f"f64_sigma_{kind}"], rtol=TOLERANCE, atol=1e-7)
    found = frechet_distance(moments["real"], moments["gen"])
    assert found == pytest.approx(values["fid"], rel=TOLERANCE)


def test_kernel_distance(recorded):
    values, arrays = recorded
    assert len(values["kid"]) == 3
    for case in values["kid"]:
        random = np.random.RandomState(case["np_random_seed"])
        found = kernel_distance(arrays["real"], arrays["gen"], random, case["num_subsets"], case["max_subset_size"])
        assert found == pytest.approx(case["value"], rel=TOLERANCE)


def test_inception_score(recorded):
    values, arrays = recorded
    assert len(values["inception_score"]) == 3
    for case in values["inception_score"]:
        mean, std = inception_score(arrays["probs"], case["num_splits"])
        assert mean == pytest.approx(case["mean"], rel=TOLERANCE)
        assert std == pytest.approx(case["std"], rel=TOLERANCE)


def test_precision_and_recall(recorded, monkeypatch):
    """The float32 values: the published code rounds distances to float16, which is not meant to be matched."""
    values, arrays = recorded
    assert len(values["precision_recall"]) == 3
    for case in values["precision_recall"]:
        monkeypatch.setattr("gan.metrics.precision_recall.ROWS", case["row_batch_size"])
        monkeypatch.setattr("gan.metrics.precision_recall.COLUMNS", case["col_batch_size"])
        found = precision_recall(arrays["pr_real"], arrays["pr_gen"], case["nhood_size"])
        wanted = (case["float32_precision"], case["float32_recall"])
        assert found == pytest.approx(wanted, rel=TOLERANCE)
