"""The augmentation pipeline against the recorded output of the published one, with the same random numbers."""

import json
from typing import Any

import numpy as np
import pytest
import torch

from gan.training.augment.pipeline import AugmentPipe
from gan.training.augment.settings import Augmentations
from tests.fixtures_path import fixtures

TOLERANCE = 1e-4


class Percentile:
    """Every draw at one percentile of its distribution, as the published pipeline's debugging mode has it.

    That mode takes erfinv(2 q - 1) for a normal distribution, without the factor sqrt(2), and does not turn a second
    time.
    """

    def __init__(self, percentile, noise, kwargs):
        self._percentile = torch.tensor(percentile)
        self._noise = noise
        # Numbers for each image: the mirror, the quarter turns, the first angle, the second angle, the hue.
        self._until_second_angle = ("xflip" in kwargs) + ("rotate90" in kwargs) + 1 if "rotate" in kwargs else -1

    def uniform(self, shape):
        if len(shape) == 1:
            self._until_second_angle -= 1
            if self._until_second_angle == -1:
                return torch.tensor(0.5).expand(*shape)
        return self._percentile.expand(*shape)

    def normal(self, shape):
        if len(shape) == 4:  # the noise itself is the one thing that is random
            return self._noise.reshape(*shape)
        return torch.erfinv(2 * self._percentile - 1).expand(*shape)

    def half_normal(self, shape):
        return torch.erfinv(self._percentile).expand(*shape)

    def gate(self, shape, probability):
        return (torch.as_tensor(probability) > 0).expand(*shape)


class Recorded:
    """The draws of one recorded call, in its order."""

    def __init__(self, draws):
        self._draws = iter(draws)

    def uniform(self, shape):
        draw = next(self._draws)
        assert tuple(draw.shape) == tuple(shape)
        return draw

    normal = uniform

    def half_normal(self, shape):
        return self.uniform(shape).abs()

    def gate(self, shape, probability):
        return self.uniform(shape) < probability

    def assert_used_up(self):
        assert next(self._draws, None) is None


@pytest.fixture(scope="module")
def expected() -> Any:
    with np.load(fixtures() / "augment_parity" / "expected.npz") as archive:
        return {key: torch.from_numpy(value) for key, value in archive.items()}


def test_every_recorded_case(expected):
    cases = json.loads((fixtures() / "augment_parity" / "configs.json").read_text())
    assert len(cases) >= 40
    wrong = {}
    for case in cases:
        name = case["id"]
        kwargs = {key: tuple(v) if isinstance(v, list) else v for key, v in case["kwargs"].items()}
        if case["debug_percentile"] is not None:
            draws = Percentile(case["debug_percentile"], expected.get(f"{name}_noise"), kwargs)
        else:
            draws = Recorded(
                [expected.get(f"{name}_draw{i:02d}", expected.get(f"{name}_noise")) for i in range(len(case["draws"]))]
            )
        actual = AugmentPipe(Augmentations(**kwargs))(expected[case["input"]], case["p"], draws)
        assert actual.shape == expected[f"{name}_y"].shape
        error = float((actual - expected[f"{name}_y"]).abs().max())
        if error > TOLERANCE:
            wrong[name] = error
        if isinstance(draws, Recorded):
            draws.assert_used_up()
    assert not wrong


def test_filters(expected):
    pipe = AugmentPipe(Augmentations())
    np.testing.assert_allclose(pipe.warp_filter, expected["Hz_geom"], atol=1e-6)
    np.testing.assert_allclose(pipe.bands, expected["Hz_fbank"], atol=1e-6)
