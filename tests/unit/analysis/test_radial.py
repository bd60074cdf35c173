"""Radial power from sums over pictures: equal to that of average spectra of the same pictures."""

import math

import numpy as np
import pytest
import torch

from gan.analysis.average_spectra import ImageSet, average_spectrum, statistics
from gan.analysis.radial import PowerSums, compared, compared_spectra
from gan.analysis.spectra import radial_power


def pictures(count, size, seed, channels=3, sharp=1.0):
    draw = np.random.RandomState(seed)
    noise = draw.randn(count, channels, size, size)
    smooth = noise.cumsum(axis=2).cumsum(axis=3) / size
    return [torch.from_numpy((128 + 40 * one).clip(0, 255).astype(np.uint8)) for one in (1 - sharp) * smooth + noise]


def sums_of(some):
    sums = PowerSums(some[0].shape[-1])
    for one in some:
        sums.add(one)
    return sums


def image_set(some):
    return ImageSet(len(some), some[0].shape[-1], lambda: iter(some))


@pytest.mark.parametrize(("size", "channels"), [(16, 3), (15, 3), (32, 1)])
def test_power_is_that_of_the_average_spectrum(size, channels):
    some, base = pictures(5, size, 0, channels, 0.3), pictures(7, size, 1, channels)
    mean, std = statistics(base)
    sums = sums_of(some)
    spectrum = average_spectrum(image_set(some), mean, std, interp=1)
    _, decibels = radial_power(torch.from_numpy(10 * np.log10(spectrum.power)))
    np.testing.assert_allclose(10 * np.log10(sums.power(mean, std)[0]), decibels, atol=1e-4)
    assert sums_of(base).moments == pytest.approx((mean, std), rel=1e-12)


@pytest.mark.parametrize("interp", [1, 2, 4])
def test_two_sets_compare_as_their_average_spectra_do(interp):
    network, dataset = pictures(6, 32, 2, sharp=0.8), pictures(9, 32, 3)
    mean, std = statistics(dataset)
    spectra = [average_spectrum(image_set(some), mean, std, interp=interp) for some in (network, dataset)]
    live, saved = compared(sums_of(network), sums_of(dataset)), compared_spectra(*spectra)
    for name in ("frequency", "network", "dataset", "difference"):
        np.testing.assert_allclose(getattr(live, name), getattr(saved, name), atol=1e-3)
    assert live.largest == saved.largest
    assert np.isnan(saved.error).all()


def test_pictures_of_half_the_size_have_the_power_of_the_same_scene():
    """A smooth scene, sampled twice as densely: no difference at the frequencies that both have."""
    large = pictures(12, 64, 4, sharp=0.0)
    small = [torch.nn.functional.avg_pool2d(one.float(), 2).round().to(torch.uint8) for one in large]
    found = compared(sums_of(large), sums_of(small))
    assert len(found.frequency) == 17
    assert found.frequency[-1] == 0.25
    assert np.abs(found.difference[2:8]).max() < 1.0


def test_the_error_says_how_far_the_difference_of_a_few_pictures_is_from_that_of_many():
    def difference(seed, count):
        return compared(sums_of(pictures(count, 16, seed)), sums_of(pictures(count, 16, 1000 + seed)))

    few = [difference(seed, 8) for seed in range(40)]
    spread = np.std([one.difference for one in few], axis=0)
    told = np.sqrt(np.mean([one.error**2 for one in few], axis=0))
    assert 0.6 < np.median(told[1:] / spread[1:]) < 1.6
    assert np.median(difference(0, 32).error) < np.median(told)


def test_sums_survive_as_arrays_and_refuse_others():
    sums = sums_of(pictures(3, 16, 0))
    again = PowerSums.restored(sums.arrays())
    again.add(pictures(1, 16, 9)[0])
    sums.add(pictures(1, 16, 9)[0])
    np.testing.assert_array_equal(again.power(100, 50), sums.power(100, 50))
    for broken in ({}, {"about": np.ones(3)}, sums.arrays() | {"sums": np.zeros(4)}):
        with pytest.raises(ValueError, match="no sums"):
            PowerSums.restored(broken)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="not one of 16"):
        PowerSums(16).add(torch.zeros(3, 8, 8, dtype=torch.uint8))
    flat = sums_of([torch.full((3, 16, 16), 7, dtype=torch.uint8)] * 2)
    with pytest.raises(ValueError, match="are the same"):
        compared(flat, flat)
    assert math.isinf(sums_of(pictures(1, 16, 0)).power(100, 50)[2][0])
