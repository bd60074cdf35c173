"""Colours of the difference of two images."""

import numpy as np

from viz.history.differences import colored, described, full_scale, levels


def test_equal_pictures_are_white_and_others_orange_or_blue():
    sums = np.array([[0, 153, -153]], np.int16)
    assert colored(sums, 1.0)[0].tolist() == [[255] * 4, [250, 223, 204, 255], [211, 224, 238, 255]]
    assert colored(sums, 5.0)[0, 1].tolist() == [230, 97, 1, 255]
    np.testing.assert_array_equal(colored(sums, 50.0), colored(sums, 5.0))


def test_figures_are_in_levels_of_a_channel():
    assert described(np.array([[0, 30], [-90, 0]], np.int16)) == "A − B: mean 10.0, largest 30 of 255"
    assert [levels(value) for value in (30, -31, 0, -0.1)] == ["+10.0", "−10.3", "0.0", "0.0"]
    assert [full_scale(gain) for gain in (1.0, 5.0, 8.0)] == ["255", "51", "31.9"]
